"""Owns the listings of a run: each slice without one gets one, window by window, and so does one whose was short.

Invariant: a stored window or listing is done work; the windows are removed once the listing that holds them is stored.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from cinelake.extract.context import RunContext
from cinelake.extract.listing.lister import ListedWindow, Lister
from cinelake.extract.listing.undated import UndatedFinder
from cinelake.extract.listing.windows import build_slice_query, subtract_ranges
from cinelake.extract.planning.plan import Plan
from cinelake.extract.slice_state import build_listing
from cinelake.lake.documents import read_document, write_document
from cinelake.lake.keys import SliceKey, listings_folder, manifests_folder
from cinelake.lake.listings import Listing, read_committed, read_listing
from cinelake.lake.manifests import Manifest, Request, list_manifests
from cinelake.lake.store import Store
from cinelake.log import Event
from cinelake.media import KINDS
from cinelake.refresh.refetch_policy import PreviousRuns
from cinelake.selection.slices import Slice

_SLICES_AT_ONCE = 8
_SCORES = ("id_tmdb", "popularity", "vote_average", "vote_count")


async def list_all(context: RunContext, plan: Plan, tolerance: float, previous_runs: PreviousRuns) -> dict[str, Manifest]:
    """List every slice that has no listing, and again each whose listing was short; the manifests found, by slice."""
    means, request = _Means(Lister(context.client), tolerance, previous_runs), plan.selection.request
    places = asyncio.Semaphore(_SLICES_AT_ONCE)
    place = KINDS[plan.selection.media], plan.run_on
    revisions = await asyncio.to_thread(list_manifests, context.store, manifests_folder(*place))
    listed = await asyncio.to_thread(lambda: {e.key for e in context.store.list_entries(listings_folder(*place) + "/")})
    committed: dict[str, Manifest] = {}

    async def list_one(piece: Slice) -> tuple[int, int]:
        """How many titles it has, and how many of them are known not to be due before its work begins."""
        key = piece.key(plan.run_on)
        if key in revisions:
            manifest = await asyncio.to_thread(read_committed, context.store, key, revisions[key], request)
            if manifest is not None:
                committed[piece.name] = manifest
                if manifest.is_complete or (key.listing() in listed and not manifest.is_listing_incomplete):
                    return manifest.listed, 0
        listing = await asyncio.to_thread(read_listing, context.store, key, request) if key.listing() in listed else None
        if listing is None or piece.name in committed:
            listing = await _list_slice(context, plan, piece, means, former=listing)
        return len(listing.ids), 0 if piece.name in committed else len(listing.ids) - len(listing.ids_to_fetch)

    async def note(piece: Slice) -> None:
        async with places:
            titles, kept = await list_one(piece)
            context.progress.titles_total += titles
            context.progress.titles_done += kept
            context.progress.titles_kept += kept
            context.progress.slices_listed += 1

    async with asyncio.TaskGroup() as group:
        for planned in plan.slices:
            group.create_task(note(planned.slice))
    return committed


@dataclass(frozen=True, slots=True)
class _Means:
    """What listings are made with, and held against."""

    lister: Lister
    tolerance: float
    previous_runs: PreviousRuns


async def _list_slice(context: RunContext, plan: Plan, piece: Slice, means: _Means, former: Listing | None) -> Listing:
    key = piece.key(plan.run_on)
    query = build_slice_query(piece, plan.selection)
    windows: list[ListedWindow] = []
    if piece.is_undated:
        windows = [await UndatedFinder(context.client, means.lister).list_undated(query)]
    else:
        windows = await asyncio.to_thread(read_windows, context.store, key, plan.selection.request)

        async def keep(window: ListedWindow) -> None:
            windows.append(window)
            if (window.since, window.until) != (piece.since, piece.until):
                await asyncio.to_thread(write_document, context.store, key.window(window.name), window)

        left = subtract_ranges(query, [(w.since, w.until) for w in windows if w.until])
        for rest in left:
            await means.lister.list_dated(rest, keep)
    listing = build_listing(
        piece,
        plan.selection.request,
        windows,
        tolerance=means.tolerance,
        now=context.clock.now(),
        former=former,
        previous_runs=means.previous_runs,
    )
    if listing.missing:
        context.log.warning(Event.LISTING_UNPROVEN, slice=key.name, total=listing.total, missing=listing.missing)
    await asyncio.to_thread(context.store.write, key.snapshot(), build_snapshot(windows))
    await asyncio.to_thread(write_document, context.store, key.listing(), listing)
    await asyncio.to_thread(_delete_windows, context, key)
    context.log.info(Event.SLICE_LISTED, slice=key.name, total=listing.total, listed=len(listing.ids))
    return listing


def build_snapshot(windows: Iterable[ListedWindow]) -> bytes:
    """What the rows of a listing said of its titles, as a JSON list: a trend for nothing, as they are read anyway. Pure."""
    scores = {i: each for window in windows for i, each in zip(window.ids, window.scores, strict=False)}
    rows = [dict(zip(_SCORES, (title_id, *scores[title_id]), strict=True)) for title_id in sorted(scores)]
    return b"[" + b",\n".join(map(msgspec.json.encode, rows)) + b"]"


def read_windows(store: Store, key: SliceKey, request: Request) -> list[ListedWindow]:
    """The windows that a former process listed with the same switches."""
    keys = [entry.key for entry in store.list_entries(key.windows())]
    todo = "remove it and run again: the window is listed anew"
    read = (read_document(store, k, ListedWindow, hint=todo) for k in keys)
    switches = request.include_adult, request.include_video
    return [window for window in read if window and (window.include_adult, window.include_video) == switches]


def _delete_windows(context: RunContext, key: SliceKey) -> None:
    for entry in list(context.store.list_entries(key.windows())):
        context.store.delete(entry.key)
