"""The summary of a lake for `cinelake status`: runs, watermarks, unresolved titles and zones.

Commands that change a lake record the summary in one document, so that reading it costs a few requests, whatever the
history. Invariant: a recorded run is used only if it was finished; what may still change is read from its documents.
"""

from collections.abc import Iterable
from datetime import date, datetime

import msgspec

from cinelake.concurrency import map_concurrently
from cinelake.errors import DamagedError
from cinelake.extract.feed.documents import FeedReport, list_feed_states
from cinelake.extract.run_documents import list_runs, read_plan, read_report, read_watermark
from cinelake.lake.documents import read_document, write_document
from cinelake.lake.keys import OWN, REFINED, STATUS, TRUSTED, VERSIONS, RunKey, SliceKey, manifests_folder
from cinelake.lake.manifests import list_manifests, read_manifest
from cinelake.lake.store import Store

COMPLETE, UNFINISHED = "complete", "unfinished"
_REFRESHED = 2
"""Unfinished runs that are refreshed when the summary is read; each costs two requests."""


class RunStatus(msgspec.Struct, frozen=True):
    """One run.

    Attributes:
        state: complete, incomplete, unfinished or damaged.
        titles: that TMDB counted when the run was planned.
        records: fetched by this run; kept: unchanged titles, whose records earlier runs fetched.
        unresolved: quarantined ids.
    """

    selection_id: str
    run_on: date
    state: str
    slices: int
    slices_committed: int
    titles: int
    records: int
    gone: int
    unresolved: tuple[int, ...]
    complete_to: date | None
    kept: int = 0


class ZoneStatus(msgspec.Struct, frozen=True):
    """The number and size of the objects of one zone."""

    zone: str
    objects: int
    bytes: int


class LakeStatus(msgspec.Struct, frozen=True):
    """The runs of a lake, and its zones as they were at `recorded_at`; None if they were counted now.

    `feeds` has the last feed-only refresh of each selection that has had one.
    """

    runs: tuple[RunStatus, ...]
    zones: tuple[ZoneStatus, ...]
    recorded_at: datetime | None = None
    feeds: tuple[FeedReport, ...] = ()


def read_status(store: Store) -> LakeStatus:
    """The summary as last recorded, with the committed slices of the newest unfinished runs as of now; else counted now."""
    recorded = _read_recorded(store)
    if recorded is None:
        return count_status(store)
    newest = {run.selection_id: run for run in recorded.runs}.values()
    refreshed = [run for run in newest if run.state == UNFINISHED][-_REFRESHED:]
    runs = tuple(_count_slices(store, run) if run in refreshed else run for run in recorded.runs)
    return msgspec.structs.replace(recorded, runs=runs)


def record_status(store: Store, now: datetime, *, counts_zones: bool = True) -> LakeStatus:
    """Count what may have changed since the summary was recorded last, and record it again.

    Without `counts_zones`, the zones stay as they were recorded, which saves the listing of the whole lake.
    """
    recorded = _read_recorded(store)
    runs = _count_runs(store, recorded.runs if recorded else ())
    zones = recorded.zones if recorded and not counts_zones else _read_zones(store)
    status = LakeStatus(runs, zones, now, _read_feeds(store))
    write_document(store, STATUS, status)
    return status


def record_finished(store: Store, run: RunKey, now: datetime) -> None:
    """Record the summary again if it does not show this run as complete: a process was killed before it recorded it."""
    recorded = _read_recorded(store)
    known = recorded.runs if recorded else ()
    if not any(
        (each.selection_id, each.run_on) == (run.selection_id, run.run_on) for each in known if each.state == COMPLETE
    ):
        record_status(store, now)


def record_built(store: Store, built_at: datetime, now: datetime) -> None:
    """Record the summary again if it is older than the current version of the tables."""
    recorded = _read_recorded(store)
    if recorded is None or recorded.recorded_at is None or recorded.recorded_at < built_at:
        record_status(store, now)


