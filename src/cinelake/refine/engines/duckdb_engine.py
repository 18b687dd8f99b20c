"""DuckDB as an engine: an in-memory database on this machine that spills to a temporary folder."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
import msgspec

from cinelake.errors import IncompleteError
from cinelake.refine.engines.scratch import LocalScratch, Scratch

MOST_MB, _LEAST_MB = 4_000, 1_000
"""MB for tables and intermediate results. The process itself needs about 20 % more, and relatively more at small sizes."""
_SHARE = 0.5
"""The largest share of the machine's memory."""


class DuckDbEngine:
    """One in-memory database. `folder` receives spilled data and small input files."""

    def __init__(self, folder: Path, memory_mb: int = _LEAST_MB) -> None:
        self._folder = folder
        self.release = f"duckdb {duckdb.__version__}"
        self.scratch: Scratch = LocalScratch(folder)
        self._views: set[str] = set()
        self._connection = duckdb.connect()
        for setting in (
            f"memory_limit = '{memory_mb}MB'",
            f"temp_directory = '{_quote(str(folder))}'",
            "TimeZone = 'UTC'",
            "enable_progress_bar = false",  # it would print to stdout, which is for results
        ):
            self._connection.execute(f"SET {setting}")

    def load_files(self, table: str, columns: Mapping[str, str], paths: Sequence[str]) -> None:
        """Create a table from files of one kind, JSON lists of records or Parquet, with the added column `raw_path`."""
        if not paths:
            self._create_empty(table, {**columns, "raw_path": "VARCHAR"})
            return
        if paths[0].endswith(".parquet"):
            listed = ", ".join(f'CAST("{name}" AS {kind}) AS "{name}"' for name, kind in columns.items())
            picked, source = f"{listed}, raw_path", f"read_parquet({_list(paths)}, filename = 'raw_path')"
        else:
            # No record is larger than its file. By default, DuckDB allocates 32 MB for each of thousands of small files.
            most = max(Path(path).stat().st_size for path in paths)
            options = f"columns = {_struct(columns)}, format = 'array', filename = 'raw_path', maximum_object_size = {most}"
            picked, source = "*", f"read_json({_list(paths)}, {options})"
        with _translated(f"build table {table}"), self._without_order():
            self._connection.execute(f"CREATE TABLE {table} AS SELECT {picked} FROM {source}")  # noqa: S608 - our own names

    def open_parquet(self, table: str, paths: Sequence[str]) -> None:
        """Name the rows of at least one Parquet file with the same columns, without reading them yet."""
        self.define(table, f"SELECT * FROM read_parquet({_list(paths)}, hive_partitioning = false)")  # noqa: S608 - our own names

    def load_lines(self, table: str, columns: Sequence[str], path: str | None, separator: str) -> None:
        """Create a view of the lines of a file: a file that is larger than the memory is never loaded as a whole."""
        if path is None:
            self._create_empty(table, dict.fromkeys(("line", *columns), "VARCHAR") | {"line": "BIGINT"})
            return
        # No detection: a quote or an unusual character in the first rows must not change how the file is read.
        options = (
            f"columns = {_struct(dict.fromkeys(columns, 'VARCHAR'))}, auto_detect = false, header = true, "
            f"delim = '{separator}', compression = 'none', quote = '', escape = '', comment = '', nullstr = ['\\N', '']"
        )
        source = f"read_csv({quote_path(path)}, {options})"
        # DuckDB preserves the order of rows, so a window without ORDER BY numbers the lines in file order.
        sql = f"SELECT ROW_NUMBER() OVER () + 1 AS line, * FROM {source}"  # noqa: S608 - our own names
        with _translated(f"build table {table}"):
            self.define(table, sql)

    def load_rows(self, table: str, columns: Mapping[str, str], rows: Sequence[tuple[object, ...]]) -> None:
        """Create a table from values that JSON can represent."""
        if not rows:
            self._create_empty(table, columns)
            return
        path = self._folder / f"{table}.ndjson"
        encoder = msgspec.json.Encoder()
        path.write_bytes(b"\n".join(encoder.encode(dict(zip(columns, row, strict=True))) for row in rows))
        source = f"read_json({_list([str(path)])}, columns = {_struct(columns)}, format = 'newline_delimited')"
        with _translated(f"build table {table}"):
            self._connection.execute(f"CREATE TABLE {table} AS SELECT * FROM {source}")  # noqa: S608 - our own names

    def build(self, table: str, sql: str) -> None:
        """Create a table from a SELECT over existing tables."""
        with _translated(f"build model {table}"):
            self._connection.execute(f"CREATE TABLE {table} AS {sql}")

    def define(self, table: str, sql: str) -> None:
        """Name a SELECT over existing tables, which is evaluated whenever it is read."""
        with _translated(f"build model {table}"):
            self._connection.execute(f"CREATE VIEW {table} AS {sql}")
        self._views.add(table)

    def rename(self, table: str, name: str) -> None:
        """Give a table that `build` created another name."""
        self._connection.execute(f"ALTER TABLE {table} RENAME TO {name}")

    def drop(self, table: str) -> None:
        """Free the memory of a table or view that is no longer needed, and its name."""
        kind = "VIEW" if table in self._views else "TABLE"
        self._connection.execute(f"DROP {kind} {table}")
        self._views.discard(table)

    def query(self, sql: str) -> list[tuple[object, ...]]:
        """The rows of a SELECT."""
        with _translated("run a query of the build"):
            return self._connection.execute(sql).fetchall()

    def write(self, sql: str, path: Path) -> None:
        """Write the rows of a SELECT in their order to one Parquet file."""
        with _translated(f"build table {path.stem}"):
            self._connection.execute(f"COPY ({sql}) TO '{_quote(str(path))}' (FORMAT parquet, COMPRESSION zstd)")

    def close(self) -> None:
        """Close the database."""
        self._connection.close()

    @contextmanager
    def _without_order(self) -> Iterator[None]:
        """Read rows in any order: to preserve it, DuckDB buffers each of some thousand small files in blocks of its own."""
        self._connection.execute("SET preserve_insertion_order = false")
        try:
            yield
        finally:
            self._connection.execute("SET preserve_insertion_order = true")

    def _create_empty(self, table: str, columns: Mapping[str, str]) -> None:
        listed = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
        self._connection.execute(f"CREATE TABLE {table} ({listed})")


