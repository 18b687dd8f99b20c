"""Finds the titles without a date, which every date filter excludes."""

import asyncio
import math
from dataclasses import replace

from cinelake.extract.listing.lister import ListedWindow, Lister
from cinelake.extract.listing.windows import MOST_TITLES, count_pages, split_otherwise
from cinelake.tmdb.client import Client
from cinelake.tmdb.endpoints import ENDPOINTS, PAGE_SIZE, Query
from cinelake.tmdb.validation import Page, Scores


class UndatedFinder:
    """Finds titles without a date.

    Their number is the total of a query without dates minus the total with any date. A sort by date puts them at one end.
    Where that end is beyond the last page that TMDB returns, the query is split by other dimensions, and only cells that
    have undated titles are read.
    """

    def __init__(self, client: Client, lister: Lister) -> None:
        self._client = client
        self._lister = lister

    async def list_undated(self, universe: Query) -> ListedWindow:
        """The undated titles of a query without dates."""
        total, undated = await self._count(universe)
        found = await self._search(universe, total, undated)
        if len(found) != undated:
            _, undated = await self._count(universe)  # the catalogue may have changed meanwhile
        ids = sorted(found)
        missing = abs(undated - len(found))
        return ListedWindow(None, None, undated, ids, missing, scores=[found[i] for i in ids])

    async def _count(self, cell: Query) -> tuple[int, int]:
        """The number of all titles of a cell, and of those without a date."""
        total, dated = await asyncio.gather(
            self._client.fetch_count(cell), self._client.fetch_count(replace(cell, dated_only=True))
        )
        return total.total_results, max(0, total.total_results - dated.total_results)

    async def _search(self, cell: Query, total: int, undated: int) -> dict[int, Scores]:
        found: dict[int, Scores] = {}
        if undated == 0:
            return found
        order = ENDPOINTS[cell.media].date_order
        for direction in ("asc", "desc"):
            found |= await self._read_front(cell, total, undated, f"{order}.{direction}")
            if len(found) < undated and total <= MOST_TITLES:
                found |= await self._read_back(cell, total, undated, f"{order}.{direction}")
            if len(found) >= undated:
                return found
        total, undated = await self._count(cell)
        if len(found) >= undated:
            return found
        if total <= MOST_TITLES and len(found) < undated / 2:  # not sorted to one end: read every page
            await self._lister.read_pages(cell, total, lambda page: found.update(_select_undated(page)), first=1)
            return found
        for cells in split_otherwise(cell, await self._lister.languages()):
            counts = await asyncio.gather(*(self._count(part) for part in cells))
            if sum(c[0] for c in counts) == total and sum(c[1] for c in counts) == undated and all(c[0] for c in counts):
                for part, (size, some) in zip(cells, counts, strict=True):
                    found |= await self._search(part, size, some)
                break
        return found

    async def _read_front(self, cell: Query, total: int, undated: int, order: str) -> dict[int, Scores]:
        first = await self._client.fetch_count(cell, order=order)
        found = _select_undated(first)
        if found:
            pages = min(total, undated + PAGE_SIZE)
            await self._lister.read_pages(cell, pages, lambda page: found.update(_select_undated(page)), order=order)
        return found

    async def _read_back(self, cell: Query, total: int, undated: int, order: str) -> dict[int, Scores]:
        found: dict[int, Scores] = {}
        first = max(1, count_pages(total) - math.ceil(undated / PAGE_SIZE))
        await self._lister.read_pages(
            cell, total, lambda page: found.update(_select_undated(page)), first=first, order=order
        )
        return found


def _select_undated(page: Page) -> dict[int, Scores]:
    return {row.id: row.scores for row in page.results if not row.day}
