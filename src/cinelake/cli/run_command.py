"""Runs plan, extract and verify for the command line: handles signals, shows progress, and prints messages."""

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date
from types import FrameType

from cinelake.cli.progress import ProgressView
from cinelake.cli.upgrade import show_progress
from cinelake.concurrency import BackgroundTask
from cinelake.errors import TryAgainError
from cinelake.exit_codes import Exit
from cinelake.extract.context import RunContext, log_progress
from cinelake.extract.feed.documents import FeedReport
from cinelake.extract.feed.run import run_feed
from cinelake.extract.lifecycle import Session, open_context
from cinelake.extract.planning.decision import Decision, RefreshRequest, Resume, RunRequest, UpToDate
from cinelake.extract.planning.run_facts import check_request
from cinelake.extract.run import run_request
from cinelake.extract.run_documents import RunReport
from cinelake.log import Event, Log
from cinelake.selection.limits import Limits
from cinelake.selection.selection import Selection
from cinelake.upgrade.on_demand import upgrade_if_old
from cinelake.verify.api import ApiComparison, compare_runs

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_LIMITS = Limits()


async def run_extract(session: Session, request: RunRequest, *, limits: Limits = _LIMITS) -> RunReport:
    """Do what a request asks for: start, resume or refresh a run and bring it to its end, or do nothing.

    Raises:
        TryAgainError: the lease is held, or a stop was requested; everything so far is stored.
        UsageError: a run cannot have the requested date, or there is nothing to refresh.
    """
    session.settings.credentials()
    progress = None if session.log.is_json else show_progress
    await upgrade_if_old(session.store, session.clock, session.log, progress, takes_over=session.terms.takes_over)
    check_request(session.store, request, session.clock.now().date())
    try:
        with _ending_at_deadline(session.terms.deadline_s):
            _, report = await run_request(session, request, _watch_run, on_decision=_report_decision, limits=limits)
            return report
    except asyncio.CancelledError:  # by the second signal
        raise TryAgainError(
            "stopped at once; everything written so far is stored", hint="run the same command again to continue"
        ) from None


def _report_decision(context: RunContext, decision: Decision) -> None:
    """Print which run the command works on, unless it is a new one."""
    match decision:
        case UpToDate(key=key):
            text = f"up to date: nothing was fetched; these are the results of the complete run of {key.run_on}"
            _say(context.log, Event.RUN_UNCHANGED, text)
        case Resume(key=key) if key.run_on != context.clock.now().date():
            text = f"resuming the unfinished run of {key.run_on}; `extract --fresh` starts a new one"
            _say(context.log, Event.UNFINISHED_RUN_FOUND, text)
        case _:
            pass


async def run_feed_only(
    session: Session, selection: Selection, run_on: date | None, *, limits: Limits = _LIMITS
) -> FeedReport:
    """Refresh a selection from the change feed alone.

    Raises:
        TryAgainError: the lease is held, or a stop was requested; the same command starts over.
        UsageError: the lake has no complete run of the selection.
    """
    session.settings.credentials()
    progress = None if session.log.is_json else show_progress
    await upgrade_if_old(session.store, session.clock, session.log, progress, takes_over=session.terms.takes_over)
    check_request(session.store, RefreshRequest(selection, run_on), session.clock.now().date())
    try:
        with _ending_at_deadline(session.terms.deadline_s):
            return await run_feed(session, selection, _watch_run, run_on=run_on, limits=limits)
    except asyncio.CancelledError:  # by the second signal
        raise TryAgainError("stopped at once; nothing was changed", hint="run the same command again") from None


async def run_verify_api(session: Session) -> list[ApiComparison]:
    """Compare the newest run of each selection with TMDB."""
    async with open_context(session) as context:
        _say(session.log, Event.COMPARISON_STARTED, "listing the selection again to compare it with TMDB")
        return await compare_runs(context.client, session.store)


def _watch_run(context: RunContext) -> list[BackgroundTask]:
    """Listen for signals, and create the task that shows the progress: at a terminal, or in the log."""
    _listen_for_signals(context)
    return [log_progress(context) if context.log.is_json else ProgressView(context, sys.stderr).show()]


def _listen_for_signals(context: RunContext) -> None:
    """The first signal requests a stop, the second cancels the run (the lease is released), a third kills the process."""
    loop, main = asyncio.get_running_loop(), asyncio.current_task()
    received: list[signal.Signals] = []

    def stop(number: signal.Signals) -> None:
        received.append(number)
        if len(received) == 1:
            _say(
                context.log, Event.SIGNAL_RECEIVED, f"received {number.name}: stopping soon; send it again to stop at once"
            )
            context.stop.request(number.name)
            return
        for each in _SIGNALS:
            _remove_signal_handler(loop, each)
        if main is not None:
            main.cancel()

    for number in _SIGNALS:
        _add_signal_handler(loop, number, stop)


def _add_signal_handler(
    loop: asyncio.AbstractEventLoop, number: signal.Signals, callback: Callable[[signal.Signals], None]
) -> None:
    """Call `callback` in the loop when a signal arrives, also on Windows, whose loops have no signal handlers."""

    def forward(received: int, frame: FrameType | None) -> None:
        if loop.is_closed():  # the run has ended, and the process handles signals as before
            signal.default_int_handler(received, frame)
        loop.call_soon_threadsafe(callback, number)

    try:
        loop.add_signal_handler(number, callback, number)
    except NotImplementedError:
        signal.signal(number, forward)


def _remove_signal_handler(loop: asyncio.AbstractEventLoop, number: signal.Signals) -> None:
    try:
        loop.remove_signal_handler(number)
    except NotImplementedError:
        signal.signal(number, signal.default_int_handler)


@contextmanager
def _ending_at_deadline(deadline_s: float | None) -> Iterator[None]:
    """End the process at its deadline even if a thread that waits for a store keeps it from ending."""

    def end() -> None:
        with suppress(OSError):
            message = (
                "error: the store did not answer before the deadline\n  hint: run the same command again to continue\n"
            )
            sys.stderr.write(message)
            sys.stderr.flush()
        os._exit(Exit.TRY_AGAIN)

    if deadline_s is None:
        yield
        return
    timer = threading.Timer(deadline_s, end)
    timer.daemon = True
    timer.start()
    yield
    # After an error the timer stays on, because the interpreter still waits for the threads that use the store.
    timer.cancel()


def _say(log: Log, event: Event, text: str) -> None:
    """Print a message at a terminal, or log it where a machine reads the log."""
    if log.is_json:
        log.info(event, message=text)
        return
    with suppress(OSError):  # a closed stderr is no reason to end the run
        print(text, file=sys.stderr, flush=True)  # noqa: T201 - stderr is where messages go
