"""Owns the order of a run: plan, list, fetch, commit; data first, the pointer last.

Killed anywhere, the same command goes on: a stored plan, listing, batch or manifest is done work.
"""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from cinelake.errors import CinelakeError, DeadlineReachedError
from cinelake.extract.fetch import Fetcher
from cinelake.extract.job import Job
from cinelake.extract.listing import ListedWindow, Lister, UndatedFinder
from cinelake.extract.plan import Plan, fetch_plan
from cinelake.extract.report import (
    RunReport,
    advance_watermark,
    build_report,
    list_runs,
    read_plan,
    read_report,
)
from cinelake.extract.slices import Selection, Slice
from cinelake.extract.slicework import (
    Listing,
    SliceWork,
    build_listing,
    build_mending,
    build_settled,
    build_work,
    read_committed,
    read_held_ids,
    read_listing,
)
from cinelake.extract.windows import subtract_ranges
from cinelake.lake.documents import read_document, write_document
from cinelake.lake.layout import RunKey, SliceKey
from cinelake.lake.manifest import Manifest
from cinelake.log import Event

TOLERANCE = 0.001
DRAIN_S = 15.0
"""Seconds that open chunks get to finish once a stop is asked for."""
_SLICES_AT_ONCE = 8

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Run:
    """One run: its selection, its date, and whether it is begun or gone on with."""

    selection: Selection
    key: RunKey
    is_resumed: bool


def choose_run(job: Job, selection: Selection, today: date, *, run_on: date | None = None, is_fresh: bool = False) -> Run:
    """The unfinished or short run of this selection, whatever its day; else one of today.

    Raises:
        DamagedError: a report cannot be read.
    """
    runs = list_runs(job.store, selection.id)
    if run_on is not None:
        key = RunKey(selection.id, run_on)
        return Run(selection, key, key in runs)
    today_key = RunKey(selection.id, today)
    if runs and not is_fresh:
        report = read_report(job.store, runs[-1])
        if report is None or not report.is_complete:
            return Run(selection, runs[-1], is_resumed=True)
    return Run(selection, today_key, today_key in runs)


def read_finished(job: Job, run: Run) -> RunReport | None:
    """The report of a run that is complete already; its watermark is moved if a kill prevented that."""
    report = read_report(job.store, run.key)
    if report is None or not report.is_complete:
        return None
    advance_watermark(job.store, report)
    return report


async def extract(job: Job, run: Run, *, tolerance: float = TOLERANCE) -> RunReport:
    """Bring a run to its end. The caller holds the lease, and has found that it is not finished.

    Raises:
        DeadlineReachedError: a stop was asked for; everything so far is kept.
        CinelakeError: as the service and the store raise it; everything so far is kept.
    """
    started = job.clock.monotonic()
    job.log.info(
        Event.RUN_RESUMED if run.is_resumed else Event.RUN_STARTED, run=run.key.selection_id, on=str(run.key.run_on)
    )
    job.progress.step = "planning"
    plan = await _stoppable(job, _plan(job, run), drain_s=0)
    job.progress.slices_total = len(plan.slices)
    job.progress.step = "listing"
    await _stoppable(job, _list_all(job, plan, tolerance), drain_s=0)
    job.progress.step = "fetching"
    manifests: dict[str, Manifest] = {}
    fetcher = Fetcher(job, plan.selection, lambda work, manifest: manifests.__setitem__(work.slice.name, manifest))
    await _stoppable(job, fetcher.fetch_slices(_works(job, plan, manifests)), drain_s=DRAIN_S)
    if len(manifests) < len(plan.slices):
        raise _stopped(job)
    report = build_report(
        plan,
        [manifests[planned.slice.name] for planned in plan.slices],
        requests=job.client.tally.requests,
        refused=job.client.tally.refused,
        retried=job.client.tally.retried,
        seconds=job.clock.monotonic() - started,
        now=job.clock.now(),
    )
    write_document(job.store, run.key.report(), report)
    if report.is_complete:
        advance_watermark(job.store, report)
    job.progress.step = "done"
    job.log.info(Event.RUN_FINISHED, records=report.records, is_complete=report.is_complete)
    return report


async def _plan(job: Job, run: Run) -> Plan:
    plan = await asyncio.to_thread(read_plan, job.store, run.key)
    await job.client.fetch_greeting()  # one request at first: a refused token or a wrong address shows at once
    if plan is None:
        plan = await fetch_plan(job.client, run.selection, run_on=run.key.run_on, now=job.clock.now())
        await asyncio.to_thread(write_document, job.store, run.key.plan(), plan)
    return plan


async def _list_all(job: Job, plan: Plan, tolerance: float) -> None:
    """List every slice that has no listing, and again each whose listing was short."""
    lister = Lister(job.client)
    places = asyncio.Semaphore(_SLICES_AT_ONCE)

    async def list_one(piece: Slice) -> None:
        async with places:
            key, request = piece.key(plan.run_on), plan.selection.request
            listing = await asyncio.to_thread(read_listing, job.store, key, request)
            manifest = await asyncio.to_thread(read_committed, job.store, key, request)
            if listing is None or (listing.is_short and manifest is not None):
                listing = await _list_slice(job, plan, piece, lister, tolerance, former=listing)
            job.progress.slices_listed += 1
            job.progress.titles_total += len(listing.ids)

    async with asyncio.TaskGroup() as group:
        for planned in plan.slices:
            group.create_task(list_one(planned.slice))


