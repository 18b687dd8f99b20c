"""Owns the end in good order: work that a stop request lets finish for a while, then cancels; and errors out of groups."""

import asyncio
from collections.abc import Coroutine
from typing import TypeVar

from cinelake.errors import CinelakeError, DeadlineReachedError
from cinelake.extract.context import RunContext
from cinelake.log import Event

_T = TypeVar("_T")


async def run_stoppable(context: RunContext, work: Coroutine[None, None, _T], *, drain_s: float) -> _T:
    """Await some work; once a stop is asked for, give it `drain_s` seconds to end by itself, then cancel it.

    Raises:
        DeadlineReachedError: it was cancelled.
        CinelakeError: whatever the work raised, out of its group.
    """
    task = asyncio.ensure_future(work)
    stopping = asyncio.ensure_future(context.stop.event.wait())
    try:
        await asyncio.wait({task, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            context.log.info(Event.RUN_STOPPING, reason=context.stop.reason)
            draining = asyncio.ensure_future(context.clock.sleep(drain_s))
            await asyncio.wait({task, draining}, return_when=asyncio.FIRST_COMPLETED)
            draining.cancel()
        if not task.done():
            task.cancel()
            await asyncio.wait({task})
        return task.result()
    except asyncio.CancelledError:
        if context.stop.event.is_set() and task.cancelled():
            raise build_stopped(context) from None
        raise
    except BaseExceptionGroup as group:
        raise first_error(group) from group
    finally:
        stopping.cancel()
        task.cancel()


def first_error(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The error that ended a group of tasks: cinelake's own if there is one, else the first."""
    leaves: list[BaseException] = []
    pending: list[BaseException] = [group]
    while pending:
        error = pending.pop(0)
        if isinstance(error, BaseExceptionGroup):
            pending += error.exceptions
        else:
            leaves.append(error)
    return next((error for error in leaves if isinstance(error, CinelakeError)), leaves[0])


def build_stopped(context: RunContext) -> DeadlineReachedError:
    """What a run that was stopped in good order says."""
    return DeadlineReachedError(
        "run",
        f"stopped in good order ({context.stop.reason}); everything so far is kept",
        "",
        "run the same command again: it goes on from here",
    )
