"""Build a version: type what is new, find out what has changed, build the tables, and check them.

Nothing is written to the lake here: every new part is a local file until all checks have passed.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from cinelake.refine.build_report import load_refusals
from cinelake.refine.build_state import EMPTY, BuildState, SnapshotDay
from cinelake.refine.checks import LAKE_CHECKS, Failure, build_checks, build_row_checks, build_table_checks, run_checks
from cinelake.refine.engines.engine import Engine
from cinelake.refine.models.model import Model
from cinelake.refine.models.stages import RECORDS_KEPT, TITLES, Stages, divide, name_rules, name_typing_rules
from cinelake.refine.part_files import PartFiles
from cinelake.refine.present.changes import build_changes, open_titles, open_trusted
from cinelake.refine.present.slice_history import load_history
from cinelake.refine.present.snapshots import BuiltDays, build_days, plan_days
from cinelake.refine.reference_tables import read_reference
from cinelake.refine.trusted.chunk_typing import Typing, load_typing, type_chunk
from cinelake.refine.trusted.chunks import plan_chunks
from cinelake.refine.trusted.imdb_staging import ImdbZone
from cinelake.refine.trusted.imdb_tables import build_imdb, name_files, reopen_imdb
from cinelake.refine.trusted.parts import TypedChunk
from cinelake.refine.trusted.raw_files import RawZone
from cinelake.refine.trusted.record_history import collect_records, has_lost_rows, keep_records
from cinelake.refine.versions import Part, Pointer
from cinelake.refine.workspace import Workspace

_PREVIOUS_RECORDS = "previous_record"


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything from which a version is built. `previous` is what the last build left, as far as it exists."""

    zone: RawZone
    imdb: ImdbZone
    models: list[Model]
    previous: "Previous"


@dataclass(frozen=True, slots=True)
class Previous:
    """The state of the current version, and the parts of its tables by name; only what exists."""

    state: BuildState = EMPTY
    tables: dict[str, Part] = field(default_factory=dict)

    def without_tables(self) -> "Previous":
        """The same without what depends on all rules: the parts of Trusted and of snapshot have rules of their own."""
        return Previous(msgspec.structs.replace(self.state, imdb="", tables={}), {})

    def list_hashes(self) -> dict[str, str]:
        """The SHA-256 of every object that a build may open, by key."""
        chunks = (chunk.part for chunk in self.state.chunks if chunk.part)
        return {part.key: part.sha256 for part in (*chunks, *self.state.tables.values(), *self.tables.values())}

    def restrict(self, names: Iterable[str]) -> dict[str, Part]:
        """The parts of these tables; none at all unless there are all of them."""
        known = self.tables | self.state.tables
        wanted = list(names)
        return {name: known[name] for name in wanted} if all(name in known for name in wanted) else {}


@dataclass(slots=True)
class Contents:
    """A version before it is written.

    Attributes:
        state: the new state, without the internal tables.
        new: local files of new parts, by key.
        kept: the tables of IMDb files that are those of the previous version.
        checks: the number of checks.
    """

    state: BuildState
    new: dict[str, Path]
    kept: dict[str, Part]
    checks: int
    failures: list[Failure]


def find_previous(pointer: Pointer | None, state: BuildState, sizes: dict[str, int]) -> Previous:
    """What the last build left, without objects that do not exist. Pure."""

    def exists(part: Part | None) -> bool:
        return part is None or sizes.get(part.key) == part.bytes

    chunks = tuple(chunk for chunk in state.chunks if exists(chunk.part))
    snapshots = tuple(day for day in state.snapshots if exists(day.part))
    internal = {name: part for name, part in state.tables.items() if exists(part)}
    published = pointer.tables if pointer else ()
    tables = {each.name: each.parts[0] for each in published if len(each.parts) == 1 and exists(each.parts[0])}
    return Previous(BuildState(state.release, state.rules, state.imdb, chunks, snapshots, internal), tables)


