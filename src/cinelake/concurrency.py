"""Runs coroutines: on an event loop, beside background tasks, within a time limit; and reads many objects at once.

Invariant: a background task never outlives the body that it runs beside.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import TypeVar

from cinelake.errors import CinelakeError, StoreError
from cinelake.log import Event, Log

_A = TypeVar("_A")
_T = TypeVar("_T")
BackgroundTask = Coroutine[None, None, None]
"""Runs beside the work until it is cancelled; it never returns."""

READS_AT_ONCE = 16
"""Objects that are read from a store at the same time."""
_CLOSE_S = 5.0
"""Seconds that the store gets to take a last write: the trace of failed work, or the release of the lease."""


def run_async(main: Coroutine[None, None, _T]) -> _T:
    """The result of a coroutine, on uvloop where it is installed."""
    try:
        import uvloop  # noqa: PLC0415 - not on every system
    except ImportError:
        return asyncio.run(main)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(main)


@asynccontextmanager
async def run_beside(tasks: list[BackgroundTask]) -> AsyncIterator[None]:
    """Run background tasks while the body runs; an error of any of them ends the body.

    A body that ends at the same moment as a task fails counts as done.

    Raises:
        CinelakeError: the error that ended the body or a task, taken out of its exception groups.
    """
    is_done = False
    try:
        async with asyncio.TaskGroup() as group:
            running = [group.create_task(each) for each in tasks]
            yield
            is_done = True
            for each in running:
                each.cancel()
    except BaseExceptionGroup as errors:
        if not is_done:
            raise first_error(errors) from errors


def first_error(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    """The error that ended a group of tasks: the first of cinelake's own if there is one, else the first."""
    leaves: list[BaseException] = []
    pending: list[BaseException] = [errors]
    while pending:
        error = pending.pop(0)
        if isinstance(error, BaseExceptionGroup):
            pending += error.exceptions
        else:
            leaves.append(error)
    return next((error for error in leaves if isinstance(error, CinelakeError)), leaves[0])


async def close_in_time(closing: Coroutine[None, None, object], log: Log, event: Event) -> None:
    """Await a last write within a time limit. Its failure is logged, so that it does not hide what ended the work."""
    try:
        async with asyncio.timeout(_CLOSE_S):
            await closing
    except (StoreError, TimeoutError) as error:
        log.warning(event, reason=type(error).__name__)


def map_concurrently(read: Callable[[_A], _T], items: Iterable[_A], *, at_once: int = READS_AT_ONCE) -> Iterator[_T]:
    """The results of `read` for each item, in order. At most twice `at_once` results wait for their turn.

    Each read of a remote store waits for the network, so several are on their way at the same time.
    """
    pending: deque[Future[_T]] = deque()
    with ThreadPoolExecutor(at_once) as pool:
        try:
            for item in items:
                pending.append(pool.submit(read, item))
                if len(pending) >= 2 * at_once:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        finally:
            for each in pending:
                each.cancel()
