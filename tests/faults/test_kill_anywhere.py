"""A run that is killed anywhere continues with the same command, and ends like a run that was never killed."""

import json
import re
from collections.abc import Mapping
from datetime import date
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.runs import CRIME_AND_WAR, World
from tests.support.stores import Killed, WatchedStore, read_all
from tests.support.tmdb.service import TODAY, SandboxTransport, build_sandbox
from tests.support.tmdb.virtual import VirtualClock
from tests.support.unfolding import read_unfolded

from cinelake.extract.listing.windows import WINDOW_TITLES
from cinelake.extract.run_documents import read_watermark
from cinelake.lake.keys import LEASE, MANIFESTS, RAW, WATERMARKS, RunKey, watermark
from cinelake.lake.numbered_keys import number_key
from cinelake.lake.store import Store
from cinelake.lake.stores.object_store import open_memory
from cinelake.media import Media
from cinelake.selection.selection import Selection
from cinelake.tmdb.transport import Reply
from cinelake.verify.runs import verify_lake

_TIMES = re.compile(rb'"(committed_at|listed_at|finished_at|planned_at)": "[^"]*"|"(number|listed_under)": \d+,?')
"""What depends on the moment: times and run numbers."""
RUN = RunKey(CRIME_AND_WAR.id, TODAY)


LARGE = Selection(Media.MOVIE, (), date(2010, 1, 1), date(2019, 12, 31), append=())
"""Two slices of several chunks each, listed in several windows."""


@pytest.fixture(scope="module")
def undisturbed() -> World:
    world = World()
    assert world.extract(CRIME_AND_WAR).is_complete
    return world


@pytest.fixture(scope="module")
def undisturbed_large() -> World:
    world = World(build_sandbox(VirtualClock(), films=6_000))
    report = world.extract(LARGE)
    assert report.is_complete
    assert all(line.listed > WINDOW_TITLES for line in report.slices)
    return world


def _strip_times(objects: dict[str, bytes]) -> dict[str, bytes]:
    return {key: _TIMES.sub(b"", data) for key, data in objects.items()}


def _kill_at(world: World, operation: int, selection: Selection = CRIME_AND_WAR) -> bool:
    """Run until store operation number `operation`, and kill the run there. False if it was done before."""
    counter = count(1)

    def before(_method: str, _key: str) -> None:
        if next(counter) == operation:
            raise Killed

    killed = World(world.sandbox, WatchedStore(world.store, before), world.paths)
    try:
        killed.extract(selection)
    except Killed:
        return True
    except BaseExceptionGroup as group:
        if group.subgroup(Killed) is None:
            raise
        return True
    return False


def _check_equal(store: Store, undisturbed: World) -> None:
    assert read_all(store, RAW) == read_all(undisturbed.store, RAW)
    committed, expected = (read_unfolded(each, MANIFESTS) for each in (store, undisturbed.store))
    assert _strip_times(committed) == _strip_times(expected)
    assert [key for key in read_all(store, MANIFESTS) if ".folded-" not in key] == []
    assert verify_lake(store).problems == ()
    assert read_all(store, WATERMARKS).keys() == read_all(undisturbed.store, WATERMARKS).keys() != set()


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(1, 420), min_size=1, max_size=6))
def test_kills_at_any_store_operation_do_not_change_the_result(undisturbed: World, operations: list[int]) -> None:
    world = World(undisturbed.sandbox)
    for operation in operations:
        _kill_at(world, operation)
    report = world.extract(CRIME_AND_WAR)
    assert report.is_complete
    _check_equal(world.store, undisturbed)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(1, 90), min_size=1, max_size=4))
def test_kills_in_large_slices_cost_few_requests(undisturbed_large: World, operations: list[int]) -> None:
    world = World(undisturbed_large.sandbox)
    kills = sum(_kill_at(world, operation, LARGE) for operation in operations)
    assert world.extract(LARGE).is_complete
    _check_equal(world.store, undisturbed_large)
    assert len(undisturbed_large.paths) > 2 * 400  # so that starting over would exceed the limit below
    checks = len(operations) - kills  # a command with nothing to do asks for the date
    assert len(world.paths) - len(undisturbed_large.paths) <= 400 * kills + checks


