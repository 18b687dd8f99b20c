"""The order of a feed-only refresh: read the feed, fetch what it newly names, commit, then store how far it was read.

It lists nothing and moves no watermark, and the next refresh continues from the last complete run as if there was none.
Invariant: a process that is killed leaves at most a slice without a manifest, which the next one removes.
"""

import asyncio
from array import array
from collections.abc import AsyncIterator, Callable
from datetime import date

from cinelake.concurrency import BackgroundTask
from cinelake.extract.context import RunContext
from cinelake.extract.feed.documents import FeedReport, FeedState
from cinelake.extract.feed.reading import delete_leftovers, read_beginning, select_new
from cinelake.extract.fetch import Fetcher
from cinelake.extract.lifecycle import Session, build_stopped, open_context, run_stoppable
from cinelake.extract.planning.decision import check_run_date
from cinelake.extract.planning.plan import Plan, PlannedSlice
from cinelake.extract.processes import begin_process, end_processes
from cinelake.extract.run import DRAIN_S
from cinelake.extract.slice_state import SliceState
from cinelake.extract.status import record_status
from cinelake.lake.documents import write_document
from cinelake.lake.keys import RunKey, feed_key
from cinelake.lake.listings import Listing
from cinelake.lake.manifests import Manifest
from cinelake.log import Event
from cinelake.media import KINDS
from cinelake.refresh.change_feed import fetch_rows, list_range
from cinelake.refresh.previous_runs import Beginning as StoredBefore
from cinelake.refresh.previous_runs import read_stored_titles
from cinelake.refresh.refetch_policy import StoredTitles, build_stored_titles
from cinelake.refresh.removals import RemovalGuard, count_stored
from cinelake.selection.limits import Limits
from cinelake.selection.selection import Selection
from cinelake.selection.slices import Slice

_LIMITS = Limits()
_PROCESS = "feed"
"""Under this name its processes are recorded, since it is no run of its selection."""


async def run_feed(
    session: Session,
    selection: Selection,
    background: Callable[[RunContext], list[BackgroundTask]] = lambda _: [],
    *,
    run_on: date | None = None,
    limits: Limits = _LIMITS,
) -> FeedReport:
    """Refresh a selection from the change feed alone, while holding the lease.

    Raises:
        UsageError: the lake has no complete run of the selection.
        TryAgainError: the lease is held, or a stop was requested.
        IncompleteError: more titles are gone than the limits allow.
        CinelakeError: an error of TMDB or of the store.
    """
    async with open_context(session, background) as context:
        return await refresh_from_feed(context, selection, limits, run_on)


async def refresh_from_feed(
    context: RunContext, selection: Selection, limits: Limits, run_on: date | None = None
) -> FeedReport:
    """Refresh a selection from the change feed alone. The caller holds the lease.

    The API's date decides which days of the feed are read; `run_on` is another label for the slice.

    Raises:
        UsageError: the lake has no complete run of the selection.
        DeadlineReachedError: a stop was requested.
        IncompleteError: more titles are gone than the limits allow.
        CinelakeError: an error of TMDB or of the store.
    """
    started = context.clock.monotonic()
    context.progress.step = "reading changes"
    await context.client.check_connection()  # a single request first: it shows the date, and whether the token is right
    today = context.clock.now().date()
    label = run_on or today
    check_run_date(run_on, today)
    beginning = await asyncio.to_thread(read_beginning, context.store, selection, today)
    context.log.info(Event.FEED_STARTED, selection=selection.id, since=str(beginning.until))
    days = list_range(beginning.until, today)
    rows, unread = await run_stoppable(context, fetch_rows(context.client, selection.media, days), drain_s=0)
    for day in {*days, label}:
        await asyncio.to_thread(delete_leftovers, context.store, KINDS[selection.media], day)
    new = select_new(rows, beginning)
    vanished = frozenset(row.id for each in rows.values() for row in each if row.id is not None and row.adult is None)
    manifest = await _fetch_stored(context, beginning.plan, label, new, vanished, limits)
    named = {row.id for row in rows[days[-1]] if row.id is not None}
    named |= beginning.named if days[-1] == beginning.until else frozenset()
    failed = [each.id for each in manifest.quarantined] if manifest else []
    report = _build_report(
        context,
        selection,
        manifest,
        label=label,
        since=days[0],
        named=len(new),
        started=started,
        is_read=not unread,
    )
    await asyncio.to_thread(_commit, context, FeedState(days[-1], tuple(sorted(named.difference(failed))), report))
    await asyncio.to_thread(record_status, context.store, context.clock.now(), counts_zones=False)
    return report


