"""Owns what the command line brings to work that spends the rate: signals, a display, and words for the person at it."""

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date

from cinelake.cli.progress import ProgressView
from cinelake.clock import Clock
from cinelake.errors import TryAgainError
from cinelake.exit_codes import Exit
from cinelake.extract.context import RunContext
from cinelake.extract.leased import Companion
from cinelake.extract.lifecycle import (
    Session,
    Terms,
    log_progress,
    open_client,
    run_extraction,
    run_leased,
)
from cinelake.extract.planning.counting import fetch_plan
from cinelake.extract.planning.decision import Run, check_run_date, read_finished
from cinelake.extract.planning.plan import Plan
from cinelake.extract.planning.refresh_estimate import Outlook, fetch_outlook, read_mark
from cinelake.extract.run_documents import RunReport
from cinelake.extract.stopping import first_error
from cinelake.lake.lease import Lease, this_machine
from cinelake.lake.store import Store
from cinelake.log import Event, Log
from cinelake.refresh.refetch_policy import RefetchPolicy
from cinelake.selection.limits import Limits
from cinelake.selection.selection import Selection
from cinelake.settings import Settings
from cinelake.verify.api import ApiComparison, compare_runs

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_LIMITS = Limits()


async def run_plan(
    settings: Settings, selection: Selection, terms: Terms, clock: Clock, store: Store | None, run_on: date | None = None
) -> Plan:
    """Count a selection. With a lake, see first that nobody spends its rate."""
    log = Log(log_format=settings.log_format)
    check_run_date(run_on, clock.now().date())
    if store is not None:
        await Lease(store, clock, log, this_machine()).check()
    now = clock.now()
    async with open_client(settings, terms, clock, log) as client:
        try:
            return await fetch_plan(client, selection, run_on=run_on or now.date(), now=now)
        except BaseExceptionGroup as group:
            raise first_error(group) from group


async def run_outlook(session: Session, selection: Selection, run_on: date | None = None) -> tuple[Plan, Outlook]:
    """Reckon what a refresh would take, having seen that nobody spends the rate."""
    today = session.clock.now().date()
    check_run_date(run_on, today)
    await Lease(session.store, session.clock, session.log, this_machine()).check()
    async with open_client(session.settings, session.terms, session.clock, session.log) as client:
        try:
            mark = await asyncio.to_thread(read_mark, session.store, selection)
            plan = await fetch_plan(client, selection, run_on=run_on or today, now=session.clock.now())
            refresh = RefetchPolicy(mark.complete_to)
            return plan, await fetch_outlook(client, session.store, plan, refresh, session.terms.rate)
        except BaseExceptionGroup as group:
            raise first_error(group) from group


async def run_extract(session: Session, choose: Callable[[date], Run], *, limits: Limits = _LIMITS) -> RunReport:
    """Begin or go on with the run that is chosen, given today, and bring it to its end.

    Raises:
        TryAgainError: the lease is held, or a stop was asked for; everything so far is kept.
    """
    session.settings.credentials()
    today = session.clock.now().date()
    run = choose(today)
    finished = read_finished(session.store, run)
    if finished is not None:
        _say(
            session.log,
            Event.RUN_UNCHANGED,
            f"run: complete already, as of {finished.run_on}; nothing was asked and nothing written",
        )
        return finished
    if run.is_resumed and run.key.run_on != today:
        text = f"run: going on with that of {run.key.run_on}, which is not complete; --fresh begins a new one"
        _say(session.log, Event.UNFINISHED_RUN_FOUND, text)
    try:
        with _ending_hard(session.terms.deadline_s):
            return await run_extraction(session, run, _accompany_run, limits=limits)
    except asyncio.CancelledError:  # by the second signal
        raise TryAgainError(
            "run",
            "stopped at once; everything written so far is kept",
            "",
            "run the same command again: it goes on from here",
        ) from None


async def run_verify_api(session: Session) -> list[ApiComparison]:
    """Hold the newest run of each selection against the service."""
    async with open_client(session.settings, session.terms, session.clock, session.log) as client:
        context = RunContext(client, session.store, session.clock, session.log)
        _say(session.log, Event.COMPARISON_STARTED, "verify: listing the selection as the service has it now")
        return await run_leased(session, context, lambda: compare_runs(client, session.store))


def _accompany_run(context: RunContext) -> list[Companion]:
    """Listen for signals; show how far the run is, to a person or to the machine that reads the log."""
    _listen_for_signals(context)
    return [log_progress(context) if context.log.is_json else ProgressView(context, sys.stderr).show()]


def _listen_for_signals(context: RunContext) -> None:
    """The first signal ends the run in good order, the second cancels it (and gives the lease back), a third kills."""
    loop, main = asyncio.get_running_loop(), asyncio.current_task()
    received: list[signal.Signals] = []

    def stop(number: signal.Signals) -> None:
        received.append(number)
        if len(received) == 1:
            _say(context.log, Event.SIGNAL_RECEIVED, f"{number.name}: stopping in good order; once more stops at once")
            context.stop.request(number.name)
            return
        for each in _SIGNALS:
            loop.remove_signal_handler(each)
        if main is not None:
            main.cancel()

    for number in _SIGNALS:
        loop.add_signal_handler(number, stop, number)


@contextmanager
def _ending_hard(deadline_s: float | None) -> Iterator[None]:
    """End the process at the deadline if it could not end by itself: a store that hangs lets no thread go."""

    def end() -> None:
        with suppress(OSError):
            sys.stderr.write("cinelake: run: the store did not answer before the deadline; run the same command again\n")
            sys.stderr.flush()
        os._exit(Exit.TRY_AGAIN)

    if deadline_s is None:
        yield
        return
    timer = threading.Timer(deadline_s, end)
    timer.daemon = True
    timer.start()
    yield
    # Left on when an error comes through: the wait for the store's threads is still to come then.
    timer.cancel()


def _say(log: Log, event: Event, text: str) -> None:
    """Tell a person, or the machine that reads the log."""
    if log.is_json:
        log.info(event, message=text)
        return
    with suppress(OSError):  # nobody listens any more, which is no reason to end
        print(text, file=sys.stderr, flush=True)  # noqa: T201 - stderr is where messages go
