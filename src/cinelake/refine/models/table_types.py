"""The columns and types of every published table, as the engine derives them.

They depend on the models alone: building the models over empty inputs takes a moment and reads no lake.
"""

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from cinelake.lake.stores.object_store import open_memory
from cinelake.refine.build_version import Inputs, Previous, build_contents
from cinelake.refine.engines.duckdb_engine import open_duckdb
from cinelake.refine.engines.engine import Engine
from cinelake.refine.models.model import Model, list_published
from cinelake.refine.models.stages import divide
from cinelake.refine.present.snapshots import load_no_days
from cinelake.refine.trusted.imdb_staging import ImdbZone
from cinelake.refine.trusted.raw_files import RawZone
from cinelake.refine.workspace import Workspace

Types = Mapping[str, Mapping[str, str]]
"""By table and column, in their order, the type in DuckDB's notation."""


def build_types(models: Sequence[Model]) -> Types:
    """The types of all published tables."""
    with tempfile.TemporaryDirectory(prefix="cinelake-schema-") as name, open_duckdb(Path(name)) as engine:
        inputs = Inputs(RawZone((), (), (), ()), ImdbZone((), ()), list(models), Previous())
        build_contents(Workspace(open_memory(), engine, Path(name)), inputs)
        snapshot = divide(models).snapshot
        load_no_days(engine)
        engine.build(snapshot.name, snapshot.sql)
        return _read_types(engine, models)


def _read_types(engine: Engine, models: Iterable[Model]) -> Types:
    return {
        model.name: {str(row[0]): str(row[1]) for row in engine.query(f"DESCRIBE {model.name}")}
        for model in list_published(models)
    }
