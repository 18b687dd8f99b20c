"""Owns what columns a published table has: read from one of its Parquet objects, since only these know.

All objects of a table are written by one model, so the smallest of them speaks for all.
"""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from cinelake.errors import DamagedError
from cinelake.lake.store import Store
from cinelake.refine.publish import Published

_NESTED = {"list", "struct", "map"}


@dataclass(frozen=True, slots=True)
class Type:
    """A column's type in DuckDB's words.

    Attributes:
        name: bigint, varchar, decimal, list, struct, …
        members: what a list, a struct or a map is made of, by name.
        digits: precision and scale of a decimal.
    """

    name: str
    members: tuple[tuple[str, "Type"], ...] = ()
    digits: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table, in its place."""

    name: str
    type: Type


def read_columns(store: Store, table: Published) -> tuple[Column, ...]:
    """The columns of a table; none if it has no object, and so no rows.

    Raises:
        DamagedError: the object is not there, or no Parquet.
    """
    if not table.parts:
        return ()
    key = min(table.parts, key=lambda part: part.bytes).key
    stored = store.read(key)
    if stored is None:
        raise _build_damage(key, "it is not there")
    with tempfile.TemporaryDirectory(prefix="cinelake-columns-") as name, duckdb.connect() as connection:
        path = Path(name) / "part.parquet"
        path.write_bytes(stored.data)
        try:
            found = connection.read_parquet(str(path), hive_partitioning=False)
        except duckdb.Error as error:
            raise _build_damage(key, "it is no Parquet") from error
        return tuple(Column(each, _parse_type(kind)) for each, kind in zip(found.columns, found.types, strict=True))


def _parse_type(found: Any) -> Type:  # noqa: ANN401 - what a child is depends on the type
    if found.id == "decimal":
        (_, precision), (_, scale) = found.children
        return Type("decimal", digits=(int(precision), int(scale)))
    members = found.children if found.id in _NESTED else []
    return Type(found.id, tuple((name, _parse_type(member)) for name, member in members))


def _build_damage(key: str, happened: str) -> DamagedError:
    return DamagedError(key, happened, "an object of the current version", "run cinelake build: it is made anew")
