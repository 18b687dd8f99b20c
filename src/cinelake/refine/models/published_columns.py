"""The columns of a published table, read from one of its Parquet objects.

One model writes all objects of a table, so they have the same columns, and the smallest object is read.
"""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from cinelake.errors import DamagedError
from cinelake.lake.store import Store
from cinelake.refine.versions import Published

_NESTED = {"list", "struct", "map"}


@dataclass(frozen=True, slots=True)
class Type:
    """The type of a column in DuckDB's notation.

    Attributes:
        name: bigint, varchar, decimal, list, struct, …
        members: the element types of a list, struct or map, by name.
        digits: precision and scale of a decimal.
    """

    name: str
    members: tuple[tuple[str, "Type"], ...] = ()
    digits: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table."""

    name: str
    type: Type


def read_columns(store: Store, table: Published) -> tuple[Column, ...]:
    """The columns of a table in their order; none if it has no rows and therefore no object.

    Raises:
        DamagedError: the object does not exist, or is not Parquet.
    """
    if not table.parts:
        return ()
    key = min(table.parts, key=lambda part: part.bytes).key
    stored = store.read(key)
    if stored is None:
        raise _build_error(f'object "{key}" of the current version does not exist', key)
    with tempfile.TemporaryDirectory(prefix="cinelake-columns-") as name, duckdb.connect() as connection:
        path = Path(name) / "part.parquet"
        path.write_bytes(stored.data)
        try:
            found = connection.read_parquet(str(path), hive_partitioning=False)
        except duckdb.Error as error:
            raise _build_error(f'object "{key}" of the current version is not a Parquet file', key) from error
        return tuple(Column(each, _parse_type(kind)) for each, kind in zip(found.columns, found.types, strict=True))


def _parse_type(found: Any) -> Type:  # noqa: ANN401 - the type of a child depends on the type
    if found.id == "decimal":
        (_, precision), (_, scale) = found.children
        return Type("decimal", digits=(int(precision), int(scale)))
    members = found.children if found.id in _NESTED else []
    return Type(found.id, tuple((name, _parse_type(member)) for name, member in members))


def _build_error(message: str, key: str) -> DamagedError:
    return DamagedError(message, hint="run `cinelake build` to build it again", subject=key)
