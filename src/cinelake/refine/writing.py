"""Write the parts of a version: new parts of Trusted and of the table snapshot, the tables of Refined, and the state.

Readers see nothing of it before the pointer is replaced. Parts that earlier versions wrote are named, not written again.
"""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from cinelake.lake.store import Store
from cinelake.refine.build_state import write_state
from cinelake.refine.build_version import Contents
from cinelake.refine.engines.engine import Engine
from cinelake.refine.exporting import Exported, export_model, export_table
from cinelake.refine.models.model import Model
from cinelake.refine.models.stages import Stages
from cinelake.refine.trusted.parts import name_imdb, write_part
from cinelake.refine.versions import Part, Published, name_part, name_state


def write_tables(
    store: Store, engine: Engine, models: list[Model], stages: Stages, contents: Contents, version: str, folder: Path
) -> list[Published]:
    """Write a version that has passed its checks. Returns its tables."""
    for key, path in contents.new.items():
        write_part(store, key, path)
    named = _name_dated(stages, contents)
    published = []
    for model in models:
        if model.zone == "staging":
            continue
        parts = named.get(model.name)
        if parts is None:
            exported = export_model(engine, model, folder / f"{model.name}.parquet")
            parts = [_write(store, exported, _name_table(model, version, exported))]
        published.append(Published(model.name, model.zone, model.about, model.keys, tuple(parts)))
    tables = {name: _write_internal(store, engine, name, version, folder) for name in stages.stored}
    write_state(store, version, msgspec.structs.replace(contents.state, tables=tables))
    return published


def _name_dated(stages: Stages, contents: Contents) -> Mapping[str, list[Part]]:
    """By table, the parts that were written already, now or by an earlier build."""
    named: dict[str, list[Part]] = {model.name: [] for model in (*stages.typed.values(), stages.snapshot)}
    for chunk in contents.state.chunks:
        if chunk.part:
            named[stages.typed[chunk.kind].name].append(chunk.part)
    named[stages.snapshot.name] += (day.part for day in contents.state.snapshots if day.part)
    trusted = {model.name for model in stages.imdb if model.zone == "trusted"}
    return named | {name: [part] for name, part in contents.kept.items() if name in trusted}


def _name_table(model: Model, version: str, exported: Exported) -> str:
    if model.zone == "trusted":
        return name_imdb(model.name, exported)
    return name_part(version, model.name)


def _write_internal(store: Store, engine: Engine, name: str, version: str, folder: Path) -> Part:
    """Write an internal table. The order of its rows does not matter."""
    exported = export_table(engine, name, (), folder / f"{name}.parquet")
    return _write(store, exported, name_state(version, f"{name}.parquet"))


def _write(store: Store, exported: Exported, key: str) -> Part:
    write_part(store, key, exported.path)
    exported.path.unlink()
    return exported.as_part(key)
