"""Owns what the command line brings to work that spends the rate: signals, a display, and words for the person at it."""

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from cinelake.cli.progress import ProgressView
from cinelake.errors import TryAgainError
from cinelake.exit_codes import Exit
from cinelake.extract.context import RunContext
from cinelake.extract.leased import Companion
from cinelake.extract.lifecycle import (
    Session,
    log_progress,
    open_client,
    run_extraction,
    run_leased,
)
from cinelake.extract.planning.decision import Resume, RunRequest, UpToDate
from cinelake.extract.planning.run_facts import read_decision, read_finished
from cinelake.extract.run_documents import RunReport
from cinelake.log import Event, Log
from cinelake.selection.limits import Limits
from cinelake.verify.api import Comparison, compare_runs

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_LIMITS = Limits()


async def run_extract(session: Session, request: RunRequest, *, limits: Limits = _LIMITS) -> RunReport:
    """Do what a request asks for: start, resume or refresh a run and bring it to its end, or nothing.

    Raises:
        TryAgainError: the lease is held, or a stop was asked for; everything so far is kept.
        UsageError: a run cannot have the requested date, or there is nothing to refresh.
    """
    session.settings.credentials()
    today = session.clock.now().date()
    decision = read_decision(session.store, request, today)
    if isinstance(decision, UpToDate):
        finished = read_finished(session.store, decision)
        text = f"up to date: the run of {finished.run_on} is complete; no request was sent"
        _say(session.log, Event.RUN_UNCHANGED, text)
        return finished
    if isinstance(decision, Resume) and decision.key.run_on != today:
        text = f"resuming the run of {decision.key.run_on}, which is not complete; `extract --fresh` starts a new one"
        _say(session.log, Event.UNFINISHED_RUN_FOUND, text)
    try:
        with _ending_hard(session.terms.deadline_s):
            return await run_extraction(session, decision, _accompany_run, limits=limits)
    except asyncio.CancelledError:  # by the second signal
        raise TryAgainError(
            "run",
            "stopped at once; everything written so far is kept",
            "",
            "run the same command again: it goes on from here",
        ) from None


async def run_verify_api(session: Session) -> list[Comparison]:
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
