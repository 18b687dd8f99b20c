"""Read TMDB's change feed: the days to read, and the ids that they name.

The feed is incomplete: it misses edits, and does not cover popularity and votes. So the days overlap, and a refresh also
compares listings and ages. It names ids of all genres, and some null ids; both are filtered by set membership.
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
"""How many days before the watermark are read again: pages may be hours old, and a day still changes while it is read."""


class Changes(msgspec.Struct, frozen=True):
    """What the feed named over some days.

    Attributes:
        ids: of titles of any genre.
        vanished: those of `ids` that come without an adult flag, probably deleted or merged.
        unread: days that have more pages than TMDB serves.
    """

    since: date
    until: date
    ids: tuple[int, ...]
    vanished: tuple[int, ...]
    unread: tuple[date, ...] = ()


def list_days(complete_to: date, run_on: date) -> list[date]:
    """The days to read one by one; a range of days could have more pages than TMDB serves. Pure."""
    since = complete_to - OVERLAP
    return [since + timedelta(days=n) for n in range((run_on - since).days + 1)]


async def fetch_changes(client: Client, media: Media, days: list[date]) -> Changes:
    """Everything that changed on these days.

    Raises:
        ServiceError, CredentialsError: a page cannot be fetched.
    """
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_fetch_day(client, media, day)) for day in days]
    found = [task.result() for task in tasks]
    rows = [row for day_rows, _ in found for row in day_rows]
    unread = tuple(day for day, (_, is_complete) in zip(days, found, strict=True) if not is_complete)
    return Changes(days[0], days[-1], _sort_ids(rows), _sort_ids(row for row in rows if row.adult is None), unread)


async def count_changes(client: Client, media: Media, days: list[date]) -> tuple[int, int]:
    """How many pages these days have, and about how many ids; sends one request a day.

    Raises:
        ServiceError, CredentialsError: a page cannot be fetched.
    """
    pages = await asyncio.gather(*(client.fetch_changes(media, day) for day in days))
    readable = sum(min(MAX_PAGES, max(1, page.total_pages)) for page in pages)
    return readable, sum(len(page.results) * max(1, page.total_pages) for page in pages)


def read_stored_changes(store: Store, key: RunKey) -> Changes | None:
    """The changes that an earlier process of the run stored, or None.

    Raises:
        DamagedError: they cannot be read.
    """
    return read_document(
        store, key.changes(), Changes, hint=f"delete {key.changes()}, then run the same command again: it is fetched again"
    )


async def read_or_fetch_changes(client: Client, store: Store, key: RunKey, media: Media, days: list[date]) -> Changes:
    """The changes that an earlier process of the run stored, or else fetched now and stored.

    Raises:
        DamagedError: the stored changes cannot be read.
        ServiceError, CredentialsError: a page cannot be fetched.
    """
    changes = await asyncio.to_thread(read_stored_changes, store, key)
    if changes is None:
        changes = await fetch_changes(client, media, days)
        await asyncio.to_thread(write_document, store, key.changes(), changes)
    return changes


async def _fetch_day(client: Client, media: Media, day: date) -> tuple[list[Change], bool]:
    """The rows of a day, and whether they are all."""
    first = await client.fetch_changes(media, day)
    last = min(MAX_PAGES, first.total_pages)
    more = await asyncio.gather(*(client.fetch_changes(media, day, page) for page in range(2, last + 1)))
    return [row for page in (first, *more) for row in page.results], first.total_pages <= MAX_PAGES


def _sort_ids(rows: Iterable[Change]) -> tuple[int, ...]:
    return tuple(sorted({row.id for row in rows if row.id is not None}))
