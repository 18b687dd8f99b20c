"""The order of a run: plan, list, fetch, commit; data first, the pointer last.

Invariant: a stored plan, listing, batch or manifest is finished work, so a run that is killed anywhere continues when the
same command runs again.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from functools import partial

from cinelake.concurrency import BackgroundTask, close_in_time
from cinelake.extract.context import RunContext
from cinelake.extract.fetch import Fetcher
from cinelake.extract.folding import fold_within_run
from cinelake.extract.lifecycle import Session, build_stopped, open_context, run_stoppable, trace_run
from cinelake.extract.listing.listing_store import list_slices
from cinelake.extract.planning.decision import Decision, Resume, Run, RunRequest, UpToDate
from cinelake.extract.planning.plan import Plan, PlannedSlice
from cinelake.extract.planning.run_facts import read_finished
from cinelake.extract.processes import begin_process, end_processes
from cinelake.extract.report import build_report
from cinelake.extract.run_documents import RunReport, advance_watermark, read_proof
from cinelake.extract.run_start import check_run_removals, decide, load_previous_runs, plan_run, read_changes
from cinelake.extract.slice_state import SliceState, build_complete, build_repair, build_retired, build_state
from cinelake.extract.status import record_finished, record_status
from cinelake.extract.tracing.metrics import measure_run
from cinelake.lake.documents import write_document
from cinelake.lake.keys import RunKey
from cinelake.lake.listings import read_listing
from cinelake.lake.manifests import Manifest, read_stored_ids
from cinelake.log import Event
from cinelake.media import KINDS
from cinelake.refresh.change_feed import Changes
from cinelake.refresh.refetch_policy import PreviousRuns
from cinelake.selection.limits import Limits

DRAIN_S = 15.0
"""Seconds that open chunks get to finish after a stop request."""
_LIMITS = Limits()


async def run_request(
    session: Session,
    request: RunRequest,
    background: Callable[[RunContext], list[BackgroundTask]] = lambda _: [],
    *,
    on_decision: Callable[[RunContext, Decision], None] = lambda *_: None,
    limits: Limits = _LIMITS,
) -> tuple[Decision, RunReport]:
    """Decide what a request asks for and bring that run to its end, while holding the lease.

    A trace of what this process did for the run is stored. `on_decision` is called before anything is fetched.

    Raises:
        TryAgainError: the lease is held, or a stop was requested; everything so far is stored.
        IncompleteError: more titles would be removed than the limits allow.
        UsageError: a run cannot have the requested date, or there is nothing to refresh.
        CinelakeError: an error of TMDB or of the store; everything so far is stored.
    """
    async with open_context(session, background) as context:
        decision = await run_stoppable(context, decide(context, request), drain_s=0)
        on_decision(context, decision)
        if isinstance(decision, UpToDate):
            finished = await asyncio.to_thread(read_finished, context.store, decision)
            await fold_within_run(context, decision.selection)  # what a process that was killed left
            await asyncio.to_thread(record_finished, context.store, decision.key, context.clock.now())
            return decision, finished
        async with trace_run(session, context, decision.key) as traced:
            try:
                report = await extract(traced, decision, limits)
                traced.log.measure(measure_run(report))
            except BaseException:
                recording = asyncio.to_thread(record_status, context.store, context.clock.now(), counts_zones=False)
                await close_in_time(recording, context.log, Event.STATUS_RECORD_FAILED)
                raise
    return decision, report


async def extract(context: RunContext, run: Run, limits: Limits) -> RunReport:
    """Bring a run to its end. The caller holds the lease, and has checked that the run is not finished.

    Raises:
        DeadlineReachedError: a stop was requested; everything so far is stored.
        IncompleteError: more titles would be removed than the limits allow.
        CinelakeError: an error of TMDB or of the store; everything so far is stored.
    """
    started = context.clock.monotonic()
    context.log.info(Event.RUN_RESUMED if isinstance(run, Resume) else Event.RUN_STARTED, genres=run.selection.genre_ids)
    context.progress.step = "planning"
    plan = await run_stoppable(context, plan_run(context, run), drain_s=0)
    context.progress.slices_total = len(plan.slices)
    context.log.info(Event.RUN_PLANNED, slices=len(plan.slices), titles=plan.total)
    if not isinstance(run, Resume):
        await asyncio.to_thread(record_status, context.store, context.clock.now(), counts_zones=False)
    changes = await run_stoppable(context, read_changes(context, run.key, plan), drain_s=0)
    manifests = await _list_and_fetch(context, plan, changes, limits)
    proof = await asyncio.to_thread(read_proof, context.store, run.key) if plan.windows else None
    report = build_report(
        plan,
        [manifests[planned.slice.name] for planned in plan.slices],
        context.client.tally,
        seconds=context.clock.monotonic() - started,
        now=context.clock.now(),
        changes=changes,
        number=context.number,
        proof=proof,
    )
    _commit_run(context, run.key, report)
    await asyncio.to_thread(end_processes, context.store, KINDS[plan.selection.media], plan.run_on)
    await fold_within_run(context, plan.selection)
    await asyncio.to_thread(record_status, context.store, context.clock.now())
    return report


async def _list_and_fetch(context: RunContext, plan: Plan, changes: Changes | None, limits: Limits) -> dict[str, Manifest]:
    """List, fetch and commit every slice of a plan; return their manifests by slice name."""
    context.progress.step = "listing"
    previous_runs = await asyncio.to_thread(load_previous_runs, context.store, plan, changes)
    committed = await run_stoppable(
        context, list_slices(context, plan, limits.tolerance, previous_runs, changes), drain_s=0
    )
    guard = await asyncio.to_thread(check_run_removals, context.store, plan, committed, previous_runs, limits)
    context.progress.step = "fetching"
    manifests: dict[str, Manifest] = {}
    kind, key = KINDS[plan.selection.media], RunKey(plan.selection.id, plan.run_on)
    numbers = await asyncio.to_thread(begin_process, context.store, kind, key, context.number, committed)
    fetcher = Fetcher(
        context,
        plan,
        lambda state, manifest: manifests.__setitem__(state.slice.name, manifest),
        guard=guard,
        numbers=numbers,
        vanished=frozenset(changes.vanished) if changes else frozenset[int](),
    )
    read = partial(_read_states, context, plan, committed, manifests, previous_runs)
    retired = [planned for planned in plan.slices if planned.slice in plan.retired]
    states = read([planned for planned in plan.slices if planned not in retired])
    await run_stoppable(context, fetcher.fetch_slices(states), drain_s=DRAIN_S)
    if retired and len(manifests) == len(plan.slices) - len(retired):  # their titles are stored in blocks by now
        await run_stoppable(context, fetcher.fetch_slices(read(retired)), drain_s=DRAIN_S)
    if len(manifests) < len(plan.slices):
        raise build_stopped(context)
    return manifests


async def _read_states(
    context: RunContext,
    plan: Plan,
    committed: dict[str, Manifest],
    manifests: dict[str, Manifest],
    previous_runs: PreviousRuns,
    slices: list[PlannedSlice],
) -> AsyncIterator[SliceState]:
    """The state of each slice in order; a manifest that is committed and complete is added to `manifests` at once."""
    retired = plan.retired
    for planned in slices:
        piece = planned.slice
        key, manifest = piece.key(plan.run_on), committed.get(piece.name)
        if manifest is not None and manifest.is_complete:
            manifests[piece.name] = manifest
            context.progress.slices_committed += 1
            context.progress.titles_done += manifest.listed
            context.progress.titles_kept += manifest.listed
            if len(plan.selection.genres) == 1:
                continue  # no other slice can copy records from it
        listing = await asyncio.to_thread(read_listing, context.store, key, plan.selection.request)
        stored = previous_runs.titles(piece.name)
        match listing, manifest:
            case None, _:
                continue  # only the listing of a committed slice can be missing, and its manifest is valid without it
            case _, Manifest(is_complete=True):
                yield build_complete(piece, key, listing, manifest)
            case _, _ if piece in retired:
                unfetched = {each.id: each.reason for other in manifests.values() for each in other.quarantined}
                state = build_state(piece, key, listing, stored)
                yield build_retired(state, context.number, manifest, unfetched)
            case _, None:
                yield build_state(piece, key, listing, stored)
            case _:
                fetched = await asyncio.to_thread(read_stored_ids, context.store, manifest)
                state = build_repair(piece, key, listing, manifest, fetched, stored)
                context.progress.titles_done += len(listing.ids) - len(state.ids)
                context.progress.titles_kept += len(listing.ids) - len(state.ids)
                yield state


def _commit_run(context: RunContext, key: RunKey, report: RunReport) -> None:
    """Write the report, and after a complete run the watermark."""
    context.check_number()
    write_document(context.store, key.report(), report)
    if report.is_complete:
        advance_watermark(context.store, report)
    context.progress.step, context.progress.is_complete = "done", report.is_complete
    context.log.info(
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
