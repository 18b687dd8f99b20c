"""Run numbers: each is taken once, and is higher than that of any document of the lake."""

import gzip
import json
from collections.abc import Iterator
from contextlib import suppress

import pytest
from tests.support.stores import Killed, WatchedStore, read_all

from cinelake.errors import LeaseHeldError
from cinelake.lake.keys import LISTINGS, MANIFESTS, NUMBERS, POINTER, RUNS, WATERMARKS
from cinelake.lake.numbered_keys import number_key
from cinelake.lake.numbers import check_number, take_number
from cinelake.lake.stores.object_store import open_memory

_DAY = "Movies/2026/11/23"
_SLICE = f"{_DAY}/genre-80-2020-2024"
_DOCUMENTS = {
    "plan": (f"{RUNS}/movie-all-1/2026-11-23/plan.json", {"number": 41}),
    "report": (f"{RUNS}/movie-all-1/2026-11-23/report.json", {"number": 41, "batches": 9, "tombstones": {"gone": 1}}),
    "manifest": (f"{MANIFESTS}/{_SLICE}.1.json", {"number": 41, "batches": [{"number": 5}]}),
    "batch": (f"{MANIFESTS}/{_SLICE}.1.json", {"number": 1, "batches": [{"number": 5}, {"number": 41}]}),
    "tombstone": (f"{MANIFESTS}/{_SLICE}.1.json", {"number": 1, "tombstones": [{"id": 3, "number": 41}]}),
    "gone": (f"{MANIFESTS}/{_SLICE}.1.json", {"number": 1, "gone_under": [2, 41]}),
    "listing": (f"{LISTINGS}/{_SLICE}.json", {"number": 41}),
    "watermark": (f"{WATERMARKS}/movie-all-1.json", {"number": 41}),
    "pointer": (POINTER, {"number": 41, "tables": []}),
    "folded document": (f"{MANIFESTS}/{_DAY}/movie-all-1.folded-00000041.json.gz", None),
    "part of Trusted": ("Trusted/TMDB/Parquet/Movies/dt=2026-11-23/00000041-3-0123456789abcdef.parquet", None),
    "process": (f"_cinelake/processes/{_DAY}/00000041.json", None),
}


def test_numbers_count_up_and_leave_one_object() -> None:
    store = open_memory()
    assert [take_number(store) for _ in range(12)] == list(range(1, 13))
    assert set(read_all(store)) == {number_key(12)}


@pytest.mark.parametrize("name", _DOCUMENTS)
def test_a_lost_counter_is_found_again(name: str) -> None:
    store = open_memory()
    key, document = _DOCUMENTS[name]
    store.write(key, b"\x1f" if document is None else json.dumps(document).encode())
    assert take_number(store) == 42


def test_compressed_and_damaged_documents_do_not_stop_the_count() -> None:
    store = open_memory()
    store.write(f"{LISTINGS}/{_SLICE}.json", gzip.compress(b'{"number": 7}'))
    store.write(f"{LISTINGS}/{_DAY}/other.json", b"{")
    assert take_number(store) == 8


def test_first_number_of_an_old_lake_leaves_room_for_its_runs() -> None:
    store = open_memory()
    for key in (f"{MANIFESTS}/{_SLICE}.1.json", f"{MANIFESTS}/{_SLICE}.2.json", f"{RUNS}/a/2026-11-23/plan.json"):
        store.write(key, b"{}")
    assert take_number(store) == 4


def test_a_process_killed_at_any_step_takes_no_number_twice() -> None:
    for step in range(1, 9):
        steps = iter(range(1, step))

        def die(_method: str, _key: str, left: Iterator[int] = steps) -> None:
            if next(left, None) is None:
                raise Killed

        store = open_memory()
        taken = [take_number(store) for _ in range(3)]
        with suppress(Killed):
            taken.append(take_number(WatchedStore(store, die)))
        taken.append(take_number(store))
        assert len(set(taken)) == len(taken)
        assert taken == sorted(taken)


def test_a_process_that_waited_too_long_takes_a_higher_number() -> None:
    """It saw number 1, and by the time it creates 2, numbers 2 and 3 were taken, and 2 is deleted again."""
    store = open_memory()
    take_number(store)
    others: list[int] = []

    def overtake(method: str, _key: str) -> None:
        if method == "swap" and not others:
            others.extend([take_number(store), take_number(store)])

    assert take_number(WatchedStore(store, overtake)) == 4
    assert others == [2, 3]
    assert set(read_all(store)) == {number_key(4)}


def test_a_higher_number_ends_the_commits_of_a_lower_one() -> None:
    store = open_memory()
    first = take_number(store)
    check_number(store, first)
    take_number(store)
    with pytest.raises(LeaseHeldError, match="has run number 2, and this process has 1"):
        check_number(store, first)
    for key in read_all(store, NUMBERS):
        store.delete(key)
    check_number(store, first)  # a lost counter ends nothing: the lease still holds