def count_status(store: Store) -> LakeStatus:
    """The summary, counted from manifests, so that an unfinished run shows what is stored."""
    return LakeStatus(_count_runs(store, ()), _read_zones(store), feeds=_read_feeds(store))


def _count_runs(store: Store, known: Iterable[RunStatus]) -> tuple[RunStatus, ...]:
    """The runs; `known` ones are not read again if they are complete."""
    finished = {(run.selection_id, run.run_on): run for run in known if run.state == COMPLETE}
    runs = list_runs(store)
    new = [run for run in runs if (run.selection_id, run.run_on) not in finished]
    committed = list_manifests(store) if new else {}
    counted = dict(zip(new, map_concurrently(lambda run: _read_run(store, run, committed), new), strict=True))
    marks = {each: _read_watermark(store, each) for each in {run.selection_id for run in runs}}
    summary = (counted.get(run) or finished[run.selection_id, run.run_on] for run in runs)
    return tuple(msgspec.structs.replace(run, complete_to=marks[run.selection_id]) for run in summary)


def _read_recorded(store: Store) -> LakeStatus | None:
    """The recorded summary; None if there is none, or if it cannot be read, since it can be counted again."""
    try:
        return read_document(store, STATUS, LakeStatus, hint="")
    except DamagedError:
        return None


def _read_feeds(store: Store) -> tuple[FeedReport, ...]:
    """The last feed-only refreshes; none if they cannot be read, since the next one reads the feed again."""
    try:
        return tuple(state.report for state in list_feed_states(store))
    except DamagedError:
        return ()


def _read_watermark(store: Store, selection_id: str) -> date | None:
    try:
        found = read_watermark(store, selection_id)
    except DamagedError:
        return None
    return found.complete_to if found else None


def _count_slices(store: Store, run: RunStatus) -> RunStatus:
    """A recorded run with the number of its slices that are committed now, unless it was finished."""
    plan = None if run.state != UNFINISHED else read_plan(store, RunKey(run.selection_id, run.run_on))
    if plan is None or not plan.slices:
        return run
    planned = {piece.slice.key(plan.run_on) for piece in plan.slices}
    folder = manifests_folder(next(iter(planned)).kind, plan.run_on)
    committed = planned.intersection(list_manifests(store, folder))
    return msgspec.structs.replace(run, slices_committed=max(len(committed), run.slices_committed))


def _read_run(store: Store, run: RunKey, committed: dict[SliceKey, int]) -> RunStatus:
    try:
        plan, report = read_plan(store, run), read_report(store, run)
        keys = [p.slice.key(plan.run_on) for p in plan.slices] if plan else []
        stored = [key for key in keys if key in committed]
        manifests = list(filter(None, map_concurrently(lambda key: read_manifest(store, key, committed[key]), stored)))
    except DamagedError:
        return RunStatus(run.selection_id, run.run_on, "damaged", 0, 0, 0, 0, 0, (), None)
    state = UNFINISHED if report is None else COMPLETE if report.is_complete else "incomplete"
    return RunStatus(
        selection_id=run.selection_id,
        run_on=run.run_on,
        state=state,
        slices=len(keys),
        slices_committed=len(manifests),
        titles=plan.total if plan else 0,
        records=sum(m.records for m in manifests),
        gone=sum(len(m.gone) for m in manifests),
        unresolved=tuple(q.id for m in manifests for q in m.quarantined),
        complete_to=None,
        kept=sum(m.kept for m in manifests),
    )


def _read_zones(store: Store) -> tuple[ZoneStatus, ...]:
    sizes: dict[str, list[int]] = {}
    for entry in store.list_entries(""):
        sizes.setdefault(entry.key.partition("/")[0], []).append(entry.size)
    order = ["Raw", TRUSTED, VERSIONS, REFINED, "Dashboard", OWN]
    known = [zone for zone in order if zone in sizes]
    return tuple(ZoneStatus(zone, len(sizes[zone]), sum(sizes[zone])) for zone in known)