async def _list_slice(
    job: Job, plan: Plan, piece: Slice, lister: Lister, tolerance: float, former: Listing | None
) -> Listing:
    key = piece.key(plan.run_on)
    query = piece.query(plan.selection)
    windows: list[ListedWindow] = []
    if piece.is_undated:
        windows = [await UndatedFinder(job.client, lister).list_undated(query)]
    else:
        windows = await asyncio.to_thread(_read_windows, job, key)

        async def keep(window: ListedWindow) -> None:
            windows.append(window)
            if (window.since, window.until) != (piece.since, piece.until):
                await asyncio.to_thread(write_document, job.store, key.window(window.name), window)

        left = subtract_ranges(query, [(w.since, w.until) for w in windows if w.until])
        for rest in left:
            await lister.list_dated(rest, keep)
    listing = build_listing(
        piece, plan.selection.request, windows, tolerance=tolerance, now=job.clock.now(), known=former.ids if former else ()
    )
    if listing.missing:
        job.log.warning(Event.LISTING_UNPROVEN, slice=key.name, total=listing.total, missing=listing.missing)
    await asyncio.to_thread(write_document, job.store, key.listing(), listing)
    await asyncio.to_thread(_delete_windows, job, key)
    job.log.info(Event.SLICE_LISTED, slice=key.name, total=listing.total, listed=len(listing.ids))
    return listing


def _read_windows(job: Job, key: SliceKey) -> list[ListedWindow]:
    keys = [entry.key for entry in job.store.list_entries(key.windows())]
    todo = "remove it and run again: the window is listed anew"
    read = (read_document(job.store, k, ListedWindow, todo=todo) for k in keys)
    return [window for window in read if window is not None]


def _delete_windows(job: Job, key: SliceKey) -> None:
    for entry in list(job.store.list_entries(key.windows())):
        job.store.delete(entry.key)


async def _works(job: Job, plan: Plan, manifests: dict[str, Manifest]) -> AsyncIterator[SliceWork]:
    """The work of each slice in order; what is committed and complete goes straight to `manifests`."""
    request = plan.selection.request
    for planned in plan.slices:
        piece = planned.slice
        key = piece.key(plan.run_on)
        listing = await asyncio.to_thread(read_listing, job.store, key, request)
        manifest = await asyncio.to_thread(read_committed, job.store, key, request)
        if listing is None:
            continue
        if manifest is None:
            yield build_work(piece, key, listing)
        elif manifest.is_complete:
            manifests[piece.name] = manifest
            job.progress.slices_committed += 1
            job.progress.titles_done += len(listing.ids)
            job.progress.titles_kept += len(listing.ids)
            if len(plan.selection.genres) > 1:
                yield build_settled(piece, key, listing, manifest)
        else:
            held = await asyncio.to_thread(read_held_ids, job.store, manifest)
            job.progress.titles_done += len(held) + len(manifest.gone)
            job.progress.titles_kept += len(held) + len(manifest.gone)
            yield build_mending(piece, key, listing, manifest, held)


async def _stoppable(job: Job, work: Coroutine[None, None, _T], *, drain_s: float) -> _T:
    """Await some work; once a stop is asked for, give it `drain_s` seconds to end by itself, then cancel it.

    Raises:
        DeadlineReachedError: it was cancelled.
        CinelakeError: whatever the work raised, out of its group.
    """
    task = asyncio.ensure_future(work)
    stopping = asyncio.ensure_future(job.stop.event.wait())
    try:
        await asyncio.wait({task, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            job.log.info(Event.RUN_STOPPING, reason=job.stop.reason)
            draining = asyncio.ensure_future(job.clock.sleep(drain_s))
            await asyncio.wait({task, draining}, return_when=asyncio.FIRST_COMPLETED)
            draining.cancel()
        if not task.done():
            task.cancel()
            await asyncio.wait({task})
        return task.result()
    except asyncio.CancelledError:
        if job.stop.event.is_set() and task.cancelled():
            raise _stopped(job) from None
        raise
    except BaseExceptionGroup as group:
        raise first_error(group) from group
    finally:
        stopping.cancel()
        task.cancel()


def first_error(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The error that ended a group of tasks: cinelake's own if there is one, else the first."""
    leaves: list[BaseException] = []
    pending: list[BaseException] = [group]
    while pending:
        error = pending.pop(0)
        if isinstance(error, BaseExceptionGroup):
            pending += error.exceptions
        else:
            leaves.append(error)
    return next((error for error in leaves if isinstance(error, CinelakeError)), leaves[0])


def _stopped(job: Job) -> DeadlineReachedError:
    return DeadlineReachedError(
        "run",
        f"stopped in good order ({job.stop.reason}); everything so far is kept",
        "",
        "run the same command again: it goes on from here",
    )
