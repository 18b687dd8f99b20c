"""Owns the order of a run: plan, list, fetch, commit; data first, the pointer last.

Killed anywhere, the same command goes on: a stored plan, listing, batch or manifest is done work.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

import msgspec

from cinelake.errors import UsageError
from cinelake.extract.basis import check_drops, read_basis
from cinelake.extract.changes import Changes, list_days, read_or_fetch_changes
from cinelake.extract.counting import fetch_plan
from cinelake.extract.due import MAX_AGE_DAYS, Basis, Refresh
from cinelake.extract.fetch import Fetcher
from cinelake.extract.job import Job
from cinelake.extract.listings import list_all
from cinelake.extract.plan import Plan, add_former
from cinelake.extract.report import build_report
from cinelake.extract.run_documents import (
    RunReport,
    Watermark,
    advance_watermark,
    list_runs,
    read_plan,
    read_report,
    read_watermark,
)
from cinelake.extract.slicework import SliceWork, build_mending, build_settled, build_work
from cinelake.extract.stopping import build_stopped, run_stoppable
from cinelake.lake.documents import write_document
from cinelake.lake.keys import RunKey
from cinelake.lake.listings import read_listing
from cinelake.lake.manifests import Manifest, read_held_ids
from cinelake.lake.store import Store
from cinelake.log import Event
from cinelake.selection.limits import Limits
from cinelake.selection.selection import Selection

EARLIEST_RUN = date(2000, 1, 1)
MEND_FOR = timedelta(days=1)
"""How long after its date a short run is gone on with; then a new one begins, which has what came meanwhile."""
DRAIN_S = 15.0
"""Seconds that open chunks get to finish once a stop is asked for."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run: its selection, its date, whether it is begun or gone on with, and what makes it a refresh, if it is one.

    A run that has its plan already is what that says, whatever is asked for now.
    """

    selection: Selection
    key: RunKey
    is_resumed: bool
    refresh: Refresh | None = None


def check_run_date(run_on: date | None, today: date) -> None:
    """Refuse a run date that no run can have.

    Raises:
        UsageError: it is to come, or before there were lakes.
    """
    if run_on is not None and not EARLIEST_RUN <= run_on <= today:
        expected = f"a day from {EARLIEST_RUN} to today, {today}"
        raise UsageError("--run-date", f"{run_on} is no day of a run", expected, "leave it out for today")


def choose_run(
    store: Store, selection: Selection, today: date, *, run_on: date | None = None, is_fresh: bool = False
) -> Run:
    """The unfinished run of this selection, whatever its day, or a short one of today or yesterday; else one of today.

    Raises:
        DamagedError: a report cannot be read.
        UsageError: no run can have the date `run_on`.
    """
    check_run_date(run_on, today)
    runs = _list_past(store, selection.id, today)
    if run_on is not None:
        key = RunKey(selection.id, run_on)
        return Run(selection, key, key in runs)
    today_key = RunKey(selection.id, today)
    if runs and not is_fresh:
        report = read_report(store, runs[-1])
        if report is None or not (report.is_complete or today - runs[-1].run_on > MEND_FOR):
            return Run(selection, runs[-1], is_resumed=True)
    return Run(selection, today_key, today_key in runs)


def choose_refresh(
    store: Store,
    selection: Selection,
    today: date,
    *,
    run_on: date | None = None,
    oldest: int | None = None,
    max_age_days: int = MAX_AGE_DAYS,
) -> Run:
    """The unfinished or short run of this selection, as `choose_run` finds it; else a refresh of today, from the watermark.

    A selection that is complete up to today has nothing to refresh: its finished run is given.

    Raises:
        DamagedError: a report or the watermark cannot be read.
        UsageError: the selection was never harvested, or no run can have the date `run_on`.
    """
    mark = find_mark(store, selection, today)
    run = choose_run(store, selection, today, run_on=run_on)
    if mark is None:
        happened = "it was never collected whole" if not run.is_resumed else "its first run is not complete"
        raise UsageError(
            f"selection {selection.id}", happened, "a complete run to go on from", "run cinelake extract with these words"
        )
    if mark.complete_to >= run.key.run_on:
        return Run(selection, RunKey(selection.id, mark.complete_to), is_resumed=True)
    return replace(run, refresh=Refresh(mark.complete_to, oldest, max_age_days))


def find_mark(store: Store, selection: Selection, today: date) -> Watermark | None:
    """The watermark that a refresh goes on from, None if there is none.

    One that a kill left behind its report is moved, and one that a clock that was ahead set to a day to come is moved back.

    Raises:
        DamagedError: a report or the watermark cannot be read.
    """
    for newest in reversed(_list_past(store, selection.id, today)):
        mark = read_watermark(store, selection.id)
        if read_finished(store, Run(selection, newest, is_resumed=True)) or (mark and mark.complete_to <= today):
            break
    mark = read_watermark(store, selection.id)
    return mark if mark and mark.complete_to <= today else None


def _list_past(store: Store, selection_id: str, today: date) -> list[RunKey]:
    """The runs up to today: what a clock that was ahead has dated later is no ground to do nothing until then."""
    return [run for run in list_runs(store, selection_id) if run.run_on <= today]


def read_finished(store: Store, run: Run) -> RunReport | None:
    """The report of a run that is complete already; its watermark is moved if a kill prevented that."""
    report = read_report(store, run.key)
    if report is None or not report.is_complete:
        return None
    advance_watermark(store, report)
    return report


async def extract(job: Job, run: Run, limits: Limits) -> RunReport:
    """Bring a run to its end. The caller holds the lease, and has found that it is not finished.

    Raises:
        DeadlineReachedError: a stop was asked for; everything so far is kept.
        ShortError: more titles would be lost than the limits allow.
        CinelakeError: as the service and the store raise it; everything so far is kept.
    """
    started = job.clock.monotonic()
    job.log.info(Event.RUN_RESUMED if run.is_resumed else Event.RUN_STARTED, genres=run.selection.genre_ids)
    job.progress.step = "planning"
    plan = await run_stoppable(job, plan_run(job, run), drain_s=0)
    job.progress.slices_total = len(plan.slices)
    job.log.info(Event.RUN_PLANNED, slices=len(plan.slices), titles=plan.total)
    changes = await run_stoppable(job, _read_changes(job, run.key, plan), drain_s=0)
    job.progress.step = "listing"
    basis = await asyncio.to_thread(read_basis, job.store, plan, changes)
    committed = await run_stoppable(job, list_all(job, plan, limits.tolerance, basis), drain_s=0)
    guard = await asyncio.to_thread(check_drops, job.store, plan, committed, basis, limits)
    job.progress.step = "fetching"
    manifests: dict[str, Manifest] = {}
    vanished = frozenset(changes.vanished) if changes else frozenset[int]()
    fetcher = Fetcher(
        job,
        plan.selection,
        lambda work, manifest: manifests.__setitem__(work.slice.name, manifest),
        guard=guard,
        vanished=vanished,
    )
    works = _works(job, plan, committed, manifests, basis)
    await run_stoppable(job, fetcher.fetch_slices(works), drain_s=DRAIN_S)
    if len(manifests) < len(plan.slices):
        raise build_stopped(job)
    report = build_report(
        plan,
        [manifests[planned.slice.name] for planned in plan.slices],
        job.client.tally,
        seconds=job.clock.monotonic() - started,
        now=job.clock.now(),
        changes=changes,
    )
    write_document(job.store, run.key.report(), report)
    if report.is_complete:
        advance_watermark(job.store, report)
    job.progress.step = "done"
    job.log.info(
        Event.RUN_FINISHED,
        is_complete=report.is_complete,
        slices=len(report.slices),
        titles=report.titles,
        records=report.records,
        kept=report.kept,
        gone=report.gone,
        tombstones=report.tombstones,
        quarantined=report.quarantined,
        unproven=report.unproven,
    )
    return report


async def plan_run(job: Job, run: Run) -> Plan:
    """The stored plan of a run; the first time it is counted, and stored.

    Raises:
        ServiceError, CredentialsError: a count cannot be had.
    """
    plan = await asyncio.to_thread(read_plan, job.store, run.key)
    await job.client.fetch_greeting()  # one request at first: a refused token or a wrong address shows at once
    if plan is None:
        plan = await fetch_plan(job.client, run.selection, run_on=run.key.run_on, now=job.clock.now())
        if run.refresh is not None:
            former = await asyncio.to_thread(read_plan, job.store, RunKey(run.key.selection_id, run.refresh.since))
            plan = msgspec.structs.replace(add_former(plan, former) if former else plan, refresh=run.refresh)
        await asyncio.to_thread(write_document, job.store, run.key.plan(), plan)
    return plan


async def _read_changes(job: Job, key: RunKey, plan: Plan) -> Changes | None:
    """What has changed before a refresh; None if everything is fetched anyway."""
    if plan.refresh is None:
        return None
    days = list_days(plan.refresh.since, plan.run_on)
    return await read_or_fetch_changes(job.client, job.store, key, plan.selection.media, days)


async def _works(
    job: Job, plan: Plan, committed: dict[str, Manifest], manifests: dict[str, Manifest], basis: Basis
) -> AsyncIterator[SliceWork]:
    """The work of each slice in order; what is committed and complete goes straight to `manifests`."""
    for planned in plan.slices:
        piece = planned.slice
        key, manifest = piece.key(plan.run_on), committed.get(piece.name)
        if manifest is not None and manifest.is_complete:
            manifests[piece.name] = manifest
            job.progress.slices_committed += 1
            job.progress.titles_done += manifest.listed
            job.progress.titles_kept += manifest.listed
            if len(plan.selection.genres) == 1:
                continue  # no other slice can take from it
        listing = await asyncio.to_thread(read_listing, job.store, key, plan.selection.request)
        held = basis.held(piece.name)
        match listing, manifest:
            case None, _:
                continue  # removed by hand behind a committed slice, which stands without it
            case _, Manifest(is_complete=True):
                yield build_settled(piece, key, listing, manifest)
                continue
            case _, None:
                yield build_work(piece, key, listing, held)
            case _:
                had = await asyncio.to_thread(read_held_ids, job.store, manifest)
                work = build_mending(piece, key, listing, manifest, had, held)
                job.progress.titles_done += len(listing.ids) - len(work.ids)
                job.progress.titles_kept += len(listing.ids) - len(work.ids)
                yield work
