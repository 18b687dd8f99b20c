"""Write one table of the current version to one file.

Invariant: the file appears under its name in one step, complete. A failure leaves what was there before.
"""

import os
import secrets
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import BinaryIO, Final

from cinelake.errors import UsageError
from cinelake.lake.store import Store
from cinelake.refine.query import Tables, open_tables
from cinelake.refine.table_files.formats import FORMULA, Format, Locale, convert_column, is_text

STDOUT: Final = "-"
_BOM: Final = b"\xef\xbb\xbf"
"""With it Excel reads a file as UTF-8."""
_OPTIONS: Final = {
    Format.CSV: "FORMAT csv, HEADER",
    Format.JSON: "FORMAT json, ARRAY true",
    Format.PARQUET: "FORMAT parquet, COMPRESSION zstd",
}


@dataclass(frozen=True, slots=True)
class WrittenTable:
    """A file: the table and version that it shows, its rows and bytes, and what a reader of it needs to know."""

    table: str
    version: str
    rows: int
    bytes: int
    notes: tuple[str, ...]


def write_table(store: Store, table: str, output: str, target: Format, locale: Locale | None) -> WrittenTable:
    """Write a table to the file `output`, or to stdout if that is "-".

    Raises:
        UsageError: there is no such table, the file cannot be written, or Excel cannot hold the table.
        DamagedError: an object of the table cannot be read.
    """
    if locale is not None and target not in {Format.CSV, Format.XLSX}:
        raise UsageError(f"--locale does not apply to .{target}", hint="leave it out, or write .csv or .xlsx")
    # The views of a query are limited to files below this folder, so the copy to the user's file is made here.
    with open_tables(store) as tables, tempfile.TemporaryDirectory(dir=tables.folder) as folder:
        _expect_table(tables, table)
        columns = tables.describe(table)
        listed = ", ".join(convert_column(name, kind, target, locale) for name, kind in columns.items())
        sql = f"SELECT {listed} FROM {table}"  # noqa: S608 - our own names
        path = Path(folder) / f"table.{target}"
        notes: tuple[str, ...]
        if target is Format.XLSX:
            from cinelake.refine.table_files.excel import write_excel  # noqa: PLC0415 - an optional dependency

            rows, notes = write_excel(tables, table, sql, path, locale)
        else:
            separator = f", DELIMITER '{locale.separator}'" if target is Format.CSV and locale else ""
            rows = tables.export(sql, path, _OPTIONS[target] + separator)
            notes = _find_formulas(tables, table, columns) if target is Format.CSV and locale is None else ()
        with _open_output(output) as file, path.open("rb") as written:
            file.write(_BOM if target is Format.CSV and locale else b"")
            shutil.copyfileobj(written, file)
        return WrittenTable(table, tables.version, rows, path.stat().st_size, notes)


def _expect_table(tables: Tables, table: str) -> None:
    if table not in tables.names:
        near = get_close_matches(table.casefold(), tables.names, 3)
        begin = f"did you mean {' or '.join(near)}? The" if near else "the"
        raise UsageError(f'unknown table "{table}"', hint=f"{begin} tables are {', '.join(tables.names)}")


def _find_formulas(tables: Tables, table: str, columns: dict[str, str]) -> tuple[str, ...]:
    texts = [name for name, kind in columns.items() if is_text(kind)]
    if not texts:
        return ()
    condition = " OR ".join(f"regexp_matches(\"{name}\", '{FORMULA}')" for name in texts)
    ((count,),) = tables.query(f"SELECT COUNT(*) FROM {table} WHERE {condition}").rows  # noqa: S608 - our own names
    if not count:
        return ()
    found = f"{count} rows have a text that a spreadsheet would read as a formula"
    return (f"{found}; for a spreadsheet, write .xlsx or use --locale",)


@contextmanager
def _open_output(output: str) -> Iterator[BinaryIO]:
    """Open the file of the user; it replaces an existing one at the end, in one step."""
    if output == STDOUT:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    path = Path(os.path.realpath(Path(output).expanduser()))  # a link stays a link
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        if path.is_dir():
            raise IsADirectoryError(0, "it is a folder")
        with temporary.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, temporary)
        temporary.replace(path)
    except OSError as error:
        raise UsageError(
            f'cannot write "{path}"', cause=str(error.strerror), hint="choose another file with --output", subject=str(path)
        ) from error
    finally:
        temporary.unlink(missing_ok=True)
