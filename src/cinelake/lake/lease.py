"""Owns the lease: the right to spend the API's rate, held by one process at a time.

Created if absent, renewed while held, taken over when it is stale: not renewed for TTL_S, or its process is known to be
dead on this very machine. Invariant: a holder that finds another's name in the lease stops.
"""

import asyncio
import os
import secrets
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from cinelake.clock import Clock
from cinelake.errors import LeaseHeldError
from cinelake.lake.documents import encode_document
from cinelake.lake.keys import LEASE
from cinelake.lake.store import Store
from cinelake.log import Event, Log

TTL_S = 60.0
RENEW_S = 15.0
_SETTLE_S = 2.0


class Holder(msgspec.Struct, frozen=True):
    """Who holds the lease. `token` is unique to one process and one acquisition."""

    host: str
    pid: int
    token: str
    since: datetime
    renewed_at: datetime


@dataclass(frozen=True, slots=True)
class Machine:
    """What tells this machine's processes apart: its name and boot, this process, and which processes live."""

    host: str
    pid: int
    is_alive: Callable[[int], bool]


def this_machine() -> Machine:
    """The machine and process that run this."""
    try:  # containers may share a name and a boot, but number their processes each by itself
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()[:8]
        boot += Path("/proc/self/ns/pid").readlink().name.strip("pid:[]")
    except OSError:
        boot = "0"
    return Machine(f"{socket.gethostname()}/{boot}", os.getpid(), _is_alive)


def is_stale(holder: Holder, now: datetime, machine: Machine) -> bool:
    """Whether another process may take the lease over."""
    if abs((now - holder.renewed_at).total_seconds()) > TTL_S:  # also one from the future, of a clock that was wrong
        return True
    return holder.host == machine.host and holder.pid != machine.pid and not machine.is_alive(holder.pid)


class Lease:
    """The lease of one lake, as seen by one process."""

    def __init__(self, store: Store, clock: Clock, log: Log, machine: Machine) -> None:
        self._store = store
        self._clock = clock
        self._log = log
        self._machine = machine
        self._token = secrets.token_hex(8)
        self._since = clock.now()
        self._version: str | None = None

    async def acquire(self, *, take_over: bool = False) -> None:
        """Take the lease. `take_over` takes it from a holder that still seems alive.

        Raises:
            LeaseHeldError: another process holds it.
        """
        stored = await asyncio.to_thread(self._store.read, LEASE)
        holder = None if stored is None else _parse(stored.data)
        is_alive = holder is not None and not is_stale(holder, self._clock.now(), self._machine)
        if holder is not None:
            if is_alive and not take_over:
                raise self._held(holder)
            self._log.info(Event.LEASE_TAKEN_OVER, host=holder.host, pid=holder.pid, since=str(holder.since))
        expected = None if stored is None else stored.version
        self._version = await self._swap(expected)
        await self._confirm()
        if is_alive:  # if it lives after all, it sees at its next renewal that it must stop; until then the rate is its own
            await self._clock.sleep(RENEW_S + 1)
            await self._confirm()

    async def check(self) -> None:
        """See that nobody else spends the rate, without taking the lease.

        Raises:
            LeaseHeldError: somebody does.
        """
        stored = await asyncio.to_thread(self._store.read, LEASE)
        holder = None if stored is None else _parse(stored.data)
        if holder is not None and not is_stale(holder, self._clock.now(), self._machine):
            raise self._held(holder)

    async def keep(self) -> None:
        """Renew until cancelled.

        Raises:
            LeaseHeldError: another process took it over.
        """
        # Some S3 servers ignore the condition of a PUT. There the last writer has the lease, and by now all have written.
        await self._clock.sleep(_SETTLE_S)
        await self._confirm()
        while True:
            await self._clock.sleep(RENEW_S)
            await self._swap(self._version)
            await self._confirm()

    async def release(self) -> None:
        """Give the lease back, if it is still ours."""
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
            raise self._held(holder)
        self._version = stored.version

    def _held(self, holder: Holder | None) -> LeaseHeldError:
        if holder is None:
            return LeaseHeldError("lease", "it was removed while this process held it", "one holder", "run it again")
        age = (self._clock.now() - holder.renewed_at).total_seconds()
        return LeaseHeldError(
            "lease",
            f"process {holder.pid} on {holder.host.partition('/')[0]} spends the rate of this lake since "
            f"{holder.since:%Y-%m-%d %H:%M:%S} UTC (renewed {age:.0f} s ago)",
            "one process at a time",
            f"wait until it ends; if it is dead its lease ends by itself {TTL_S:.0f} s after its last renewal, "
            "and --take-over takes it at once",
        )


def _parse(data: bytes) -> Holder | None:
    """The holder; a lease that cannot be read is nobody's."""
    try:
        holder = msgspec.json.decode(data, type=Holder)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    return holder if holder.renewed_at.tzinfo and holder.since.tzinfo else None


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
