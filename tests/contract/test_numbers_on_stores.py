"""Run numbers on every store, also when many processes take them at the same time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from cinelake.lake.keys import NUMBERS
from cinelake.lake.numbers import take_number
from cinelake.lake.store import Store


def test_numbers_count_up(store: Store, open_again: Callable[[], Store]) -> None:
    assert [take_number(store), take_number(open_again()), take_number(store)] == [1, 2, 3]
    assert len(list(store.list_entries(f"{NUMBERS}/"))) == 1


def test_racing_processes_never_take_the_same_number(
    store: Store, open_again: Callable[[], Store], request: pytest.FixtureRequest
) -> None:
    if "s3-signed" in request.node.name:
        pytest.skip("this server ignores the condition of a write: only the lease keeps processes apart")
    stores = [store, *(open_again() for _ in range(5))]
    with ThreadPoolExecutor(len(stores)) as pool:
        taken = list(pool.map(lambda each: [take_number(each) for _ in range(4)], stores))
    numbers = [number for mine in taken for number in mine]
    assert len(set(numbers)) == len(numbers) == 24
    assert all(mine == sorted(mine) for mine in taken)
    assert take_number(store) > max(numbers)
