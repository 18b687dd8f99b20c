"""Count every slice of a selection before anything is fetched.

Windows take one request per slice and two per genre. Blocks are counted from TMDB's id export, without any request.
"""

import asyncio
from dataclasses import replace
from datetime import date, datetime, timedelta

import msgspec

from cinelake.extract.listing.windows import build_slice_query
from cinelake.extract.planning.decision import Refresh, Start
from cinelake.extract.planning.listing_choice import ListingChoice, choose_extraction, choose_refresh
from cinelake.extract.planning.plan import Plan, PlannedSlice, add_previous_slices, sort_slices
from cinelake.extract.run_documents import list_runs, read_plan, read_report, sort_runs
from cinelake.lake.keys import RunKey
from cinelake.lake.store import Store
from cinelake.selection.listing_source import ListingSource
from cinelake.selection.selection import Selection
from cinelake.selection.slices import Slice, plan_blocks, plan_windows, window_of
from cinelake.tmdb.client import Client
from cinelake.tmdb.endpoints import ENDPOINTS
from cinelake.tmdb.id_exports import ExportIds


async def count_run(client: Client, store: Store | None, run: Start | Refresh, now: datetime) -> Plan:
    """The plan of a run that starts.

    A refresh also gets the slices of the run before it that have no titles any more, and an extraction of blocks gets the
    windows that they replace.

    Raises:
        DamagedError: the plan of the run before it cannot be read.
        ServiceError, CredentialsError: a count cannot be fetched.
        UsageError: the run cannot read its titles from where the user asks.
    """
    run_on, selection, today = run.key.run_on, run.selection, now.date()
    if not isinstance(run, Refresh):
        plan = await _count_as(client, choose_extraction(selection, run.source, today), selection, run_on, now)
        return plan if store is None or not plan.has_blocks else await asyncio.to_thread(_add_windows, store, plan)
    key = RunKey(run.key.selection_id, run.policy.continues_on)
    previous = None if store is None else await asyncio.to_thread(read_plan, store, key)
    plan = await _count_as(client, choose_refresh(selection, run.source, today, previous), selection, run_on, now)
    return msgspec.structs.replace(add_previous_slices(plan, previous) if previous else plan, refresh=run.policy)


async def count_again(client: Client, plan: Plan, now: datetime) -> Plan:
    """The same plan with the totals of today.

    Raises:
        ServiceError, CredentialsError: a count cannot be fetched.
    """
    choice = ListingChoice(plan.source, plan.has_blocks, plan.proven_on)
    today = await _count_as(client, choice, plan.selection, plan.run_on, now)
    totals = {planned.slice: planned.total for planned in today.slices}
    slices = tuple(PlannedSlice(each.slice, totals.get(each.slice, 0)) for each in plan.slices)
    return msgspec.structs.replace(plan, slices=slices, windows=today.windows)


async def _count_as(client: Client, choice: ListingChoice, selection: Selection, run_on: date, now: datetime) -> Plan:
    """The plan of a run that lists as chosen."""
    if not choice.has_blocks:
        return await count_selection(client, selection, run_on=run_on, now=now)
    export = await fetch_selected_ids(client, selection, now.date())
    blocks = plan_blocks(selection.media, export.listed[-1] if export.listed else 0)
    slices = tuple(PlannedSlice(each, len(export.cut(each.first_id or 0, each.last_id or 0))) for each in blocks)
    plan = Plan(
        selection,
        run_on,
        now,
        slices,
        fetched_on=now.date(),
        source=choice.source,
        export=export.name,
        proven_on=choice.proven_on,
    )
    if choice.source is ListingSource.EXPORT:
        return plan
    windows = await count_selection(client, selection, run_on=run_on, now=now)
    return msgspec.structs.replace(plan, windows=windows.slices)


async def fetch_selected_ids(client: Client, selection: Selection, today: date) -> ExportIds:
    """The ids of the newest id export, divided by the switches of a selection.

    Raises:
        ServiceError: it cannot be read.
    """
    return await client.fetch_export(
        selection.media, today, include_adult=selection.include_adult, include_video=selection.include_video
    )


def _add_windows(store: Store, plan: Plan) -> Plan:
    """The plan with the windows in which the runs before it stored titles that its blocks take over."""
    runs = sort_runs(store, list_runs(store, plan.selection.id))
    earlier = (run for run in reversed(runs) if run.run_on != plan.run_on)
    windows: dict[str, PlannedSlice] = {}
    for run in earlier:
        previous = read_plan(store, run)
        if previous is None:
            continue
        kept = previous.retired if previous.has_blocks else [each.slice for each in previous.slices]
        report = read_report(store, run)
        is_complete = report is not None and report.is_complete
        if not (previous.has_blocks and is_complete):
            windows |= {piece.name: PlannedSlice(piece, 0) for piece in kept}
        if is_complete:
            break
    return msgspec.structs.replace(plan, slices=sort_slices([*plan.slices, *windows.values()]))


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
