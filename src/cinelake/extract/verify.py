"""Owns the proof after the fact: is the lake what it says it is, and is it what the service has.

Reads every object that a manifest names; believes nothing that can be counted. Writes nothing.
"""

import hashlib
from array import array
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from itertools import chain

import msgspec

from cinelake.errors import DamagedError, DeadlineReachedError
from cinelake.extract.report import RunReport, list_runs, read_plan, read_report, read_watermark
from cinelake.extract.slicework import Listing
from cinelake.lake.batches import parse_batch
from cinelake.lake.documents import read_document
from cinelake.lake.layout import RAW, RunKey, SliceKey, parse_raw_key, raw_folder
from cinelake.lake.manifest import Batch, Manifest, list_manifests, read_manifest
from cinelake.lake.problems import Problem
from cinelake.lake.storage import Store

_NAMED = 10
_READERS = 8
"""Objects read at a time: a store far away takes its time for each."""


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


@dataclass(slots=True)
class _Found:
    runs: int = 0
    slices: int = 0
    batches: int = 0
    records: int = 0
    bytes: int = 0
    gone: int = 0
    ids: dict[str, set[int]] = field(default_factory=dict)
    held: dict[SliceKey, tuple[int, bool]] = field(default_factory=dict)
    seen: "dict[SliceKey, array[int]]" = field(default_factory=dict)
    unresolved: list[tuple[SliceKey, Problem]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def verify_lake(store: Store, run: RunKey | None = None, *, is_late: Callable[[], bool] = lambda: False) -> Verification:
    """Hold every manifest against its objects and listing, every plan against the manifests, and Raw against both.

    With `run`, that run and its slices alone. `is_late` is asked before each slice.

    Raises:
        DamagedError: the plan of `run` cannot be read.
        DeadlineReachedError: it became late; half a proof is none.
    """
    found = _Found()
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
            found.problems.append(Problem("damaged manifest", error.thing, str(error)))
            continue
        if manifest is not None:
            found.held[key] = manifest.records, manifest.is_complete
            found.problems += _check_slice(store, key, manifest, found, rests=run is None and key in newest)
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


def _check_slice(store: Store, key: SliceKey, manifest: Manifest, found: _Found, *, rests: bool) -> Iterator[Problem]:
    where = key.manifest(manifest.revision)
    found.slices += 1
    found.gone += len(manifest.gone)
    seen: set[int] = set()
    with ThreadPoolExecutor(_READERS) as pool:
        checked = list(pool.map(partial(_check_batch, store), manifest.batches))
    for batch, (ids, problem) in zip(manifest.batches, checked, strict=True):
        if problem:
            yield problem
        twice = sorted(seen & ids)
        if twice:
            yield Problem(
                "id twice", batch.key, f"{name_ids(twice)} also stand in another batch of the slice", tuple(twice)
            )
        seen |= ids
        found.batches += 1
        found.records += len(ids)
        found.bytes += batch.bytes
    found.ids.setdefault(key.kind, set()).update(seen)
    recorded = sum(batch.records for batch in manifest.batches)
    left = {each.id for each in manifest.tombstones} - set(manifest.gone)
    accounted = manifest.records + manifest.kept + len(manifest.gone) + len(manifest.quarantined) + len(left)
    if recorded != manifest.records or accounted != manifest.listed:
        parts = f"{recorded} in batches + {len(manifest.gone)} gone + {len(manifest.quarantined)} quarantined"
        parts += f" + {manifest.kept} kept + {len(left)} moved or left" * bool(manifest.kept or left)
        yield Problem("counts", where, f"{manifest.listed} listed, {manifest.records} records stated, but {parts}")
    found.seen[key] = array("q", seen)
    yield from _check_listing(store, key, manifest, found, rests=rests)
    found.unresolved += ((key, problem) for problem in _list_unresolved(manifest, where))
    if manifest.total > manifest.listed + manifest.unproven:
        detail = (
            f"{manifest.total} were counted, {manifest.listed} listed, and only {manifest.unproven} are said to be unproven"
        )
        yield Problem("counts", where, detail)


def _list_unresolved(manifest: Manifest, where: str) -> Iterator[Problem]:
    """What a slice lacked when it was committed."""
    if manifest.quarantined:
        lost = tuple(q.id for q in manifest.quarantined)
        yield Problem("quarantined", where, f"{name_ids(lost)} could not be had: {manifest.quarantined[0].reason}", lost)
    if manifest.is_listing_short:
        yield Problem("short", where, f"the service counted {manifest.total}, {manifest.listed} were found")


def _list_open(found: _Found) -> Iterator[Problem]:
    """What slices lack that no later run of the same slice has made good."""
    newest = {(key.kind, key.name): is_complete for key, (_, is_complete) in sorted(found.held.items())}
    return (problem for key, problem in found.unresolved if not newest[key.kind, key.name])


def _check_batch(store: Store, batch: Batch) -> tuple[set[int], Problem | None]:
    stored = store.read(batch.key)
    if stored is None:
        return set(), Problem("missing object", batch.key, f"its manifest names it, with {batch.records} records")
    size = len(stored.data)
    if hashlib.sha256(stored.data).hexdigest() != batch.sha256:
        kind = "truncated object" if size < batch.bytes else "altered object"
        return ids_in(stored.data), Problem(kind, batch.key, f"{size} bytes with another SHA-256 than its manifest says")
    try:
        ids = set(parse_batch(stored.data))
    except ValueError as error:
        return set(), Problem("not a batch", batch.key, str(error))
    if len(ids) != batch.records:
        return ids, Problem("counts", batch.key, f"{len(ids)} records, its manifest says {batch.records}")
    return ids, None


def ids_in(data: bytes) -> set[int]:
    """The ids in a Raw object, none if it is not a batch."""
    try:
        return set(parse_batch(data))
    except ValueError:
        return set()


def _check_listing(store: Store, key: SliceKey, manifest: Manifest, found: _Found, *, rests: bool) -> Iterator[Problem]:
    """The listing against what was found; where it `rests` on the runs before it, what it kept against these."""
    try:
        listing = read_document(store, key.listing(), Listing, todo="remove it: the manifest stands without it")
    except DamagedError as error:
        yield Problem("damaged listing", key.listing(), str(error))
        return
    if listing is None:
        yield Problem("missing listing", key.listing(), "the manifest cannot be held against what was listed")
        return
    if rests:
        yield from _check_kept(key, listing, found)
    dropped = (each.id for each in manifest.tombstones)
    known = set(found.seen[key]).union(manifest.gone, (q.id for q in manifest.quarantined), dropped, listing.kept_ids)
    lacking = sorted(set(listing.ids) - known)
    surplus = sorted(known - set(listing.ids))
    if lacking:
        yield Problem("missing ids", key.name, f"{name_ids(lacking)} were listed and are nowhere", tuple(lacking))
    if surplus:
        yield Problem("surplus ids", key.name, f"{name_ids(surplus)} were never listed", tuple(surplus))


def _check_kept(key: SliceKey, listing: Listing, found: _Found) -> Iterator[Problem]:
    """Each title that a run kept has its record in the batches of the day that its listing names; days come in order."""
    for day, ids in listing.kept.items():
        there = found.seen.get(replace(key, run_on=date.fromisoformat(day)), ())
        if lacking := sorted(set(ids).difference(there)):
            detail = f"the records of {name_ids(lacking)} are to stand in the batches of {day}, and do not"
            yield Problem("missing ids", key.name, detail, tuple(lacking))


def _check_runs(store: Store, found: _Found, only: RunKey | None = None) -> Iterator[Problem]:
    """Each run's slices exist; of a selection's runs that never ended, only the newest is of interest."""
    have = found.held.keys()
    runs = list_runs(store) if only is None else [only]
    newest = {run.selection_id: run for run in runs}
    for run in runs:
        try:
            plan, report = read_plan(store, run), read_report(store, run)
        except DamagedError as error:
            yield Problem("damaged run", error.thing, str(error))
            continue
        if plan is None or (report is None and newest[run.selection_id] != run):
            continue
        found.runs += 1
        missing = [p.slice.name for p in plan.slices if p.slice.key(plan.run_on) not in have]
        if missing and report is not None:
            yield Problem(
                "slice missing", run.plan(), f"{len(missing)} of {len(plan.slices)}: {', '.join(missing[:_NAMED])}"
            )
        elif report is None:
            detail = (
                f"{len(plan.slices) - len(missing)} of {len(plan.slices)} slices are committed; extract goes on from there"
            )
            yield Problem("unfinished run", run.plan(), detail)
        else:
            yield from _check_report(run, report, [found.held[p.slice.key(plan.run_on)] for p in plan.slices])
            if report.doubt:
                yield Problem("doubtful", run.report(), report.doubt)


def _check_watermarks(store: Store) -> Iterator[Problem]:
    for selection_id in sorted({run.selection_id for run in list_runs(store)}):
        try:
            read_watermark(store, selection_id)
        except DamagedError as error:
            yield Problem("damaged watermark", error.thing, str(error))


def _check_report(run: RunKey, report: RunReport, held: list[tuple[int, bool]]) -> Iterator[Problem]:
    """The report says what the manifests say; `held` are records and completeness of each slice."""
    records, is_complete = sum(count for count, _ in held), all(complete for _, complete in held) and not report.doubt
    if (report.records, report.is_complete) != (records, is_complete):
        stated = f"{report.records} records, {'complete' if report.is_complete else 'short'}"
        detail = f"it says {stated}; its slices hold {records}, {'complete' if is_complete else 'short'}"
        yield Problem("report", run.report(), detail)


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
        yield Problem("foreign object", entry.key, "no manifest names it: cinelake did not write it, or it is left over")
    if unproven:
        detail = f"so have {len(unproven):,} objects in all: named as batches are, and nothing says that they are complete"
        yield Problem("no manifest", unproven[0], detail)


def name_ids(ids: Iterable[int]) -> str:
    """The first few of some ids, and how many more."""
    known = list(ids)
    more = f" and {len(known) - _NAMED} more" if len(known) > _NAMED else ""
    return f"id{'s' * (len(known) != 1)} {', '.join(map(str, known[:_NAMED]))}{more}"
