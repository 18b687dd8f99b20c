"""Verification of a whole lake and of one run."""

import pytest
from tests.support.runs import CRIME, CRIME_AND_WAR, World
from tests.support.stores import WatchedStore, read_all
from tests.support.tmdb.service import TODAY
from tests.support.unfolding import unfold

from cinelake.errors import DeadlineReachedError
from cinelake.extract.run_documents import read_report
from cinelake.lake.keys import MANIFESTS, RAW, RunKey
from cinelake.lake.stores.object_store import open_memory
from cinelake.verify.runs import verify_lake

RUN = RunKey(CRIME.id, TODAY)
OTHER_RUN = RunKey(CRIME_AND_WAR.id, TODAY)


@pytest.fixture
def world() -> World:
    world = World()
    world.extract(CRIME)
    return world


def test_intact_lake_is_verified_and_counted(world: World) -> None:
    result = verify_lake(world.store)
    report = read_report(world.store, RUN)
    assert report is not None
    assert result.problems == ()
    assert (result.runs, result.slices, result.records) == (1, len(report.slices), report.records)
    assert result.distinct_ids == result.records


def test_empty_lake_is_verified() -> None:
    assert verify_lake(open_memory()).is_verified


def test_batches_of_a_slice_in_progress_are_expected(world: World) -> None:
    key = next(iter(read_all(unfold(world.store), MANIFESTS)))
    world.store.delete(key)
    world.store.delete(RUN.report())
    assert {problem.kind for problem in verify_lake(world.store).problems} == {"unfinished run"}


def test_batches_without_manifests_are_one_problem() -> None:
    store = open_memory()
    for number in range(1, 4):
        store.write(f"{RAW}/Movies/2024/12/27/genre-80-2020-2024-{number}.json", b"[]")
    (problem,) = verify_lake(store).problems
    assert (problem.kind, "3 objects" in problem.detail) == ("missing manifest", True)


def test_one_run_is_verified_without_the_others(world: World) -> None:
    world.extract(CRIME_AND_WAR)
    alone = verify_lake(world.store, RUN)
    report = read_report(world.store, RUN)
    assert report is not None
    assert (alone.runs, alone.slices, alone.records, alone.problems) == (1, len(report.slices), report.records, ())
    batch = next(key for key in read_all(world.store, RAW) if "genre-10752" in key)
    world.store.delete(batch)
    assert verify_lake(world.store, RUN).is_verified
    assert [p.where for p in verify_lake(world.store, OTHER_RUN).problems if p.kind == "missing object"] == [batch]


def test_one_run_costs_no_request_for_other_days(world: World) -> None:
    requests: list[tuple[str, str]] = []

    def watch() -> WatchedStore:
        return WatchedStore(world.store, lambda method, key: requests.append((method, key)))

    verify_lake(watch(), RUN)
    alone = len(requests)
    for day in ("2026/11/01", "2026/11/02"):
        for key, data in read_all(world.store).items():
            world.store.write(key.replace("2026/11/23", day), data)
    requests.clear()
    assert verify_lake(watch(), RUN).is_verified
    assert len(requests) == alone


def test_deadline_leaves_no_partial_result(world: World) -> None:
    with pytest.raises(DeadlineReachedError, match="after 0 of"):
        verify_lake(world.store, is_late=lambda: True)
