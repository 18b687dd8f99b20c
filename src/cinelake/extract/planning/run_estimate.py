"""Fetch and read what an estimate needs, and estimate what a run has left to do. It stores nothing."""

import asyncio
from dataclasses import replace

from cinelake.extract.listing.windows import build_slice_query
from cinelake.extract.planning.estimate import RunEstimate, estimate_run
from cinelake.extract.planning.estimate_inputs import EstimateInputs
from cinelake.extract.planning.plan import Plan
from cinelake.extract.planning.run_progress import read_run_progress
from cinelake.extract.run_start import load_previous_runs
from cinelake.lake.keys import RunKey
from cinelake.lake.store import Store
from cinelake.refresh.change_feed import Changes, fetch_changes, list_days, read_stored_changes
from cinelake.selection.selection import Selection
from cinelake.selection.slices import Slice
from cinelake.tmdb.client import Client


async def fetch_estimate(client: Client, store: Store | None, plan: Plan, rate: float) -> RunEstimate:
    """What the run of a plan has left to do, at `rate` requests per second.

    Sends one request for a selection of several genres, and for a refresh those that read the change feed; none for a run
    that is listed.

    Raises:
        DamagedError: a stored document cannot be read.
        ServiceError, CredentialsError: a request failed.
        UsageError: a slice of that day was requested with other parts or switches.
    """
    inputs = EstimateInputs()
    if store is not None:
        inputs = replace(inputs, progress=await asyncio.to_thread(read_run_progress, store, plan))
    if not all(inputs.progress.of(planned.slice.name).is_listed for planned in plan.slices):
        if store is not None:
            inputs = await _add_previous_runs(client, store, plan, inputs)
        if plan.refresh is None and len(plan.selection.genres) > 1:
            inputs = replace(inputs, distinct=await _count_distinct(client, plan.selection))
    return estimate_run(plan, rate, inputs)


async def _add_previous_runs(client: Client, store: Store, plan: Plan, inputs: EstimateInputs) -> EstimateInputs:
    changes, requests = await _read_changes(client, store, plan)
    previous = await asyncio.to_thread(load_previous_runs, store, plan, changes)
    if changes is None:
        return replace(inputs, previous=previous)
    changed, vanished = frozenset(changes.ids), frozenset(changes.vanished)
    return replace(inputs, previous=previous, changed=changed, vanished=vanished, change_requests=requests)


async def _read_changes(client: Client, store: Store, plan: Plan) -> tuple[Changes | None, int]:
    """The changes that a refresh goes by, and how many requests it will send for them; none if they are stored."""
    if plan.refresh is None:
        return None, 0
    stored = await asyncio.to_thread(read_stored_changes, store, RunKey(plan.selection.id, plan.run_on))
    if stored is not None:
        return stored, 0
    sent = client.tally.requests
    changes = await fetch_changes(client, plan.selection.media, list_days(plan.refresh.since, plan.run_on))
    return changes, client.tally.requests - sent


async def _count_distinct(client: Client, selection: Selection) -> int:
    """How many titles TMDB counts in the selection, each once: a pipe between genres means or."""
    genres = "|".join(map(str, selection.genre_ids))
    universe = build_slice_query(Slice(selection.media, None, selection.since, selection.until), selection)
    query = replace(universe, narrow=(("with_genres", genres),))
    total = (await client.fetch_count(query)).total_results
    if selection.undated_only:
        total -= (await client.fetch_count(replace(query, dated_only=True))).total_results
    return total
