"""What the command `plan` finds out: the decision about a run, its plan and its estimate. It changes nothing in a lake."""

from cinelake.clock import Clock
from cinelake.extract.lifecycle import Terms, open_client
from cinelake.extract.planning.counting import count_selection
from cinelake.extract.planning.decision import Refresh, Resume, RunRequest, Start, UpToDate, decide_run
from cinelake.extract.planning.fetch_estimate import PlannedRun, plan_ahead
from cinelake.extract.planning.plan import Plan
from cinelake.extract.planning.run_facts import check_request, read_run_facts
from cinelake.extract.planning.stored_runs import RunFacts
from cinelake.lake.lease import Lease, this_machine
from cinelake.lake.store import Store
from cinelake.log import Log
from cinelake.selection.selection import Selection
from cinelake.settings import Settings


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
    settings.credentials()
    log = Log(log_format=settings.log_format)
    if store is not None:
        check_request(store, request, clock.now().date())
        await Lease(store, clock, log, this_machine()).check()
    async with open_client(settings, terms, clock, log) as client:
        await client.check_connection()  # which also shows the API's date
        now = client.clock.now()
        facts = RunFacts(now.date()) if store is None else read_run_facts(store, request, now.date())
        decision = decide_run(request, facts)
        if isinstance(decision, UpToDate):
            return decision
        return await plan_ahead(client, store, decision, rate=run_rate or terms.rate, now=now)


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
