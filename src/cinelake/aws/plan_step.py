"""The first step of the state machine: count a run that starts, and estimate what it has left to do.

The estimate is for people only; no run depends on it.
"""

from cinelake.aws.documents import Document
from cinelake.errors import DamagedError, UnreachableError
from cinelake.extract.context import RunContext
from cinelake.extract.planning.decision import Run
from cinelake.extract.planning.fetch_estimate import fetch_estimate
from cinelake.extract.planning.plan import Plan
from cinelake.extract.run_start import plan_run, read_changes
from cinelake.log import Event


async def count_and_estimate(context: RunContext, run: Run, rate: float) -> tuple[Plan, Document]:
    """Store the plan of a run and the changes that it goes by, unless they are stored; estimate what is left.

    Raises:
        ServiceError, CredentialsError: a count cannot be fetched.
    """
    plan = await plan_run(context, run)
    return plan, await _estimate(context, run, plan, rate)


async def _estimate(context: RunContext, run: Run, plan: Plan, rate: float) -> Document:
    """What is left to do, as a document; no figures if the lake or TMDB does not supply what they need."""
    document: Document = {} if plan.refresh is None else {"since": plan.refresh.since.isoformat()}
    try:
        await read_changes(context, run.key, plan)
        estimate = await fetch_estimate(context.client, context.store, plan, rate=rate, now=context.clock.now())
    except (DamagedError, UnreachableError) as error:  # such as batches, which the role of this function may not read
        context.log.warning(Event.ESTIMATE_FAILED, message=str(error))
        return document
    if (refresh := estimate.refresh) is not None:
        document |= {"stored": refresh.stored, "new": refresh.new, "old": refresh.old, "changed": refresh.changed}
    return document | {"requests": estimate.requests, "minutes": round(estimate.minutes, 1)}
