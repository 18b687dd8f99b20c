"""What the command `plan` finds out: the decision about a run, its plan and its estimate. It changes nothing in a lake."""

import asyncio
from dataclasses import dataclass
from datetime import datetime

from cinelake.clock import Clock
from cinelake.errors import OvertakenError
from cinelake.extract.lifecycle import Terms, open_client
from cinelake.extract.planning.counting import count_run, count_selection
from cinelake.extract.planning.decision import Refresh, Resume, Run, RunFacts, RunRequest, Start, UpToDate, decide_run
from cinelake.extract.planning.estimate import RunEstimate
from cinelake.extract.planning.plan import Plan
from cinelake.extract.planning.run_estimate import fetch_estimate
from cinelake.extract.planning.run_facts import read_run_facts
from cinelake.extract.run_documents import read_plan
from cinelake.lake.lease import Lease, this_machine
from cinelake.lake.store import Store
from cinelake.log import Log
from cinelake.selection.selection import Selection
from cinelake.settings import Settings
from cinelake.tmdb.client import Client


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """A run that a command would start or resume: its plan, and what it has left to do."""

    run: Run
    plan: Plan
    estimate: RunEstimate


async def plan_request(
    settings: Settings,
    request: RunRequest,
    terms: Terms,
    clock: Clock,
    store: Store | None,
    *,
    run_rate: float | None = None,
) -> PlannedRun | UpToDate:
    """Decide what a command does with a request, and estimate it. Without a lake it starts a run.

    The estimate is for `run_rate` requests per second, by default for the rate of the terms.

    Raises:
        LeaseHeldError: another process uses the rate of the lake.
        UsageError: a run cannot have the requested date, or there is nothing to refresh.
    """
    now, log = clock.now(), Log(log_format=settings.log_format)
    facts = RunFacts(now.date()) if store is None else read_run_facts(store, request, now.date())
    decision = decide_run(request, facts)
    if isinstance(decision, UpToDate):
        return decision
    if store is not None:
        await Lease(store, clock, log, this_machine()).check()
    async with open_client(settings, terms, clock, log) as client:
        plan = await _read_or_count(client, store, decision, now)
        return PlannedRun(decision, plan, await fetch_estimate(client, store, plan, run_rate or terms.rate))


async def count_titles(settings: Settings, selection: Selection, terms: Terms, clock: Clock) -> Plan:
    """The titles that TMDB counts in each slice of a selection."""
    now, log = clock.now(), Log(log_format=settings.log_format)
    async with open_client(settings, terms, clock, log) as client:
        return await count_selection(client, selection, run_on=now.date(), now=now)


def describe_planned(planned: PlannedRun | UpToDate, rate: float) -> dict[str, object]:
    """The JSON document of the command."""
    match planned:
        case UpToDate(key=key):
            return {"decision": "up_to_date", "run_on": key.run_on, "rate": rate, "requests": 0}
        case PlannedRun(run, plan, estimate):
            return {
                "decision": {Start: "start", Resume: "resume", Refresh: "refresh"}[type(run)],
                "run_on": run.key.run_on,
                "plan": plan,
                "rate": rate,
                "estimate": estimate,
                "requests": estimate.requests,
            }


async def _read_or_count(client: Client, store: Store | None, run: Run, now: datetime) -> Plan:
    if not isinstance(run, Resume):
        return await count_run(client, store, run, now)
    plan = None if store is None else await asyncio.to_thread(read_plan, store, run.key)
    if plan is None:
        message = f"the plan of the run of {run.key.run_on} was removed by another process"
        raise OvertakenError(message, hint="run the same command again", subject=run.key.plan())
    return plan
