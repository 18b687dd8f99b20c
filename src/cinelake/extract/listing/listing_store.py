"""Lists the slices of a run: each slice without a listing gets one, and so does each whose listing is incomplete.

Invariant: a stored window or listing is finished work. The windows of a slice are deleted once its listing is stored.
"""

import asyncio
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from cinelake.extract.context import RunContext
from cinelake.extract.listing.blocks import BlockLister
from cinelake.extract.listing.lister import NO_SCORES, ListedWindow, Lister
from cinelake.extract.listing.window_store import delete_windows, list_windows
from cinelake.extract.listing.windows import build_slice_query
from cinelake.extract.planning.plan import Plan
from cinelake.lake.keys import manifests_folder
from cinelake.lake.listings import Listing, list_listed, read_committed, read_listing, write_listing
from cinelake.lake.manifests import Manifest, Request, list_manifests
from cinelake.lake.scores import Scored, write_scores
from cinelake.log import Event
from cinelake.media import KINDS
from cinelake.refresh.change_feed import Changes
from cinelake.refresh.refetch_policy import PreviousRuns, plan_titles
from cinelake.selection.slices import Slice

_SLICES_AT_ONCE = 8
_NO_PREVIOUS_RUNS = PreviousRuns()


@dataclass(frozen=True, slots=True)
class _Run:
    """What all listings of a run have in common."""

    context: RunContext
    plan: Plan
    lister: Lister
    tolerance: float
    previous_runs: PreviousRuns
    blocks: BlockLister


async def list_slices(
    context: RunContext, plan: Plan, tolerance: float, previous_runs: PreviousRuns, changes: Changes | None = None
) -> dict[str, Manifest]:
    """List the slices of a plan that need it; return the manifests of those that are committed, by slice name."""
    lister = Lister(context.client)
    blocks = BlockLister(context, plan, lister, tolerance, changes, previous_runs)
    run = _Run(context, plan, lister, tolerance, previous_runs, blocks)
    kind, request = KINDS[plan.selection.media], plan.selection.request
    slots = asyncio.Semaphore(_SLICES_AT_ONCE)
    revisions = await asyncio.to_thread(list_manifests, context.store, manifests_folder(kind, plan.run_on))
    listed = await asyncio.to_thread(list_listed, context.store, kind, plan.run_on)
    committed: dict[str, Manifest] = {}

    async def list_one(piece: Slice) -> tuple[int, int]:
        """The number of titles of a slice, and how many of them are already known to need no request."""
        key = piece.key(plan.run_on)
        if key in revisions:
            manifest = await asyncio.to_thread(read_committed, context.store, key, revisions[key], request)
            if manifest is not None:
                committed[piece.name] = manifest
                if manifest.is_complete or (key in listed and not manifest.is_listing_incomplete):
                    return manifest.listed, 0
        listing = await asyncio.to_thread(read_listing, context.store, key, request) if key in listed else None
        if listing is None or piece.name in committed:
            listing = await _list_slice(run, piece, previous=listing)
        return len(listing.ids), 0 if piece.name in committed else len(listing.ids) - len(listing.ids_to_fetch)

    async def count_one(piece: Slice) -> None:
        async with slots:
            titles, kept = await list_one(piece)
            context.progress.titles_total += titles
            context.progress.titles_done += kept
            context.progress.titles_kept += kept
            context.progress.slices_listed += 1

    async with asyncio.TaskGroup() as group:
        for planned in plan.slices:
            group.create_task(count_one(planned.slice))
    await blocks.close()
    return committed


async def _list_slice(run: _Run, piece: Slice, previous: Listing | None) -> Listing:
    context, plan, request = run.context, run.plan, run.plan.selection.request
    key = piece.key(plan.run_on)
    named, export = list[int](), ""
    if piece.is_block:
        block = await run.blocks.list_block(piece)
        windows, named, export = [block.window], block.named, block.export
    elif plan.has_blocks:
        windows = []  # its titles are in the blocks
    else:
        windows = await list_windows(context, run.lister, build_slice_query(piece, plan.selection), key)
    listing = build_listing(
        piece,
        request,
        windows,
        tolerance=run.tolerance,
        now=context.clock.now(),
        number=context.number,
        previous=previous,
        previous_runs=run.previous_runs,
        named=named,
        export=export,
    )
    if listing.missing:
        context.log.warning(Event.LISTING_UNPROVEN, slice=key.name, total=listing.total, missing=listing.missing)
    if any(window.scores for window in windows) or not plan.has_blocks:
        await asyncio.to_thread(write_scores, context.store, key, collect_scores(windows))
    await asyncio.to_thread(write_listing, context.store, key, listing)
    await asyncio.to_thread(delete_windows, context.store, key)
    context.log.info(Event.SLICE_LISTED, slice=key.name, total=listing.total, listed=len(listing.ids))
    return listing


def build_listing(  # noqa: PLR0913 - what was found, and all that it is compared with
    piece: Slice,
    request: Request,
    windows: list[ListedWindow],
    *,
    tolerance: float,
    now: datetime,
    number: int = 0,
    previous: Listing | None = None,
    previous_runs: PreviousRuns = _NO_PREVIOUS_RUNS,
    named: Collection[int] = (),
    export: str = "",
) -> Listing:
    """The listing of a slice from its windows, and from its previous listing in the same run. Pure.

    What the previous listing had to fetch stays to be fetched, so that no title is both fetched and kept. `tolerance` is
    the share of the slice's total by which ids and total may disagree. A title whose date moves from one window into
    another during the listing is counted in both windows, but once here.
    """
    windows = sorted(windows, key=lambda w: w.until or date.max)
    found = {i for w in windows for i in w.ids}
    total = sum(w.total for w in windows) - (sum(len(w.ids) for w in windows) - len(found))
    missing = sum(w.missing for w in windows)
    refetch = previous_runs.refetch
    if previous is not None:
        found.update(previous.ids)
        found.difference_update(previous.unlisted)
        refetch = None if refetch is None else refetch.union(previous.ids_to_fetch)
    titles = plan_titles(found, previous_runs.titles(piece.name), refetch, is_proven=missing == 0, named=named)
    return Listing(
        slice=piece.name,
        request=request,
        total=total,
        missing=missing,
        is_incomplete=missing > tolerance * total,
        windows=tuple((w.since, w.until, w.total, w.missing) for w in windows),
        ids=titles.ids,
        listed_at=now,
        kept=titles.kept,
        unlisted=titles.unlisted,
        number=number,
        export=export,
    )


def collect_scores(windows: Iterable[ListedWindow]) -> list[Scored]:
    """Popularity and votes of the listed titles, in order of ids. Pure."""
    pairs = ((i, each) for window in windows for i, each in zip(window.ids, window.scores, strict=False))
    scores = {title_id: each for title_id, each in pairs if each != NO_SCORES}
    rows = ((title_id, *scores[title_id]) for title_id in sorted(scores))
    return [Scored(i, popularity, average, None if count is None else int(count)) for i, popularity, average, count in rows]
