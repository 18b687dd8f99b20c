"""Owns DuckDB as the engine: in memory, on this machine, spilling into a folder that is given back afterwards."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
import msgspec

from cinelake.errors import IncompleteError
from cinelake.refine.engines.scratch import LocalPlace, Place

MOST_MB, _LEAST_MB = 4_000, 1_000
"""For tables and intermediate results; the process takes a fifth as much again, or more if that is little."""
_SHARE = 0.5
"""How much of the machine's memory that may be at most."""


class DuckDbEngine:
    """One database in memory; `folder` takes what does not fit, and small files on their way in."""

    def __init__(self, folder: Path, memory_mb: int = _LEAST_MB) -> None:
        self._folder = folder
        self.place: Place = LocalPlace(folder)
        self._connection = duckdb.connect()
        for setting in (
            f"memory_limit = '{memory_mb}MB'",
            f"temp_directory = '{_quote(str(folder))}'",
            "TimeZone = 'UTC'",
            "enable_progress_bar = false",  # it would stand on stdout, which is for results
        ):
            self._connection.execute(f"SET {setting}")

    def load_files(self, table: str, columns: Mapping[str, str], paths: Sequence[str]) -> None:
        """A table from files of one kind, JSON lists of records or Parquet, with `raw_path` as a further column."""
        if not paths:
            self._create_empty(table, {**columns, "raw_path": "VARCHAR"})
            return
        if paths[0].endswith(".parquet"):
            listed = ", ".join(f'CAST("{name}" AS {kind}) AS "{name}"' for name, kind in columns.items())
            picked, source = f"{listed}, raw_path", f"read_parquet({_list(paths)}, filename = 'raw_path')"
        else:
            # No record is larger than its file; DuckDB would else take 32 MB for each of thousands of small ones in turn.
            most = max(Path(path).stat().st_size for path in paths)
            options = f"columns = {_struct(columns)}, format = 'array', filename = 'raw_path', maximum_object_size = {most}"
            picked, source = "*", f"read_json({_list(paths)}, {options})"
        with _translated(f"table {table}"), self._without_order():
            self._connection.execute(f"CREATE TABLE {table} AS SELECT {picked} FROM {source}")  # noqa: S608 - our own names

    def load_lines(self, table: str, columns: Sequence[str], path: str | None, separator: str) -> None:
        """A view of the lines of a file: read when a model asks, so that a file larger than the memory is never held."""
        if path is None:
            self._create_empty(table, dict.fromkeys(("line", *columns), "VARCHAR") | {"line": "BIGINT"})
            return
        # No sniffing: what a quote or an odd character in the first rows might be is settled.
        options = (
            f"columns = {_struct(dict.fromkeys(columns, 'VARCHAR'))}, auto_detect = false, header = true, "
            f"delim = '{separator}', compression = 'none', quote = '', escape = '', comment = '', nullstr = ['\\N', '']"
        )
        source = f"read_csv({quote_path(path)}, {options})"
        # Rows keep their order, since DuckDB preserves it and a window without one numbers them as they come.
        sql = f"SELECT ROW_NUMBER() OVER () + 1 AS line, * FROM {source}"  # noqa: S608 - our own names
        with _translated(f"table {table}"):
            self._connection.execute(f"CREATE VIEW {table} AS {sql}")

    def load_rows(self, table: str, columns: Mapping[str, str], rows: Sequence[tuple[object, ...]]) -> None:
        """A table from values that JSON can carry."""
        if not rows:
            self._create_empty(table, columns)
            return
        path = self._folder / f"{table}.ndjson"
        encoder = msgspec.json.Encoder()
        path.write_bytes(b"\n".join(encoder.encode(dict(zip(columns, row, strict=True))) for row in rows))
        source = f"read_json({_list([str(path)])}, columns = {_struct(columns)}, format = 'newline_delimited')"
        with _translated(f"table {table}"):
            self._connection.execute(f"CREATE TABLE {table} AS SELECT * FROM {source}")  # noqa: S608 - our own names

    def build(self, table: str, sql: str) -> None:
        """A table from a SELECT over tables that exist."""
        with _translated(f"model {table}"):
            self._connection.execute(f"CREATE TABLE {table} AS {sql}")

    def drop(self, table: str) -> None:
        """Give back the room of a table that nobody reads any more."""
        self._connection.execute(f"DROP TABLE {table}")

    def query(self, sql: str) -> list[tuple[object, ...]]:
        """The rows of a SELECT."""
        with _translated("a question of the build"):
            return self._connection.execute(sql).fetchall()

    def write(self, sql: str, path: Path) -> None:
        """The rows of a SELECT as one Parquet file, in their order."""
        with _translated(f"table {path.stem}"):
            self._connection.execute(f"COPY ({sql}) TO '{_quote(str(path))}' (FORMAT parquet, COMPRESSION zstd)")

    def close(self) -> None:
        """Give everything back."""
        self._connection.close()

    @contextmanager
    def _without_order(self) -> Iterator[None]:
        """Rows as they come: to keep them in order, DuckDB holds each of some thousand small files by itself, in blocks."""
        self._connection.execute("SET preserve_insertion_order = false")
        try:
            yield
        finally:
            self._connection.execute("SET preserve_insertion_order = true")

    def _create_empty(self, table: str, columns: Mapping[str, str]) -> None:
        listed = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
        self._connection.execute(f"CREATE TABLE {table} ({listed})")


def choose_memory(raw_bytes: int, machine_mb: int, most_mb: int = MOST_MB) -> int:
    """MB for DuckDB: what is little stays small, and what is much is not read through a keyhole. Pure."""
    wanted = _LEAST_MB + raw_bytes // 1_000_000
    return max(_LEAST_MB, min(wanted, most_mb, int(machine_mb * _SHARE)))


def _read_machine_mb() -> int:
    """Return the memory of this machine in MB; on Windows, which has no `sysconf`, what most machines have."""
    if not hasattr(os, "sysconf"):
        return 8_000
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 1_000_000


@contextmanager
def open_duckdb(folder: Path, raw_bytes: int = 0, *, most_mb: int = MOST_MB) -> Iterator[DuckDbEngine]:
    """An engine for the length of a build; `most_mb` is what it may have at most."""
    engine = DuckDbEngine(folder, choose_memory(raw_bytes, _read_machine_mb(), most_mb))
    try:
        yield engine
    finally:
        engine.close()


@contextmanager
def _translated(thing: str) -> Iterator[None]:
    try:
        yield
    except (duckdb.OutOfMemoryException, duckdb.IOException) as error:
        raise IncompleteError(
            thing,
            f"memory, or the disk for what does not fit in it, would not do ({str(error).splitlines()[0]})",
            "room for the tables",
            "build on a machine with more memory, or free space where temporary files go (TMPDIR), or --engine spark",
        ) from error
    except duckdb.Error as error:
        raise IncompleteError(
            thing,
            f"DuckDB could not build it ({str(error).splitlines()[0]})",
            "records as the service sends them",
            "look at the file it names; `cinelake verify` tells whether it is as it was written",
        ) from error


def _quote(path: str) -> str:
    return path.replace("'", "''")


def quote_path(path: str) -> str:
    """A path as a literal for DuckDB's readers, to which `*`, `?` and `[` would stand for other files."""
    plain = re.sub(r"[*?[]", r"[\g<0>]", path)
    return f"'{_quote(plain)}'"


def _list(paths: Sequence[str]) -> str:
    return "[" + ", ".join(map(quote_path, paths)) + "]"


def _struct(columns: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"\"{name}\": '{kind}'" for name, kind in columns.items()) + "}"
