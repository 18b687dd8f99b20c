"""Owns the plan: how many titles each slice has, and what the extraction will take, before anything is fetched.

Sends one counting request a slice and two a genre, nothing else. What follows from the counts is pure.
"""

import asyncio
import math
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import msgspec

from cinelake.extract.due import Refresh
from cinelake.extract.prices import EXTRACT_GB, LAMBDA_ARM_GB_S
from cinelake.extract.windows import WINDOW_TITLES, build_slice_query, count_pages
from cinelake.lake.batches import MAX_RECORDS
from cinelake.media import Media
from cinelake.selection.selection import Selection
from cinelake.selection.slices import Slice, plan_windows, window_of
from cinelake.tmdb.client import Client
from cinelake.tmdb.endpoints import ENDPOINTS, PAGE_SIZE

BYTES_LEAN = {Media.MOVIE: 1_200, Media.SERIES: 2_000}
"""Mean size of a record without parts: of films measured on 20,000 real ones; of series, which tell each season, assumed
(of 1,800 bytes of the newest one recorded, and 5,000 of famous ones)."""
BYTES_PER_PART = {
    "credits": 8_000,
    "keywords": 300,
    "release_dates": 900,
    "content_ratings": 300,
    "external_ids": 150,
    "season": 20_000,
}
"""Size that a part adds: assumed means, to the order of magnitude (credits alone run from 500 bytes to 150 kB)."""
_BYTES_OTHER_PART = 3_000
_UNDATED_REQUESTS = 20


class PlannedSlice(msgspec.Struct, frozen=True):
    """A slice with the titles that the service counts in it."""

    slice: Slice
    total: int


class Plan(msgspec.Struct, frozen=True):
    """A selection on a run date, counted. The slices are in order of time, then genre; `refresh` None: all is fetched."""

    selection: Selection
    run_on: date
    planned_at: datetime
    slices: tuple[PlannedSlice, ...]
    refresh: Refresh | None = None

    @property
    def total(self) -> int:
        """Titles in all slices; one of two genres counts twice."""
        return sum(planned.total for planned in self.slices)


@dataclass(frozen=True, slots=True)
class Estimate:
    """What an extraction will take, counting included. Titles of several genres count for each, though fetched once."""

    titles: int
    list_requests: int
    detail_requests: int
    minutes: float
    files: int
    megabytes: float
    lambda_gb_seconds: float
    lambda_dollars: float

    @property
    def requests(self) -> int:
        """All requests."""
        return self.list_requests + self.detail_requests


async def fetch_plan(client: Client, selection: Selection, *, run_on: date, now: datetime) -> Plan:
    """Count every slice of a selection.

    Raises:
        ServiceError, CredentialsError: a count cannot be had.
    """
    async with asyncio.TaskGroup() as group:
        counted = [
            group.create_task(_count_genre(client, selection, genre_id, now.date())) for genre_id in selection.genres
        ]
    slices = [planned for task in counted for planned in task.result()]
    return Plan(selection, run_on, now, _sort_slices(slices))


def add_former(plan: Plan, former: Plan) -> Plan:
    """The plan with the slices that a former run had and that have no titles now: what they held is to be accounted for."""
    have = {planned.slice.name for planned in plan.slices}
    empty = [PlannedSlice(planned.slice, 0) for planned in former.slices if planned.slice.name not in have]
    return msgspec.structs.replace(plan, slices=_sort_slices([*plan.slices, *empty]))


def _sort_slices(slices: list[PlannedSlice]) -> tuple[PlannedSlice, ...]:
    """In order of time, then genre: slices of one window follow each other, so that they can share records."""
    return tuple(sorted(slices, key=lambda p: (p.slice.is_undated, p.slice.until or date.max, p.slice.genre_id or 0)))


