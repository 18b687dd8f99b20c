"""Write the parts of a version: new parts of Trusted and of the table snapshot, the tables of Refined, and the state.

Readers see nothing of it before the pointer is replaced. Parts that earlier versions wrote are named, not written again.
"""

from collections.abc import Mapping

import msgspec

from cinelake.lake.store import Store
from cinelake.refine.build_state import write_state
from cinelake.refine.build_version import Contents
from cinelake.refine.exporting import Exported, export_model, export_table
from cinelake.refine.models.model import Model
from cinelake.refine.models.stages import Stages, divide
from cinelake.refine.trusted.parts import name_imdb, write_part
from cinelake.refine.versions import Part, Published, name_part, name_state
from cinelake.refine.workspace import Workspace


def write_tables(space: Workspace, models: list[Model], contents: Contents, version: str) -> list[Published]:
    """Write a version that has passed its checks. Returns its tables."""
    store, stages = space.store, divide(models)
    for key, path in contents.new.items():
        write_part(store, key, path)
    named = _name_dated(stages, contents)
    published = []
    for model in models:
        if model.zone == "staging":
            continue
        parts = named.get(model.name)
        if parts is None:
            exported = export_model(space.engine, model, space.folder / f"{model.name}.parquet")
            parts = [_write_table(store, exported, model, version)]
        published.append(Published(model.name, model.zone, model.about, model.keys, tuple(parts)))
    tables = {name: _write_internal(space, name, version) for name in stages.stored}
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


def _write_table(store: Store, exported: Exported, model: Model, version: str) -> Part:
    if model.zone == "trusted":
        key = name_imdb(model.name, exported)
        write_part(store, key, exported.path)
    else:
        key = name_part(version, model.name)
        store.write_file(key, exported.path)
    exported.path.unlink()
    return exported.as_part(key)


def _write_internal(space: Workspace, name: str, version: str) -> Part:
    """Write an internal table. The order of its rows does not matter."""
    exported = export_table(space.engine, name, (), space.folder / f"{name}.parquet")
    key = name_state(version, f"{name}.parquet")
    space.store.write_file(key, exported.path)
    exported.path.unlink()
    return exported.as_part(key)
