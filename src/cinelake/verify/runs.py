"""Owns the proof after the fact: which slices are looked at, and whether runs, watermarks and Raw agree with them.

Reads every object that a manifest names, writes nothing.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from itertools import chain

import msgspec

from cinelake.errors import DamagedError, DeadlineReachedError
from cinelake.extract.run_documents import RunReport, list_runs, read_plan, read_report, read_watermark
from cinelake.lake.keys import RAW, RunKey, SliceKey, parse_raw_key, raw_folder
from cinelake.lake.manifests import list_manifests, read_manifest
from cinelake.lake.problems import Problem
from cinelake.lake.store import Store
from cinelake.verify.slice_checks import Found, check_slice

_NAMED = 10


class Audited(msgspec.Struct, frozen=True):
    """An export of the service's ids that a run of everything was held against.

    Attributes:
        export: its name; listed: ids in it; unwanted: adult ones and videos, which the selection leaves out.
        gone: ids in it that the service answered with 404 when the lake asked; quarantined: those that could not be had.
        lacking, surplus: ids that the lake or the export has not, beyond that.
    """

    selection_id: str
    run_on: date
    export: str
    listed: int
    unwanted: int
    gone: int
    quarantined: int
    lacking: int
    surplus: int


class Verification(msgspec.Struct, frozen=True):
    """What was looked at and what was found wrong.

    Attributes:
        service_titles: None if the service was not asked.
        ingested: files of IMDb's and their bytes, where they were looked at too (imdb/proof).
    """

    runs: int
    slices: int
    batches: int
    records: int
    distinct_ids: int
    bytes: int
    gone: int
    problems: tuple[Problem, ...]
    service_titles: int | None = None
    ingested: int = 0
    ingested_bytes: int = 0
    audits: tuple[Audited, ...] = ()

    @property
    def is_sound(self) -> bool:
        """Nothing is wrong."""
        return not self.problems


def verify_lake(store: Store, run: RunKey | None = None, *, is_late: Callable[[], bool] = lambda: False) -> Verification:
    """Hold every manifest against its objects and listing, every plan against the manifests, and Raw against both.

    With `run`, that run and its slices alone. `is_late` is asked before each slice.

    Raises:
        DamagedError: the plan of `run` cannot be read.
        DeadlineReachedError: it became late; half a proof is none.
    """
    found = Found()
    named: set[str] = set()
    wanted = None if run is None else _list_slices(store, run)
    committed = {k: revision for k, revision in list_manifests(store).items() if wanted is None or k in wanted}
    newest = set({(key.kind, key.name): key for key in sorted(committed)}.values())  # older ones may rest on pruned days
    for key in sorted(committed):
        if is_late():
            raise DeadlineReachedError(
                "verify",
                f"the time was up after {found.slices} of {len(committed)} slices",
                "time to read every object once",
                "run `cinelake verify` where it may take longer, or verify run by run",
            )
        try:
            manifest = read_manifest(store, key, committed[key])
        except DamagedError as error:
            found.problems.append(Problem("damaged manifest", error.subject, str(error)))
            continue
        if manifest is not None:
            found.held[key] = manifest.records, manifest.is_complete
            found.problems += check_slice(store, key, manifest, found, rests=run is None and key in newest)
            named.update(batch.key for batch in manifest.batches)
    found.problems += _list_open(found)
    found.problems += _check_runs(store, found, run)
    found.problems += _check_watermarks(store) if run is None else ()
    found.problems += _check_foreign(store, committed, named, wanted)
    return Verification(
        runs=found.runs,
        slices=found.slices,
        batches=found.batches,
        records=found.records,
        distinct_ids=sum(len(ids) for ids in found.ids.values()),
        bytes=found.bytes,
        gone=found.gone,
        problems=tuple(found.problems),
    )


def _list_slices(store: Store, run: RunKey) -> set[SliceKey]:
    """The slices that a run's plan names; none if there is no plan."""
    plan = read_plan(store, run)
    return {planned.slice.key(plan.run_on) for planned in plan.slices} if plan else set()