async def _count_genre(client: Client, selection: Selection, genre_id: int | None, today: date) -> list[PlannedSlice]:
    if selection.undated_only:
        return [await _count_undated(client, selection, Slice(selection.media, genre_id))]
    windows = plan_windows(selection.since, selection.until, today)
    slices = [Slice(selection.media, genre_id, since, until) for since, until in windows]
    async with asyncio.TaskGroup() as group:
        counts = [group.create_task(client.fetch_count(build_slice_query(piece, selection))) for piece in slices]
        universe = build_slice_query(Slice(selection.media, genre_id), selection)
        whole = group.create_task(client.fetch_count(universe)) if selection.wants_undated else None
        rest = _rest_after(selection, genre_id, windows)
        later = group.create_task(_count_later(client, selection, rest)) if rest else None
    planned = [PlannedSlice(s, t.result().total_results) for s, t in zip(slices, counts, strict=True)]
    planned += later.result() if later else []
    if whole is not None:
        undated = whole.result().total_results - sum(p.total for p in planned)
        planned.append(PlannedSlice(Slice(selection.media, genre_id), max(0, undated)))
    return planned


async def _count_undated(client: Client, selection: Selection, piece: Slice) -> PlannedSlice:
    """The undated slice by itself: the total without dates less the total with any."""
    universe = build_slice_query(piece, selection)
    whole, dated = await asyncio.gather(
        client.fetch_count(universe), client.fetch_count(replace(universe, dated_only=True))
    )
    return PlannedSlice(piece, max(0, whole.total_results - dated.total_results))


def _rest_after(selection: Selection, genre_id: int | None, windows: list[tuple[date | None, date]]) -> Slice | None:
    """What the regular windows leave of the selection at its late end."""
    since = max(windows[-1][1] + timedelta(days=1) if windows else date.min, selection.since or date.min)
    until = selection.until or date.max
    return Slice(selection.media, genre_id, since, until) if since <= until else None


async def _count_later(client: Client, selection: Selection, rest: Slice) -> list[PlannedSlice]:
    """Windows past the regular ones, as far as there are titles (announced films, and mistaken dates)."""
    planned: list[PlannedSlice] = []
    order = f"{ENDPOINTS[selection.media].date_order}.asc"
    last = rest.until or date.max
    while True:
        page = await client.fetch_count(build_slice_query(rest, selection), order=order)
        if page.total_results == 0:
            return planned
        try:
            since, until = window_of(date.fromisoformat(page.results[0].day))
        except (ValueError, IndexError):
            return [*planned, PlannedSlice(rest, page.total_results)]
        piece = replace(rest, since=max(since, rest.since or since), until=min(until, last))
        inside = await client.fetch_count(build_slice_query(piece, selection))
        planned.append(PlannedSlice(piece, inside.total_results))
        if until >= last:
            return planned
        rest = replace(rest, since=until + timedelta(days=1))


def estimate_plan(plan: Plan, rate: float) -> Estimate:
    """What the plan will take at `rate` requests a second."""
    titles = plan.total
    counting = len(plan.slices) + 3 * len(plan.selection.genres)
    listing = counting + sum(_listing_requests(p) for p in plan.slices)
    files = sum(math.ceil(p.total / MAX_RECORDS) for p in plan.slices)
    parts = [part.partition("/")[0] for part in plan.selection.append]  # a season costs the same, whatever its number
    record = BYTES_LEAN[plan.selection.media] + sum(BYTES_PER_PART.get(part, _BYTES_OTHER_PART) for part in parts)
    seconds = (titles + listing) / rate
    gb_s = seconds * EXTRACT_GB
    return Estimate(
        titles=titles,
        list_requests=listing,
        detail_requests=titles,
        minutes=seconds / 60,
        files=files,
        megabytes=titles * record / 1e6,
        lambda_gb_seconds=gb_s,
        lambda_dollars=gb_s * LAMBDA_ARM_GB_S.dollars,
    )


def estimate_slice_s(planned: PlannedSlice, rate: float) -> float:
    """Seconds that one slice by itself will take at `rate` requests a second: counted, listed and fetched."""
    return (3 + _listing_requests(planned) + planned.total) / rate


def _listing_requests(planned: PlannedSlice) -> int:
    if planned.slice.is_undated:
        return _UNDATED_REQUESTS + math.ceil(planned.total / PAGE_SIZE) if planned.total else 2
    windows = max(1, math.ceil(planned.total / WINDOW_TITLES))
    return sum(count_pages(planned.total // windows) for _ in range(windows)) + (windows if windows > 1 else 0)
