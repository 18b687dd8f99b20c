"""The status of a lake, and the watermark of a selection."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from tests.support.runs import CRIME, CRIME_AND_WAR, World
from tests.support.stores import WatchedStore
from tests.support.tmdb.service import TODAY
from tests.support.unfolding import unfold

from cinelake.extract.run_documents import advance_watermark, read_report, read_watermark
from cinelake.extract.status import count_status, read_status, record_built, record_finished, record_status
from cinelake.lake.documents import write_document
from cinelake.lake.keys import MANIFESTS, STATUS, RunKey, watermark

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
RUN = RunKey(CRIME.id, TODAY)


@pytest.fixture
def world() -> World:
    world = World()
    world.extract(CRIME)
    return world


def test_status_has_runs_and_zones(world: World) -> None:
    status = read_status(world.store)
    (run,) = status.runs
    assert (run.state, run.complete_to, run.slices_committed) == ("complete", TODAY, run.slices)
    assert [zone.zone for zone in status.zones] == ["Raw", "_cinelake"]


def test_status_shows_unfinished_and_damaged_runs(world: World) -> None:
    world.store.delete(RUN.report())
    world.store.delete(STATUS)
    assert read_status(world.store).runs[0].state == "unfinished"
    world.store.write(RUN.plan(), b"{")
    assert read_status(world.store).runs[0].state == "damaged"


def test_recorded_status_costs_one_request_whatever_the_history(world: World) -> None:
    counted = count_status(world.store)
    record_status(world.store, NOW)
    calls: list[tuple[str, str]] = []
    watched = WatchedStore(world.store, lambda method, key: calls.append((method, key)))
    assert read_status(watched) == msgspec.structs.replace(counted, recorded_at=NOW)
    assert calls == [("read", STATUS)]


def test_unfinished_run_shows_the_slices_committed_since_it_was_recorded(world: World) -> None:
    unfold(world.store).delete(RUN.report())
    world.store.delete(STATUS)
    (complete,) = count_status(world.store).runs
    manifests = [entry.key for entry in world.store.list_entries(f"{MANIFESTS}/")]
    kept = {key: world.store.read(key) for key in manifests}
    for key in manifests:
        world.store.delete(key)
    record_status(world.store, NOW)
    for key, stored in list(kept.items())[:2]:
        assert stored is not None
        world.store.write(key, stored.data)
    calls: list[tuple[str, str]] = []
    (run,) = read_status(WatchedStore(world.store, lambda method, key: calls.append((method, key)))).runs
    assert (run.state, run.slices_committed, run.slices) == ("unfinished", 2, complete.slices)
    assert len(calls) <= 3


def test_recording_again_reads_no_finished_run(world: World) -> None:
    record_status(world.store, NOW)
    reads: list[str] = []
    watched = WatchedStore(world.store, lambda method, key: reads.append(key) if method == "read" else None)
    assert record_status(watched, NOW).runs == count_status(world.store).runs
    assert sorted(reads) == sorted([STATUS, watermark(CRIME.id)])


def test_damaged_record_is_counted_again(world: World) -> None:
    world.store.write(STATUS, b"{")
    assert read_status(world.store) == count_status(world.store)


def test_status_of_an_empty_lake_has_no_runs() -> None:
    assert read_status(World().store).runs == ()


def test_watermark_never_moves_back(world: World) -> None:
    report = read_report(world.store, RUN)
    assert report is not None
    advance_watermark(world.store, msgspec.structs.replace(report, run_on=TODAY.replace(day=1)))
    watermark = read_watermark(world.store, CRIME.id)
    assert watermark is not None
    assert watermark.complete_to == TODAY


def test_a_finished_run_that_was_not_recorded_is_recorded_by_the_next_command(world: World) -> None:
    complete = record_status(world.store, NOW)
    (run,) = complete.runs
    unrecorded = msgspec.structs.replace(complete, runs=(msgspec.structs.replace(run, state="unfinished"),))
    write_document(world.store, STATUS, unrecorded)
    record_finished(world.store, RUN, NOW)
    assert read_status(world.store).runs == complete.runs
    writes: list[str] = []
    watched = WatchedStore(world.store, lambda method, key: writes.append(key) if method == "write" else None)
    record_finished(watched, RUN, NOW)
    assert writes == []


def test_a_status_that_is_older_than_the_tables_is_recorded_again(world: World) -> None:
    record_status(world.store, NOW)
    record_built(world.store, NOW, NOW + timedelta(hours=1))
    assert read_status(world.store).recorded_at == NOW
    record_built(world.store, NOW + timedelta(hours=1), NOW + timedelta(hours=2))
    assert read_status(world.store).recorded_at == NOW + timedelta(hours=2)


def test_newest_unfinished_run_of_each_selection_is_refreshed_within_five_requests(world: World) -> None:
    world.extract(CRIME_AND_WAR)
    unfold(world.store)
    recorded = record_status(world.store, NOW)
    stale = (msgspec.structs.replace(run, state="unfinished", slices_committed=0) for run in recorded.runs)
    write_document(world.store, STATUS, msgspec.structs.replace(recorded, runs=tuple(stale)))
    calls: list[tuple[str, str]] = []
    runs = read_status(WatchedStore(world.store, lambda method, key: calls.append((method, key)))).runs
    assert [run.slices_committed for run in runs] == [run.slices for run in runs]
    assert len(runs) == 2
    assert len(calls) <= 5
