"""The Lambda functions plan, extract and verify: an event in, a document out.

An event may be delivered twice or concurrently, and a function may be killed at any time: finished work is kept in the
lake, and the lease lets one process work at a time. The `status` of a document is what the state machine decides by.
Errors are raised, and the state machine knows them by class name.
"""

from collections.abc import Callable, Coroutine, Mapping
from datetime import date
from functools import partial
from pathlib import Path
from typing import Protocol

from cinelake.aws.documents import Document, describe_run, describe_verification
from cinelake.aws.events import Order, build_event, parse_event
from cinelake.aws.feed_steps import extract_feed, plan_feed, verify_feed
from cinelake.aws.plan_step import count_and_estimate
from cinelake.aws.tokens import add_token, drop_cached_token
from cinelake.clock import SystemClock
from cinelake.concurrency import run_async
from cinelake.errors import CinelakeError, CredentialsError, DeadlineReachedError, LeaseHeldError
from cinelake.extract.context import RunContext, log_progress
from cinelake.extract.lifecycle import Session, Terms, open_context
from cinelake.extract.planning.decision import (
    Decision,
    ExtractRequest,
    RefreshRequest,
    RunRequest,
    UpToDate,
    decide_run,
)
from cinelake.extract.planning.run_facts import read_decision, read_run_facts
from cinelake.extract.run import run_request
from cinelake.extract.tracing.metrics import measure_run, measure_verification, measure_watermark
from cinelake.lake.keys import RunKey
from cinelake.lake.lease import TTL_S
from cinelake.lake.stores.opening import open_lake
from cinelake.log import Event, Log
from cinelake.selection.parsing import parse_rate
from cinelake.settings import Settings, read_settings
from cinelake.upgrade.on_demand import upgrade_if_old
from cinelake.verify.api import compare_runs
from cinelake.verify.runs import verify_lake