def build_contents(space: Workspace, inputs: Inputs) -> Contents:
    """Build and check all tables of a version in the engine.

    Raises:
        DamagedPartError: an object that the build reuses differs from its SHA-256.
    """
    engine, zone, previous, stages = space.engine, inputs.zone, inputs.previous, divide(inputs.models)
    rules, imdb = name_rules(inputs.models), name_files(inputs.imdb)
    if (previous.state.release, previous.state.rules) != (engine.release, rules):
        previous = previous.without_tables()
    typing = Typing()
    parts = PartFiles(space.store, engine.scratch, space.folder, typing.parts, previous.list_hashes())
    for file in zone.missing:
        typing.describe_absent(file, "its manifest lists it, and it does not exist")
    chunks = _type_new(space, inputs, stages.typed, typing)
    kept = _find_imdb(previous, stages, imdb)
    if kept:
        typing.absent += reopen_imdb(space, inputs.imdb, kept, parts)
    else:
        typing.absent += build_imdb(space, inputs.imdb, stages.imdb)
    _load_inputs(space.engine, zone, chunks, typing)
    _collect_records(engine, stages, chunks, typing, previous, parts)

    known = previous.restrict([TITLES, *stages.followed]) if kept else {}
    open_titles(engine, known, parts)
    for model in stages.history:
        engine.build(model.name, model.sql)
    open_trusted(engine, stages, chunks, parts)
    failures = typing.failures + build_changes(engine, stages, known)
    for model in stages.rest:
        engine.build(model.name, model.sql)
    failures += _check_tables(engine, stages, is_imdb_new=not kept)

    days, new_days = _build_snapshots(space, stages.snapshot, inputs, chunks, parts)
    return Contents(
        state=BuildState(engine.release, rules, imdb, tuple(chunks), days),
        new=typing.parts | new_days.files,
        kept=kept,
        checks=len(list(build_checks(inputs.models))),
        failures=failures + new_days.failures,
    )


def _type_new(space: Workspace, inputs: Inputs, models: dict[str, Model], typing: Typing) -> list[TypedChunk]:
    """The chunks of all files; those that no valid part holds are typed."""
    rules = {kind: name_typing_rules(kind, model) for kind, model in models.items()}
    known = {(chunk.inputs, chunk.rules): chunk for chunk in inputs.previous.state.chunks}
    chunks = []
    for chunk in plan_chunks(inputs.zone.files):
        found = known.get((chunk.name_inputs(), rules[chunk.kind]))
        chunks.append(found or type_chunk(space, models[chunk.kind], chunk, rules[chunk.kind], typing))
    return chunks


def _find_imdb(previous: Previous, stages: Stages, imdb: str) -> dict[str, Part]:
    """The tables of IMDb files of the previous version; none if the files have changed."""
    names = [model.name for model in stages.imdb if model.zone == "trusted" or model.name in stages.stored]
    return previous.restrict(names) if previous.state.imdb == imdb else {}


def _load_inputs(engine: Engine, zone: RawZone, chunks: list[TypedChunk], typing: Typing) -> None:
    """Load everything besides records that the models read."""
    load_typing(typing, chunks, engine)
    load_refusals(engine, [refusal for chunk in chunks for refusal in chunk.refusals])
    load_history(zone.slices, engine)
    for small in read_reference():
        engine.load_rows(small.name, small.columns, small.rows)


def _collect_records(
    engine: Engine, stages: Stages, chunks: list[TypedChunk], typing: Typing, previous: Previous, parts: PartFiles
) -> None:
    """Build the table of narrow rows from new chunks and, if possible, from those that the previous version stored."""
    tables = list(typing.records)
    for part in previous.restrict([RECORDS_KEPT]).values():
        engine.open_parquet(_PREVIOUS_RECORDS, parts.locate([part.key]))
        if not has_lost_rows(engine, _PREVIOUS_RECORDS, [chunk.name for chunk in chunks]):
            collect_records(engine, [*tables, _PREVIOUS_RECORDS])
            return
        engine.drop(_PREVIOUS_RECORDS)
    for number, chunk in enumerate(chunks):
        if chunk.part and chunk.part.key not in typing.parts:
            table, source = f"old_record_{number}", f"old_{stages.typed[chunk.kind].name}"
            engine.open_parquet(source, parts.locate([chunk.part.key]))
            keep_records(engine, table, source, chunk.kind, chunk.name)
            engine.drop(source)
            tables.append(table)
    collect_records(engine, tables)


def _check_tables(engine: Engine, stages: Stages, *, is_imdb_new: bool) -> list[Failure]:
    """The checks that fail, besides those of rows that were checked when they were built.

    What the previous version holds with the same bytes was checked then, and is not checked again.
    """
    complete = [*(stages.imdb if is_imdb_new else ()), *stages.history, *stages.rest]
    checks = [check for model in complete for check in build_row_checks(model)]
    checks += (check for model in (*complete, *stages.merged) for check in build_table_checks(model))
    return run_checks(engine, [*checks, *LAKE_CHECKS])


def _build_snapshots(
    space: Workspace, model: Model, inputs: Inputs, chunks: list[TypedChunk], parts: PartFiles
) -> tuple[tuple[SnapshotDay, ...], BuiltDays]:
    """All days of the table snapshot, and those of them that are new."""
    rules = name_rules([model])
    days = [(day, day.name_inputs(rules)) for day in plan_days(inputs.zone.slices, chunks)]
    known = {(day.kind, day.day, day.inputs): day for day in inputs.previous.state.snapshots}
    missing = [(day, name) for day, name in days if (day.kind, day.day, name) not in known]
    new = build_days(space, model, missing, parts)
    known |= {(day.kind, day.day, day.inputs): day for day in new.days}
    return tuple(known[day.kind, day.day, name] for day, name in days), new
