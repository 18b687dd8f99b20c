"""What the picture of a run is made of, at every state that a run can be in."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from msgspec import structs
from tests.support.runs import CRIME, CRIME_AND_WAR, World, choose_refresh
from tests.support.service import TODAY
from tests.support.stores import read_all
from tests.support.virtual import START, run_virtual

from cinelake.errors import UsageError
from cinelake.extract.planning.aws_prices import LAMBDA_ARM_GB_S
from cinelake.extract.run import extract
from cinelake.extract.run_documents import RunReport, read_report
from cinelake.extract.tracing.trace import Bucket, Trace, write_trace
from cinelake.lake.keys import MANIFESTS, RunKey
from cinelake.media import Media
from cinelake.run_report.collect import build_cost, build_series, describe_selection, find_run, gather_picture
from cinelake.selection.limits import Limits
from cinelake.selection.selection import Selection

RUN = RunKey(CRIME_AND_WAR.id, TODAY)


@pytest.fixture(scope="module")
def world() -> World:
    world = World()
    world.extract(CRIME_AND_WAR)
    return world


def _trace(at: datetime, **changes: object) -> Trace:
    buckets = [Bucket(0, 40, 40, 1, 0, {43: 39}), Bucket(2, 20, 20, 0, 2, {43: 18})]
    return structs.replace(Trace(at, 40.0, None, 2.5, 1, "stopped", buckets), **changes)


def test_a_complete_run_adds_up_to_its_report(world: World) -> None:
    picture = gather_picture(world.store, RUN, START)
    report = read_report(world.store, RUN)
    assert report is not None
    assert (picture.state, picture.title) == ("complete", "Crime and War films, all dates")
    assert sum(piece.fetched for piece in picture.slices) == report.records
    assert sum(piece.listed for piece in picture.slices) == report.titles
    assert sum(piece.files for piece in picture.slices) == report.batches
    assert {piece.state for piece in picture.slices} == {"complete"}
    assert (picture.requests, picture.limit, picture.used, picture.p50, picture.processes) == (0, None, None, None, ())


def test_an_unfinished_run_shows_what_there_is(world: World) -> None:
    other = World(world.sandbox)
    other.extract(CRIME_AND_WAR)
    first, second, *_ = read_all(other.store, MANIFESTS)
    other.store.delete(RUN.report())
    other.store.delete(first)
    other.store.delete(second)
    other.store.delete(second.replace("manifests", "listings").replace(".1.json", ".json"))
    states = [piece.state for piece in gather_picture(other.store, RUN, START).slices]
    assert sorted(set(states)) == ["complete", "listed", "waiting"]
    assert gather_picture(other.store, RUN, START).state == "unfinished"


def test_traces_of_several_processes_stand_one_behind_the_other_with_a_gap(world: World) -> None:
    other = World(world.sandbox)
    other.extract(CRIME)
    run = RunKey(CRIME.id, TODAY)
    write_trace(other.store, run, "a", _trace(START))
    write_trace(other.store, run, "b", _trace(datetime(2026, 11, 23, 10, tzinfo=UTC), memory_mb=512, ending="complete"))
    picture = gather_picture(other.store, run, START)
    assert [process.ending for process in picture.processes] == ["stopped", "complete"]
    assert (picture.requests, picture.refused, picture.failed, picture.busiest) == (120, 2, 4, 40)
    assert picture.used == pytest.approx(118 / (2 * 2.5 * 40))
    assert picture.seconds == 5.0
    assert picture.p50 == pytest.approx(60, rel=0.05)
    assert picture.series.sent == [40, 0, 20, None, 40, 0, 20, None]
    assert picture.series.p50[1] is None


@pytest.mark.parametrize("bucket_s", [1, 8])
def test_instants_never_fall(bucket_s: int) -> None:
    at = build_series([_trace(START, bucket_s=bucket_s, seconds=2.1, buckets=[Bucket(0, 1), Bucket(2 * bucket_s, 1)])]).at
    assert at == sorted(at)


def test_the_cost_is_measured_on_lambda_and_reckoned_elsewhere() -> None:
    there = build_cost([_trace(START, memory_mb=1024, seconds=100.0)], puts=1000)
    assert (there.is_measured, there.gb_seconds, there.puts_dollars) == (True, 100.0, 0.005)
    assert there.dollars == pytest.approx(100 * LAMBDA_ARM_GB_S.dollars + 0.005)
    here = build_cost([_trace(START, seconds=100.0)], puts=0)
    assert (here.is_measured, here.gb_seconds) == (False, 50.0)


@pytest.mark.parametrize(
    ("selection", "words"),
    [
        (Selection(), "All films, all dates"),
        (CRIME, "Crime films, all dates"),
        (replace(CRIME, genre_ids=(80, 10752, 18)), "Crime, War and Drama films, all dates"),
        (replace(CRIME, since=date(1990, 1, 1)), "Crime films, 1990-01-01 to the last"),
        (Selection(Media.SERIES, (80,), undated_only=True), "Crime series, without a date"),
    ],
    ids=str,
)
def test_a_selection_is_told_in_words(selection: Selection, words: str) -> None:
    assert describe_selection(selection) == words


def test_a_run_is_found_by_any_part_of_its_name(world: World) -> None:
    for text in (None, "", "2026-11-23", CRIME_AND_WAR.id, f"{TODAY} {CRIME_AND_WAR.id}", "10752"):
        assert find_run(world.store, text) == RUN
    with pytest.raises(UsageError, match=RUN.selection_id):
        find_run(world.store, "2031-01-01")


def test_titles_that_a_refresh_kept_are_held() -> None:
    world = World()
    world.extract(CRIME)
    now = TODAY + timedelta(days=1)
    run = choose_refresh(world.store, CRIME, now, oldest=0)

    async def main() -> RunReport:
        return await extract(world.build_context(), run, Limits(allows_removals=True))

    report = run_virtual(main())
    slices = gather_picture(world.store, run.key, datetime(2026, 11, 24, 12, tzinfo=UTC)).slices
    assert report.kept > 0
    assert sum(piece.held for piece in slices) == report.titles == report.records + report.kept