class Context(Protocol):
    """The part of Lambda's context object that the handlers use."""

    @property
    def aws_request_id(self) -> str:
        """The id of the invocation."""
        ...

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until this process is killed."""
        ...


def plan(event: object, context: Context) -> Document:
    """Fix the date of the run, count its titles unless that is done already, and estimate what is left to do.

    Returns:
        status (planned; complete: nothing is left; waiting: another process holds the lease, and extract waits for it),
        the event for the following steps, and the estimate: requests and minutes, for a refresh also which titles it
        fetches.
    """
    return _run(context, event, _plan)


def extract(event: object, context: Context) -> Document:
    """Work on a run until it is finished, or until the time is nearly up.

    The caller must look at the status, as the state machine does: "continue" asks for another call with the same event.

    Returns:
        status (complete, incomplete, continue), wait_s (seconds to wait before the next call), reason, and counts.
    """
    return _run(context, event, _extract)


def verify(event: object, context: Context) -> Document:
    """Verify one run (named by the event as for the other functions) or the whole lake (an empty event).

    Returns:
        status (verified, incomplete), problem_count, the first problems, and counts.
    """
    is_whole = isinstance(event, Mapping) and not set(event) - {"api"}
    asked = {"genre": [], **event} if isinstance(event, Mapping) and is_whole else event
    return _run(context, asked, partial(_verify, is_whole=is_whole))


def _run(context: Context, event: object, work: Callable[[Session, Order], Coroutine[None, None, Document]]) -> Document:
    """Handle one invocation. The environment is read each time, since AWS renews the credentials in it."""
    settings = read_settings(Path.cwd())
    log = Log(log_format=settings.log_format, level="info").bind(request_id=context.aws_request_id)
    try:
        order = parse_event(event)
        try:
            return run_async(work(_open_session(settings, log, context), order))
        except CredentialsError:
            if not drop_cached_token(settings):
                raise
            return run_async(work(_open_session(settings, log, context), order))  # the secret may have changed
    except CinelakeError as error:
        log_failure(log, error)
        raise


def log_failure(log: Log, error: CinelakeError) -> None:
    """Log why an invocation failed, with the parts of the error as fields."""
    log.error(Event.COMMAND_FAILED, error=type(error).__name__, **error.parts)


def _open_session(settings: Settings, log: Log, context: Context) -> Session:
    store = open_lake(settings)
    settings = add_token(settings)
    rate, deadline_s = (
        parse_rate(settings.rate, settings.base_url, "CINELAKE_RATE"),
        context.get_remaining_time_in_millis() / 1000,
    )
    return Session(settings, Terms(rate, deadline_s=deadline_s), store, SystemClock(), log.bind(lake=repr(store)))


async def _plan(session: Session, order: Order) -> Document:
    if order.is_feed_only:
        return await plan_feed(session, order)
    request = _build_request(session, order)
    try:
        async with open_context(session) as context:
            await context.client.check_connection()  # which also shows the API's date
            decision = _decide(session, request, context.clock.now().date())
            document = _name_run(order, decision)
            if isinstance(decision, UpToDate):
                return {"status": "complete", **document}
            planned, figures = await count_and_estimate(context, decision, session.terms.rate)
            return {"status": "planned", **document, "titles": planned.total, **figures, "slices": len(planned.slices)}
    except (LeaseHeldError, DeadlineReachedError) as error:
        # The API was not asked, so this machine's clock gives the run its date.
        decision = _decide(session, request, session.clock.now().date())
        if isinstance(decision, UpToDate):
            return {"status": "complete", **_name_run(order, decision)}
        return {"status": "waiting", "reason": str(error), **_name_run(order, decision)}


def _name_run(order: Order, decision: Decision) -> Document:
    """The run that was decided on, and the event for the following steps, which fixes its date."""
    return {"run": decision.key.selection_id, "event": build_event(order, decision.key.run_on)}


async def _extract(session: Session, order: Order) -> Document:
    if order.is_feed_only:
        return await extract_feed(session, order, partial(_log_upgrade, session))
    request, head = _build_request(session, order), Document(run=order.selection.id)

    def note(_context: RunContext, decision: Decision) -> None:
        head["run_date"] = decision.key.run_on.isoformat()

    if order.run_on is not None:
        head["run_date"] = order.run_on.isoformat()
    try:
        await upgrade_if_old(session.store, session.clock, session.log, partial(_log_upgrade, session))
        decision, report = await run_request(
            session, request, lambda context: [log_progress(context)], on_decision=note, limits=order.limits
        )
    except DeadlineReachedError as error:
        return {"status": "continue", "wait_s": 0, "reason": str(error), **head}
    except LeaseHeldError as error:
        session.log.info(Event.LEASE_HELD, message=str(error))
        return {"status": "continue", "wait_s": int(2 * TTL_S), "reason": str(error), **head}
    is_mine = not isinstance(decision, UpToDate)
    if not is_mine:
        session.log.info(Event.RUN_UNCHANGED, run=decision.key.selection_id, run_on=str(decision.key.run_on))
        session.log.measure(measure_run(report))  # the process that finished it may have been killed before
    return {**head, **describe_run(report, is_mine=is_mine)}


def _log_upgrade(session: Session, step: str) -> None:
    """Log a step of an upgrade, or stop it if the time is nearly up; the next call continues it."""
    if _is_late(session):
        raise DeadlineReachedError("stopped during the upgrade of the lake", hint="run the same command again to continue")
    session.log.info(Event.LAKE_UPGRADED, message=step)


async def _verify(session: Session, order: Order, *, is_whole: bool) -> Document:
    run = None if is_whole or order.is_feed_only else _find_run(session, order)
    if order.is_feed_only:
        result = verify_feed(session, order)
    else:
        result = verify_lake(session.store, run, is_late=lambda: _is_late(session))
    problems = list(result.problems)
    if order.asks_service and not order.is_feed_only:
        async with open_context(session) as context:
            compared = await compare_runs(context.client, session.store, run)
        problems += [problem for each in compared for problem in each.problems]
    session.log.measure(measure_verification(len(problems)))
    session.log.info(Event.LAKE_VERIFIED, slices=result.slices, records=result.records, problems=len(problems))
    return describe_verification(result, problems)


def _decide(session: Session, request: RunRequest, today: date) -> Decision:
    """What a request asks for, given what the lake stores; also reports how far the selection is behind."""
    facts = read_run_facts(session.store, request, today)
    if facts.complete_to is not None:
        session.log.measure(measure_watermark(facts.complete_to, today))
    return decide_run(request, facts)


def _find_run(session: Session, order: Order) -> RunKey:
    """The run that an event names, or the one that it asks for today; verify need not send a request for it."""
    if order.run_on is not None:
        return RunKey(order.selection.id, order.run_on)
    return read_decision(session.store, _build_request(session, order), session.clock.now().date()).key


def _build_request(session: Session, order: Order) -> RunRequest:
    """The request of an event; a refresh of a selection without a complete run extracts it.

    The bucket removes records of some age, so none may be kept that long, whatever the event says.
    """
    extraction = ExtractRequest(order.selection, order.run_on, order.is_fresh, order.source, is_step=True)
    if not order.is_refresh:
        return extraction
    max_age_days = min(order.max_age_days, session.settings.max_age_days or order.max_age_days)
    return RefreshRequest(
        order.selection, order.run_on, order.oldest, max_age_days, first=extraction, source=order.source, is_step=True
    )


def _is_late(session: Session) -> bool:
    """Whether a step that cannot resume must stop: a tenth of the time is left."""
    deadline_s = session.terms.deadline_s or 0.0
    return session.clock.monotonic() - session.started > 0.9 * deadline_s
