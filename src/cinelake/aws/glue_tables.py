"""Owns what the Glue Data Catalog is to say of a lake: each current table, its columns in Hive's words, its place. Pure.

Athena reads whatever lies below a table's location, so a location must hold the current objects and no others. A Refined
table has a folder for each version: that is its location. A day of Trusted may for a while hold a former object beside the
current one, so its location is a folder with one list of addresses, which Hive calls a symlink.

_cinelake/catalog/<table>/v=<version>/addresses       one address on each line

Invariant: a table is changed or removed only if a parameter of it says that this lake made it.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cinelake.errors import UsageError
from cinelake.lake.keys import OWN
from cinelake.refine.models.published_columns import Column, Type
from cinelake.refine.publish import Published

ADDRESSES = f"{OWN}/catalog"
MARK = "cinelake_lake"
"""The parameter by which a table is known as made here; its value is the lake's address."""
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
"""Hive's name of what DuckDB calls a type in Parquet. Hive has no unsigned numbers, no times without a day, no UUIDs."""

Words = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """One table as it is to be in the catalog.

    Attributes:
        words: what Glue calls a TableInput.
        addresses: key and text of its list of addresses, if it needs one.
    """

    name: str
    words: Words
    addresses: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Changes:
    """What is to be done in a database: names of the tables to make, to change, to leave as they are, to remove."""

    made: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


def build_entry(lake: str, version: str, table: Published, columns: Sequence[Column]) -> Entry:
    """A table of a version of the lake at `lake` (s3://bucket/prefix) as it is to be in the catalog.

    Raises:
        UsageError: a name or a type is none that Hive knows.
    """
    _check_name(f"table {table.name}", table.name)
    addresses = None
    if table.zone == "refined":
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
            MARK: lake,
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
    """What brings a database's tables, by name as Glue tells them, to what they are to be.

    Raises:
        UsageError: a table of one of these names is somebody else's.
    """
    wanted = {entry.name: entry.words for entry in entries}
    mine = {name for name, words in existing.items() if _find_owner(words) == lake}
    taken = sorted(wanted.keys() & existing.keys() - mine)
    if taken:
        owner = _find_owner(existing[taken[0]])
        raise UsageError(
            f"table '{taken[0]}'",
            f"it belongs to {f'the lake {owner}' if owner else 'somebody else'}",
            "a database in which the names of this lake's tables are free",
            "give another one with --database",
        )
    same = {name for name in wanted.keys() & mine if _holds(existing[name], wanted[name])}
    return Changes(
        made=tuple(sorted(wanted.keys() - existing.keys())),
        changed=tuple(sorted((wanted.keys() & mine) - same)),
        kept=tuple(sorted(same)),
        removed=tuple(sorted(mine - wanted.keys())),
    )


def parse_database(name: str) -> str:
    """A database's name as Glue and Athena take it.

    Raises:
        UsageError: it is none.
    """
    if not _NAME.fullmatch(name.lower()):
        raise UsageError("--database", f"'{name}' is none", "letters, digits and _, a letter first", "such as cinelake")
    return name.lower()  # Glue folds names anyway


def _find_owner(words: Words) -> str:
    return str(words.get("Parameters", {}).get(MARK, ""))


def _holds(found: Any, wanted: Any) -> bool:  # noqa: ANN401 - whatever Glue tells
    """Whether everything wanted is there; Glue adds words of its own."""
    match wanted:
        case dict():
            return isinstance(found, dict) and all(_holds(found.get(name), value) for name, value in wanted.items())
        case list():
            return isinstance(found, list) and len(found) == len(wanted) and all(map(_holds, found, wanted))
        case _:
            return bool(found == wanted)


def _name_type(place: str, column: Column) -> str:
    _check_name(place, column.name)
    return _translate(place, column.type)


def _translate(place: str, kind: Type) -> str:
    """A type in Hive's words, nested ones too."""
    members = [(name, _translate(f"{place}.{name}", member)) for name, member in kind.members]
    match kind.name:
        case "list":
            return f"array<{members[0][1]}>"
        case "map":
            return f"map<{members[0][1]},{members[1][1]}>"
        case "struct":
            for name, _ in members:
                _check_name(f"{place}.{name}", name)
            return f"struct<{','.join(f'{name}:{text}' for name, text in members)}>"
        case "decimal" if kind.digits:
            return "decimal({},{})".format(*kind.digits)
        case name if name in _TYPES:
            return _TYPES[name]
        case _:
            raise UsageError(place, f"Hive has no type for {kind.name}", ", ".join(_TYPES), "give the model another type")


def _check_name(place: str, name: str) -> None:
    if not _NAME.fullmatch(name):
        raise UsageError(place, "Hive takes no such name", "small letters, digits and _", "give the model another name")