def _list_open(found: Found) -> Iterator[Problem]:
    """What slices lack that no later run of the same slice has made good."""
    newest = {(key.kind, key.name): is_complete for key, (_, is_complete) in sorted(found.held.items())}
    return (problem for key, problem in found.unresolved if not newest[key.kind, key.name])


def _check_runs(store: Store, found: Found, only: RunKey | None = None) -> Iterator[Problem]:
    """Each run's slices exist; of a selection's runs that never ended, only the newest is of interest."""
    have = found.held.keys()
    runs = list_runs(store) if only is None else [only]
    newest = {run.selection_id: run for run in runs}
    for run in runs:
        try:
            plan, report = read_plan(store, run), read_report(store, run)
        except DamagedError as error:
            yield Problem("damaged run", error.subject, str(error))
            continue
        if plan is None or (report is None and newest[run.selection_id] != run):
            continue
        found.runs += 1
        missing = [p.slice.name for p in plan.slices if p.slice.key(plan.run_on) not in have]
        if missing and report is not None:
            yield Problem(
                "missing slice", run.plan(), f"{len(missing)} of {len(plan.slices)}: {', '.join(missing[:_NAMED])}"
            )
        elif report is None:
            detail = (
                f"{len(plan.slices) - len(missing)} of {len(plan.slices)} slices are committed; extract goes on from there"
            )
            yield Problem("unfinished run", run.plan(), detail)
        else:
            yield from _check_report(run, report, [found.held[p.slice.key(plan.run_on)] for p in plan.slices])
            if report.reason_incomplete:
                yield Problem("incomplete run", run.report(), report.reason_incomplete)


def _check_watermarks(store: Store) -> Iterator[Problem]:
    for selection_id in sorted({run.selection_id for run in list_runs(store)}):
        try:
            read_watermark(store, selection_id)
        except DamagedError as error:
            yield Problem("damaged watermark", error.subject, str(error))


def _check_report(run: RunKey, report: RunReport, held: list[tuple[int, bool]]) -> Iterator[Problem]:
    """The report says what the manifests say; `held` are records and completeness of each slice."""
    records, is_complete = (
        sum(count for count, _ in held),
        all(complete for _, complete in held) and not report.reason_incomplete,
    )
    if (report.records, report.is_complete) != (records, is_complete):
        stated = f"{report.records} records, {'complete' if report.is_complete else 'short'}"
        detail = f"it says {stated}; its slices hold {records}, {'complete' if is_complete else 'short'}"
        yield Problem("report mismatch", run.report(), detail)


def _check_foreign(
    store: Store, committed: Iterable[SliceKey], named: set[str], wanted: set[SliceKey] | None
) -> Iterator[Problem]:
    """Objects in Raw, or under the names of the slices `wanted`, that no manifest names.

    Those of a slice that is still being fetched are expected.
    """
    have = set(committed)
    in_progress: dict[SliceKey, bool] = {}
    unproven: list[str] = []
    folders = {RAW} if wanted is None else {raw_folder(key.kind, key.run_on) for key in wanted}
    for entry in chain.from_iterable(store.list_entries(f"{folder}/") for folder in sorted(folders)):
        if entry.key in named:
            continue
        parsed = parse_raw_key(entry.key)
        if wanted is not None and (parsed is None or parsed[0] not in wanted):
            continue
        if parsed and parsed[0] not in have:
            key = parsed[0]
            if key not in in_progress:
                in_progress[key] = store.read(key.listing()) is not None
            if not in_progress[key]:
                unproven.append(entry.key)
            continue
        yield Problem("unknown object", entry.key, "no manifest names it: cinelake did not write it, or it is left over")
    if unproven:
        detail = f"so have {len(unproven):,} objects in all: named as batches are, and nothing says that they are complete"
        yield Problem("missing manifest", unproven[0], detail)
