"""Build the tables of changed titles, and merge them with the rows that the previous version has for all others.

Invariant: a merged table has the rows that a build of all titles would have, because the rows of a title depend on nothing
but the records that its origin names.
"""

from collections.abc import Iterable, Mapping

from cinelake.refine.checks import Failure, build_row_checks, run_checks
from cinelake.refine.engines.engine import Engine
from cinelake.refine.models.model import Model
from cinelake.refine.models.stages import TITLES, Stages
from cinelake.refine.part_files import PartFiles
from cinelake.refine.trusted.chunk_typing import build_empty
from cinelake.refine.trusted.parts import TypedChunk
from cinelake.refine.versions import Part

_KNOWN = "known_title"
_KNOWN_COLUMNS = {"title_key": "VARCHAR", "origin": "VARCHAR"}
_STATES = {
    "person_usual": {"person_key": "VARCHAR", "name": "VARCHAR", "gender": "BIGINT"},
    "person_unusual": {"title_key": "VARCHAR", "person_key": "VARCHAR", "name": "VARCHAR", "gender": "BIGINT"},
}
"""The columns of tables that depend on their previous contents."""
_PARTS = (
    "SELECT part FROM title_change UNION "
    "SELECT l.part FROM title_lack AS l INNER JOIN title_change AS c ON l.title_key = c.title_key"
)


def open_titles(engine: Engine, previous: Mapping[str, Part], parts: PartFiles) -> None:
    """Open the tables of the previous version, and list its titles with their origins."""
    for name, part in previous.items():
        engine.open_parquet(_name_previous(name), parts.locate([part.key]))
    if TITLES in previous:
        engine.build(_KNOWN, f"SELECT title_key, origin FROM {_name_previous(TITLES)}")  # noqa: S608 - our own names
    else:
        engine.load_rows(_KNOWN, _KNOWN_COLUMNS, [])
    for name, columns in _STATES.items():
        if name not in previous:
            engine.load_rows(_name_previous(name), columns, [])


def open_trusted(engine: Engine, stages: Stages, chunks: Iterable[TypedChunk], parts: PartFiles) -> None:
    """Open the parts of Trusted that changed titles come from."""
    needed = {str(part) for (part,) in engine.query(_PARTS)}
    used = [chunk for chunk in chunks if chunk.name in needed]
    empty = {}
    for kind, model in stages.typed.items():
        keys = [chunk.part.key for chunk in used if chunk.kind == kind and chunk.part]
        if keys:
            engine.open_parquet(model.name, parts.locate(keys))
        else:
            empty[kind] = model
    build_empty(engine, empty)


def build_changes(engine: Engine, stages: Stages, previous: Mapping[str, Part]) -> list[Failure]:
    """Build the tables of changed titles, check their rows, and merge them. Returns the checks that failed."""
    failures = []
    for model in stages.changes:
        (engine.define if model.is_view else engine.build)(model.name, model.sql)
        failures += run_checks(engine, build_row_checks(model))
    merged = stages.merged
    for model in merged:
        if model.name in previous:
            _merge(engine, model)
    for model in reversed(stages.changes):
        if model not in merged and not model.is_alone:
            engine.drop(model.name)
    return failures


def _merge(engine: Engine, model: Model) -> None:
    """Add the rows of unchanged titles."""
    new = f"{model.name}_merged"
    engine.build(
        new,
        f"SELECT * FROM {model.name} UNION ALL SELECT p.* FROM {_name_previous(model.name)} AS p "  # noqa: S608 - our own names
        "INNER JOIN title_same AS s ON p.title_key = s.title_key",
    )
    engine.drop(model.name)
    engine.rename(new, model.name)


def _name_previous(table: str) -> str:
    return f"previous_{table}"
