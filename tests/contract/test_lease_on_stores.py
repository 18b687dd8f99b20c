"""The lease on every store, including one that ignores the condition of a PUT."""

from collections.abc import Callable

import pytest
from tests.support.tmdb.virtual import VirtualClock, run_virtual

from cinelake.errors import LeaseHeldError
from cinelake.lake.keys import LEASE
from cinelake.lake.lease import RENEW_S, Lease, Machine
from cinelake.lake.store import Store
from cinelake.log import Log


def _lease(store: Store, pid: int) -> Lease:
    return Lease(store, VirtualClock(), Log(), Machine("here", pid, lambda _pid: True))


def test_second_process_waits_for_the_release(store: Store, open_again: Callable[[], Store]) -> None:
    async def main() -> None:
        first, second = _lease(store, 1), _lease(open_again(), 2)
        await first.acquire()
        with pytest.raises(LeaseHeldError, match="process 1 on here"):
            await second.acquire()
        await first.release()
        assert store.read(LEASE) is None
        await second.acquire()
        await second.release()

    run_virtual(main())


def test_holder_that_was_taken_over_notices_at_its_renewal(store: Store, open_again: Callable[[], Store]) -> None:
    async def main() -> None:
        first, second = _lease(store, 1), _lease(open_again(), 2)
        await first.acquire()
        await second.acquire(take_over=True)
        with pytest.raises(LeaseHeldError, match="process 2 on here"):
            await first.keep()
        assert VirtualClock().monotonic() <= RENEW_S + 3
        await first.release()
        assert store.read(LEASE) is not None

    run_virtual(main())
