"""Owns what the state machine's first step tells of a run: what getting everything, or what is due, will take.

It is only told: a run does not depend on it.
"""

from typing import Any

from cinelake.errors import DamagedError, UnreachableError
from cinelake.extract.lifecycle import Session, open_context
from cinelake.extract.planning.decision import Run
from cinelake.extract.planning.estimate import estimate_plan
from cinelake.extract.planning.plan import Plan
from cinelake.extract.planning.refresh_estimate import fetch_outlook
from cinelake.extract.run_start import plan_run
from cinelake.log import Event
from cinelake.refresh.refetch_policy import RefetchPolicy
from cinelake.tmdb.client import Client

Document = dict[str, Any]


async def count_run(session: Session, run: Run) -> tuple[Plan, Document]:
    """Count what a run is of, with the lease held, and reckon what it will take.

    Raises:
        TryAgainError: the lease is held, or the time is up.
        ServiceError, CredentialsError: a count cannot be had.
    """
    async with open_context(session) as context:
        plan = await plan_run(context, run)
        if plan.refresh is None:
            figures = reckon_harvest(plan, session.terms.rate)
        else:
            figures = await _reckon_refresh(session, context.client, plan, plan.refresh)
    return plan, figures


def reckon_harvest(plan: Plan, rate: float) -> Document:
    """What getting everything will take."""
    estimate = estimate_plan(plan, rate)
    return {"requests": estimate.requests, "minutes": round(estimate.minutes, 1)}


async def _reckon_refresh(session: Session, client: Client, plan: Plan, refresh: RefetchPolicy) -> Document:
    """What a refresh will take. It is only told: where nobody can reckon it, the run goes on without."""
    try:
        outlook = await fetch_outlook(client, session.store, plan, refresh, session.terms.rate)
    except (DamagedError, UnreachableError) as error:  # such as batches, which this function's role may not read
        session.log.warning(Event.REFRESH_ESTIMATE_FAILED, message=str(error))
        return {"since": refresh.since.isoformat()}
    return {
        "since": refresh.since.isoformat(),
        "held": outlook.held,
        "new": outlook.new,
        "old": outlook.old,
        "changed": outlook.changed,
        "requests": outlook.requests,
        "minutes": round(outlook.minutes, 1),
    }
