"""Keep the Iceberg catalog of a lake at the current version: by `cinelake catalog`, then after every publication.

Order: the version is recorded as named by a snapshot, then the tables get their snapshots, then snapshots of versions that
are no longer kept expire, then the record is reduced. So an object that a live snapshot names is never removed.
Invariant: what is already correct is not touched, so the same call completes what a failure left half done.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cinelake.errors import CinelakeError, UsageError
from cinelake.installation import suggest_extra
from cinelake.lake.store import Store
from cinelake.lake.stores.local_store import LocalStore
from cinelake.refine.iceberg.catalog_document import (
    ICEBERG,
    SQLITE,
    IcebergCatalog,
    choose_catalog,
    find_address,
    read_catalog,
    write_catalog,
    write_pinned,
)
from cinelake.refine.iceberg.connection import is_installed, open_catalog
from cinelake.refine.versions import Pointer, Published, read_pinned, read_pointer

if TYPE_CHECKING:
    from pyiceberg.catalog import Catalog
    from pyiceberg.table import Table

    from cinelake.refine.iceberg.table_sync import State


@dataclass(frozen=True, slots=True)
class IcebergTables:
    """The tables of a catalog: what was done to each, or would be in a dry run, and those without rows."""

    catalog: IcebergCatalog
    version: str
    states: "dict[str, State]"
    left_out: tuple[str, ...]


def register_iceberg(
    store: Store, namespace: str | None = None, uri: str | None = None, *, is_dry_run: bool = False
) -> IcebergTables:
    """Create the Iceberg catalog of a lake, or bring it up to date; later builds keep it so.

    Raises:
        UsageError: there are no tables yet, the extra is not installed, or a table belongs to another owner.
        OvertakenError: another process changed the catalog at the same time.
        StoreError: the catalog cannot be reached.
    """
    pointer = read_pointer(store)
    if pointer is None:
        raise UsageError(f"the lake {store!r} has no tables yet", hint="run `cinelake build` first")
    known = read_catalog(store)
    if known is not None and namespace is None and uri is None and known.lake == find_address(store):
        return _sync(store, known, pointer, is_dry_run=is_dry_run)
    return _sync(store, choose_catalog(store, namespace, uri), pointer, is_dry_run=is_dry_run)


def update_iceberg(store: Store, pointer: Pointer) -> tuple[str, ...]:
    """Bring the catalog to the current version if the lake has one. Returns a warning if that is not possible."""
    known = read_catalog(store)
    if known is None or (_is_current(store, known) and read_pinned(store).shown == pointer.version):
        return ()
    name = "the Iceberg catalog does not show this version"
    if not is_installed():
        return (f"{name}: {suggest_extra('iceberg')}, then `cinelake catalog --format iceberg`",)
    try:
        _sync(store, known, pointer, is_dry_run=False)
    except CinelakeError as error:
        return (f"{name}: {error}",)
    return ()


def _is_current(store: Store, known: IcebergCatalog) -> bool:
    """Whether the catalog is that of this lake, and a database in a folder still exists."""
    has_database = known.kind != "sql" or not isinstance(store, LocalStore) or (store.root / SQLITE).exists()
    return known.lake == find_address(store) and has_database


def _sync(store: Store, known: IcebergCatalog, pointer: Pointer, *, is_dry_run: bool) -> IcebergTables:
    if isinstance(store, LocalStore) and known.lake != find_address(store):
        known = IcebergCatalog(known.kind, known.namespace, find_address(store))
    if not is_dry_run:
        _remove_moved(store, known)
        write_catalog(store, known)
    elif known.kind == "sql" and not (store.read(SQLITE) if isinstance(store, LocalStore) else None):
        full = [table.name for table in pointer.tables if _list_addresses(known, table)]
        return IcebergTables(known, pointer.version, dict.fromkeys(sorted(full), "created"), _list_empty(known, pointer))
    if not is_dry_run:
        write_pinned(store, {*read_pinned(store).versions, pointer.version})
    with open_catalog(store, known, is_dry_run=is_dry_run) as catalog:
        states = _sync_tables(store, catalog, known, pointer, is_dry_run=is_dry_run)
    return IcebergTables(known, pointer.version, states, _list_empty(known, pointer))


def _sync_tables(
    store: Store, catalog: "Catalog", known: IcebergCatalog, pointer: Pointer, *, is_dry_run: bool
) -> "dict[str, State]":
    from cinelake.refine.iceberg import table_sync  # noqa: PLC0415 - an optional dependency

    states: dict[str, State] = {}
    kept = {pointer.version, *(each.version for each in pointer.previous)}
    named = {pointer.version}
    is_present = catalog.namespace_exists(known.namespace)  # a dry run does not create it
    existing = {str(name[-1]) for name in catalog.list_tables(known.namespace)} if is_present else set[str]()
    for table in pointer.tables:
        files = _list_addresses(known, table)
        identifier, location = (known.namespace, table.name), f"{known.lake}/{ICEBERG}/{table.name}"
        if not files and table.name not in existing:
            continue
        loaded = _load_table(catalog, identifier, is_dry_run=is_dry_run) if table.name in existing else None
        states[table.name] = table_sync.plan_state(loaded, files, known.lake)
        if is_dry_run:
            continue
        if states[table.name] != "unchanged":
            properties = {table_sync.OWNER: known.lake, "comment": table.about}
            loaded = table_sync.sync_table(catalog, identifier, location, files, pointer.version, properties)
        if loaded is not None:
            named |= table_sync.expire(loaded, kept)
            _remove_metadata(store, table.name, known.lake, table_sync.list_metadata(loaded))
    for name in sorted(existing - {table.name for table in pointer.tables}):
        if catalog.load_table((known.namespace, name)).properties.get(table_sync.OWNER) == known.lake:
            states[name] = "removed"
            if not is_dry_run:
                catalog.drop_table((known.namespace, name))
                _remove_metadata(store, name, known.lake, set())
    if not is_dry_run:
        write_pinned(store, named & kept, pointer.version)
    return states


def _load_table(catalog: "Catalog", identifier: tuple[str, str], *, is_dry_run: bool) -> "Table | None":
    """A table of the catalog; one whose metadata is lost is dropped, so that it is created again."""
    try:
        return catalog.load_table(identifier)
    except FileNotFoundError:
        if not is_dry_run:
            catalog.drop_table(identifier)
        return None


def _list_addresses(known: IcebergCatalog, table: Published) -> list[str]:
    """The addresses of a table's files; a file without rows says nothing."""
    return [f"{known.lake}/{part.key}" for part in table.parts if part.rows]


def _list_empty(known: IcebergCatalog, pointer: Pointer) -> tuple[str, ...]:
    return tuple(table.name for table in pointer.tables if not _list_addresses(known, table))


def _remove_metadata(store: Store, table: str, lake: str, used: set[str]) -> None:
    """Remove the metadata of a table that no snapshot refers to any more."""
    for entry in list(store.list_entries(f"{ICEBERG}/{table}/")):
        if f"{lake}/{entry.key}" not in used:
            store.delete(entry.key)


def _remove_moved(store: Store, known: IcebergCatalog) -> None:
    """Remove the SQL catalog of a folder that was moved or copied: its metadata names files at the previous path."""
    former = read_catalog(store)
    if known.kind != "sql" or former is None or former.lake == known.lake:
        return
    for entry in list(store.list_entries(f"{ICEBERG}/")):
        if entry.key == SQLITE or entry.key.count("/") > SQLITE.count("/"):
            store.delete(entry.key)
