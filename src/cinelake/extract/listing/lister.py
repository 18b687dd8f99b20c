"""Owns the listing: every id of a query, and the proof that it is every id.

Pages slide while they are read, so an id seen twice means that another was missed. A query is therefore cut into windows
small enough to be read quickly, and a window is proven when the unique ids agree with the total that the service counts.
One that disagrees is read again in another order, or halved until the disagreement sits in a corner; what then remains
is counted as missing. Invariant: the union of all rows seen is kept, so a pass can only add.
"""

import asyncio
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date

import msgspec

from cinelake.extract.listing.windows import (
    MOST_TITLES,
    WINDOW_TITLES,
    count_pages,
    holds,
    prefers_halves,
    split_dates,
    split_otherwise,
)
from cinelake.tmdb.client import Client
from cinelake.tmdb.endpoints import ENDPOINTS, Query
from cinelake.tmdb.validation import Page, Scores

_WINDOWS_AT_ONCE = 4
_NO_SCORES: Scores = (None, None, None)


class ListedWindow(msgspec.Struct, frozen=True):
    """The ids of one window.

    Attributes:
        total: titles that the service counted.
        ids: ascending.
        missing: how far ids and total still disagree after every way was tried; 0 is proof.
        include_adult, include_video: the switches that it was listed with.
        scores: what the rows said of each id, in the order of `ids`; empty in windows of an older version.
    """

    since: date | None
    until: date | None
    total: int
    ids: list[int]
    missing: int
    include_adult: bool = False
    include_video: bool = False
    scores: list[Scores] = msgspec.field(default_factory=list)

    @property
    def name(self) -> str:
        """A file name for the window."""
        return "-".join("" if day is None else day.isoformat().replace("-", "") for day in (self.since, self.until))


OnWindow = Callable[[ListedWindow], Awaitable[None]]


@dataclass(slots=True)
class _Tally:
    """What is known of a query: dates and scores by id, and the total of the newest first page."""

    days: dict[int, str]
    total: int
    scores: dict[int, Scores] = field(default_factory=dict)

    def add(self, page: Page) -> None:
        for row in page.results:
            self.days[row.id] = row.day
            self.scores[row.id] = row.scores

    def build_window(self, query: Query, missing: int) -> ListedWindow:
        ids = sorted(self.days)
        scores = [self.scores.get(i, _NO_SCORES) for i in ids]
        switches = query.include_adult, query.include_video
        return ListedWindow(query.since, query.until, self.total, ids, missing, *switches, scores)


class Lister:
    """Lists queries; one object a run, so that few windows are open at a time and a kill costs little."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._places = asyncio.Semaphore(_WINDOWS_AT_ONCE)
        self._languages: tuple[str, ...] = ()

    async def list_dated(self, query: Query, on_window: OnWindow) -> None:
        """List a query with dates, window by window; each is handed to `on_window` once it is settled."""
        async with self._places:
            first = await self._client.fetch_count(query)
            total = first.total_results
            pieces = split_dates(query, math.ceil(total / (0.8 * WINDOW_TITLES))) if total > WINDOW_TITLES else [query]
            if len(pieces) == 1:
                await on_window(await self._list_window(query, first))
                return
        async with asyncio.TaskGroup() as group:
            for piece in pieces:
                group.create_task(self.list_dated(piece, on_window))

    async def languages(self) -> tuple[str, ...]:
        """The codes of all original languages, English, the most frequent by far, first; asked once."""
        if not self._languages:
            codes = await self._client.fetch_languages()
            self._languages = ("en", *(code for code in codes if code != "en"))
        return self._languages

    async def _list_window(self, query: Query, first: Page) -> ListedWindow:
        tally = _Tally({}, first.total_results)
        tally.add(first)
        if first.total_results > MOST_TITLES:
            missing = await self._list_cells(query, tally)
        else:
            await self.read_pages(query, tally.total, tally.add)
            missing = await self._settle(query, tally, orders=ENDPOINTS[query.media].orders[1:])
        return tally.build_window(query, missing)

    async def read_pages(
        self, query: Query, total: int, add: Callable[[Page], None], *, first: int = 2, order: str | None = None
    ) -> None:
        """Read pages `first`… of a query at once. One that cannot be had leaves its titles out, which the count shows."""
        pages = range(first, count_pages(total) + 1)
        for page in await asyncio.gather(*(self._client.fetch_page(query, page=n, order=order) for n in pages)):
            if isinstance(page, Page):
                add(page)

    async def _settle(self, query: Query, tally: _Tally, orders: tuple[str, ...]) -> int:
        """Make ids and total of a window agree; the number by which they still do not."""
        left = list(orders)
        while (missing := tally.total - len(tally.days)) != 0:
            pages = count_pages(tally.total)
            halves = split_dates(query, 2)
            if len(halves) > 1 and pages > 1 and (not left or prefers_halves(missing, pages)):
                return await self._settle_halves(halves, tally)
            if not left:
                break
            order = left.pop(0)
            page = await self._client.fetch_count(query, order=order)
            tally.total = page.total_results
            if page.is_complete:
                tally.add(page)
                return 0  # one whole page is one moment's truth; ids known beyond it have just moved away
            tally.add(page)
            await self.read_pages(query, tally.total, tally.add, order=order)
        return abs(missing)

    async def _settle_halves(self, halves: list[Query], tally: _Tally) -> int:
        """Find the disagreement by counting: a half whose known ids agree with its total is proven by one request."""
        missing = total = 0
        for half in halves:
            page = await self._client.fetch_count(half)
            tally.add(page)
            held = {i: day for i, day in tally.days.items() if holds(half, day)}
            part = _Tally(held, page.total_results, tally.scores)
            if not page.is_complete:
                missing += await self._settle(half, part, ENDPOINTS[half.media].orders)
            tally.days.update(part.days)
            total += part.total
        tally.total = total
        return missing

    async def _list_cells(self, query: Query, tally: _Tally) -> int:
        """List more titles of one day than a query gives, by other dimensions than the date."""
        for cells in split_otherwise(query, await self.languages()):
            pages = await asyncio.gather(*(self._client.fetch_count(cell) for cell in cells))
            if sum(page.total_results for page in pages) != tally.total or not all(p.total_results for p in pages):
                continue  # no partition, or none that helps
            listed = [await self._list_window(cell, page) for cell, page in zip(cells, pages, strict=True)]
            for window in listed:
                tally.days.update(dict.fromkeys(window.ids, ""))
                tally.scores.update(zip(window.ids, window.scores, strict=True))
            return sum(window.missing for window in listed)
        await self.read_pages(query, MOST_TITLES, tally.add)
        return tally.total - len(tally.days)
