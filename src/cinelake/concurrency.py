"""Runs coroutines: on an event loop, beside background tasks, and within a time limit. Imports no HTTP client.

Invariant: a background task never outlives the body that it runs beside.
"""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import TypeVar

from cinelake.errors import CinelakeError, StoreError
from cinelake.log import Event, Log

_T = TypeVar("_T")
BackgroundTask = Coroutine[None, None, None]
"""Runs beside the work until it is cancelled; it never returns."""

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


async def close_in_time(closing: Coroutine[None, None, None], log: Log, event: Event) -> None:
    """Await a last write within a time limit. Its failure is logged, so that it does not hide what ended the work."""
    try:
        async with asyncio.timeout(_CLOSE_S):
            await closing
    except (StoreError, TimeoutError) as error:
        log.warning(event, reason=type(error).__name__)
