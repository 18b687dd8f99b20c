"""Runs work that uses the API's rate: opens the client, takes the lease, watches the deadline, and closes everything.

Invariant: however the work ends, its background tasks end first, its trace says how it ended, and the lease is released.
"""

import asyncio
import math
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import TypeVar

from cinelake.clock import Clock
from cinelake.concurrency import BackgroundTask, close_in_time, first_error, run_beside
from cinelake.errors import DeadlineReachedError
from cinelake.extract.context import RunContext
from cinelake.extract.tracing.metrics import measure_process
from cinelake.extract.tracing.recorder import Recorder, TraceWriter
from cinelake.lake.keys import RunKey
from cinelake.lake.lease import hold_lease
from cinelake.lake.store import Store
from cinelake.log import Event, Log
from cinelake.settings import Settings
from cinelake.tmdb.client import Client
from cinelake.tmdb.executor import OnAttempt
from cinelake.tmdb.id_exports import HttpExports
from cinelake.tmdb.rate_limiter import WINDOW_S, RateLimiter
from cinelake.tmdb.transport import CONNECTIONS, HttpTransport

_T = TypeVar("_T")
_MARGIN_S = 20.0
"""Seconds before a deadline at which a run is asked to stop; a tenth of the deadline if that is less."""
_CLOSE_S = 1.0
"""Seconds that the last writes get at least, of the time between the stop request and the deadline."""


@dataclass(frozen=True, slots=True)
class Terms:
    """Limits for one process: requests a second, connections, and seconds until it must have ended."""

    rate: float
    connections: int = CONNECTIONS
    deadline_s: float | None = None
    takes_over: bool = False


@dataclass(frozen=True, slots=True)
class Session:
    """What one process works with. `started` is the instant, on its clock, at which the deadline begins to count."""

    settings: Settings
    terms: Terms
    store: Store
    clock: Clock
    log: Log
    started: float = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "started", self.clock.monotonic())


@asynccontextmanager
async def open_client(
    settings: Settings, terms: Terms, clock: Clock, log: Log, on_attempt: OnAttempt = lambda _: None
) -> AsyncIterator[Client]:
    """A client that keeps to the rate limit.

    Its first request leaves a second from now, because another process may have used the rate until a moment ago.

    Raises:
        CredentialsError: there is no token.
        CinelakeError: the error that ended the body, taken out of its exception groups.
    """
    async with HttpTransport(settings, connections=terms.connections) as transport:
        rate_limiter = RateLimiter(terms.rate, clock.monotonic() + WINDOW_S if terms.rate < math.inf else -math.inf)
        try:
            exports = HttpExports(settings.export_url, clock)
            yield Client(
                transport,
                rate_limiter,
                clock,
                log,
                exports=exports,
                connections=terms.connections,
                on_attempt=on_attempt,
            )
        except BaseExceptionGroup as errors:
            raise first_error(errors) from errors


@asynccontextmanager
async def open_context(
    session: Session,
    background: Callable[[RunContext], list[BackgroundTask]] = lambda _: [],
) -> AsyncIterator[RunContext]:
    """A context for work that sends requests: the lease is held and the deadline watched while the body runs.

    `background` makes further tasks to run beside the body.

    Raises:
        LeaseHeldError: another process holds the lease, or took it over.
        DeadlineReachedError: the deadline came before the body ended.
        CinelakeError: the error that ended the body or a background task.
    """
    clock, terms, log = session.clock, session.terms, session.log
    recorder = Recorder(session.started, clock.now(), limit=terms.rate, memory_mb=session.settings.memory_mb)
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(open_client(session.settings, terms, clock, log, recorder.note))
        number = await stack.enter_async_context(hold_lease(session.store, clock, log, takes_over=terms.takes_over))
        client.leave_window()  # the process that had the lease may have sent requests until a moment ago
        context = RunContext(client, session.store, client.clock, log, number, recorder=recorder)
        watch = [] if terms.deadline_s is None else [watch_deadline(context, terms.deadline_s, session.started)]
        await stack.enter_async_context(run_beside([*background(context), *watch]))
        yield context


@asynccontextmanager
async def trace_run(session: Session, context: RunContext, run: RunKey) -> AsyncIterator[RunContext]:
    """A context whose log names a run, while the trace of what this process does for the run is stored.

    Raises:
        CinelakeError: the error that ended the body.
    """
    context = replace(context, log=context.log.bind(run=run.selection_id, run_on=str(run.run_on)))
    async with AsyncExitStack() as stack:
        if context.recorder is not None:
            trace = TraceWriter(context.recorder, session.store, session.clock, run)
            await stack.enter_async_context(run_beside([trace.write_regularly()]))
            stack.push_async_exit(lambda kind, *_: _end_trace(trace, context, session.started, kind))
        yield context


async def watch_deadline(context: RunContext, deadline_s: float, started: float) -> None:
    """Request a stop shortly before the deadline; end the work when the time left only allows to release the lease.

    Raises:
        DeadlineReachedError: the work did not end after the stop request.
    """
    margin_s = min(_MARGIN_S, deadline_s / 10)
    await context.clock.sleep(started + deadline_s - margin_s - context.clock.monotonic())
    context.stop.request(f"the deadline of {deadline_s:g} s is near")
    close_s = max(margin_s / 4, min(_CLOSE_S, 0.9 * margin_s))
    await context.clock.sleep(started + deadline_s - close_s - context.clock.monotonic())
    raise build_stopped(context)


async def run_stoppable(context: RunContext, work: Coroutine[None, None, _T], *, drain_s: float) -> _T:
    """Await `work`; after a stop request it gets `drain_s` seconds to finish, then it is cancelled.

    Raises:
        DeadlineReachedError: it was cancelled.
        CinelakeError: the error that ended it, taken out of its exception groups.
    """
    task = asyncio.ensure_future(work)

    async def cancel_after_stop() -> None:
        await context.stop.event.wait()
        context.log.info(Event.RUN_STOPPING, reason=context.stop.reason)
        await context.clock.sleep(drain_s)
        task.cancel()

    watch = asyncio.ensure_future(cancel_after_stop())
    try:
        return await task
    except asyncio.CancelledError:
        caller = asyncio.current_task()
        if not context.stop.event.is_set() or (caller is not None and caller.cancelling()):
            raise
        raise build_stopped(context) from None
    except BaseExceptionGroup as errors:
        raise first_error(errors) from errors
    finally:
        watch.cancel()


def build_stopped(context: RunContext) -> DeadlineReachedError:
    """The error of work that was stopped on request."""
    return DeadlineReachedError(
        f"stopped before the run was complete: {context.stop.reason}; everything fetched so far is stored",
        hint="run the same command again to continue",
    )


async def _end_trace(trace: TraceWriter, context: RunContext, started: float, kind: type[BaseException] | None) -> None:
    """Report what this process sent, and store a last trace that says how the work ended; `kind` is that of its error."""
    tally = context.client.tally
    context.log.measure(measure_process(tally, context.clock.monotonic() - started))
    if not tally.requests:
        return
    if kind is None:
        await trace.write("complete" if context.progress.is_complete else "incomplete")
        await trace.fold()
    else:
        ending = "stopped" if context.stop.event.is_set() else "failed"
        await close_in_time(trace.write(ending), context.log, Event.TRACE_WRITE_FAILED)
