"""The lease of a lake: the right to use the API's rate limit, held by one process at a time.

It is created if absent, renewed while held, and taken over when it is stale: not renewed for TTL_S, or its process has
died on this machine. Each acquisition takes the next run number (see `numbers`), under which the holder commits.
Invariant: a holder that finds another process in the lease, or a higher number, stops.
"""

import asyncio
import os
import secrets
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from cinelake.clock import Clock
from cinelake.concurrency import close_in_time, run_beside
from cinelake.errors import LeaseHeldError
from cinelake.lake.documents import encode_document
from cinelake.lake.keys import LEASE
from cinelake.lake.lake_format import check_format, write_format
from cinelake.lake.numbers import take_number
from cinelake.lake.store import Store
from cinelake.lake.stores.system_calls import is_process_alive
from cinelake.log import Event, Log

TTL_S = 60.0
RENEW_S = 15.0
_SETTLE_S = 2.0


class Holder(msgspec.Struct, frozen=True):
    """The process that holds the lease. `token` is unique to one process and one acquisition."""

    host: str
    pid: int
    token: str
    since: datetime
    renewed_at: datetime


@dataclass(frozen=True, slots=True)
class Machine:
    """This machine and process: a host name unique to machine and boot, a process id, and a test for living processes."""

    host: str
    pid: int
    is_alive: Callable[[int], bool]


def this_machine() -> Machine:
    """Return the machine and the process that run this."""
    try:  # containers may share host name and boot, but each has process ids of its own
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()[:8]
        boot += Path("/proc/self/ns/pid").readlink().name.strip("pid:[]")
    except OSError:
        boot = "0"
    return Machine(f"{socket.gethostname()}/{boot}", os.getpid(), is_process_alive)


def is_stale(holder: Holder, now: datetime, machine: Machine) -> bool:
    """Whether another process may take the lease over."""
    if abs((now - holder.renewed_at).total_seconds()) > TTL_S:  # or renewed in the future, by a wrong clock
        return True
    return holder.host == machine.host and holder.pid != machine.pid and not machine.is_alive(holder.pid)


class Lease:
    """The lease of one lake, as used by one process."""

    def __init__(self, store: Store, clock: Clock, log: Log, machine: Machine) -> None:
        self._store = store
        self._clock = clock
        self._log = log
        self._machine = machine
        self._token = secrets.token_hex(8)
        self._since = clock.now()
        self._version: str | None = None

    async def acquire(self, *, take_over: bool = False) -> None:
        """Acquire the lease. `take_over` takes it from a holder that still seems alive.

        Raises:
            LeaseHeldError: another process holds it.
        """
        stored = await asyncio.to_thread(self._store.read, LEASE)
        holder = None if stored is None else _parse(stored.data)
        is_alive = holder is not None and not is_stale(holder, self._clock.now(), self._machine)
        if holder is not None:
            if is_alive and not take_over:
                raise self._build_held(holder)
            self._log.info(Event.LEASE_TAKEN_OVER, host=holder.host, pid=holder.pid, since=str(holder.since))
        expected = None if stored is None else stored.version
        self._version = await self._swap(expected)
        await self._confirm()
        if is_alive:  # the other process may use the rate until its next renewal, which makes it stop
            await self._clock.sleep(RENEW_S + 1)
            await self._confirm()

    async def check(self) -> None:
        """Check that no other process holds the lease, without acquiring it.

        Raises:
            LeaseHeldError: another process holds it.
        """
        stored = await asyncio.to_thread(self._store.read, LEASE)
        holder = None if stored is None else _parse(stored.data)
        if holder is not None and not is_stale(holder, self._clock.now(), self._machine):
            raise self._build_held(holder)

    async def take_number(self) -> int:
        """Take the next run number, under which this process commits.

        Raises:
            LeaseHeldError: another process took the lease over meanwhile.
        """
        number = await asyncio.to_thread(take_number, self._store)
        await self._confirm()
        return number

    async def keep(self) -> None:
        """Renew the lease until cancelled.

        Raises:
            LeaseHeldError: another process took it over.
        """
        # Some S3 servers ignore the condition of a PUT. There the last writer has the lease; by now all have written.
        await self._clock.sleep(_SETTLE_S)
        await self._confirm()
        while True:
            await self._clock.sleep(RENEW_S)
            await self._swap(self._version)
            await self._confirm()

    async def release(self) -> None:
        """Release the lease if this process still holds it."""
        stored = await asyncio.to_thread(self._store.read, LEASE)
        holder = None if stored is None else _parse(stored.data)
        if holder is not None and holder.token == self._token:
            await asyncio.to_thread(self._store.delete, LEASE)

    async def _swap(self, expected: str | None) -> str | None:
        mine = Holder(self._machine.host, self._machine.pid, self._token, self._since, self._clock.now())
        return await asyncio.to_thread(self._store.swap, LEASE, encode_document(mine), expected)

    async def _confirm(self) -> None:
        stored = await asyncio.to_thread(self._store.read, LEASE)
        holder = None if stored is None else _parse(stored.data)
        if stored is None or holder is None or holder.token != self._token:
            raise self._build_held(holder)
        self._version = stored.version

    def _build_held(self, holder: Holder | None) -> LeaseHeldError:
        if holder is None:
            return LeaseHeldError(
                "the lease was removed while this process held it",
                hint="run the same command again: it continues from here",
                subject=LEASE,
            )
        age_s = (self._clock.now() - holder.renewed_at).total_seconds()
        return LeaseHeldError(
            f"another command is using the rate limit of this lake: process {holder.pid} on "
            f"{holder.host.partition('/')[0]}, since {holder.since:%Y-%m-%d %H:%M:%S} UTC (renewed {age_s:.0f} s ago)",
            hint=f"wait until it ends; if it was killed, the lease expires {TTL_S:.0f} s after its last renewal, "
            "or take it over at once with --take-over (extract, refresh, verify, prune)",
            subject=LEASE,
        )


@asynccontextmanager
async def hold_lease(store: Store, clock: Clock, log: Log, *, takes_over: bool) -> AsyncIterator[int]:
    """Hold the lease, and renew it, while the body runs; the run number of this acquisition is given to the body.

    The first holder of a new lake writes the document of its format.

    Raises:
        LeaseHeldError: another process holds the lease, or took it over.
        UsageError: the lake has a newer format.
    """
    lease = Lease(store, clock, log, this_machine())
    await lease.acquire(take_over=takes_over)
    try:
        await asyncio.to_thread(check_format, store)  # another process may have upgraded the lake since it was opened
        await asyncio.to_thread(write_format, store, clock.now())
        number = await lease.take_number()
        async with run_beside([lease.keep()]):
            yield number
    finally:
        await close_in_time(lease.release(), log, Event.LEASE_RELEASE_FAILED)


def _parse(data: bytes) -> Holder | None:
    """Return the holder; None for a lease that is damaged."""
    try:
        holder = msgspec.json.decode(data, type=Holder)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    return holder if holder.renewed_at.tzinfo and holder.since.tzinfo else None
