"""Build the tables of IMDb files, or take those of the previous version if neither files nor rules have changed."""

import hashlib
from collections.abc import Iterable

from cinelake.imdb.ingested import RAW_LOCAL
from cinelake.refine.models.model import Model
from cinelake.refine.part_files import PartFiles
from cinelake.refine.trusted.imdb_staging import ImdbZone, load_imdb, stage_imdb
from cinelake.refine.versions import Part
from cinelake.refine.workspace import Workspace

_NAME_LENGTH = 16


def name_files(zone: ImdbZone) -> str:
    """A name of the contents of all IMDb files."""
    return hashlib.sha256("\n".join(zone.fingerprint()).encode()).hexdigest()[:_NAME_LENGTH]


def build_imdb(space: Workspace, zone: ImdbZone, models: Iterable[Model]) -> list[tuple[object, ...]]:
    """Build the tables from the files. Returns the files that cannot be used: key, kind, rows, reason."""
    staged = stage_imdb(space.store, zone, space.engine.scratch, space.folder)
    load_imdb(staged, space.engine)
    for model in models:
        space.engine.build(model.name, model.sql)
    return staged.missing


def reopen_imdb(space: Workspace, zone: ImdbZone, tables: dict[str, Part], parts: PartFiles) -> list[tuple[object, ...]]:
    """Open the tables of the previous version. Returns the files that do not exist: key, kind, rows, reason."""
    for name, part in tables.items():
        space.engine.open_parquet(name, parts.locate([part.key]))
    existing = {entry.key for entry in space.store.list_entries(f"{RAW_LOCAL}/")} if zone.ingests else set()
    reason = "it was ingested, and it does not exist"
    return [(each.key, each.kind, each.rows, reason) for each in zone.ingests if each.key not in existing]
