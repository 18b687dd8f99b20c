"""Finds the titles without a date, which every date filter hides."""

import asyncio
import math
from dataclasses import replace

from cinelake.extract.listing.lister import ListedWindow, Lister
from cinelake.extract.listing.windows import (
    MOST_TITLES,
    count_pages,
    split_otherwise,
)
from cinelake.tmdb.client import Client
from cinelake.tmdb.endpoints import ENDPOINTS, PAGE_SIZE, Query
from cinelake.tmdb.validation import Page, Scores


class UndatedFinder:
    """Finds titles without a date, which vanish under any date filter.

    How many there are is the total without dates less the total with any. A sort by date puts them together at one end;
    where that end lies beyond the last page that the service gives, the universe is cut by other dimensions, and only
    the cells that hold some are looked at.
    """

    def __init__(self, client: Client, lister: Lister) -> None:
        self._client = client
        self._lister = lister

    async def list_undated(self, universe: Query) -> ListedWindow:
        """The undated titles of a query without dates."""
        whole, wanted = await self._count(universe)
        found = await self._search(universe, whole, wanted)
        if len(found) != wanted:
            _, wanted = await self._count(universe)  # the catalogue may have moved meanwhile
        ids = sorted(found)
        missing = abs(wanted - len(found))
        return ListedWindow(None, None, wanted, ids, missing, scores=[found[i] for i in ids])

    async def _count(self, cell: Query) -> tuple[int, int]:
        """All titles of a cell, and the undated among them."""
        whole, dated = await asyncio.gather(
            self._client.fetch_count(cell), self._client.fetch_count(replace(cell, dated_only=True))
        )
        return whole.total_results, max(0, whole.total_results - dated.total_results)

    async def _search(self, cell: Query, whole: int, wanted: int) -> dict[int, Scores]:
        found: dict[int, Scores] = {}
        if wanted == 0:
            return found
        order = ENDPOINTS[cell.media].date_order
        for direction in ("asc", "desc"):
            found |= await self._read_front(cell, whole, wanted, f"{order}.{direction}")
            if len(found) < wanted and whole <= MOST_TITLES:
                found |= await self._read_back(cell, whole, wanted, f"{order}.{direction}")
            if len(found) >= wanted:
                return found
        whole, wanted = await self._count(cell)
        if len(found) >= wanted:
            return found
        if whole <= MOST_TITLES and len(found) < wanted / 2:  # the service sorts them among the others: read everything
            await self._lister.read_pages(cell, whole, lambda page: found.update(_undated(page)), first=1)
            return found
        for cells in split_otherwise(cell, await self._lister.languages()):
            counts = await asyncio.gather(*(self._count(part) for part in cells))
            if sum(c[0] for c in counts) == whole and sum(c[1] for c in counts) == wanted and all(c[0] for c in counts):
                for part, (size, some) in zip(cells, counts, strict=True):
                    found |= await self._search(part, size, some)
                break
        return found

    async def _read_front(self, cell: Query, whole: int, wanted: int, order: str) -> dict[int, Scores]:
        first = await self._client.fetch_count(cell, order=order)
        found = _undated(first)
        if found:
            pages = min(whole, wanted + PAGE_SIZE)
            await self._lister.read_pages(cell, pages, lambda page: found.update(_undated(page)), order=order)
        return found

    async def _read_back(self, cell: Query, whole: int, wanted: int, order: str) -> dict[int, Scores]:
        found: dict[int, Scores] = {}
        first = max(1, count_pages(whole) - math.ceil(wanted / PAGE_SIZE))
        await self._lister.read_pages(cell, whole, lambda page: found.update(_undated(page)), first=first, order=order)
        return found


def _undated(page: Page) -> dict[int, Scores]:
    return {row.id: row.scores for row in page.results if not row.day}
