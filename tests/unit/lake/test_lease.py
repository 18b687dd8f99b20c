"""The lease: one process at a time uses the rate limit of a lake."""

import asyncio
from collections.abc import Callable

import pytest
from tests.support.stores import WatchedStore
from tests.support.tmdb.virtual import VirtualClock, run_virtual

from cinelake.errors import LeaseHeldError
from cinelake.lake.keys import LEASE
from cinelake.lake.lease import RENEW_S, TTL_S, Lease, Machine
from cinelake.lake.store import Store
from cinelake.lake.stores.object_store import open_memory
from cinelake.log import Log


def _machine(pid: int, host: str = "here", *, living: bool = True) -> Machine:
    return Machine(host, pid, lambda _pid: living)


def _lease(store: Store, pid: int, host: str = "here", *, living: bool = True) -> Lease:
    return Lease(store, VirtualClock(), Log(), _machine(pid, host, living=living))


def test_second_process_learns_holder_time_and_next_step() -> None:
    async def main() -> None:
        store = open_memory()
        await _lease(store, 1).acquire()
        for attempt in (_lease(store, 2).acquire, _lease(store, 2, "elsewhere").acquire, _lease(store, 2).check):
            with pytest.raises(LeaseHeldError) as caught:
                await attempt()
            assert "process 1 on here, since 2026-11-23 09:00:00 UTC" in caught.value.message
            assert "--take-over" in caught.value.hint

    run_virtual(main())


def test_released_lease_is_free() -> None:
    async def main() -> None:
        store = open_memory()
        first = _lease(store, 1)
        await first.acquire()
        await first.release()
        assert store.read(LEASE) is None
        await _lease(store, 2).acquire()
        await first.release()  # held by the second process now
        assert store.read(LEASE) is not None

    run_virtual(main())


def test_lease_expires_without_renewal() -> None:
    async def main() -> None:
        store = open_memory()
        await _lease(store, 1, "elsewhere").acquire()
        await asyncio.sleep(TTL_S - 1)  # noqa: TID251 - virtual
        with pytest.raises(LeaseHeldError):
            await _lease(store, 2).acquire()
        await asyncio.sleep(2)  # noqa: TID251 - virtual
        await _lease(store, 2).acquire()

    run_virtual(main())


def test_renewed_lease_stays() -> None:
    async def main() -> None:
        store = open_memory()
        first = _lease(store, 1, "elsewhere")
        await first.acquire()
        keeping = asyncio.ensure_future(first.keep())
        await asyncio.sleep(3 * TTL_S + RENEW_S / 2)  # noqa: TID251 - virtual
        with pytest.raises(LeaseHeldError, match=r"renewed \d+ s ago"):
            await _lease(store, 2).acquire()
        keeping.cancel()

    run_virtual(main())


@pytest.mark.parametrize(
    ("host", "living", "is_free"), [("here", False, True), ("here", True, False), ("far", False, False)]
)
def test_only_the_lease_of_a_dead_local_process_is_free_at_once(host: str, living: bool, is_free: bool) -> None:
    async def main() -> None:
        store = open_memory()
        await _lease(store, 1).acquire()
        second = _lease(store, 2, host, living=living)
        if is_free:
            await second.acquire()
        else:
            with pytest.raises(LeaseHeldError):
                await second.acquire()

    run_virtual(main())


def test_holder_that_was_taken_over_stops() -> None:
    async def main() -> None:
        store = open_memory()
        first = _lease(store, 1)
        await first.acquire()
        keeping = asyncio.ensure_future(first.keep())
        await asyncio.sleep(RENEW_S / 2)  # noqa: TID251 - virtual
        await _lease(store, 2).acquire(take_over=True)
        with pytest.raises(LeaseHeldError, match="process 2"):
            await keeping

    run_virtual(main())


def test_damaged_lease_is_free() -> None:
    async def main() -> None:
        store = open_memory()
        store.write(LEASE, b"garbage")
        await _lease(store, 1).acquire()
        with pytest.raises(LeaseHeldError, match="process 1"):
            await _lease(store, 2).acquire()

    run_virtual(main())


class _Unconditional(WatchedStore):
    """A store that ignores conditions, as some S3 servers do."""

    def swap(self, key: str, data: bytes, expected: str | None) -> str | None:
        _ = expected
        self.write(key, data)
        stored = self.read(key)
        return stored.version if stored else None


@pytest.mark.parametrize("build", [open_memory, lambda: _Unconditional(open_memory())], ids=["conditional", "not"])
def test_one_of_two_simultaneous_holders_continues(build: Callable[[], Store]) -> None:
    async def main() -> None:
        store = build()
        leases = [_lease(store, 1), _lease(store, 2)]

        async def live(lease: Lease) -> str:
            try:
                await lease.acquire()
                await asyncio.wait_for(lease.keep(), RENEW_S / 2)
            except LeaseHeldError:
                return "stopped"
            except TimeoutError:
                return "continues"
            return "ended"

        assert sorted(await asyncio.gather(*map(live, leases))) == ["continues", "stopped"]

    run_virtual(main())


@pytest.mark.parametrize("renewed_at", ["2036-01-01T00:00:00Z", "2016-01-01T00:00:00Z"])
def test_lease_of_a_wrong_clock_is_free(renewed_at: str) -> None:
    async def main() -> None:
        store = open_memory()
        holder = f'{{"host":"elsewhere","pid":1,"token":"t","since":"{renewed_at}","renewed_at":"{renewed_at}"}}'
        store.write(LEASE, holder.encode())
        await _lease(store, 2).acquire()
        stored = store.read(LEASE)
        assert stored is not None
        assert b'"pid": 2' in stored.data

    run_virtual(main())


def test_taking_over_waits_until_the_holder_has_noticed() -> None:
    async def main() -> None:
        store = open_memory()
        first = _lease(store, 1, "elsewhere")
        await first.acquire()
        keeping = asyncio.ensure_future(first.keep())
        await asyncio.sleep(RENEW_S + 3)  # noqa: TID251 - virtual
        await _lease(store, 2).acquire(take_over=True)
        assert keeping.done()
        assert isinstance(keeping.exception(), LeaseHeldError)

    run_virtual(main())
