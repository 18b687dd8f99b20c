"""Export a table of an engine to a local Parquet file, with what the lake records about it."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cinelake.refine.engines.engine import Engine
from cinelake.refine.models.model import Model
from cinelake.refine.part_hashes import hash_file
from cinelake.refine.versions import Part


@dataclass(frozen=True, slots=True)
class Exported:
    """A local Parquet file before it is written to the lake."""

    path: Path
    rows: int
    bytes: int
    sha256: str

    def as_part(self, key: str) -> Part:
        """The part, once the file is stored under a key."""
        return Part(key, self.rows, self.bytes, self.sha256)


def export_model(engine: Engine, model: Model, path: Path) -> Exported:
    """Write the rows of a model in its order to a local file."""
    return export_table(engine, model.name, model.order, path)


def export_table(engine: Engine, table: str, order: Iterable[str], path: Path) -> Exported:
    """Write all rows of a table in an order to a local file.

    The same rows give the same bytes only if they are all rows of a table: DuckDB encodes a column without nulls in one of
    two ways, depending on whether the table has a null in it anywhere.
    """
    listed = ", ".join(order)
    engine.write(f"SELECT * FROM {table}{listed and f' ORDER BY {listed}'}", path)  # noqa: S608 - our own names
    ((rows,),) = engine.query(f"SELECT COUNT(*) FROM {table}")  # noqa: S608 - the same
    return Exported(path, int(str(rows)), path.stat().st_size, hash_file(path))
