"""Owns the order of a run: plan, list, fetch, commit; data first, the pointer last.

Killed anywhere, the same command goes on: a stored plan, listing, batch or manifest is done work.
"""

import asyncio
from collections.abc import AsyncIterator

from cinelake.extract.context import Job
from cinelake.extract.fetch import Fetcher
from cinelake.extract.listing.listing_store import list_all
from cinelake.extract.planning.decision import (
    Run,
)
from cinelake.extract.planning.plan import Plan
from cinelake.extract.report import build_report
from cinelake.extract.run_documents import (
    RunReport,
    advance_watermark,
)
from cinelake.extract.run_start import check_run_drops, plan_run, read_changes, read_run_basis
from cinelake.extract.slice_state import SliceWork, build_mending, build_settled, build_work
from cinelake.extract.stopping import build_stopped, run_stoppable
from cinelake.lake.documents import write_document
from cinelake.lake.listings import read_listing
from cinelake.lake.manifests import Manifest, read_held_ids
from cinelake.log import Event
from cinelake.refresh.refetch_policy import Basis
from cinelake.selection.limits import Limits

DRAIN_S = 15.0
"""Seconds that open chunks get to finish once a stop is asked for."""


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
    changes = await run_stoppable(job, read_changes(job, run.key, plan), drain_s=0)
    job.progress.step = "listing"
    basis = await asyncio.to_thread(read_run_basis, job.store, plan, changes)
    committed = await run_stoppable(job, list_all(job, plan, limits.tolerance, basis), drain_s=0)
    guard = await asyncio.to_thread(check_run_drops, job.store, plan, committed, basis, limits)
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
