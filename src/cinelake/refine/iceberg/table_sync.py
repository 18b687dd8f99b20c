"""Bring one Iceberg table to the files of a version, without rewriting them.

A change is one snapshot that removes previous files and adds new ones. The files have no field ids, so the table has a name
mapping. New columns are added to its schema. After a change that Iceberg does not allow, the table is created again.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Final, Literal

from cinelake.errors import UsageError

if TYPE_CHECKING:
    import pyarrow as pa
    from pyiceberg.catalog import Catalog
    from pyiceberg.manifest import DataFile
    from pyiceberg.table import Table, Transaction

OWNER: Final = "cinelake.lake"
"""The property that names the lake which created a table."""
VERSION: Final = "cinelake.version"
"""The property of a snapshot that names its version."""
_PROPERTIES: Final = {
    "write.metadata.delete-after-commit.enabled": "true",
    "write.metadata.previous-versions-max": "5",
}
State = Literal["created", "changed", "unchanged", "removed"]


def plan_state(table: "Table | None", files: Collection[str], lake: str) -> State:
    """What a table needs to have these files.

    Raises:
        UsageError: the table belongs to another owner.
    """
    if table is None:
        return "created"
    owner = table.properties.get(OWNER)
    if owner != lake:
        whose = f"the lake {owner}" if owner else "an owner other than cinelake"
        raise UsageError(
            f'the Iceberg table "{".".join(table.name())}" belongs to {whose}',
            hint="choose another namespace with --database; tables of other owners are never changed",
        )
    return "unchanged" if set(_list_files(table)) == set(files) else "changed"


def sync_table(
    catalog: "Catalog",
    identifier: tuple[str, str],
    location: str,
    files: Collection[str],
    version: str,
    properties: Mapping[str, str],
) -> "Table":
    """Create or change a table so that its current snapshot has exactly these files."""
    table = catalog.load_table(identifier) if catalog.table_exists(identifier) else None
    present = _list_files(table) if table else {}
    new = sorted(set(files) - present.keys())
    schema = _read_schema(catalog, location, new)
    if table is not None and schema is not None and not _can_evolve(table, schema):
        catalog.drop_table(identifier)
        return sync_table(catalog, identifier, location, files, version, properties)
    if table is None:
        import pyarrow as pa  # noqa: PLC0415 - an optional dependency

        table = catalog.create_table(
            identifier, schema or pa.schema([]), location=location, properties={**_PROPERTIES, **properties}
        )
        mapping = table.schema().name_mapping.model_dump_json()
        with table.transaction() as transaction:
            transaction.set_properties({"schema.name-mapping.default": mapping})
    removed = [file for address, file in present.items() if address not in files]
    if new or removed:
        with table.transaction() as transaction:
            if schema is not None:
                _evolve(transaction, schema)
            _overwrite(transaction, table, new, removed, version)
    return table


def expire(table: "Table", kept: Collection[str]) -> set[str]:
    """Remove snapshots of versions that are not kept. Returns the versions that live snapshots name."""
    current = table.current_snapshot()
    head = current.snapshot_id if current else None
    versions = {each.snapshot_id: _find_version(each.summary) for each in table.snapshots()}
    stale = [number for number, version in versions.items() if number != head and version not in kept]
    if stale:
        table.maintenance.expire_snapshots().by_ids(stale).commit()
    return {version for number, version in versions.items() if number not in stale and version}


def list_metadata(table: "Table") -> set[str]:
    """The addresses of all metadata that the table still refers to."""
    found = {table.metadata_location, *(each.metadata_file for each in table.metadata.metadata_log)}
    for snapshot in table.snapshots():
        found |= {snapshot.manifest_list, *(each.manifest_path for each in snapshot.manifests(table.io))}
    return found


def _list_files(table: "Table") -> "dict[str, DataFile]":
    """The files of the current snapshot, by address."""
    snapshot = table.current_snapshot()
    manifests = snapshot.manifests(table.io) if snapshot else []
    entries = (entry for each in manifests for entry in each.fetch_manifest_entry(table.io, discard_deleted=True))
    return {entry.data_file.file_path: entry.data_file for entry in entries}


def _overwrite(
    transaction: "Transaction", table: "Table", new: Iterable[str], removed: "Iterable[DataFile]", version: str
) -> None:
    """Add and remove files in one snapshot; a deletion and an addition would make two."""
    from pyiceberg.io.pyarrow import parquet_file_to_data_file  # noqa: PLC0415 - an optional dependency

    from cinelake.refine.iceberg.replacement import start_replacement  # noqa: PLC0415 - the same

    with start_replacement(transaction, table.io, {VERSION: version}) as snapshot:
        for file in removed:
            snapshot.delete_data_file(file)
        for address in new:
            snapshot.append_data_file(parquet_file_to_data_file(table.io, transaction.table_metadata, address))


def _evolve(transaction: "Transaction", schema: "pa.Schema") -> None:
    """Add new columns and remove those that the files no longer have."""
    gone = {field.name for field in transaction.table_metadata.schema().fields} - set(schema.names)
    with transaction.update_schema(allow_incompatible_changes=bool(gone)) as update:
        update.union_by_name(schema)
        for name in sorted(gone):
            update.delete_column(name)


def _can_evolve(table: "Table", schema: "pa.Schema") -> bool:
    """Whether Iceberg allows the change of the schema. Nothing is committed."""
    from pyiceberg.exceptions import ValidationError  # noqa: PLC0415 - an optional dependency
    from pyiceberg.table import Transaction  # noqa: PLC0415 - the same

    try:
        _evolve(Transaction(table, autocommit=False), schema)
    except (ValueError, ValidationError):
        return False
    return True


def _read_schema(catalog: "Catalog", location: str, files: Iterable[str]) -> "pa.Schema | None":
    """The columns of all these files, any of which may be null; None if there is no file."""
    import pyarrow as pa  # noqa: PLC0415 - an optional dependency
    import pyarrow.parquet as pq  # noqa: PLC0415 - the same
    from pyiceberg.io import load_file_io  # noqa: PLC0415 - the same

    io = load_file_io(catalog.properties, location)
    schemas = []
    for address in files:
        with io.new_input(address).open() as file:
            schemas.append(pq.read_schema(file).remove_metadata())
    return pa.schema([_relax(field) for field in pa.unify_schemas(schemas)]) if schemas else None


def _relax(field: "pa.Field") -> "pa.Field":
    """The field and those within it, nullable: engines mark columns without nulls in different ways."""
    import pyarrow as pa  # noqa: PLC0415 - an optional dependency

    kind = field.type
    if pa.types.is_struct(kind):
        kind = pa.struct([_relax(each) for each in kind.fields])
    elif pa.types.is_list(kind):
        kind = pa.list_(_relax(kind.value_field))
    return pa.field(field.name, kind, nullable=True)


def _find_version(summary: object) -> str:
    properties = getattr(summary, "additional_properties", {})
    return str(properties.get(VERSION, ""))
