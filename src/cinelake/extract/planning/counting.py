"""Count every slice of a selection before anything is fetched: one request per slice and two per genre."""

import asyncio
from dataclasses import replace
from datetime import date, datetime, timedelta

import msgspec

from cinelake.extract.listing.windows import build_slice_query
from cinelake.extract.planning.decision import Refresh, Start
from cinelake.extract.planning.plan import Plan, PlannedSlice, add_previous_slices, sort_slices
from cinelake.extract.run_documents import read_plan
from cinelake.lake.keys import RunKey
from cinelake.lake.store import Store
from cinelake.selection.selection import Selection
from cinelake.selection.slices import Slice, plan_windows, window_of
from cinelake.tmdb.client import Client
from cinelake.tmdb.endpoints import ENDPOINTS


async def count_run(client: Client, store: Store | None, run: Start | Refresh, now: datetime) -> Plan:
    """The plan of a run that starts. A refresh also gets the slices of the run before it that have no titles any more.

    Raises:
        DamagedError: the plan of the run before it cannot be read.
        ServiceError, CredentialsError: a count cannot be fetched.
    """
    plan = await count_selection(client, run.selection, run_on=run.key.run_on, now=now)
    if store is None or not isinstance(run, Refresh):
        return plan
    previous = await asyncio.to_thread(read_plan, store, RunKey(run.key.selection_id, run.policy.since))
    return msgspec.structs.replace(add_previous_slices(plan, previous) if previous else plan, refresh=run.policy)


async def count_selection(client: Client, selection: Selection, *, run_on: date, now: datetime) -> Plan:
    """Count every slice of a selection.

    Raises:
        ServiceError, CredentialsError: a count cannot be fetched.
    """
    async with asyncio.TaskGroup() as group:
        counted = [
            group.create_task(_count_genre(client, selection, genre_id, now.date())) for genre_id in selection.genres
        ]
    slices = [planned for task in counted for planned in task.result()]
    return Plan(selection, run_on, now, sort_slices(slices), fetched_on=now.date())


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
    """The undated titles of a slice: the total without date filters minus the total with one."""
    universe = build_slice_query(piece, selection)
    whole, dated = await asyncio.gather(
        client.fetch_count(universe), client.fetch_count(replace(universe, dated_only=True))
    )
    return PlannedSlice(piece, max(0, whole.total_results - dated.total_results))


def _rest_after(selection: Selection, genre_id: int | None, windows: list[tuple[date | None, date]]) -> Slice | None:
    """The part of the selection that is later than the regular windows."""
    since = max(windows[-1][1] + timedelta(days=1) if windows else date.min, selection.since or date.min)
    until = selection.until or date.max
    return Slice(selection.media, genre_id, since, until) if since <= until else None


async def _count_later(client: Client, selection: Selection, rest: Slice) -> list[PlannedSlice]:
    """Windows later than the regular ones that have titles, such as announced films and wrong dates."""
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
