"""Owns questions in SQL over what is current: each table of Trusted and Refined as a view, and nothing else in reach.

Invariant: a question changes nothing and reads nothing but the tables; only a SELECT is taken.
"""

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from cinelake.errors import DamagedError, UsageError
from cinelake.lake.local_store import LocalStore
from cinelake.lake.store import Store
from cinelake.refine.engines.duckdb_engine import quote_path
from cinelake.refine.models.model import read_models
from cinelake.refine.models.table_types import build_types
from cinelake.refine.publish import REFINED, TRUSTED, Pointer, Published, read_pointer


@dataclass(frozen=True, slots=True)
class Answer:
    """What a question came to: names of the columns, and rows in their order."""

    columns: tuple[str, ...]
    rows: list[tuple[object, ...]]


class Tables:
    """The current tables, open for questions; when a build makes others current, these are taken from then on."""

    def __init__(self, store: Store, pointer: Pointer, folder: Path) -> None:
        self._store = store
        self._folder = folder
        self._root = store.root.absolute() if isinstance(store, LocalStore) else None
        self._take(pointer)

    def ask(self, sql: str) -> Answer:
        """The rows of a SELECT.

        Raises:
            UsageError: it is none, or DuckDB does not understand it.
            DamagedError: a table's object is not there.
        """
        if sql.strip("; \n").casefold().split() == ["show", "tables"]:
            return Answer(("table",), [(name,) for name in self.names])
        try:
            try:
                return self._run(sql)
            except (
                DamagedError,
                duckdb.IOException,
                duckdb.PermissionException,
            ):  # the last: what is gone is sought as a folder
                pointer = read_pointer(self._store)
                if pointer is None or pointer.version == self.version:
                    self._expect_whole()
                    raise
                self.close()
                self._take(pointer)
                return self._run(sql)
        except duckdb.Error as error:
            reason = str(error).strip()
            if ".parquet" in reason and not isinstance(error, (duckdb.CatalogException, duckdb.BinderException)):
                expected, todo = "tables as they were written", "run cinelake build: they are made anew"
                raise DamagedError("tables", f"one cannot be read ({reason.splitlines()[0]})", expected, todo) from error
            is_name = "does not exist" in reason
            expected = f"SQL over the tables {', '.join(self.names)}" if is_name else "SQL as DuckDB has it"
            raise UsageError("sql", reason, expected, "correct it") from error
        except RuntimeError as error:  # what DuckDB makes of Ctrl-C
            raise KeyboardInterrupt from error

    def _expect_whole(self) -> None:
        """Say so if it was not the question's fault that a file could not be read.

        Raises:
            DamagedError: an object of the current version is gone.
        """
        there = {entry.key for zone in (REFINED, TRUSTED) for entry in self._store.list_entries(f"{zone}/")}
        gone = [key for key in self._keys if key not in there]
        if gone:
            raise _build_damage(gone[0])

    def _take(self, pointer: Pointer) -> None:
        self.version, self.built_at = pointer.version, pointer.built_at
        self._waiting = {table.name: table for table in pointer.tables}
        self.names = tuple(sorted(self._waiting))
        self._connection = duckdb.connect()
        self._keys = [part.key for table in pointer.tables for part in table.parts]
        paths = [self._root / key for key in self._keys] if self._root else []
        # Both as they are and as readers are given them: DuckDB asks for the one and the other.
        allowed = ", ".join([*map(_quote, paths), *(quote_path(str(path)) for path in paths)])
        self._connection.execute(f"SET allowed_paths = [{allowed}]")
        self._connection.execute(f"SET allowed_directories = [{_quote(self._folder)}]")
        self._connection.execute("SET enable_external_access = false")
        self._connection.execute("SET TimeZone = 'UTC'")
        self._connection.execute("SET enable_progress_bar = false")  # stdout is the answer's

    def _run(self, sql: str) -> Answer:
        statements = duckdb.extract_statements(sql)
        if [statement.type for statement in statements] != [duckdb.StatementType.SELECT]:
            todo = "ask one question, such as: SELECT COUNT(*) FROM title"
            raise UsageError("sql", "it is not one SELECT", "a question that changes nothing", todo)
        for name in set(re.findall(r"\w+", sql.casefold())) & self._waiting.keys():
            self._open(self._waiting[name])
            del self._waiting[name]
        found = self._connection.execute(sql)
        return Answer(tuple(column[0] for column in found.description or ()), found.fetchall())

    def close(self) -> None:
        """Give everything back."""
        self._connection.close()

    def _open(self, table: Published) -> None:
        if not table.parts:
            self._open_empty(table)
            return
        paths = [self._find(part.key) for part in table.parts]
        listed = ", ".join(quote_path(str(path)) for path in paths)
        source = f"read_parquet([{listed}], hive_partitioning = false)"  # a key's v= and dt= are no columns
        self._connection.execute(f"CREATE VIEW {table.name} AS SELECT * FROM {source}")  # noqa: S608 - our own names

    def _open_empty(self, table: Published) -> None:
        """A table without a row has no object: a lake of films has no day of series."""
        types = build_types(read_models()).get(table.name)
        if types is None:
            happened = "it is empty, and this version of cinelake has no such table"
            raise DamagedError(table.name, happened, "a table that it has made", "run cinelake build: all are made anew")
        columns = ", ".join(f'CAST(NULL AS {kind}) AS "{name}"' for name, kind in types.items())
        self._connection.execute(f"CREATE VIEW {table.name} AS SELECT {columns} WHERE FALSE")

    def _find(self, key: str) -> Path:
        """The file of an object; a copy of it where the lake is no folder."""
        if self._root is not None and (self._root / key).exists():
            return self._root / key
        stored = self._store.read(key)
        if stored is None:
            raise _build_damage(key)
        path = self._folder / key.replace("/", "_")
        path.write_bytes(stored.data)
        return path


@contextmanager
def open_tables(store: Store) -> Iterator[Tables]:
    """The current tables of a lake.

    Raises:
        UsageError: nothing was built yet.
        DamagedError: the pointer cannot be read.
    """
    pointer = read_pointer(store)
    if pointer is None:
        raise UsageError(
            f"lake {store!r}", "nothing was built yet", "Trusted and Refined tables", "run cinelake build first"
        )
    with tempfile.TemporaryDirectory(prefix="cinelake-sql-") as folder:
        tables = Tables(store, pointer, Path(folder).absolute())
        try:
            yield tables
        finally:
            tables.close()


def _build_damage(key: str) -> DamagedError:
    return DamagedError(key, "it is not there", "an object of the current version", "run cinelake build: it is made anew")


def _quote(path: Path) -> str:
    text = str(path).replace("'", "''")
    return f"'{text}'"
