"""Estimate what a run has left to do: read what the lake stores of it, and fetch counts and changes. It stores nothing."""

import asyncio
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from cinelake.errors import OvertakenError
from cinelake.extract.listing.windows import build_slice_query
from cinelake.extract.planning.counting import count_again, count_run
from cinelake.extract.planning.decision import Resume, Run
from cinelake.extract.planning.estimate import RunEstimate, estimate_run
from cinelake.extract.planning.estimate_inputs import EstimateInputs
from cinelake.extract.planning.plan import Plan
from cinelake.extract.planning.run_progress import read_run_progress
from cinelake.extract.run_documents import read_plan
from cinelake.extract.run_start import load_previous_runs
from cinelake.lake.keys import RunKey
from cinelake.lake.store import Store
from cinelake.refresh.change_feed import Changes, fetch_changes, list_days, read_stored_changes
from cinelake.refresh.refetch_policy import RefetchPolicy
from cinelake.selection.selection import Selection
from cinelake.selection.slices import Slice
from cinelake.tmdb.client import Client


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """A run that a command would start or resume: its plan, and what it has left to do."""

    run: Run
    plan: Plan
    estimate: RunEstimate


async def plan_ahead(client: Client, store: Store | None, run: Run, *, rate: float, now: datetime) -> PlannedRun:
    """The plan of a run, counted now or as stored, and what it has left to do at `rate` requests per second.

    Raises:
        DamagedError: a stored document cannot be read.
        OvertakenError: the stored plan was removed since the decision.
        ServiceError, CredentialsError: a request failed.
        UsageError: a slice of that day was requested with other parts or switches.
    """
    if not isinstance(run, Resume):
        plan = await count_run(client, store, run, now)
        return PlannedRun(run, plan, await fetch_estimate(client, store, plan, rate=rate, now=now))
    stored = None if store is None else await asyncio.to_thread(read_plan, store, run.key)
    if stored is None:
        raise OvertakenError(
            f"the plan of the run of {run.key.run_on} was removed by another process",
            hint="run the same command again",
            subject=run.key.plan(),
        )
    return PlannedRun(run, stored, await fetch_estimate(client, store, stored, rate=rate, now=now))


async def fetch_estimate(client: Client, store: Store | None, plan: Plan, *, rate: float, now: datetime) -> RunEstimate:
    """What the run of a plan has left to do, at `rate` requests per second.

    A run that is listed needs no request for this. Otherwise a plan of an earlier day is counted again, a refresh reads the
    change feed, and for several genres one request counts the titles that they share.

    Raises:
        DamagedError: a stored document cannot be read.
        ServiceError, CredentialsError: a request failed.
        UsageError: a slice of that day was requested with other parts or switches.
    """
    inputs = EstimateInputs()
    if store is not None:
        inputs = replace(inputs, progress=await asyncio.to_thread(read_run_progress, store, plan))
    if all(inputs.progress.of(planned.slice.name).is_listed for planned in plan.slices):
        return estimate_run(plan, rate, inputs)
    if plan.planned_at.date() < now.date():
        plan = await count_again(client, plan, now)
    if store is not None:
        inputs = await _add_previous_runs(client, store, plan, inputs, now.date())
    if plan.refresh is None and len(plan.selection.genres) > 1:
        inputs = replace(inputs, distinct=await _count_distinct(client, plan.selection))
    return estimate_run(plan, rate, inputs)


async def _add_previous_runs(
    client: Client, store: Store, plan: Plan, inputs: EstimateInputs, today: date
) -> EstimateInputs:
    """Add what earlier runs stored, and for a refresh what has changed since."""
    if plan.refresh is None:
        return replace(inputs, previous=await asyncio.to_thread(load_previous_runs, store, plan, None))
    changes, requests = await _read_changes(client, store, plan, plan.refresh)
    previous = await asyncio.to_thread(load_previous_runs, store, plan, changes)
    vanished = frozenset(changes.vanished)
    began_on = plan.fetched_on or plan.run_on
    if today > began_on:  # what vanished since the run began is not listed any more either
        days = [began_on + timedelta(days=n) for n in range((today - began_on).days + 1)]
        vanished = vanished.union((await fetch_changes(client, plan.selection.media, days)).vanished)
    changed = frozenset(changes.ids)
    return replace(inputs, previous=previous, changed=changed, vanished=vanished, change_requests=requests)


async def _read_changes(client: Client, store: Store, plan: Plan, policy: RefetchPolicy) -> tuple[Changes, int]:
    """The changes that a refresh goes by, and how many requests it will send for them: none if they are stored."""
    stored = await asyncio.to_thread(read_stored_changes, store, RunKey(plan.selection.id, plan.run_on))
    if stored is not None:
        return stored, 0
    sent = client.tally.requests
    previous = await asyncio.to_thread(read_stored_changes, store, RunKey(plan.selection.id, policy.continues_on))
    days = list_days(policy.since, plan.fetched_on or plan.run_on)
    changes = await fetch_changes(client, plan.selection.media, days, previous)
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
