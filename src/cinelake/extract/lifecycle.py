"""Owns the life of work that spends the rate: client, deadline and trace, opened before it and given back after.

Whoever starts work (the command line, a Lambda handler) brings company for it: what shows its progress, what listens for
signals. Invariant: however the work ends, the lease is given back and the trace says how it ended.
"""

import asyncio
import math
import secrets
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from cinelake.clock import Clock
from cinelake.extract.context import RunContext
from cinelake.extract.leased import Companion, run_holding
from cinelake.extract.planning.decision import Run
from cinelake.extract.run import extract
from cinelake.extract.run_documents import RunReport
from cinelake.extract.stopping import build_stopped
from cinelake.extract.tracing.metrics import measure_process, measure_run
from cinelake.extract.tracing.recorder import Recorder
from cinelake.extract.tracing.trace import write_trace
from cinelake.lake.store import Store
from cinelake.log import Event, Log
from cinelake.selection.limits import Limits
from cinelake.settings import Settings
from cinelake.tmdb.client import Client
from cinelake.tmdb.executor import OnAttempt
from cinelake.tmdb.rate_limiter import WINDOW_S, RateLimiter
from cinelake.tmdb.transport import CONNECTIONS, HttpTransport

_T = TypeVar("_T")
Company = Callable[[RunContext], list[Companion]]
_MARGIN_S = 20.0
"""Seconds before a deadline at which the work begins to end; a tenth of it, if that is less."""
_TRACE_S = 30.0
_PROGRESS_S = 30.0
_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Terms:
    """On which terms work may spend the rate: requests a second, connections, seconds until it must have ended."""

    rate: float
    connections: int = CONNECTIONS
    deadline_s: float | None = None
    takes_over: bool = False


@dataclass(frozen=True, slots=True)
class Session:
    """What one process works with: where to ask, where to write, on which terms, since when."""

    settings: Settings
    terms: Terms
    store: Store
    clock: Clock
    log: Log
    started: float = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "started", self.clock.monotonic())


def run_async(main: Coroutine[None, None, _T]) -> _T:
    """The result of a coroutine, on the fastest event loop that the machine has."""
    try:
        import uvloop  # noqa: PLC0415 - not on every system
    except ImportError:
        return asyncio.run(main)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(main)


@asynccontextmanager
async def open_client(
    settings: Settings, terms: Terms, clock: Clock, log: Log, on_attempt: OnAttempt = lambda _: None
) -> AsyncIterator[Client]:
    """A client that paces itself as the terms say.

    Its first request leaves a second after now: another process may have spent the rate until a moment ago.
    """
    async with HttpTransport(settings, connections=terms.connections) as transport:
        rate_limiter = RateLimiter(terms.rate, clock.monotonic() + WINDOW_S if terms.rate < math.inf else -math.inf)
        yield Client(transport, rate_limiter, clock, log, connections=terms.connections, on_attempt=on_attempt)


async def run_extraction(
    session: Session, run: Run, company: Company = lambda _: [], *, limits: Limits = _LIMITS
) -> RunReport:
    """Bring a run to its end, holding the lease, and leave a trace of what this process did for it.

    Raises:
        TryAgainError: the lease is held, or a stop was asked for; everything so far is kept.
        CinelakeError: as the service and the store raise it; everything so far is kept.
    """
    clock, limit = session.clock, session.terms.rate
    recorder = Recorder(session.started, clock.now(), limit=limit, memory_mb=session.settings.memory_mb)
    log = session.log.bind(run=run.key.selection_id, run_on=str(run.key.run_on))
    name = f"{clock.now():%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"

    async def keep_trace(ending: str) -> None:
        trace = recorder.build(clock.monotonic(), ending)
        await asyncio.to_thread(write_trace, session.store, run.key, name, trace)

    async def keep_traces() -> None:
        while True:
            await clock.sleep(_TRACE_S)
            await keep_trace("running")

    async with open_client(session.settings, session.terms, clock, log, recorder.note) as client:
        context = RunContext(client, session.store, clock, log)

        async def work() -> RunReport:
            ending = "failed"
            try:
                report = await extract(context, run, limits)
                ending = "complete" if report.is_complete else "short"
            except BaseException:
                ending = "stopped" if context.stop.event.is_set() else ending
                raise
            finally:
                log.measure(measure_process(client.tally, clock.monotonic() - session.started))
                if client.tally.requests:
                    await keep_trace(ending)
            log.measure(measure_run(report))
            return report

        return await run_leased(session, context, work, lambda context: [keep_traces(), *company(context)])


async def run_leased(
    session: Session, context: RunContext, main: Callable[[], Coroutine[None, None, _T]], company: Company = lambda _: []
) -> _T:
    """The result of `main`, which runs while the lease is held and the deadline watched, beside its company.

    Raises:
        TryAgainError: the lease is held, or the deadline came.
    """
    terms = session.terms

    def beside() -> list[Companion]:
        watch = [] if terms.deadline_s is None else [watch_deadline(context, terms.deadline_s, session.started)]
        return [*company(context), *watch]

    return await run_holding(session.store, session.clock, context.log, main, beside, takes_over=terms.takes_over)


async def log_progress(context: RunContext) -> None:
    """Tell how far a run is, until cancelled: for where a machine reads the log."""
    while True:
        await context.clock.sleep(_PROGRESS_S)
        progress, tally = context.progress, context.client.tally
        context.log.info(
            Event.RUN_PROGRESS,
            step=progress.step,
            slices=progress.slices_total,
            slices_listed=progress.slices_listed,
            slices_committed=progress.slices_committed,
            titles=progress.titles_total,
            titles_done=progress.titles_done,
            requests=tally.requests,
            refused=tally.refused,
            retried=tally.retried,
            pace=round(context.client.rate, 2),
        )


async def watch_deadline(context: RunContext, deadline_s: float, started: float) -> None:
    """Ask the run to end when the deadline is near, and end it when there is just time left to give the lease back."""
    margin_s = min(_MARGIN_S, deadline_s / 10)
    await context.clock.sleep(started + deadline_s - margin_s - context.clock.monotonic())
    context.stop.request(f"the deadline of {deadline_s:g} s is near")
    await context.clock.sleep(started + deadline_s - margin_s / 4 - context.clock.monotonic())
    raise build_stopped(context)
