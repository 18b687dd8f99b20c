"""Killed anywhere, the same command goes on, and the result is that of a run never killed."""

import json
import re
from collections.abc import Mapping
from datetime import date
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.runs import CRIME_AND_WAR, World
from tests.support.service import TODAY, SandboxTransport, build_sandbox
from tests.support.stores import Killed, WatchedStore, read_all
from tests.support.virtual import VirtualClock

from cinelake.extract.listing.windows import WINDOW_TITLES
from cinelake.extract.run_documents import read_watermark
from cinelake.lake.keys import LEASE, MANIFESTS, RAW, WATERMARKS, RunKey, watermark
from cinelake.lake.object_store import open_memory
from cinelake.lake.store import Store
from cinelake.media import Media
from cinelake.selection.selection import Selection
from cinelake.tmdb.transport import Reply
from cinelake.verify.runs import verify_lake

_TIMES = re.compile(rb'"(committed_at|listed_at|finished_at|planned_at)": "[^"]*"')
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
    """Run until store operation number `operation`, and die there. False if the run was done before."""
    counter = count(1)

    def before(_method: str, _key: str) -> None:
        if next(counter) == operation:
            raise Killed

    mortal = World(world.sandbox, WatchedStore(world.store, before), world.paths)
    try:
        mortal.extract(selection)
    except Killed:
        return True
    except BaseExceptionGroup as group:
        if group.subgroup(Killed) is None:
            raise
        return True
    return False


def _check_equal(store: Store, undisturbed: World) -> None:
    assert read_all(store, RAW) == read_all(undisturbed.store, RAW)
    assert _strip_times(read_all(store, MANIFESTS)) == _strip_times(read_all(undisturbed.store, MANIFESTS))
    assert verify_lake(store).problems == ()
    assert read_all(store, WATERMARKS).keys() == read_all(undisturbed.store, WATERMARKS).keys() != set()


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(1, 420), min_size=1, max_size=6))
def test_kills_at_any_store_operation_change_nothing(undisturbed: World, moments: list[int]) -> None:
    world = World(undisturbed.sandbox)
    for moment in moments:
        _kill_at(world, moment)
    report = world.extract(CRIME_AND_WAR)
    assert report.is_complete
    _check_equal(world.store, undisturbed)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(1, 90), min_size=1, max_size=4))
def test_kills_among_the_windows_and_chunks_of_large_slices_cost_little(
    undisturbed_large: World, moments: list[int]
) -> None:
    world = World(undisturbed_large.sandbox)
    kills = sum(_kill_at(world, moment, LARGE) for moment in moments)
    assert world.extract(LARGE).is_complete
    _check_equal(world.store, undisturbed_large)
    assert len(undisturbed_large.paths) > 2 * 400  # so that a run from the start would be too dear
    assert len(world.paths) - len(undisturbed_large.paths) <= 400 * kills


@pytest.mark.parametrize("moment", range(1, 60, 2))
def test_killed_while_a_short_slice_is_mended_the_next_call_mends_it(moment: int) -> None:
    world = World(build_sandbox(VirtualClock(), films=300))
    lost = set(_details_of(World(world.sandbox))[3:6])
    assert not world.extract(CRIME_AND_WAR, transport=Losing(world, lost)).is_complete
    _kill_at(world, moment)
    assert world.extract(CRIME_AND_WAR).is_complete
    assert verify_lake(world.store).problems == ()


def _details_of(world: World) -> list[str]:
    world.extract(CRIME_AND_WAR)
    return [path for path in world.paths if path.startswith("/3/movie/")]


class Losing:
    """Never gives the details of some titles."""

    def __init__(self, world: World, lost: set[str]) -> None:
        self._inner = SandboxTransport(world.sandbox, VirtualClock())
        self._lost = lost

    async def send(self, path: str, params: Mapping[str, str]) -> Reply:
        return Reply(500, b"") if path in self._lost else await self._inner.send(path, params)


def test_a_run_that_dies_again_and_again_still_gets_done(undisturbed: World) -> None:
    world = World(undisturbed.sandbox)
    lives = 0
    while _kill_at(world, 150):
        lives += 1
        assert lives < 50, "it makes no headway"
    assert lives > 1
    _check_equal(world.store, undisturbed)


def test_no_committed_object_is_ever_written_again(undisturbed: World) -> None:
    world = World(undisturbed.sandbox)
    watched = WatchedStore(world.store)
    for moment in (100, 150, 200, 10_000):
        _kill_at(World(world.sandbox, watched), moment)
    committed: set[str] = set()
    for key in watched.written:
        assert key not in committed
        if key.startswith(MANIFESTS):
            stored = world.store.read(key)
            assert stored is not None
            committed |= {key, *(batch["key"] for batch in json.loads(stored.data)["batches"])}
    assert committed


def test_killed_after_the_manifests_but_before_the_report_fetches_nothing(undisturbed: World) -> None:
    world = World(undisturbed.sandbox)
    world.extract(CRIME_AND_WAR)
    world.store.delete(RUN.report())
    world.store.delete(watermark(CRIME_AND_WAR.id))
    world.paths.clear()
    assert world.extract(CRIME_AND_WAR).is_complete
    assert world.paths == ["/3/authentication"]
    _check_equal(world.store, undisturbed)


def test_killed_after_the_report_but_before_the_watermark_only_moves_it(undisturbed: World) -> None:
    world = World(undisturbed.sandbox)
    world.extract(CRIME_AND_WAR)
    world.store.delete(watermark(CRIME_AND_WAR.id))
    world.paths.clear()
    assert world.extract(CRIME_AND_WAR).is_complete
    assert world.paths == []
    assert read_watermark(world.store, CRIME_AND_WAR.id) is not None


def test_the_same_command_on_a_finished_run_sends_and_writes_nothing(undisturbed: World) -> None:
    world = World(undisturbed.sandbox)
    world.extract(CRIME_AND_WAR)
    before = read_all(world.store)
    world.paths.clear()
    world.extract(CRIME_AND_WAR)
    assert world.paths == []
    assert read_all(world.store) == before
    assert LEASE not in before


def test_a_title_of_two_genres_is_fetched_once_and_stands_in_both(undisturbed: World) -> None:
    details = [path for path in undisturbed.paths if path.startswith("/3/movie/")]
    assert len(details) == len(set(details))
    report = undisturbed.extract(CRIME_AND_WAR)
    assert report.records > len(details)


def test_a_lake_that_begins_empty_ends_like_any_other(undisturbed: World) -> None:
    store = open_memory()
    World(undisturbed.sandbox, store).extract(CRIME_AND_WAR)
    _check_equal(store, undisturbed)
