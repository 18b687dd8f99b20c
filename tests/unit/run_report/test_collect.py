"""The values of the page about a run, in every state of a run."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from msgspec import structs
from tests.support.runs import CRIME, CRIME_AND_WAR, World, choose_refresh
from tests.support.stores import read_all
from tests.support.tmdb.service import TODAY
from tests.support.tmdb.virtual import START, run_virtual
from tests.support.unfolding import unfold

from cinelake.errors import UsageError
from cinelake.extract.planning.aws_prices import LAMBDA_ARM_GB_S
from cinelake.extract.run import extract
from cinelake.extract.run_documents import RunReport, read_report
from cinelake.extract.tracing.trace import Bucket, Trace, write_trace
from cinelake.lake.keys import MANIFESTS, RunKey
from cinelake.media import Media
from cinelake.run_report.collect import collect_summary, describe_selection, find_run
from cinelake.run_report.trace_figures import build_cost, build_timeline, summarise_process
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


def test_complete_run_adds_up_to_its_report(world: World) -> None:
    summary = collect_summary(world.store, RUN, START)
    report = read_report(world.store, RUN)
    assert report is not None
    assert (summary.state, summary.title) == ("complete", "Crime and War films, all dates")
    assert sum(piece.fetched for piece in summary.slices) == report.records
    assert sum(piece.listed for piece in summary.slices) == report.titles
    assert sum(piece.files for piece in summary.slices) == report.batches
    assert {piece.state for piece in summary.slices} == {"complete"}
    assert (summary.requests, summary.processes) == (0, ())
    assert (summary.rate_limit, summary.limit_used, summary.p50) == (None, None, None)


def test_unfinished_run_has_the_state_of_each_slice(world: World) -> None:
    other = World(world.sandbox)
    other.extract(CRIME_AND_WAR)
    first, second, *_ = read_all(unfold(other.store), MANIFESTS)
    other.store.delete(RUN.report())
    other.store.delete(first)
    other.store.delete(second)
    other.store.delete(second.replace("manifests", "listings").replace(".1.json", ".json"))
    states = [piece.state for piece in collect_summary(other.store, RUN, START).slices]
    assert sorted(set(states)) == ["complete", "listed", "waiting"]
    assert collect_summary(other.store, RUN, START).state == "unfinished"


def test_timeline_has_a_gap_after_each_process(world: World) -> None:
    other = World(world.sandbox)
    other.extract(CRIME)
    run = RunKey(CRIME.id, TODAY)
    write_trace(other.store, run, "a", _trace(START))
    write_trace(other.store, run, "b", _trace(datetime(2026, 11, 23, 10, tzinfo=UTC), memory_mb=512, ending="complete"))
    summary = collect_summary(other.store, run, START)
    assert [process.ending for process in summary.processes] == ["stopped", "complete"]
    assert (summary.requests, summary.refused, summary.failed, summary.busiest_second) == (120, 2, 4, 40)
    assert summary.limit_used == pytest.approx(118 / (2 * 2.5 * 40))
    assert summary.seconds == 5.0
    assert summary.p50 == pytest.approx(60, rel=0.05)
    assert summary.timeline.sent == [40, 0, 20, None, 40, 0, 20, None]
    assert summary.timeline.p50[1] is None


def test_ending_of_an_earlier_version_is_renamed() -> None:
    assert summarise_process(_trace(START, ending="short")).ending == "incomplete"


@pytest.mark.parametrize("bucket_s", [1, 8])
def test_timeline_is_ascending(bucket_s: int) -> None:
    at = build_timeline([_trace(START, bucket_s=bucket_s, seconds=2.1, buckets=[Bucket(0, 1), Bucket(2 * bucket_s, 1)])]).at
    assert at == sorted(at)


def test_cost_is_measured_on_lambda_and_estimated_elsewhere() -> None:
    measured = build_cost([_trace(START, memory_mb=1024, seconds=100.0)], puts=1000)
    assert (measured.is_measured, measured.gb_seconds, measured.puts_dollars) == (True, 100.0, 0.005)
    assert measured.dollars == pytest.approx(100 * LAMBDA_ARM_GB_S.dollars + 0.005)
    estimated = build_cost([_trace(START, seconds=100.0)], puts=0)
    assert (estimated.is_measured, estimated.gb_seconds) == (False, 50.0)


@pytest.mark.parametrize(
    ("selection", "words"),
    [
        (Selection(), "All films, all dates"),
        (CRIME, "Crime films, all dates"),
        (replace(CRIME, genre_ids=(80, 10752, 18)), "Crime, War and Drama films, all dates"),
        (replace(CRIME, since=date(1990, 1, 1)), "Crime films, from 1990-01-01"),
        (replace(CRIME, until=date(1999, 12, 31)), "Crime films, up to 1999-12-31"),
        (replace(CRIME, since=date(1990, 1, 1), until=date(1999, 12, 31)), "Crime films, 1990-01-01 to 1999-12-31"),
        (Selection(Media.SERIES, (80,), undated_only=True), "Crime series, without a date"),
    ],
    ids=str,
)
def test_selection_is_described(selection: Selection, words: str) -> None:
    assert describe_selection(selection) == words


def test_run_is_found_by_parts_of_its_name(world: World) -> None:
    for text in (None, "", "2026-11-23", CRIME_AND_WAR.id, f"{TODAY} {CRIME_AND_WAR.id}", "10752"):
        assert find_run(world.store, text) == RUN
    with pytest.raises(UsageError) as caught:
        find_run(world.store, "2031-01-01")
    assert caught.value.message == 'no run matches "2031-01-01"'
    assert RUN.selection_id in caught.value.hint


def test_titles_kept_by_a_refresh_count_as_stored() -> None:
    world = World()
    world.extract(CRIME)
    now = TODAY + timedelta(days=1)
    run = choose_refresh(world.store, CRIME, now, oldest=0)

    async def main() -> RunReport:
        return await extract(world.build_context(), run, Limits(allows_removals=True))

    report = run_virtual(main())
    slices = collect_summary(world.store, run.key, datetime(2026, 11, 24, 12, tzinfo=UTC)).slices
    assert report.kept > 0
    assert sum(piece.stored for piece in slices) == report.titles == report.records + report.kept
