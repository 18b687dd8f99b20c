"""Lists every id of a query, and proves that the list is complete.

Pages shift while they are read, so an id seen twice means that another was missed. A query is therefore split into windows
that are read quickly, and a window is proven when its unique ids match the total that TMDB counts. A window that does not
match is read again in another order, or halved until the mismatch is isolated. What then remains is counted as missing.
Invariant: the union of all rows seen is kept, so each pass can only add ids.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date

import msgspec

from cinelake.extract.listing.windows import (
    MOST_TITLES,
    count_pages,
    count_pieces,
    has_day,
    prefers_halves,
    split_dates,
    split_otherwise,
)
from cinelake.tmdb.client import Client
from cinelake.tmdb.endpoints import ENDPOINTS, Query
from cinelake.tmdb.validation import Page, Scores

_WINDOWS_AT_ONCE = 4
NO_SCORES: Scores = (None, None, None)
"""The scores of a title that no page has shown."""


class ListedWindow(msgspec.Struct, frozen=True):
    """The ids of one window.

    Attributes:
        total: titles that TMDB counts.
        ids: ascending.
        missing: the difference between ids and total after every method was tried; 0 is proof.
        include_adult, include_video: the switches of the query.
        scores: popularity and votes of each id, in the order of `ids`; empty in windows of an older version.
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
    """What is known about a query: dates and scores by id, and the total of the latest first page."""

    days: dict[int, str]
    total: int
    scores: dict[int, Scores] = field(default_factory=dict)

    def add(self, page: Page) -> None:
        for row in page.results:
            self.days[row.id] = row.day
            self.scores[row.id] = row.scores

    def build_window(self, query: Query, missing: int) -> ListedWindow:
        ids = sorted(self.days)
        scores = [self.scores.get(i, NO_SCORES) for i in ids]
        switches = query.include_adult, query.include_video
        return ListedWindow(query.since, query.until, self.total, ids, missing, *switches, scores)


class Lister:
    """Lists queries. One object per run, so that few windows are open at a time and a kill costs little."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._slots = asyncio.Semaphore(_WINDOWS_AT_ONCE)
        self._languages: tuple[str, ...] = ()

    async def list_dated(self, query: Query, on_window: OnWindow) -> None:
        """List a query with dates, window by window; `on_window` gets each window once it is final."""
        async with self._slots:
            first = await self._client.fetch_count(query)
            count = count_pieces(first.total_results)
            pieces = split_dates(query, count) if count > 1 else [query]
            if len(pieces) == 1:
                await on_window(await self._list_window(query, first))
                return
        async with asyncio.TaskGroup() as group:
            for piece in pieces:
                group.create_task(self.list_dated(piece, on_window))

    async def languages(self) -> tuple[str, ...]:
        """The codes of all original languages, requested once; English is first because most titles have it."""
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
        """Read the pages of a query from `first` on. When a page fails, its titles are missing, which the count shows."""
        pages = range(first, count_pages(total) + 1)
        for page in await asyncio.gather(*(self._client.fetch_page(query, page=n, order=order) for n in pages)):
            if isinstance(page, Page):
                add(page)

    async def _settle(self, query: Query, tally: _Tally, orders: tuple[str, ...]) -> int:
        """Read a window until its ids match its total; return the difference that remains."""
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
                return 0  # a single page with all titles is consistent; other ids that were seen have left the window
            tally.add(page)
            await self.read_pages(query, tally.total, tally.add, order=order)
        return abs(missing)

    async def _settle_halves(self, halves: list[Query], tally: _Tally) -> int:
        """Isolate a mismatch: one counting request proves a half whose known ids match its total."""
        missing = total = 0
        for half in halves:
            page = await self._client.fetch_count(half)
            tally.add(page)
            known = {i: day for i, day in tally.days.items() if has_day(half, day)}
            part = _Tally(known, page.total_results, tally.scores)
            if not page.is_complete:
                missing += await self._settle(half, part, ENDPOINTS[half.media].orders)
            tally.days.update(part.days)
            total += part.total
        tally.total = total
        return missing

    async def _list_cells(self, query: Query, tally: _Tally) -> int:
        """List a day with more titles than a query returns, split by another dimension than the date."""
        for cells in split_otherwise(query, await self.languages()):
            pages = await asyncio.gather(*(self._client.fetch_count(cell) for cell in cells))
            if sum(page.total_results for page in pages) != tally.total or not all(p.total_results for p in pages):
                continue  # the cells overlap, miss titles, or one of them is empty
            listed = [await self._list_window(cell, page) for cell, page in zip(cells, pages, strict=True)]
            for window in listed:
                tally.days.update(dict.fromkeys(window.ids, ""))
                tally.scores.update(zip(window.ids, window.scores, strict=True))
            return sum(window.missing for window in listed)
        await self.read_pages(query, MOST_TITLES, tally.add)
        return tally.total - len(tally.days)
