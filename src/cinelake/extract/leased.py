"""Owns work that goes on while the lease is held, beside its company: what renews the lease, or shows progress.

Invariant: however the work ends, its company ends with it and the lease is given back.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import TypeVar

from cinelake.clock import Clock
from cinelake.errors import StoreError
from cinelake.extract.stopping import first_error
from cinelake.lake.lease import Lease, this_machine
from cinelake.lake.store import Store
from cinelake.log import Event, Log

_T = TypeVar("_T")
Companion = Coroutine[None, None, None]
_RELEASE_S = 5.0


async def run_holding(
    store: Store,
    clock: Clock,
    log: Log,
    main: Callable[[], Coroutine[None, None, _T]],
    company: Callable[[], list[Companion]] = list,
    *,
    takes_over: bool = False,
) -> _T:
    """The result of `main`, which begins once the lease is held.

    Raises:
        LeaseHeldError: another process holds it, or took it over.
    """
    lease = Lease(store, clock, log, this_machine())
    await lease.acquire(take_over=takes_over)
    try:
        beside = [lease.keep(), *company()]
        return await accompany(main(), beside)
    finally:
        await _give_back(lease, log)


async def accompany(main: Coroutine[None, None, _T], company: list[Companion]) -> _T:
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


async def _give_back(lease: Lease, log: Log) -> None:
    """Release the lease if the store lets us, and soon: else it ends by itself, and what ended the work is what counts."""
    try:
        async with asyncio.timeout(_RELEASE_S):
            await lease.release()
    except (StoreError, TimeoutError) as error:
        log.warning(Event.LEASE_RELEASE_FAILED, reason=type(error).__name__)
