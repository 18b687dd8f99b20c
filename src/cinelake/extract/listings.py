"""Owns the listings of a run: each slice without one gets one, window by window, and so does one whose was short.

Invariant: a stored window or listing is done work; the windows are removed once the listing that holds them is stored.
"""

import asyncio

from cinelake.extract.job import Job
from cinelake.extract.listing import ListedWindow, Lister, UndatedFinder
from cinelake.extract.plan import Plan
from cinelake.extract.slices import Slice
from cinelake.extract.slicework import Listing, build_listing, read_committed, read_listing
from cinelake.extract.windows import subtract_ranges
from cinelake.lake.documents import read_document, write_document
from cinelake.lake.layout import SliceKey
from cinelake.log import Event

_SLICES_AT_ONCE = 8


async def list_all(job: Job, plan: Plan, tolerance: float) -> None:
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
