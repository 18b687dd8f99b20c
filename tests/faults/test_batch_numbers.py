"""Each batch keeps the number of the process that fetched it, however often its run is killed and resumed."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from tests.support.runs import CRIME_AND_WAR, World
from tests.support.stores import Killed, WatchedStore, read_all
from tests.support.tmdb.fake_tmdb import build_film
from tests.support.tmdb.fake_world import DAY, TWO_GENRES, FakeWorld
from tests.support.tmdb.service import SandboxTransport, build_sandbox
from tests.support.tmdb.virtual import VirtualClock

from cinelake.lake.keys import NUMBERS, PROCESSES, RAW
from cinelake.lake.manifests import Manifest, list_manifests, read_manifest
from cinelake.lake.numbered_keys import parse_number_key
from cinelake.lake.store import Store
from cinelake.selection.limits import Limits
from cinelake.tmdb.transport import Reply, Transport
from cinelake.verify.runs import verify_lake


@dataclass
class _Dying:
    """A transport whose process dies after some details."""

    inner: Transport
    details: int

    async def send(self, path: str, params: Mapping[str, str]) -> Reply:
        if path.rpartition("/")[2].isdecimal():
            self.details -= 1
            if self.details < 0:
                raise Killed
        return await self.inner.send(path, params)


def _read_manifests(store: Store) -> list[Manifest]:
    read = (read_manifest(store, key, revision) for key, revision in list_manifests(store).items())
    return [manifest for manifest in read if manifest is not None]


def _newest_number(store: Store) -> int:
    return max(number for key in read_all(store, NUMBERS) if (number := parse_number_key(key)))


def test_numbers_of_batches_survive_twenty_resumes() -> None:
    world = World(build_sandbox(VirtualClock(), films=20000))
    fetched_under: dict[str, int] = {}
    kills = 0
    while kills < 20:
        with suppress(Killed, BaseExceptionGroup):
            world.extract(CRIME_AND_WAR, transport=_Dying(SandboxTransport(world.sandbox, VirtualClock()), 125))
            break
        kills += 1
        for key in read_all(world.store, RAW):
            fetched_under.setdefault(key, _newest_number(world.store))
    assert kills == 20
    assert len(read_all(world.store, PROCESSES)) <= 2  # the documents of earlier processes are merged
    assert world.extract(CRIME_AND_WAR).is_complete
    manifests = _read_manifests(world.store)
    stored = {batch.key: batch.number for manifest in manifests for batch in manifest.batches}
    assert len(set(fetched_under.values())) > 10
    assert {key: stored[key] for key in fetched_under} == fetched_under
    assert {number for key, number in stored.items() if key not in fetched_under} == {21}
    assert all(batch.number <= manifest.number for manifest in manifests for batch in manifest.batches)
    assert read_all(world.store, PROCESSES) == {}
    assert verify_lake(world.store).problems == ()


@pytest.mark.parametrize("step", range(1, 60, 3))
def test_a_process_killed_around_its_document_confuses_no_numbers(step: int) -> None:
    """The second process dies at a store operation near its start; the third finds what the first one wrote."""
    world = World(build_sandbox(VirtualClock(), films=600))
    _die_with(world, 60)
    written = set(read_all(world.store, RAW))
    left = iter(range(200 + step))

    def die(_method: str, _key: str) -> None:
        if next(left, None) is None:
            raise Killed

    with suppress(Killed, BaseExceptionGroup):
        World(world.sandbox, WatchedStore(world.store, die)).extract(CRIME_AND_WAR)
    second = set(read_all(world.store, RAW)) - written
    assert world.extract(CRIME_AND_WAR).is_complete
    stored = {batch.key: batch.number for manifest in _read_manifests(world.store) for batch in manifest.batches}
    assert {stored[key] for key in written} == {1}
    assert {stored[key] for key in second} <= {2}
    assert {stored[key] for key in stored.keys() - written - second} <= {3}


def _die_with(world: World, details: int) -> None:
    with suppress(Killed, BaseExceptionGroup):
        world.extract(CRIME_AND_WAR, transport=_Dying(SandboxTransport(world.sandbox, VirtualClock()), details))
        raise AssertionError("it was not killed")


def _build_world() -> FakeWorld:
    world = FakeWorld()
    for n in range(1, 41):
        world.tmdb.films[n] = build_film(n, genres=((80,), (10752,), (80, 10752))[n % 3], day=f"{1990 + n % 2 * 10}-01-01")
    world.extract()
    return world


def test_a_tombstone_between_a_killed_and_a_resumed_run_is_newer_than_its_records() -> None:
    """Process 2 stores film 5 again and dies. Another selection finds that it is gone. Then the first run is resumed."""
    world, crime = _build_world(), replace(TWO_GENRES, genre_ids=(80,))
    tomorrow = DAY + timedelta(days=1)
    with suppress(Killed, BaseExceptionGroup):
        world.extract(tomorrow, transport=_Dying(world.tmdb, 25))
    del world.tmdb.films[2], world.tmdb.films[5]
    other = FakeWorld(world.tmdb, world.store, crime)
    other.extract(DAY - timedelta(days=1), limits=Limits(allows_removals=True))
    found = [each for each in _read_manifests(world.store) if each.run_on == "2026-03-01"]
    assert found
    world.extract(tomorrow, limits=Limits(allows_removals=True))
    records: dict[int, int] = {}
    removed: dict[int, int] = {}
    for manifest in _read_manifests(world.store):
        assert all(batch.number <= manifest.number for batch in manifest.batches)
        for each in manifest.tombstones:
            removed[each.id] = max(removed.get(each.id, 0), each.number)
        for batch in manifest.batches:
            stored = world.store.read(batch.key)
            assert stored is not None
            for n in (2, 5):
                if f'"id_tmdb":{n},'.encode() in stored.data:
                    records[n] = max(records.get(n, 0), batch.number)
    assert records.keys() == {2, 5}
    for n, number in records.items():
        assert number < removed[n]


def test_a_copy_of_a_record_is_not_taken_for_a_newer_one() -> None:
    """A record in two slices is copied only as long as no other run has fetched anything since it was requested."""
    world, tomorrow = _build_world(), DAY + timedelta(days=1)
    both = 2  # of both genres, in the first window
    with suppress(Killed, BaseExceptionGroup):
        world.extract(tomorrow, transport=_Dying(world.tmdb, 15))
    assert any(f'"id_tmdb":{both},'.encode() in data for data in read_all(world.store, f"{RAW}/Movies/2026/03/03").values())
    FakeWorld(world.tmdb, world.store, replace(TWO_GENRES, genre_ids=(10752,))).extract(DAY + timedelta(days=2))
    world.tmdb.films[both]["title"] = "Revised"
    world.extract(tomorrow)
    newest = max(
        ((batch.number, batch.key) for each in _read_manifests(world.store) for batch in each.batches),
        key=lambda pair: pair[0] if f'"id_tmdb":{both},'.encode() in read_all(world.store, pair[1])[pair[1]] else -1,
    )
    assert b"Revised" in read_all(world.store, newest[1])[newest[1]]
