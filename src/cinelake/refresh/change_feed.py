"""Read TMDB's change feed: the days to read, and the ids that they name.

The feed is incomplete: it misses edits, and does not cover popularity and votes. So the days overlap, and a refresh also
compares listings and ages. It names ids of all genres, and some null ids; both are filtered by set membership. Days that
were over when the run before read them count only what that reading did not see.
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


class Changes(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the feed named over some days.

    Attributes:
        until: the last day, which was not over when it was read.
        ids: of titles of any genre that are to be fetched again.
        vanished: all ids that come without an adult flag, probably deleted or merged; adult: those of adult titles.
        unread: days that have more pages than TMDB serves.
        named: all ids that the last days named, by day (ISO), for the reading that follows.
    """

    since: date
    until: date
    ids: tuple[int, ...]
    vanished: tuple[int, ...]
    unread: tuple[date, ...] = ()
    adult: tuple[int, ...] = ()
    named: dict[str, tuple[int, ...]] = msgspec.field(default_factory=dict)


def list_days(complete_to: date, run_on: date) -> list[date]:
    """The days to read one by one; a range of days could have more pages than TMDB serves. Pure."""
    return list_range(complete_to - OVERLAP, run_on)


def list_range(since: date, until: date) -> list[date]:
    """All days of a closed range. Pure."""
    return [since + timedelta(days=n) for n in range((until - since).days + 1)]


def subtract_read(rows: dict[date, list[Change]], previous: Changes | None) -> set[int]:
    """The ids to fetch again: those that the reading before did not see. Pure.

    A day that was over at that reading counts only the ids that it did not name then. The day of that reading counts fully,
    because a title that it named may have changed again later on that day, which the feed does not show.
    """
    read = {} if previous is None else {date.fromisoformat(day): ids for day, ids in previous.named.items()}
    found: set[int] = set()
    for day, changes in rows.items():
        is_read = previous is not None and day < previous.until
        found |= {row.id for row in changes if row.id is not None}.difference(read.get(day, ()) if is_read else ())
    return found


async def fetch_changes(client: Client, media: Media, days: list[date], previous: Changes | None = None) -> Changes:
    """What changed on these days; `previous` is an earlier reading whose ids were fetched since.

    Raises:
        ServiceError, CredentialsError: a page cannot be fetched.
    """
    rows, unread = await fetch_rows(client, media, days)
    every = [row for changes in rows.values() for row in changes]
    return Changes(
        days[0],
        days[-1],
        tuple(sorted(subtract_read(rows, previous))),
        _sort_ids(row for row in every if row.adult is None),
        unread,
        _sort_ids(row for row in every if row.adult),
        {day.isoformat(): _sort_ids(rows[day]) for day in days if days[-1] - day <= OVERLAP},
    )


async def fetch_rows(client: Client, media: Media, days: list[date]) -> tuple[dict[date, list[Change]], tuple[date, ...]]:
    """The rows of each day, and the days that have more pages than TMDB serves.

    Raises:
        ServiceError, CredentialsError: a page cannot be fetched.
    """
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_fetch_day(client, media, day)) for day in days]
    found = {day: task.result() for day, task in zip(days, tasks, strict=True)}
    unread = tuple(day for day, (_, is_complete) in found.items() if not is_complete)
    return {day: rows for day, (rows, _) in found.items()}, unread


def read_stored_changes(store: Store, key: RunKey) -> Changes | None:
    """The changes that an earlier process of the run stored, or None.

    Raises:
        DamagedError: they cannot be read.
    """
    return read_document(
        store, key.changes(), Changes, hint=f"delete {key.changes()}, then run the same command again: it is fetched again"
    )


async def read_or_fetch_changes(
    client: Client, store: Store, key: RunKey, media: Media, days: list[date], before: RunKey | None = None
) -> Changes:
    """The changes that an earlier process of the run stored, or else fetched now and stored.

    `before` is the complete run that the run continues from.

    Raises:
        DamagedError: the stored changes cannot be read.
        ServiceError, CredentialsError: a page cannot be fetched.
    """
    changes = await asyncio.to_thread(read_stored_changes, store, key)
    if changes is None:
        previous = None if before is None else await asyncio.to_thread(read_stored_changes, store, before)
        changes = await fetch_changes(client, media, days, previous)
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
