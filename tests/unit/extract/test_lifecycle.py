"""Work, its background tasks and its trace: each ends when it should, however the work ends."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from tests.support.runs import build_context
from tests.support.stores import WatchedStore, read_all
from tests.support.tmdb.service import TODAY, SandboxTransport, build_client, build_sandbox
from tests.support.tmdb.virtual import VirtualClock, run_virtual

from cinelake.concurrency import run_async, run_beside
from cinelake.errors import DeadlineReachedError, LeaseHeldError, StoreError, UsageError
from cinelake.extract.context import RunContext
from cinelake.extract.lifecycle import Session, Terms, build_stopped, open_context, run_stoppable, trace_run, watch_deadline
from cinelake.extract.tracing.trace import read_traces
from cinelake.lake.documents import encode_document
from cinelake.lake.keys import LAKE_FORMAT, LEASE, RunKey
from cinelake.lake.lease import RENEW_S, Holder, hold_lease
from cinelake.lake.numbered_keys import number_key
from cinelake.lake.stores.local_store import LocalStore
from cinelake.lake.stores.object_store import open_memory
from cinelake.lake.stores.opening import open_lake
from cinelake.log import Log
from cinelake.settings import Settings
from cinelake.tmdb.transport import CONNECTIONS

CLOCK = VirtualClock()
RUN = RunKey("movie-80", TODAY)


class _Task:
    """A background task that runs until it is cancelled, or fails after some time."""

    def __init__(self, error: Exception | None = None, after_s: float = 5.0) -> None:
        self._error = error
        self._after_s = after_s
        self.is_ended = False

    async def run(self) -> None:
        try:
            await CLOCK.sleep(self._after_s)
            if self._error is not None:
                raise self._error
            await asyncio.Event().wait()
        finally:
            self.is_ended = True


async def _await_beside(work: Coroutine[None, None, str], *tasks: Coroutine[None, None, None]) -> str:
    async with run_beside(list(tasks)):
        return await work


def _run_beside(work: Coroutine[None, None, str], *tasks: _Task) -> str:
    return run_virtual(_await_beside(work, *(each.run() for each in tasks)))


async def _work(seconds: float, error: BaseException | None = None) -> str:
    await CLOCK.sleep(seconds)
    if error is not None:
        raise error
    return "done"


def test_work_that_ends_cancels_its_background_tasks() -> None:
    tasks = [_Task(), _Task()]
    assert _run_beside(_work(60.0), *tasks) == "done"
    assert all(each.is_ended for each in tasks)


def test_error_of_a_background_task_ends_the_work() -> None:
    failing, other = _Task(LeaseHeldError("another process took the lease over")), _Task()
    with pytest.raises(LeaseHeldError, match="took the lease over"):
        _run_beside(_work(60.0), failing, other)
    assert other.is_ended


def test_work_that_ends_as_a_task_fails_counts_as_done() -> None:
    assert _run_beside(_work(5.0), _Task(ValueError("late"), after_s=5.0)) == "done"


def test_error_of_the_work_cancels_its_background_tasks() -> None:
    task = _Task()
    with pytest.raises(StoreError, match="disk full"):
        _run_beside(_work(1.0, StoreError("disk full")), task)
    assert task.is_ended


def test_error_in_a_group_is_raised_by_itself() -> None:
    group = BaseExceptionGroup("many", [ValueError("x"), BaseExceptionGroup("more", [StoreError("disk full")])])
    with pytest.raises(StoreError, match="disk full"):
        _run_beside(_work(1.0, group), _Task())


def test_cancelling_the_caller_cancels_work_and_tasks() -> None:
    task = _Task()

    async def main() -> str:
        caller = asyncio.ensure_future(_await_beside(_work(60.0), task.run()))
        await CLOCK.sleep(1.0)
        caller.cancel()
        await asyncio.wait({caller})
        return "cancelled" if caller.cancelled() else "not cancelled"

    assert run_virtual(main()) == "cancelled"
    assert task.is_ended


def test_cancelling_the_caller_ends_stoppable_work_first() -> None:
    task = _Task()

    async def main() -> bool:
        context = _build_context()
        caller = asyncio.ensure_future(run_stoppable(context, task.run(), drain_s=15.0))
        await CLOCK.sleep(1.0)
        context.stop.request("SIGINT")
        await CLOCK.sleep(1.0)
        caller.cancel()
        await asyncio.wait({caller})
        return caller.cancelled()

    assert run_virtual(main())
    assert task.is_ended


@pytest.mark.parametrize("error", [None, StoreError("disk full"), asyncio.CancelledError()])
def test_lease_is_renewed_during_the_work_and_released_after_it(error: BaseException | None) -> None:
    store = WatchedStore(open_memory())

    async def main() -> None:
        async with hold_lease(store, CLOCK, Log(), takes_over=False):
            await _work(60.0, error)

    if error is None:
        run_virtual(main())
    else:
        with pytest.raises(type(error)):
            run_virtual(main())
    assert store.written.count(LEASE) >= 4
    assert set(read_all(store)) == {LAKE_FORMAT, number_key(1)}


def test_store_that_fails_at_the_release_does_not_hide_the_error_of_the_work() -> None:
    def refuse(method: str, _key: str) -> None:
        if method == "delete":
            raise StoreError("no answer")

    async def main() -> None:
        async with hold_lease(WatchedStore(open_memory(), refuse), CLOCK, Log(level="warning"), takes_over=False):
            raise UsageError("no such day")

    with pytest.raises(UsageError, match="no such day"):
        run_virtual(main())


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Session:
    """A session whose client is connected to a sandbox in this process."""
    transport = SandboxTransport(build_sandbox(CLOCK), CLOCK)

    @asynccontextmanager
    async def open_transport(_settings: Settings, *, connections: int) -> AsyncIterator[SandboxTransport]:
        assert connections == CONNECTIONS
        yield transport

    monkeypatch.setattr("cinelake.extract.lifecycle.HttpTransport", open_transport)
    return Session(Settings(), Terms(rate=40, deadline_s=100.0), open_memory(), CLOCK, Log(level="warning"))


def _complete(context: RunContext) -> None:
    context.progress.is_complete = True


def _stop(context: RunContext) -> None:
    context.stop.request("SIGTERM")
    raise build_stopped(context)


def _fail(_context: RunContext) -> None:
    raise StoreError("disk full")


@pytest.mark.parametrize(
    ("end", "ending"),
    [(_complete, "complete"), (lambda _: None, "incomplete"), (_stop, "stopped"), (_fail, "failed")],
)
def test_trace_says_how_the_work_ended(session: Session, end: Callable[[RunContext], None], ending: str) -> None:
    endings: list[str] = []

    async def main() -> None:
        async with open_context(session) as opened, trace_run(session, opened, RUN) as context:
            await context.client.check_connection()
            await CLOCK.sleep(40.0)
            endings.extend(trace.ending for trace in read_traces(session.store, RUN))
            end(context)

    with suppress(StoreError, DeadlineReachedError):
        run_virtual(main())
    endings += [trace.ending for trace in read_traces(session.store, RUN)]
    assert endings == ["running", ending]
    assert LEASE not in read_all(session.store)


def test_work_past_its_deadline_is_stopped_and_leaves_a_trace(session: Session) -> None:
    async def main() -> None:
        async with open_context(session) as opened, trace_run(session, opened, RUN) as context:
            await context.client.check_connection()
            await _work(10_000.0)

    with pytest.raises(DeadlineReachedError, match="100 s"):
        run_virtual(main())
    assert [trace.ending for trace in read_traces(session.store, RUN)] == ["stopped"]
    assert LEASE not in read_all(session.store)


def test_trace_that_cannot_be_written_does_not_hide_the_error_of_the_work(session: Session) -> None:
    def refuse(method: str, key: str) -> None:
        if method == "write" and key.startswith(RUN.traces()):
            raise StoreError("no answer")

    async def main() -> None:
        session_ = replace(session, store=WatchedStore(session.store, refuse))
        async with open_context(session_) as opened, trace_run(session_, opened, RUN) as context:
            await context.client.check_connection()
            raise UsageError("no such day")

    with pytest.raises(UsageError, match="no such day"):
        run_virtual(main())


def test_first_request_leaves_a_second_after_the_start(session: Session) -> None:
    async def main() -> float:
        async with open_context(session) as context:
            await context.client.check_connection()
            return CLOCK.monotonic()

    assert 1.0 <= run_virtual(main()) < 2.0


def test_first_request_leaves_a_second_after_the_lease_is_taken_over(session: Session) -> None:
    async def main() -> float:
        now = CLOCK.now()
        session.store.write(LEASE, encode_document(Holder("another-machine/0", 4711, "token", now, now)))
        taking = replace(session, terms=replace(session.terms, takes_over=True))
        started = CLOCK.monotonic()
        async with open_context(taking) as context:
            await context.client.check_connection()
            return CLOCK.monotonic() - started

    assert RENEW_S + 2.0 <= run_virtual(main()) < RENEW_S + 3.0


def _build_context() -> RunContext:
    clock = VirtualClock()
    return build_context(build_client(build_sandbox(clock), clock), open_memory(), clock, Log())


def test_command_runs_on_the_available_event_loop() -> None:
    async def main() -> str:
        return "done"

    assert run_async(main()) == "done"


def test_lake_option_overrides_the_environment(tmp_path: Path) -> None:
    settings = Settings(lake=str(tmp_path / "environment"))
    assert repr(open_lake(settings, str(tmp_path / "words"))) == str(tmp_path / "words")
    assert repr(open_lake(settings, None)) == str(tmp_path / "environment")
    assert isinstance(open_lake(settings, None), LocalStore)


def test_missing_lake_is_a_usage_error_with_a_hint() -> None:
    with pytest.raises(UsageError, match=r"no lake given; use --lake \./lake, or set CINELAKE_LAKE"):
        open_lake(Settings(), None)


@pytest.mark.parametrize(("deadline_s", "close_s"), [(3.0, 0.25), (12.0, 1.0), (60.0, 1.5), (149.0, 3.5), (840.0, 5.0)])
def test_run_whose_answers_hang_leaves_time_for_its_last_writes(deadline_s: float, close_s: float) -> None:
    async def main() -> tuple[float, str]:
        context = _build_context()
        started = context.clock.monotonic()
        with pytest.raises(DeadlineReachedError) as stopped:
            await _await_beside(
                run_stoppable(context, _work(10_000.0), drain_s=15.0), watch_deadline(context, deadline_s, started)
            )
        assert "run the same command again" in stopped.value.hint
        return context.clock.monotonic() - started, stopped.value.message

    ended_s, message = run_virtual(main())
    assert 0.9 * deadline_s <= ended_s <= deadline_s - close_s
    assert f"the deadline of {deadline_s:g} s is near" in message


def test_deadline_counts_from_the_start_of_the_command() -> None:
    async def main() -> float:
        context = _build_context()
        await context.clock.sleep(50.0)
        with pytest.raises(DeadlineReachedError):
            await _await_beside(_work(10_000.0), watch_deadline(context, 60.0, 0.0))
        return context.clock.monotonic()

    assert run_virtual(main()) < 60.0
