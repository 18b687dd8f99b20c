"""The columns and types of every published table, as the engine derives them.

They depend on the models alone: building the models over empty inputs takes a moment and reads no lake.
"""

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from cinelake.refine.engines.duckdb_engine import open_duckdb
from cinelake.refine.engines.engine import Engine
from cinelake.refine.imdb_staging import ImdbZone, StagedImdb, load_imdb
from cinelake.refine.models.model import Model, list_published
from cinelake.refine.raw_staging import Staged, load_staged

Types = Mapping[str, Mapping[str, str]]
"""By table and column, in their order, the type in DuckDB's notation."""


def build_types(models: Sequence[Model]) -> Types:
    """The types of all published tables."""
    with tempfile.TemporaryDirectory(prefix="cinelake-schema-") as name, open_duckdb(Path(name)) as engine:
        load_staged(Staged(), engine)
        load_imdb(StagedImdb(ImdbZone((), ()), {}, []), engine)
        for model in models:
            engine.build(model.name, model.sql)
        return _read_types(engine, models)


def _read_types(engine: Engine, models: Iterable[Model]) -> Types:
    return {
        model.name: {str(row[0]): str(row[1]) for row in engine.query(f"DESCRIBE {model.name}")}
        for model in list_published(models)
    }
