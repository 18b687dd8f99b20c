"""Owns the life of one command that talks to the service: opening, lease, signals, deadline, progress, closing."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from cinelake.cli.progress import ProgressView
from cinelake.clock import Clock
from cinelake.errors import TryAgainError, UsageError
from cinelake.extract.comparison import Comparison, verify_against_service
from cinelake.extract.job import Job
from cinelake.extract.plan import Plan, fetch_plan
from cinelake.extract.report import RunReport, list_runs, read_plan
from cinelake.extract.run import choose_run, extract, read_finished
from cinelake.extract.slices import Selection
from cinelake.extract.stopping import build_stopped, first_error
from cinelake.lake.lease import Lease, this_machine
from cinelake.lake.storage import Store, open_store
from cinelake.log import Log
from cinelake.settings import Settings
from cinelake.tmdb.client import Client
from cinelake.tmdb.pacing import Pacer
from cinelake.tmdb.transport import HttpTransport

_T = TypeVar("_T")
_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_MARGIN_S = 20.0
"""Seconds before a deadline at which the run begins to end; a tenth of it, if that is less."""


@dataclass(frozen=True, slots=True)
class Options:
    """How a command behaves, apart from what it selects."""

    rate: float
    connections: int
    run_on: date | None = None
    deadline_s: float | None = None
    is_fresh: bool = False
    takes_over: bool = False
    tolerance: float = 0.001
    is_quiet: bool = False


def run_async(main: Coroutine[None, None, _T]) -> _T:
    """The result of a command's coroutine, on the fastest event loop that the machine has."""
    try:
        import uvloop  # noqa: PLC0415 - not on every system
    except ImportError:
        return asyncio.run(main)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(main)


def open_lake(settings: Settings, url: str | None) -> Store:
    """The lake that the command line or the environment names.

    Raises:
        UsageError: neither does.
    """
    lake = url or settings.lake
    if not lake:
        raise UsageError(
            "lake", "none was given", "a folder or s3://bucket/prefix", "--lake ./lake, or CINELAKE_LAKE in .env"
        )
    return open_store(lake, settings.store_options)


@asynccontextmanager
async def open_client(settings: Settings, options: Options, clock: Clock, log: Log) -> AsyncIterator[Client]:
    """A client that paces itself as the options say."""
    async with HttpTransport(settings, connections=options.connections) as transport:
        yield Client(transport, Pacer(options.rate), clock, log, connections=options.connections)


async def run_plan(settings: Settings, selection: Selection, options: Options, clock: Clock, store: Store | None) -> Plan:
    """Count a selection. With a lake, see first that nobody spends its rate."""
    log = Log(log_format=settings.log_format)
    if store is not None:
        await Lease(store, clock, log, this_machine()).check()
    now = clock.now()
    async with open_client(settings, options, clock, log) as client:
        await client.fetch_greeting()
        return await fetch_plan(client, selection, run_on=options.run_on or now.date(), now=now)


async def run_extract(
    settings: Settings, selection: Selection, options: Options, clock: Clock, store: Store, log: Log
) -> RunReport:
    """Begin or go on with a run, and bring it to its end.

    Raises:
        TryAgainError: the lease is held, or a stop was asked for; everything so far is kept.
    """
    try:
        return await _run_extract(settings, selection, options, clock, store, log)
    except asyncio.CancelledError:  # by the second signal
        raise TryAgainError(
            "run",
            "stopped at once; everything written so far is kept",
            "",
            "run the same command again: it goes on from here",
        ) from None


async def _run_extract(
    settings: Settings, selection: Selection, options: Options, clock: Clock, store: Store, log: Log
) -> RunReport:
    today, started = clock.now().date(), clock.monotonic()
    async with AsyncExitStack() as stack:
        settings.credentials()
        client = await stack.enter_async_context(open_client(settings, options, clock, log))
        job = Job(client, store, clock, log)
        run = choose_run(job, selection, today, run_on=options.run_on, is_fresh=options.is_fresh)
        finished = read_finished(job, run)
        if finished is not None:
            if not options.is_quiet:
                _say(f"run: complete already, as of {finished.run_on}; nothing was asked and nothing written")
            return finished
        if run.is_resumed and run.key.run_on != today and not options.is_quiet:
            _say(f"run: going on with the unfinished run of {run.key.run_on}; --fresh begins a new one")
        lease = Lease(store, clock, log, this_machine())
        await lease.acquire(take_over=options.takes_over)
        stack.push_async_callback(lease.release)
        _listen_for_signals(job)
        company: list[Coroutine[None, None, None]] = [lease.keep()]
        if options.deadline_s is not None:
            company.append(_watch_deadline(job, options.deadline_s, started))
        if not options.is_quiet:
            company.append(ProgressView(job, sys.stderr).show())
        return await _accompanied(extract(job, run, tolerance=options.tolerance), company)


async def run_verify_api(settings: Settings, options: Options, clock: Clock, store: Store) -> list[Comparison]:
    """Hold the newest run of each selection against the service."""
    log = Log(log_format=settings.log_format)
    newest = {run.selection_id: run for run in list_runs(store)}
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(open_client(settings, options, clock, log))
        lease = Lease(store, clock, log, this_machine())
        await lease.acquire(take_over=options.takes_over)
        stack.push_async_callback(lease.release)

        async def compare() -> list[Comparison]:
            await client.fetch_greeting()
            plans = ((run, read_plan(store, run)) for run in newest.values())
            return [await verify_against_service(client, store, run, plan) for run, plan in plans if plan is not None]

        _say("verify: listing the selection as the service has it now")
        return await _accompanied(compare(), [lease.keep()])


async def _accompanied(main: Coroutine[None, None, _T], company: list[Coroutine[None, None, None]]) -> _T:
    """The result of `main`, with others running beside it that never end by themselves; an error of any ends all."""
    task = asyncio.ensure_future(main)
    beside = [asyncio.ensure_future(each) for each in company]
    try:
        done, _ = await asyncio.wait({task, *beside}, return_when=asyncio.FIRST_COMPLETED)
        failed = next((each for each in done if each is not task), None)
        if failed is not None and not task.done():
            failed.result()
        return await task
    except BaseExceptionGroup as group:
        raise first_error(group) from group
    finally:
        for each in (task, *beside):
            each.cancel()
        await asyncio.gather(task, *beside, return_exceptions=True)


async def _watch_deadline(job: Job, deadline_s: float, started: float) -> None:
    """Ask the run to end when the deadline is near, and end it when there is just time left to give the lease back."""
    margin_s = min(_MARGIN_S, deadline_s / 10)
    await job.clock.sleep(started + deadline_s - margin_s - job.clock.monotonic())
    job.stop.request(f"the deadline of {deadline_s:g} s is near")
    await job.clock.sleep(started + deadline_s - margin_s / 4 - job.clock.monotonic())
    raise build_stopped(job)


def _listen_for_signals(job: Job) -> None:
    """The first signal ends the run in good order, the second cancels it (and gives the lease back), a third kills."""
    loop, main = asyncio.get_running_loop(), asyncio.current_task()
    received: list[signal.Signals] = []

    def stop(number: signal.Signals) -> None:
        received.append(number)
        if len(received) == 1:
            _say(f"{number.name}: stopping in good order; once more stops at once")
            job.stop.request(number.name)
            return
        for each in _SIGNALS:
            loop.remove_signal_handler(each)
        if main is not None:
            main.cancel()

    for number in _SIGNALS:
        loop.add_signal_handler(number, stop, number)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - stderr is where messages go
