"""Describes a lake's current tables for the Glue Data Catalog: columns as Hive types, and locations. Pure.

Athena reads every object below a table's location, so a location must hold the current objects and no others. A table of
one object has a folder of its own in each version, which is its location. Objects that several versions share lie beside
others, so the location of such a table, as of all of Trusted, is a folder with one list of addresses, which Hive calls a
symlink.

_cinelake/catalog/<table>/v=<version>/addresses       one address on each line

Invariant: a table is changed or removed only if its parameters say that this lake created it.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cinelake.errors import UsageError
from cinelake.lake.keys import OWN
from cinelake.refine.models.published_columns import Column, Type
from cinelake.refine.versions import Published, parse_version

ADDRESSES = f"{OWN}/catalog"
OWNER = "cinelake_lake"
"""The parameter that names the lake which created a table."""
_HIVE = "org.apache.hadoop.hive.ql.io"
_PARQUET = f"{_HIVE}.parquet.MapredParquetInputFormat", f"{_HIVE}.parquet.MapredParquetOutputFormat"
_SYMLINK = f"{_HIVE}.SymlinkTextInputFormat", f"{_HIVE}.HiveIgnoreKeyTextOutputFormat"
_SERDE = {
    "SerializationLibrary": f"{_HIVE}.parquet.serde.ParquetHiveSerDe",
    "Parameters": {"serialization.format": "1"},
}
_NAME = re.compile(r"[a-z][a-z0-9_]{0,254}")
_ABOUT_LENGTH = 2_048
_TYPES = {
    "boolean": "boolean",
    "tinyint": "tinyint",
    "smallint": "smallint",
    "integer": "int",
    "bigint": "bigint",
    "float": "float",
    "double": "double",
    "varchar": "string",
    "blob": "binary",
    "date": "date",
    "timestamp": "timestamp",
    "timestamp with time zone": "timestamp",
}
"""Hive types by DuckDB type. Hive has no unsigned numbers, times of day or UUIDs."""

Words = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """One table for the catalog.

    Attributes:
        words: Glue's TableInput.
        addresses: key and text of its list of addresses, if it needs one.
    """

    name: str
    words: Words
    addresses: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Changes:
    """Names of the tables to create, to change, to keep and to remove."""

    made: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


def build_entry(lake: str, version: str, table: Published, columns: Sequence[Column]) -> Entry:
    """The catalog entry of a table; `lake` is s3://bucket/prefix.

    Raises:
        UsageError: Hive does not accept a name or has no such type.
    """
    _check_name(f"table {table.name}", table.name)
    addresses = None
    if parse_version(table.parts[0].key) == version:
        location, formats = f"{lake}/{table.parts[0].key.rpartition('/')[0]}/", _PARQUET
    else:
        folder = f"{ADDRESSES}/{table.name}/v={version}"
        addresses = f"{folder}/addresses", "".join(f"{lake}/{part.key}\n" for part in table.parts)
        location, formats = f"{lake}/{folder}/", _SYMLINK
    described = [{"Name": each.name, "Type": _name_type(f"{table.name}.{each.name}", each)} for each in columns]
    words = {
        "Name": table.name,
        "Description": table.about[:_ABOUT_LENGTH],
        "TableType": "EXTERNAL_TABLE",
        "Parameters": {
            "EXTERNAL": "TRUE",
            "classification": "parquet",
            "recordCount": str(sum(part.rows for part in table.parts)),
            "sizeKey": str(sum(part.bytes for part in table.parts)),
            "objectCount": str(len(table.parts)),
            "cinelake_zone": table.zone,
            "cinelake_version": version,
            "cinelake_keys": " ".join(table.keys),
            OWNER: lake,
        },
        "StorageDescriptor": {
            "Columns": described,
            "Location": location,
            "InputFormat": formats[0],
            "OutputFormat": formats[1],
            "SerdeInfo": _SERDE,
        },
    }
    return Entry(table.name, words, addresses)


def plan_changes(entries: Iterable[Entry], existing: Mapping[str, Words], lake: str) -> Changes:
    """The changes that a database needs; `existing` are its tables by name, as Glue returns them.

    Raises:
        UsageError: a table of one of these names belongs to another owner.
    """
    wanted = {entry.name: entry.words for entry in entries}
    mine = {name for name, words in existing.items() if _find_owner(words) == lake}
    taken = sorted(wanted.keys() & existing.keys() - mine)
    if taken:
        owner = _find_owner(existing[taken[0]])
        whose = f"the lake {owner}" if owner else "an owner other than cinelake"
        raise UsageError(
            f'the table "{taken[0]}" in this database belongs to {whose}',
            hint="choose another database with --database; tables of other owners are never changed",
        )
    same = {name for name in wanted.keys() & mine if _holds(existing[name], wanted[name])}
    return Changes(
        made=tuple(sorted(wanted.keys() - existing.keys())),
        changed=tuple(sorted((wanted.keys() & mine) - same)),
        kept=tuple(sorted(same)),
        removed=tuple(sorted(mine - wanted.keys())),
    )


def parse_database(name: str) -> str:
    """A database name that Glue and Athena accept.

    Raises:
        UsageError: the name is invalid.
    """
    if not _NAME.fullmatch(name.lower()):
        hint = "use letters, digits and _, starting with a letter, such as cinelake"
        raise UsageError(f'invalid --database "{name}"', hint=hint)
    return name.lower()  # Glue folds names anyway


def _find_owner(words: Words) -> str:
    return str(words.get("Parameters", {}).get(OWNER, ""))


def _holds(found: Any, wanted: Any) -> bool:  # noqa: ANN401 - any JSON value
    """Whether everything wanted is present; Glue adds keys of its own."""
    match wanted:
        case dict():
            return isinstance(found, dict) and all(_holds(found.get(name), value) for name, value in wanted.items())
        case list():
            return isinstance(found, list) and len(found) == len(wanted) and all(map(_holds, found, wanted))
        case _:
            return bool(found == wanted)


def _name_type(path: str, column: Column) -> str:
    _check_name(path, column.name)
    return _translate(path, column.type)


def _translate(path: str, kind: Type) -> str:
    """A DuckDB type as a Hive type, nested types too."""
    members = [(name, _translate(f"{path}.{name}", member)) for name, member in kind.members]
    match kind.name:
        case "list":
            return f"array<{members[0][1]}>"
        case "map":
            return f"map<{members[0][1]},{members[1][1]}>"
        case "struct":
            for name, _ in members:
                _check_name(f"{path}.{name}", name)
            return f"struct<{','.join(f'{name}:{text}' for name, text in members)}>"
        case "decimal" if kind.digits:
            return "decimal({},{})".format(*kind.digits)
        case name if name in _TYPES:
            return _TYPES[name]
        case _:
            raise UsageError(
                f"{path}: Hive has no type for {kind.name}", hint=f"give the model one of these types: {', '.join(_TYPES)}"
            )


def _check_name(path: str, name: str) -> None:
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"{path}: Hive does not accept this name", hint="use lower-case letters, digits and _ in the model"
        )
