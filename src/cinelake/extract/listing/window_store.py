"""Lists a slice from discover, window by window, and keeps each window that is listed until the slice is.

Invariant: a stored window is finished work, so a process that resumes does not list it again.
"""

import asyncio

from cinelake.extract.context import RunContext
from cinelake.extract.listing.lister import ListedWindow, Lister
from cinelake.extract.listing.undated import UndatedFinder
from cinelake.extract.listing.windows import subtract_ranges
from cinelake.lake.documents import read_document, write_document
from cinelake.lake.keys import SliceKey
from cinelake.lake.manifests import Request
from cinelake.lake.store import Store
from cinelake.tmdb.endpoints import Query


async def list_windows(
    context: RunContext, lister: Lister, query: Query, key: SliceKey, *, keeps_whole: bool = False
) -> list[ListedWindow]:
    """The windows of a slice: those that are stored under its key, and the rest from TMDB.

    A window that covers the whole slice is stored only with `keeps_whole`: usually the listing of the slice follows.
    """
    if query.since is None and query.until is None:
        return [await UndatedFinder(context.client, lister).list_undated(query)]
    switches = Request((), query.include_adult, query.include_video)
    windows = await asyncio.to_thread(read_windows, context.store, key, switches)

    async def keep(window: ListedWindow) -> None:
        windows.append(window)
        if keeps_whole or (window.since, window.until) != (query.since, query.until):
            await asyncio.to_thread(write_document, context.store, key.window(window.name), window)

    for rest in subtract_ranges(query, [(w.since, w.until) for w in windows if w.until]):
        await lister.list_dated(rest, keep)
    return windows


def read_windows(store: Store, key: SliceKey, request: Request) -> list[ListedWindow]:
    """The windows that an earlier process listed with the same switches."""
    keys = [entry.key for entry in store.list_entries(key.windows())]
    hint = "remove it and run the same command again, which lists the window again"
    read = (read_document(store, k, ListedWindow, hint=hint) for k in keys)
    switches = request.include_adult, request.include_video
    return [window for window in read if window and (window.include_adult, window.include_video) == switches]


def delete_windows(store: Store, key: SliceKey) -> None:
    """Delete the windows of a slice that is listed."""
    for entry in list(store.list_entries(key.windows())):
        store.delete(entry.key)
