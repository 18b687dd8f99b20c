"""The database lake.duckdb in the folder of a lake: a view for each table of the current version.

The views name their files relative to the folder of the lake, so they are valid in a program that was started there, also
if the folder was moved. The file is replaced in one step. Whoever has the previous one open keeps reading its version. A
bucket gets no such file: DuckDB would not find the tables from a copy of it.

_cinelake/refined/views.json    the version that lake.duckdb shows, and a tag of the file
"""

import tempfile
from pathlib import Path
from typing import Final

import msgspec

from cinelake.errors import DamagedError
from cinelake.lake.documents import read_document, write_document
from cinelake.lake.keys import OWN, TRUSTED, VERSIONS
from cinelake.lake.store import Store
from cinelake.lake.stores.local_store import LocalStore
from cinelake.refine.part_hashes import DamagedPartError, find_damaged
from cinelake.refine.versions import Pointer, Published

DATABASE: Final = "lake.duckdb"
VIEWS: Final = f"{OWN}/refined/views.json"
_STORAGE: Final = "v1.0.0"
"""The format of the file, which every DuckDB from 1.0 reads."""


class Views(msgspec.Struct, frozen=True):
    """The version that lake.duckdb shows, and the tag of the file."""

    version: str
    tag: str


def update_views(store: Store, pointer: Pointer) -> None:
    """Replace lake.duckdb if it does not show this version. Does nothing if the lake is no folder.

    Raises:
        DamagedPartError: a part of the version differs from its SHA-256.
        DamagedError: DuckDB cannot read a table for another reason.
    """
    if not isinstance(store, LocalStore):
        return
    tag = _read_tag(store)
    if tag and _read_views(store) == Views(pointer.version, tag):
        return
    with tempfile.TemporaryDirectory(prefix="cinelake-views-") as name:
        path = Path(name) / DATABASE
        _create(store, path, _find_search_path(store.root, Path(name)), [each for each in pointer.tables if each.parts])
        store.delete(f"{DATABASE}.wal")  # of a program that wrote to the previous file: DuckDB would apply it to this one
        store.write_file(DATABASE, path)
    write_document(store, VIEWS, Views(pointer.version, _read_tag(store)))


def _create(store: LocalStore, path: Path, root: Path, tables: list[Published]) -> None:
    # Imported here for a fast start: an unchanged build needs no database.
    import duckdb  # noqa: PLC0415

    from cinelake.refine.engines.duckdb_engine import quote_path  # noqa: PLC0415

    with duckdb.connect() as connection:
        quoted = str(path).replace("'", "''")
        connection.execute(f"ATTACH '{quoted}' AS lake (STORAGE_VERSION '{_STORAGE}')")
        connection.execute("USE lake")
        # DuckDB reads the columns of each table while it creates the view.
        connection.execute("SET file_search_path = ?", [str(root)])
        for table in tables:
            keys = ", ".join(quote_path(part.key) for part in table.parts)
            source = f"read_parquet([{keys}], hive_partitioning = false)"
            try:
                connection.execute(f"CREATE VIEW {table.name} AS SELECT * FROM {source}")  # noqa: S608 - our own names
            except duckdb.Error as error:
                raise _find_cause(store, table, error) from error
            about = table.about.replace("'", "''")
            connection.execute(f"COMMENT ON VIEW {table.name} IS '{about}'")


def _find_cause(store: LocalStore, table: Published, error: Exception) -> DamagedError:
    """The error for a table that DuckDB cannot read."""
    damaged = find_damaged(store, table.parts)
    if damaged:
        return DamagedPartError.of(min(damaged))
    return DamagedError(
        f'DuckDB cannot read table "{table.name}" of the current version',
        cause=str(error),
        hint=f"run `cinelake build` again; if it fails again, remove {VERSIONS}/ and run it once more",
        subject=table.parts[0].key,
    )


def _find_search_path(root: Path, folder: Path) -> Path:
    """The folder of the lake, or one with links to its zones if DuckDB would split its path at a comma."""
    if "," not in str(root):
        return root
    for zone in (VERSIONS, TRUSTED):
        (folder / zone).symlink_to(root / zone)
    return folder


def _read_tag(store: LocalStore) -> str:
    """A text that changes with every write of lake.duckdb; empty if there is none."""
    try:
        found = (store.root / DATABASE).stat()
    except FileNotFoundError:
        return ""
    return f"{found.st_ino}-{found.st_mtime_ns}-{found.st_size}"


def _read_views(store: Store) -> Views | None:
    try:
        return read_document(store, VIEWS, Views, hint="run `cinelake build`")
    except DamagedError:  # the file is made again
        return None
