"""Cut a selection into slices and name them. Pure.

A slice is media x genre x five-year window. Windows start in years that end in 0 or 5, as file names have since version 1
of the lake (a lake written before this package). A selection of all titles is cut into blocks of ids instead, because
TMDB's id export, which lists it, has no dates. Invariant: the slices of a genre do not overlap, and together they cover
the selection.
"""

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta

from cinelake.errors import UsageError
from cinelake.lake.keys import FEED_PREFIX, SliceKey
from cinelake.media import KINDS, Media
from cinelake.selection.genres import list_genre_ids
from cinelake.selection.selection import Selection

FIRST_YEAR = 1900
YEARS = 5
YEARS_AHEAD = 5
"""How many years past today the regular windows reach; later dates get a window only if they have titles."""
BLOCK_IDS = 100_000
"""Ids in a block: some 80,000 titles. A daily refresh writes few files for as many, and a commit stays below a megabyte."""
_GENRE = r"genre-(?P<genre>\d{1,9})"
_GENRE_START = re.compile(f"{_GENRE}-")
_SLICE_NAME = re.compile(rf"(?:all|{_GENRE})-(?:(?P<since>\d{{4}})?-(?P<until>\d{{4}})|(?P<undated>undated))")


@dataclass(frozen=True, slots=True)
class Slice:
    """The titles of one genre (None: all) in one window, or of all genres in one block of ids.

    Without dates and ids it holds the undated titles. A slice with a `feed` number holds what the run of that number
    fetched because the change feed named it; its titles belong to other slices.
    """

    media: Media
    genre_id: int | None
    since: date | None = None
    until: date | None = None
    first_id: int | None = None
    last_id: int | None = None
    feed: int | None = None

    @property
    def is_block(self) -> bool:
        """Whether the slice holds the titles of a range of ids, whatever their dates."""
        return self.first_id is not None and self.last_id is not None

    @property
    def is_undated(self) -> bool:
        """Whether the slice holds the titles without a date."""
        return self.since is None and self.until is None and not self.is_block and self.feed is None

    @property
    def name(self) -> str:
        """The name used in keys, such as genre-80-2020-2024, all-undated, all-ids-100000-199999 or feed-17."""
        if self.feed is not None:
            return f"{FEED_PREFIX}{self.feed}"
        return f"{'all' if self.genre_id is None else f'genre-{self.genre_id}'}-{self.window_name}"

    @property
    def window_name(self) -> str:
        """The window, such as 2020-2024, 19570301-19591231, -1899 (before 1900), undated or ids-100000-199999."""
        if self.is_block:
            return f"ids-{self.first_id}-{self.last_id}"
        if self.is_undated:
            return "undated"
        whole_years = (self.since is None or (self.since.month, self.since.day) == (1, 1)) and (
            self.until is None or (self.until.month, self.until.day) == (12, 31)
        )
        texts = ("" if day is None else day.isoformat().replace("-", "") for day in (self.since, self.until))
        return "-".join(text[:4] if whole_years else text for text in texts)

    def key(self, run_on: date) -> SliceKey:
        """The key of the slice in a run of that day."""
        return SliceKey(KINDS[self.media], run_on, self.name)


def select_slice(selection: Selection, name: str) -> Selection:
    """The selection of one slice, given its name; media, parts and switches are those of `selection`.

    Raises:
        UsageError: no slice has that name.
    """
    found = _SLICE_NAME.fullmatch(name)
    if found is not None:
        genre_ids = (int(found["genre"]),) if found["genre"] else ()
        if all(genre_id in list_genre_ids(selection.media) for genre_id in genre_ids):
            if found["undated"]:
                return replace(selection, genre_ids=genre_ids, undated_only=True)
            since = date(int(found["since"]), 1, 1) if found["since"] else None
            until = date(int(found["until"]), 12, 31)
            if (since, until) == (window_of(since) if since else (None, date(FIRST_YEAR - 1, 12, 31))):
                return replace(selection, genre_ids=genre_ids, since=since, until=until)
    examples = (
        "genre-80-2020-2024 (starting in a year that ends in 0 or 5), genre-80--1899, genre-80-undated or all-2020-2024"
    )
    raise UsageError(f'unknown slice "{name}" for media {selection.media.value}', hint=f"use a name such as {examples}")


def parse_genre_id(name: str) -> int | None:
    """The genre in the name of a slice; None if it has none. The rest of the name may have any form."""
    found = _GENRE_START.match(name)
    return int(found["genre"]) if found else None


def plan_windows(since: date | None, until: date | None, today: date) -> list[tuple[date | None, date]]:
    """The regular windows of a selection, in order of time, up to YEARS_AHEAD past today or up to `until`.

    Later windows are nearly all empty; counting looks for titles there separately.
    """
    last = min(until or date.max, window_of(date(today.year + YEARS_AHEAD, 1, 1))[1])
    windows: list[tuple[date | None, date]] = []
    if since is None or since.year < FIRST_YEAR:
        windows.append((since, min(last, date(FIRST_YEAR - 1, 12, 31))))
    start = max(since or date.min, date(FIRST_YEAR, 1, 1))
    while start <= last:
        end = min(window_of(start)[1], last)
        windows.append((start, end))
        start = end + timedelta(days=1)
    return windows


def plan_blocks(media: Media, newest_id: int) -> list[Slice]:
    """The blocks of all ids up to the block after `newest_id`, which may get titles that are newer than the listing."""
    starts = range(0, newest_id + BLOCK_IDS + 1, BLOCK_IDS)
    return [Slice(media, None, first_id=start, last_id=start + BLOCK_IDS - 1) for start in starts]


def window_of(day: date) -> tuple[date, date]:
    """The five-year window that contains a day of 1900 or later."""
    first = day.year - day.year % YEARS
    return date(first, 1, 1), date(first + YEARS - 1, 12, 31)