async def _fetch_stored(
    context: RunContext, before: Plan, label: date, new: set[int], vanished: frozenset[int], limits: Limits
) -> Manifest | None:
    """Fetch the stored titles among `new` into a slice of their own; None if there are none."""
    selection, kind = before.selection, KINDS[before.selection.media]
    everything = StoredBefore(None, dict.fromkeys(planned.slice.name for planned in before.slices))
    stored = await asyncio.to_thread(read_stored_titles, context.store, kind, selection.request, everything)
    slices = stored.values()
    days = {i: each.day_of(i) or 0 for each in slices for i in new if i in each}
    if not days:
        return None
    piece = Slice(selection.media, None, feed=context.number)
    now = context.clock.now()
    plan = Plan(selection, label, now, (PlannedSlice(piece, len(days)),), fetched_on=now.date())
    state = _build_state(context, plan, piece, build_stored_titles(days))
    await asyncio.to_thread(write_document, context.store, state.key.listing(), state.listing)
    progress = context.progress
    progress.step, progress.slices_total, progress.slices_listed, progress.titles_total = "fetching", 1, 1, len(days)
    committed: list[Manifest] = []
    numbers = await asyncio.to_thread(
        begin_process, context.store, kind, RunKey(_PROCESS, label), context.number, dict[str, Manifest]()
    )
    fetcher = Fetcher(
        context,
        plan,
        lambda _, manifest: committed.append(manifest),
        guard=RemovalGuard(count_stored(slices), limits),
        numbers=numbers,
        vanished=vanished,
    )
    await run_stoppable(context, fetcher.fetch_slices(_yield_one(state)), drain_s=DRAIN_S)
    if not committed:
        raise build_stopped(context)
    await asyncio.to_thread(end_processes, context.store, kind, label)
    return committed[0]


def _build_state(context: RunContext, plan: Plan, piece: Slice, stored: StoredTitles) -> SliceState:
    """A slice of stored titles, each of which is to be fetched."""
    ids = list(stored.ids)
    listing = Listing(
        slice=piece.name,
        request=plan.selection.request,
        total=len(ids),
        missing=0,
        is_incomplete=False,
        windows=(),
        ids=ids,
        listed_at=plan.planned_at,
        number=context.number,
    )
    return SliceState(piece, piece.key(plan.run_on), listing, array("q", ids), stored=stored)


async def _yield_one(state: SliceState) -> AsyncIterator[SliceState]:
    yield state


def _build_report(  # noqa: PLR0913 - everything that the report is about
    context: RunContext,
    selection: Selection,
    manifest: Manifest | None,
    *,
    label: date,
    since: date,
    named: int,
    started: float,
    is_read: bool,
) -> FeedReport:
    tally = context.client.tally
    return FeedReport(
        selection=selection,
        run_on=label,
        number=context.number,
        since=since,
        slice=manifest.slice if manifest else "",
        is_complete=is_read and (manifest is None or manifest.is_complete),
        named=named,
        titles=manifest.listed if manifest else 0,
        records=manifest.records if manifest else 0,
        gone=len(manifest.gone) if manifest else 0,
        quarantined=tuple(each.id for each in manifest.quarantined) if manifest else (),
        batches=len(manifest.batches) if manifest else 0,
        bytes=sum(batch.bytes for batch in manifest.batches) if manifest else 0,
        requests=tally.requests,
        refused=tally.refused,
        retried=tally.retried,
        seconds=round(context.clock.monotonic() - started, 1),
        finished_at=context.clock.now(),
    )


def _commit(context: RunContext, state: FeedState) -> None:
    """Store the report, then how far the feed was read."""
    report = state.report
    context.check_number()
    write_document(context.store, RunKey(report.selection.id, report.run_on).feed(report.number), report)
    write_document(context.store, feed_key(report.selection.id), state)
    context.progress.step, context.progress.is_complete = "done", report.is_complete
    context.log.info(
        Event.FEED_FINISHED,
        selection=report.selection.id,
        is_complete=report.is_complete,
        named=report.named,
        titles=report.titles,
        records=report.records,
        gone=report.gone,
        quarantined=len(report.quarantined),
    )