def choose_memory(raw_bytes: int, machine_mb: int, most_mb: int = MOST_MB) -> int:
    """MB of memory for DuckDB: grows with the size of Raw, within the limits of the machine and the caller. Pure."""
    needed_mb = _LEAST_MB + raw_bytes // 1_000_000
    return max(_LEAST_MB, min(needed_mb, most_mb, int(machine_mb * _SHARE)))


def _read_machine_mb() -> int:
    """The memory of this machine in MB, or a usual size on Windows, which has no `sysconf`."""
    if not hasattr(os, "sysconf"):
        return 8_000
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 1_000_000


@contextmanager
def open_duckdb(folder: Path, raw_bytes: int = 0, *, most_mb: int = MOST_MB) -> Iterator[DuckDbEngine]:
    """Open an engine for one build. `most_mb` limits its memory."""
    engine = DuckDbEngine(folder, choose_memory(raw_bytes, _read_machine_mb(), most_mb))
    try:
        yield engine
    finally:
        engine.close()


@contextmanager
def _translated(action: str) -> Iterator[None]:
    try:
        yield
    except (duckdb.OutOfMemoryException, duckdb.IOException) as error:
        raise IncompleteError(
            f"not enough memory or temporary disk space to {action}",
            cause=str(error).splitlines()[0],
            hint="free some space in TMPDIR, use a machine with more memory, or run `cinelake build --engine spark`",
        ) from error
    except duckdb.Error as error:
        raise IncompleteError(
            f"DuckDB cannot {action}",
            cause=str(error).splitlines()[0],
            hint="run `cinelake verify` to find out whether a file in Raw was altered",
        ) from error


def _quote(path: str) -> str:
    return path.replace("'", "''")


def quote_path(path: str) -> str:
    """A path as a literal for DuckDB's readers, which treat `*`, `?` and `[` as patterns."""
    plain = re.sub(r"[*?[]", r"[\g<0>]", path)
    return f"'{_quote(plain)}'"


def _list(paths: Sequence[str]) -> str:
    return "[" + ", ".join(map(quote_path, paths)) + "]"


def _struct(columns: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"\"{name}\": '{kind}'" for name, kind in columns.items()) + "}"
