"""Counts every slice of a selection before anything is fetched: one request a slice and two a genre."""

import asyncio
from dataclasses import replace
from datetime import date, datetime, timedelta

from cinelake.extract.listing.windows import build_slice_query
from cinelake.extract.planning.plan import Plan, PlannedSlice, sort_slices
from cinelake.selection.selection import Selection
from cinelake.selection.slices import Slice, plan_windows, window_of
from cinelake.tmdb.client import Client
from cinelake.tmdb.endpoints import ENDPOINTS


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
    return Plan(selection, run_on, now, sort_slices(slices))


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
