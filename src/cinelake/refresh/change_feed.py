"""Owns what the service says has changed: the days that are asked for, and the ids that these name.

The feed is no proof: it misses edits, and says nothing of popularity and votes. So days overlap, and a refresh goes by
listings and age as well. It names ids of all genres, and some that are null: both cost a look into a set.
"""

import asyncio
from collections.abc import Iterable
from datetime import date, timedelta

import msgspec

from cinelake.lake.documents import read_document, write_document
from cinelake.lake.keys import RunKey
from cinelake.lake.store import Store
from cinelake.media import Media
from cinelake.tmdb.client import Client
from cinelake.tmdb.endpoints import MAX_PAGES
from cinelake.tmdb.validation import Change

OVERLAP = timedelta(days=2)
"""How far before the watermark days are asked again: pages may be hours old, and a day is not over when it is read."""


class Changes(msgspec.Struct, frozen=True):
    """What the feed named over some days.

    Attributes:
        ids: of all titles, whatever their genre; vanished: those of them without flags, deleted or merged, as it seems.
        unread: days of which the service has more pages than it gives.
    """

    since: date
    until: date
    ids: tuple[int, ...]
    vanished: tuple[int, ...]
    unread: tuple[date, ...] = ()


def list_days(complete_to: date, run_on: date) -> list[date]:
    """The days to ask for, one by one: a window of many days may have more pages than can be read. Pure."""
    since = complete_to - OVERLAP
    return [since + timedelta(days=n) for n in range((run_on - since).days + 1)]


async def fetch_changes(client: Client, media: Media, days: list[date]) -> Changes:
    """Everything that changed on these days.

    Raises:
        ServiceError, CredentialsError: a page cannot be had.
    """
    async with asyncio.TaskGroup() as group:
        asked = [group.create_task(_fetch_day(client, media, day)) for day in days]
    found = [task.result() for task in asked]
    rows = [row for day_rows, _ in found for row in day_rows]
    unread = tuple(day for day, (_, is_whole) in zip(days, found, strict=True) if not is_whole)
    return Changes(days[0], days[-1], _sort_ids(rows), _sort_ids(row for row in rows if row.adult is None), unread)


async def count_changes(client: Client, media: Media, days: list[date]) -> tuple[int, int]:
    """How many pages these days have, and about how many ids; sends a request a day.

    Raises:
        ServiceError, CredentialsError: a page cannot be had.
    """
    pages = await asyncio.gather(*(client.fetch_changes(media, day) for day in days))
    readable = sum(min(MAX_PAGES, max(1, page.total_pages)) for page in pages)
    return readable, sum(len(page.results) * max(1, page.total_pages) for page in pages)


async def read_or_fetch_changes(client: Client, store: Store, key: RunKey, media: Media, days: list[date]) -> Changes:
    """What changed as a former process of the run has read it; the first time it is asked for, and stored.

    Raises:
        DamagedError: what is stored cannot be read.
        ServiceError, CredentialsError: a page cannot be had.
    """
    todo = f"remove {key.changes()} and run again: it is asked for anew"
    changes = await asyncio.to_thread(read_document, store, key.changes(), Changes, hint=todo)
    if changes is None:
        changes = await fetch_changes(client, media, days)
        await asyncio.to_thread(write_document, store, key.changes(), changes)
    return changes


async def _fetch_day(client: Client, media: Media, day: date) -> tuple[list[Change], bool]:
    """The rows of a day, and whether they are all that the service has."""
    first = await client.fetch_changes(media, day)
    last = min(MAX_PAGES, first.total_pages)
    more = await asyncio.gather(*(client.fetch_changes(media, day, page) for page in range(2, last + 1)))
    return [row for page in (first, *more) for row in page.results], first.total_pages <= MAX_PAGES


def _sort_ids(rows: Iterable[Change]) -> tuple[int, ...]:
    return tuple(sorted({row.id for row in rows if row.id is not None}))
