"""Owns the order of a run: plan, list, fetch, commit; data first, the pointer last.

Killed anywhere, the same command goes on: a stored plan, listing, batch or manifest is done work.
"""

import asyncio
from collections.abc import AsyncIterator

from cinelake.extract.context import RunContext
from cinelake.extract.fetch import Fetcher
from cinelake.extract.listing.listing_store import list_all
from cinelake.extract.planning.decision import Resume, Run
from cinelake.extract.planning.plan import Plan
from cinelake.extract.report import build_report
from cinelake.extract.run_documents import (
    RunReport,
    advance_watermark,
)
from cinelake.extract.run_start import check_run_removals, load_previous_runs, plan_run, read_changes
from cinelake.extract.slice_state import SliceState, build_mending, build_settled, build_work
from cinelake.extract.stopping import build_stopped, run_stoppable
from cinelake.lake.documents import write_document
from cinelake.lake.listings import read_listing
from cinelake.lake.manifests import Manifest, read_stored_ids
from cinelake.log import Event
from cinelake.refresh.refetch_policy import PreviousRuns
from cinelake.selection.limits import Limits

DRAIN_S = 15.0
"""Seconds that open chunks get to finish once a stop is asked for."""


async def extract(context: RunContext, run: Run, limits: Limits) -> RunReport:
    """Bring a run to its end. The caller holds the lease, and has found that it is not finished.

    Raises:
        DeadlineReachedError: a stop was asked for; everything so far is kept.
        IncompleteError: more titles would be lost than the limits allow.
        CinelakeError: as the service and the store raise it; everything so far is kept.
    """
    started = context.clock.monotonic()
    context.log.info(Event.RUN_RESUMED if isinstance(run, Resume) else Event.RUN_STARTED, genres=run.selection.genre_ids)
    context.progress.step = "planning"
    plan = await run_stoppable(context, plan_run(context, run), drain_s=0)
    context.progress.slices_total = len(plan.slices)
    context.log.info(Event.RUN_PLANNED, slices=len(plan.slices), titles=plan.total)
    changes = await run_stoppable(context, read_changes(context, run.key, plan), drain_s=0)
    context.progress.step = "listing"
    previous_runs = await asyncio.to_thread(load_previous_runs, context.store, plan, changes)
    committed = await run_stoppable(context, list_all(context, plan, limits.tolerance, previous_runs), drain_s=0)
    guard = await asyncio.to_thread(check_run_removals, context.store, plan, committed, previous_runs, limits)
    context.progress.step = "fetching"
    manifests: dict[str, Manifest] = {}
    vanished = frozenset(changes.vanished) if changes else frozenset[int]()
    fetcher = Fetcher(
        context,
        plan.selection,
        lambda work, manifest: manifests.__setitem__(work.slice.name, manifest),
        guard=guard,
        vanished=vanished,
    )
    works = _works(context, plan, committed, manifests, previous_runs)
    await run_stoppable(context, fetcher.fetch_slices(works), drain_s=DRAIN_S)
    if len(manifests) < len(plan.slices):
        raise build_stopped(context)
    report = build_report(
        plan,
        [manifests[planned.slice.name] for planned in plan.slices],
        context.client.tally,
        seconds=context.clock.monotonic() - started,
        now=context.clock.now(),
        changes=changes,
    )
    write_document(context.store, run.key.report(), report)
    if report.is_complete:
        advance_watermark(context.store, report)
    context.progress.step = "done"
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
    return report


async def _works(
    context: RunContext,
    plan: Plan,
    committed: dict[str, Manifest],
    manifests: dict[str, Manifest],
    previous_runs: PreviousRuns,
) -> AsyncIterator[SliceState]:
    """The work of each slice in order; what is committed and complete goes straight to `manifests`."""
    for planned in plan.slices:
        piece = planned.slice
        key, manifest = piece.key(plan.run_on), committed.get(piece.name)
        if manifest is not None and manifest.is_complete:
            manifests[piece.name] = manifest
            context.progress.slices_committed += 1
            context.progress.titles_done += manifest.listed
            context.progress.titles_kept += manifest.listed
            if len(plan.selection.genres) == 1:
                continue  # no other slice can take from it
        listing = await asyncio.to_thread(read_listing, context.store, key, plan.selection.request)
        held = previous_runs.titles(piece.name)
        match listing, manifest:
            case None, _:
                continue  # removed by hand behind a committed slice, which stands without it
            case _, Manifest(is_complete=True):
                yield build_settled(piece, key, listing, manifest)
                continue
            case _, None:
                yield build_work(piece, key, listing, held)
            case _:
                had = await asyncio.to_thread(read_stored_ids, context.store, manifest)
                work = build_mending(piece, key, listing, manifest, had, held)
                context.progress.titles_done += len(listing.ids) - len(work.ids)
                context.progress.titles_kept += len(listing.ids) - len(work.ids)
                yield work
