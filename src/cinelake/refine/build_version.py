"""Build a version: type what is new, find out what has changed, build the tables, and check them.

Nothing is written to the lake here: every new part is a local file until all checks have passed.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from cinelake.lake.store import Store
from cinelake.refine.build_report import load_refusals
from cinelake.refine.build_state import EMPTY, BuildState, SnapshotDay
from cinelake.refine.checks import LAKE_CHECKS, Failure, build_checks, build_row_checks, build_table_checks, run_checks
from cinelake.refine.engines.engine import Engine
from cinelake.refine.models.model import Model
from cinelake.refine.models.stages import RECORDS_KEPT, TITLES, Stages, divide, name_rules, name_typing_rules
from cinelake.refine.part_files import PartFiles
from cinelake.refine.present.changes import build_changes, open_titles, open_trusted
from cinelake.refine.present.slice_history import load_history
from cinelake.refine.present.snapshots import build_days, plan_days
from cinelake.refine.reference_tables import read_reference
from cinelake.refine.trusted.chunk_typing import Typing, load_typing, type_chunk
from cinelake.refine.trusted.chunks import plan_chunks
from cinelake.refine.trusted.imdb_staging import ImdbZone
from cinelake.refine.trusted.imdb_tables import build_imdb, name_files, reopen_imdb
from cinelake.refine.trusted.parts import TypedChunk
from cinelake.refine.trusted.raw_files import RawZone
from cinelake.refine.trusted.record_history import collect_records, has_lost_rows, keep_records
from cinelake.refine.versions import Part, Pointer

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


def build_contents(store: Store, engine: Engine, inputs: Inputs, folder: Path) -> Contents:
    """Build and check all tables of a version in the engine."""
    zone, previous, stages = inputs.zone, inputs.previous, divide(inputs.models)
    typing = Typing()
    parts = PartFiles(store, engine.scratch, folder, typing.parts)
    rules, imdb = name_rules(inputs.models), name_files(inputs.imdb)
    is_same = (previous.state.release, previous.state.rules) == (engine.release, rules)
    for file in zone.missing:
        typing.describe_absent(file, "its manifest lists it, and it does not exist")
    chunks = _type_new(store, engine, inputs, stages.typed, typing, folder)

    names = [model.name for model in stages.imdb if model.zone == "trusted" or model.name in stages.stored]
    kept = previous.restrict(names) if is_same and previous.state.imdb == imdb else {}
    if kept:
        typing.absent += reopen_imdb(store, engine, inputs.imdb, kept, parts)
    else:
        typing.absent += build_imdb(store, engine, inputs.imdb, stages.imdb, folder)

    _collect_records(engine, chunks, typing, previous.restrict([RECORDS_KEPT]) if is_same else {}, parts, stages.typed)
    load_typing(typing, chunks, engine)
    load_refusals(engine, [refusal for chunk in chunks for refusal in chunk.refusals])
    load_history(zone.slices, engine)
    for small in read_reference():
        engine.load_rows(small.name, small.columns, small.rows)

    known = previous.restrict([TITLES, *(model.name for model in stages.merged)]) if kept else {}
    open_titles(engine, known, parts)
    for model in stages.history:
        engine.build(model.name, model.sql)
    open_trusted(engine, stages, chunks, parts)
    failures = typing.failures + build_changes(engine, stages, known)
    for model in stages.rest:
        engine.build(model.name, model.sql)

    failures += _check_tables(engine, stages, is_imdb_new=not kept)

    built = {(day.kind, day.day, day.inputs): day for day in previous.state.snapshots}
    days = [(day, day.name_inputs(name_rules([stages.snapshot]))) for day in plan_days(zone.slices, chunks)]
    missing = [(day, name) for day, name in days if (day.kind, day.day, name) not in built]
    new_days = build_days(store, engine, stages.snapshot, missing, parts, folder)
    built |= {(day.kind, day.day, day.inputs): day for day in new_days.days}
    snapshots: list[SnapshotDay] = [built[day.kind, day.day, name] for day, name in days]
    return Contents(
        state=BuildState(engine.release, rules, imdb, tuple(chunks), tuple(snapshots)),
        new=typing.parts | new_days.files,
        kept=kept,
        checks=len(list(build_checks(inputs.models))),
        failures=failures + new_days.failures,
    )


def _check_tables(engine: Engine, stages: Stages, *, is_imdb_new: bool) -> list[Failure]:
    """The checks that fail, besides those of rows that were checked when they were built.

    What the previous version holds with the same bytes was checked then, and is not checked again.
    """
    complete = [*(stages.imdb if is_imdb_new else ()), *stages.history, *stages.rest]
    checks = [check for model in complete for check in build_row_checks(model)]
    checks += (check for model in (*complete, *stages.merged) for check in build_table_checks(model))
    return run_checks(engine, [*checks, *LAKE_CHECKS])


def _type_new(
    store: Store, engine: Engine, inputs: Inputs, models: dict[str, Model], typing: Typing, folder: Path
) -> list[TypedChunk]:
    """The chunks of all files; those that no valid part holds are typed."""
    rules = {kind: name_typing_rules(kind, model) for kind, model in models.items()}
    known = {(chunk.inputs, chunk.rules): chunk for chunk in inputs.previous.state.chunks}
    chunks = []
    for chunk in plan_chunks(inputs.zone.files):
        found = known.get((chunk.name_inputs(), rules[chunk.kind]))
        chunks.append(found or type_chunk(store, engine, models[chunk.kind], chunk, rules[chunk.kind], typing, folder))
    return chunks


def _collect_records(
    engine: Engine,
    chunks: list[TypedChunk],
    typing: Typing,
    stored: dict[str, Part],
    parts: PartFiles,
    models: dict[str, Model],
) -> None:
    """Build the table of narrow rows from new chunks and, if possible, from those that the previous version stored."""
    tables = list(typing.records)
    if stored:
        engine.open_parquet(_PREVIOUS_RECORDS, parts.locate([stored[RECORDS_KEPT].key]))
        if not has_lost_rows(engine, _PREVIOUS_RECORDS, [chunk.name for chunk in chunks]):
            collect_records(engine, [*tables, _PREVIOUS_RECORDS])
            return
        engine.drop(_PREVIOUS_RECORDS)
    for number, chunk in enumerate(chunks):
        if chunk.part and chunk.part.key not in typing.parts:
            table, source = f"old_record_{number}", f"old_{models[chunk.kind].name}"
            engine.open_parquet(source, parts.locate([chunk.part.key]))
            keep_records(engine, table, source, chunk.kind, chunk.name)
            engine.drop(source)
            tables.append(table)
    collect_records(engine, tables)