@pytest.mark.parametrize("operation", range(1, 60, 2))
def test_repair_of_an_incomplete_slice_continues_after_a_kill(operation: int) -> None:
    world = World(build_sandbox(VirtualClock(), films=300))
    failing = set(_details_of(World(world.sandbox))[3:6])
    assert not world.extract(CRIME_AND_WAR, transport=Failing(world, failing)).is_complete
    _kill_at(world, operation)
    assert world.extract(CRIME_AND_WAR).is_complete
    assert verify_lake(world.store).problems == ()


def _details_of(world: World) -> list[str]:
    world.extract(CRIME_AND_WAR)
    return [path for path in world.paths if path.startswith("/3/movie/")]


class Failing:
    """Answers 500 for the details of some titles."""

    def __init__(self, world: World, failing: set[str]) -> None:
        self._inner = SandboxTransport(world.sandbox, VirtualClock())
        self._failing = failing

    async def send(self, path: str, params: Mapping[str, str]) -> Reply:
        return Reply(500, b"") if path in self._failing else await self._inner.send(path, params)


def test_run_that_is_killed_again_and_again_is_completed(undisturbed: World) -> None:
    world = World(undisturbed.sandbox)
    kills = 0
    while _kill_at(world, 200):  # a process first reads what is committed
        kills += 1
        assert kills < 50, "no progress"
    assert kills > 1
    _check_equal(world.store, undisturbed)


def test_committed_objects_are_never_written_again(undisturbed: World) -> None:
    world = World(undisturbed.sandbox)
    watched = WatchedStore(world.store)
    for moment in (100, 150, 200, 10_000):
        _kill_at(World(world.sandbox, watched), moment)
    manifests = read_unfolded(world.store, MANIFESTS)
    committed: set[str] = set()
    for key in watched.written:
        assert key not in committed
        if key in manifests:
            committed |= {key, *(batch["key"] for batch in json.loads(manifests[key])["batches"])}
    assert committed


def test_kill_between_manifests_and_report_refetches_nothing(undisturbed: World) -> None:
    world = World(undisturbed.sandbox)
    world.extract(CRIME_AND_WAR)
    world.store.delete(RUN.report())
    world.store.delete(watermark(CRIME_AND_WAR.id))
    world.paths.clear()
    assert world.extract(CRIME_AND_WAR).is_complete
    assert world.paths == ["/3/authentication"]
    _check_equal(world.store, undisturbed)


def test_kill_between_report_and_watermark_fetches_nothing(undisturbed: World) -> None:
    world = World(undisturbed.sandbox)
    world.extract(CRIME_AND_WAR)
    world.store.delete(watermark(CRIME_AND_WAR.id))
    world.paths.clear()
    assert world.extract(CRIME_AND_WAR).is_complete
    assert world.paths == ["/3/authentication"]  # whose response has the date
    assert read_watermark(world.store, CRIME_AND_WAR.id) is not None


def test_finished_run_fetches_and_writes_nothing(undisturbed: World) -> None:
    world = World(undisturbed.sandbox)
    world.extract(CRIME_AND_WAR)
    before = read_all(world.store)
    assert before.pop(number_key(1))
    world.paths.clear()
    world.extract(CRIME_AND_WAR)
    assert world.paths == ["/3/authentication"]  # whose response has the date
    after = read_all(world.store)
    assert after.pop(number_key(2))
    assert after == before
    assert LEASE not in before


def test_title_of_two_genres_is_fetched_once(undisturbed: World) -> None:
    details = [path for path in undisturbed.paths if path.startswith("/3/movie/")]
    assert len(details) == len(set(details))
    report = undisturbed.extract(CRIME_AND_WAR)
    assert report.records > len(details)


def test_two_runs_write_equal_lakes(undisturbed: World) -> None:
    store = open_memory()
    World(undisturbed.sandbox, store).extract(CRIME_AND_WAR)
    _check_equal(store, undisturbed)
