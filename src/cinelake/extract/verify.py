"""Owns the proof after the fact: is the lake what it says it is, and is it what the service has.

Reads every object that a manifest names; believes nothing that can be counted. Writes nothing.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import msgspec

from cinelake.errors import DamagedError
from cinelake.extract.listing import ListedWindow, Lister, UndatedFinder
from cinelake.extract.plan import Plan, fetch_plan
from cinelake.extract.report import list_runs, read_plan, read_report
from cinelake.extract.slices import KINDS, Slice
from cinelake.extract.slicework import Listing
from cinelake.lake.batches import parse_batch
from cinelake.lake.documents import read_document
from cinelake.lake.layout import RAW, RunKey, SliceKey, parse_raw_key
from cinelake.lake.manifest import Batch, Manifest, list_manifests, read_manifest
from cinelake.lake.storage import Store
from cinelake.tmdb.client import Client

_NAMED = 10


class Problem(msgspec.Struct, frozen=True):
    """Something that is not as it should be: its kind, where it is, and what is wrong; `ids` where titles are concerned."""

    kind: str
    where: str
    detail: str
    ids: tuple[int, ...] = ()


class Verification(msgspec.Struct, frozen=True):
    """What was looked at and what was found wrong."""

    runs: int
    slices: int
    batches: int
    records: int
    distinct_ids: int
    bytes: int
    gone: int
    problems: tuple[Problem, ...]

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
    problems: list[Problem] = field(default_factory=list)


def verify_lake(store: Store) -> Verification:
    """Hold every manifest against its objects and listing, every plan against the manifests, and Raw against both."""
    found = _Found()
    named: set[str] = set()
    committed = list_manifests(store)
    for key in sorted(committed):
        try:
            manifest = read_manifest(store, key)
        except DamagedError as error:
            found.problems.append(Problem("damaged manifest", error.thing, str(error)))
            continue
        if manifest is not None:
            found.problems += _check_slice(store, key, manifest, found)
            named.update(batch.key for batch in manifest.batches)
    found.problems += _check_runs(store, committed, found)
    found.problems += _check_foreign(store, committed, named)
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


def _check_slice(store: Store, key: SliceKey, manifest: Manifest, found: _Found) -> Iterator[Problem]:
    where = key.manifest(manifest.revision)
    found.slices += 1
    found.gone += len(manifest.gone)
    seen: set[int] = set()
    for batch in manifest.batches:
        ids, problem = _check_batch(store, batch)
        if problem:
            yield problem
        twice = sorted(seen & ids)
        if twice:
            yield Problem("id twice", batch.key, f"{_name(twice)} also stand in another batch of the slice", tuple(twice))
        seen |= ids
        found.batches += 1
        found.records += len(ids)
        found.bytes += batch.bytes
    found.ids.setdefault(key.kind, set()).update(seen)
    recorded = sum(batch.records for batch in manifest.batches)
    accounted = manifest.records + len(manifest.gone) + len(manifest.quarantined)
    if recorded != manifest.records or accounted != manifest.listed:
        parts = f"{recorded} in batches + {len(manifest.gone)} gone + {len(manifest.quarantined)} quarantined"
        yield Problem("counts", where, f"{manifest.listed} listed, {manifest.records} records stated, but {parts}")
    yield from _check_listing(store, key, manifest, seen)
    if manifest.quarantined:
        lost = tuple(q.id for q in manifest.quarantined)
        yield Problem("quarantined", where, f"{_name(lost)} could not be had: {manifest.quarantined[0].reason}", lost)
    if manifest.is_listing_short:
        yield Problem("short", where, f"the service counted {manifest.total}, {manifest.listed} were found")


def _check_batch(store: Store, batch: Batch) -> tuple[set[int], Problem | None]:
    stored = store.read(batch.key)
    if stored is None:
        return set(), Problem("missing object", batch.key, f"its manifest names it, with {batch.records} records")
    size = len(stored.data)
    if hashlib.sha256(stored.data).hexdigest() != batch.sha256:
        kind = "truncated object" if size < batch.bytes else "altered object"
        return _ids_of(stored.data), Problem(kind, batch.key, f"{size} bytes with another SHA-256 than its manifest says")
    try:
        ids = set(parse_batch(stored.data))
    except ValueError as error:
        return set(), Problem("not a batch", batch.key, str(error))
    if len(ids) != batch.records:
        return ids, Problem("counts", batch.key, f"{len(ids)} records, its manifest says {batch.records}")
    return ids, None


def _ids_of(data: bytes) -> set[int]:
    try:
        return set(parse_batch(data))
    except ValueError:
        return set()


def _check_listing(store: Store, key: SliceKey, manifest: Manifest, seen: set[int]) -> Iterator[Problem]:
    try:
        listing = read_document(store, key.listing(), Listing, todo="remove it: the manifest stands without it")
    except DamagedError as error:
        yield Problem("damaged listing", key.listing(), str(error))
        return
    if listing is None:
        yield Problem("missing listing", key.listing(), "the manifest cannot be held against what was listed")
        return
    known = seen.union(manifest.gone, (q.id for q in manifest.quarantined))
    lacking = sorted(set(listing.ids) - known)
    surplus = sorted(known - set(listing.ids))
    if lacking:
        yield Problem("missing ids", key.name, f"{_name(lacking)} were listed and are nowhere", tuple(lacking))
    if surplus:
        yield Problem("surplus ids", key.name, f"{_name(surplus)} were never listed", tuple(surplus))


def _check_runs(store: Store, committed: Iterable[SliceKey], found: _Found) -> Iterator[Problem]:
    """Each run's slices exist; of a selection's runs that never ended, only the newest is of interest."""
    have = set(committed)
    runs = list_runs(store)
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


def _check_foreign(store: Store, committed: Iterable[SliceKey], named: set[str]) -> Iterator[Problem]:
    """Objects in Raw that no manifest names; those of a slice that is still being fetched are expected."""
    have = set(committed)
    in_progress: dict[SliceKey, bool] = {}
    for entry in store.list_entries(f"{RAW}/"):
        if entry.key in named:
            continue
        parsed = parse_raw_key(entry.key)
        if parsed and parsed[0] not in have:
            key = parsed[0]
            if key not in in_progress:
                in_progress[key] = store.read(key.listing()) is not None
            if in_progress[key]:
                continue
        yield Problem("foreign object", entry.key, "no manifest names it: cinelake did not write it, or it is left over")


async def verify_against_service(client: Client, store: Store, run: RunKey, plan: Plan) -> list[Problem]:
    """List the selection as the service has it now, and name what either side lacks.

    Raises:
        ServiceError, CredentialsError: the service cannot be asked.
    """
    held: set[int] = set()
    for planned in plan.slices:
        manifest = read_manifest(store, planned.slice.key(plan.run_on))
        if manifest is not None:
            held.update(manifest.gone)
            for batch in manifest.batches:
                stored = store.read(batch.key)
                held |= _ids_of(stored.data) if stored else set()
    now = await fetch_plan(client, plan.selection, run_on=plan.run_on, now=plan.planned_at)
    lister = Lister(client)
    there: set[int] = set()
    unproven = 0
    for planned in now.slices:
        for window in await _list_now(client, lister, planned.slice, plan):
            there.update(window.ids)
            unproven += window.missing
    problems = []
    kind = KINDS[plan.selection.media]
    if lacking := sorted(there - held):
        detail = f"{len(lacking)} {kind.lower()} that the service has and the lake has not: {_name(lacking)}"
        problems.append(Problem("not in the lake", run.plan(), detail, tuple(lacking)))
    if surplus := sorted(held - there):
        detail = f"{len(surplus)} {kind.lower()} that the lake has and the service lists no more: {_name(surplus)}"
        problems.append(Problem("not in the service", run.plan(), detail, tuple(surplus)))
    if unproven:
        problems.append(Problem("unproven", run.plan(), f"the service's own counts disagree with its lists by {unproven}"))
    return problems


async def _list_now(client: Client, lister: Lister, piece: Slice, plan: Plan) -> list[ListedWindow]:
    query = piece.query(plan.selection)
    if piece.is_undated:
        return [await UndatedFinder(client, lister).list_undated(query)]
    windows: list[ListedWindow] = []

    async def keep(window: ListedWindow) -> None:
        windows.append(window)

    await lister.list_dated(query, keep)
    return windows


def _name(ids: Iterable[int]) -> str:
    known = list(ids)
    more = f" and {len(known) - _NAMED} more" if len(known) > _NAMED else ""
    return f"id{'s' * (len(known) != 1)} {', '.join(map(str, known[:_NAMED]))}{more}"
