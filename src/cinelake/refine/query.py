"""Run SQL over the current version: each table of Trusted and Refined is a view, and nothing else is accessible.

Invariant: a query changes nothing and reads only the tables; only a SELECT is accepted.
"""

import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

import duckdb

from cinelake.errors import DamagedError, UsageError
from cinelake.lake.store import Store
from cinelake.lake.stores.local_store import LocalStore
from cinelake.refine.engines.duckdb_engine import quote_path
from cinelake.refine.versions import Pointer, Published, list_sizes, read_pointer

_T = TypeVar("_T")
_ROWS_AT_ONCE: Final = 10_000


@dataclass(frozen=True, slots=True)
class QueryResult:
    """The result of a query: the names of its columns, and its rows in order."""

    columns: tuple[str, ...]
    rows: list[tuple[object, ...]]


class Tables:
    """The tables of the current version. If a build replaces it, later queries use the new version.

    Attributes:
        folder: a temporary folder; queries can read and write below it.
    """

    def __init__(self, store: Store, pointer: Pointer, folder: Path) -> None:
        self._store = store
        self.folder = folder
        self._root = store.root.absolute() if isinstance(store, LocalStore) else None
        self._connect(pointer)

    def query(self, sql: str) -> QueryResult:
        """Run a SELECT.

        Raises:
            UsageError: it is not a SELECT, or DuckDB rejects it.
            DamagedError: an object of a table is missing or cannot be read.
        """
        if sql.strip("; \n").casefold().split() == ["show", "tables"]:
            return QueryResult(("table",), [(name,) for name in self.names])
        return self._attempt(lambda: self._fetch(sql))

    def describe(self, table: str) -> dict[str, str]:
        """The types of a table's columns, by name and in their order."""
        return {str(row[0]): str(row[1]) for row in self.query(f"DESCRIBE {table}").rows}

    def export(self, sql: str, path: Path, options: str) -> int:
        """Write the rows of a SELECT to a file below `folder` with DuckDB's COPY. Returns their number."""

        def run() -> int:
            self._open_named(sql)
            quoted = str(path).replace("'", "''")
            ((count,),) = self._connection.execute(f"COPY ({sql}) TO '{quoted}' ({options})").fetchall()
            return int(count)

        return self._attempt(run)

    def stream(
        self, sql: str, begin: Callable[[tuple[str, ...]], None], write: Callable[[tuple[object, ...]], None]
    ) -> int:
        """Pass the names of the columns, then the rows of a SELECT one after the other. Returns their number."""

        def run() -> int:
            found = self._run(sql)
            begin(tuple(column[0] for column in found.description or ()))
            count = 0
            while rows := found.fetchmany(_ROWS_AT_ONCE):
                count += len(rows)
                for row in rows:
                    write(row)
            return count

        return self._attempt(run)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _attempt(self, run: Callable[[], _T]) -> _T:
        """Read the current version; if an object is gone because a build has replaced the version, read the new one."""
        try:
            try:
                return run()
            except (DamagedError, duckdb.IOException, duckdb.PermissionException):
                # DuckDB raises the last one for a missing file, because it looks for a folder of that name.
                pointer = read_pointer(self._store)
                if pointer is None or pointer.version == self.version:
                    self._expect_all_parts()
                    raise
                self.close()
                self._connect(pointer)
                return run()
        except duckdb.Error as error:
            raise self._translate(error) from error
        except RuntimeError as error:  # DuckDB's form of Ctrl-C
            raise KeyboardInterrupt from error

    def _connect(self, pointer: Pointer) -> None:
        self.version, self.built_at = pointer.version, pointer.built_at
        self._unopened = {table.name: table for table in pointer.tables}
        self.names = tuple(sorted(self._unopened))
        self._connection = duckdb.connect()
        self._keys = [part.key for table in pointer.tables for part in table.parts]
        paths = [self._root / key for key in self._keys] if self._root else []
        # DuckDB checks paths in both forms: plain, and escaped as its readers get them.
        allowed = ", ".join([*map(_quote, paths), *(quote_path(str(path)) for path in paths)])
        self._connection.execute(f"SET allowed_paths = [{allowed}]")
        self._connection.execute(f"SET allowed_directories = [{_quote(self.folder)}]")
        self._connection.execute("SET enable_external_access = false")
        self._connection.execute("SET TimeZone = 'UTC'")
        self._connection.execute("SET enable_progress_bar = false")  # stdout is for the result

    def _fetch(self, sql: str) -> QueryResult:
        found = self._run(sql)
        return QueryResult(tuple(column[0] for column in found.description or ()), found.fetchall())

    def _run(self, sql: str) -> duckdb.DuckDBPyConnection:
        statements = duckdb.extract_statements(sql)
        if [statement.type for statement in statements] != [duckdb.StatementType.SELECT]:
            raise UsageError(
                "the statement is not a single SELECT", hint='run one query, for example "SELECT COUNT(*) FROM title"'
            )
        self._open_named(sql)
        return self._connection.execute(sql)

    def _open_named(self, sql: str) -> None:
        """Create the views of the tables that a statement may name."""
        for name in set(re.findall(r"\w+", sql.casefold())) & self._unopened.keys():
            self._open(self._unopened[name])
            del self._unopened[name]

    def _expect_all_parts(self) -> None:
        """Check that every object of the current version exists.

        Raises:
            DamagedError: one is missing.
        """
        existing = list_sizes(self._store)
        missing = [key for key in self._keys if key not in existing]
        if missing:
            raise _build_missing_error(missing[0])

    def _translate(self, error: duckdb.Error) -> DamagedError | UsageError:
        reason = str(error).strip()
        if ".parquet" in reason and not isinstance(error, (duckdb.CatalogException, duckdb.BinderException)):
            return DamagedError(
                "cannot read a table of the current version",
                cause=reason.splitlines()[0],
                hint="run `cinelake build` to build it again",
            )
        if "does not exist" in reason:
            return UsageError("DuckDB rejects the query", cause=reason, hint=f"the tables are {', '.join(self.names)}")
        return UsageError("DuckDB rejects the query", cause=reason)

    def _open(self, table: Published) -> None:
        if not table.parts:
            self._open_empty(table)
            return
        paths = [self._find(part.key) for part in table.parts]
        listed = ", ".join(quote_path(str(path)) for path in paths)
        source = f"read_parquet([{listed}], hive_partitioning = false)"  # dt= in a key is not a column
        self._connection.execute(f"CREATE VIEW {table.name} AS SELECT * FROM {source}")  # noqa: S608 - our own names

    def _open_empty(self, table: Published) -> None:
        """Open a table without rows, which has no object: a lake of films has no day of series."""
        # Imported here for a fast start: most queries need no model.
        from cinelake.refine.models.model import read_models  # noqa: PLC0415
        from cinelake.refine.models.table_types import build_types  # noqa: PLC0415

        types = build_types(read_models()).get(table.name)
        if types is None:
            raise DamagedError(
                f'table "{table.name}" was built by another release of cinelake',
                hint="run `cinelake build` to build it again",
                subject=table.name,
            )
        columns = ", ".join(f'CAST(NULL AS {kind}) AS "{name}"' for name, kind in types.items())
        self._connection.execute(f"CREATE VIEW {table.name} AS SELECT {columns} WHERE FALSE")

    def _find(self, key: str) -> Path:
        """The file of an object, or a local copy of it."""
        if self._root is not None and (self._root / key).exists():
            return self._root / key
        stored = self._store.read(key)
        if stored is None:
            raise _build_missing_error(key)
        path = self.folder / key.replace("/", "_")
        path.write_bytes(stored.data)
        return path


@contextmanager
def open_tables(store: Store) -> Iterator[Tables]:
    """Open the tables of the current version.

    Raises:
        UsageError: no version was built yet.
        DamagedError: the pointer cannot be read.
    """
    pointer = read_pointer(store)
    if pointer is None:
        raise UsageError(f'no tables in lake "{store!r}"', hint="check --lake, or run `cinelake build` first")
    with tempfile.TemporaryDirectory(prefix="cinelake-sql-") as folder:
        tables = Tables(store, pointer, Path(folder).absolute())
        try:
            yield tables
        finally:
            tables.close()


def _build_missing_error(key: str) -> DamagedError:
    return DamagedError(
        f'object "{key}" of the current version does not exist',
        hint="run `cinelake build` to build it again",
        subject=key,
    )


def _quote(path: Path) -> str:
    text = str(path).replace("'", "''")
    return f"'{text}'"
