"""What a person reads: the words and numbers of each result, whole at 80 columns."""

import re
from collections.abc import Callable
from datetime import date
from io import StringIO

import msgspec
import pytest
from rich.console import Console
from tests.support.service import TODAY
from tests.support.virtual import START

from cinelake.cli.render import render_plan, render_report, render_status, render_verification
from cinelake.extract.planning.estimate import estimate_run
from cinelake.extract.planning.plan import Plan, PlannedSlice
from cinelake.extract.run_documents import RunReport, SliceReport
from cinelake.extract.status import LakeStatus, RunStatus, ZoneStatus
from cinelake.lake.problems import Problem
from cinelake.media import Media
from cinelake.selection.genres import genre_name, list_genre_ids
from cinelake.selection.selection import Selection
from cinelake.selection.slices import Slice
from cinelake.verify.runs import Verification

LONG = "genre-10752-19570301-19591231"
MANIFEST = f"_cinelake/manifests/Movies/2026/11/23/{LONG}.12.json"
LOST = tuple(range(1_213_001, 1_213_031))
SOUND = Verification(runs=1, slices=2, batches=3, records=290, distinct_ids=280, bytes=4_200_000, gone=1, problems=())


def _read(draw: Callable[[Console], None], width: int = 80) -> str:
    """What is drawn, at a width; a number that belongs to a word is one space away."""
    out = StringIO()
    draw(Console(file=out, width=width))
    return re.sub(r" +", " ", out.getvalue())


def _plan(*genre_ids: int, total: int = 1_234) -> Plan:
    slices = [Slice(Media.MOVIE, g, date(1957, 3, 1), date(1959, 12, 31)) for g in genre_ids or (None,)]
    planned = [PlannedSlice(piece, total + n) for n, piece in enumerate(slices)]
    empty = PlannedSlice(Slice(Media.MOVIE, slices[0].genre_id, date(1960, 1, 1), date(1964, 12, 31)), 0)
    return Plan(Selection(Media.MOVIE, genre_ids), TODAY, START, (*planned, empty))


def _show_plan(plan: Plan, rate: float = 40) -> str:
    return _read(lambda console: render_plan(console, plan, estimate_run(plan, rate), rate))


def _report(*lines: SliceReport, seconds: float = 10.0) -> RunReport:
    return RunReport(
        selection=Selection(Media.MOVIE, (80,)),
        run_on=TODAY,
        is_complete=all(line.is_complete for line in lines),
        titles=1_003,
        records=1_000,
        gone=1,
        quarantined=2,
        unproven=4,
        batches=11,
        bytes=12_300_000,
        requests=1_100,
        refused=5,
        retried=6,
        seconds=seconds,
        finished_at=START,
        slices=lines,
    )


def _show_report(report: RunReport) -> str:
    return _read(lambda console: render_report(console, report))


def test_a_plan_tells_the_titles_of_each_window_and_genre_and_what_they_take() -> None:
    text = _show_plan(_plan(80, 10752))
    assert "window Crime War" in text
    assert "19570301-19591231 1,234 1,235" in text
    assert "1960-1964" not in text  # nothing there
    assert "all 1,234 1,235" in text
    assert "titles 2,469 (a title of two genres counts twice)" in text
    estimate = estimate_run(_plan(80, 10752), 40)
    listing = f"{estimate.list_requests:,} to list, 2,469 details"
    assert f"requests about {estimate.requests:,} ({listing})" in text
    assert f"time {estimate.minutes * 60:.0f} s at 40 requests per second" in text
    assert "files 26 of at most 100 records" in text
    assert f"size about {estimate.megabytes:,.1f} MB" in text
    assert f"on Lambda {estimate.lambda_gb_seconds:,.0f} GB-seconds, ${estimate.lambda_dollars:,.4f}" in text


def test_a_plan_of_all_films_names_them_so_and_counts_each_once() -> None:
    text = _show_plan(_plan(total=1_213_704))
    assert "window all titles" in text
    assert f"time {estimate_run(_plan(total=1_213_704), 40).minutes:,.1f} minutes at 40 requests per second" in text
    assert "titles 1,213,704\n" in text.replace(" \n", "\n")
    assert " GB" in text


def test_a_plan_without_a_pace_promises_no_time() -> None:
    text = _show_plan(_plan(80), float("inf"))
    assert "time as fast as possible" in text
    assert "Lambda" not in text


def test_a_plan_of_every_genre_shows_each_count_whole() -> None:
    genre_ids = list_genre_ids(Media.MOVIE)
    text = _show_plan(_plan(*genre_ids, total=1_000_000))
    assert "…" not in text
    for n, genre_id in enumerate(sorted(genre_ids)):
        assert genre_name(Media.MOVIE, genre_id) in text
        assert text.count(f"{1_000_000 + n:,}") >= 2  # of its window, and of all


def test_a_complete_run_tells_its_counts_and_no_slice() -> None:
    text = _show_report(_report(SliceReport("genre-80-2020-2024", 9, 9, 8, 1, (), 0, is_complete=True)))
    assert "genre-80-2020-2024" not in text
    assert "state complete" in text
    assert f"run {TODAY} {Selection(Media.MOVIE, (80,)).id}" in text
    assert "records 1,000 in 11 files, 12.3 MB" in text
    assert "listed 1,003 in 1 slices" in text
    assert "gone 1 (" in text
    assert "quarantined 2" in text
    assert "unproven 4 (" in text
    assert "requests 1,100 in 10.0 s, 110.0 a second; 5 refused, 6 retried" in text


def test_a_run_that_took_no_time_has_no_pace() -> None:
    assert "requests 1,100 in 0.0 s; 5 refused" in _show_report(_report(seconds=0.0))


def test_a_short_run_names_each_slice_that_lacks_something_with_its_ids_whole() -> None:
    text = _show_report(
        _report(
            SliceReport(LONG, 1_000, 999, 967, 2, LOST, 1, is_complete=False),
            SliceReport("genre-80-2020-2024", 10, 9, 9, 0, (), 1, is_complete=True),
            SliceReport("genre-80-undated", 5, 5, 5, 0, (), 0, is_complete=True),
        )
    )
    assert "state SHORT" in text
    assert f"{LONG}: counted 1,000, listed 999, records 967, gone 2, unproven 1; quarantined: 1213001, 1213002" in text
    assert "1213020 and 10 more" in text  # a cut is never silent
    assert "genre-80-2020-2024: counted 10, listed 9" in text  # tolerated, and said
    assert "undated" not in text


def test_a_sound_lake_is_told_with_what_was_read() -> None:
    text = _read(lambda console: render_verification(console, SOUND))
    assert "verdict sound" in text
    assert "runs 1 with 2 committed slices" in text
    assert "files 3 (4.2 MB)" in text
    assert "records 290 of 280 titles; 1 gone" in text
    assert "service" not in text
    compared = msgspec.structs.replace(SOUND, service_titles=281)
    assert "service lists 281 titles now" in _read(lambda console: render_verification(console, compared))


@pytest.mark.parametrize("width", [40, 80])
def test_a_problem_names_its_object_in_one_piece_and_says_what_to_do(width: int) -> None:
    detail = "ids 1213001, 1213002 could not be had: '<!--[if lt IE 7]> [/b] <html>'"
    problems = (Problem("quarantined", MANIFEST, detail), Problem("altered object", "Raw/x", "12 bytes"))
    result = msgspec.structs.replace(SOUND, problems=problems)
    text = _read(lambda console: render_verification(console, result), width)
    assert f"quarantined: {MANIFEST}\n {detail}\n" in text
    assert "altered object: Raw/x\n 12 bytes\n" in text
    assert "verdict 2 problems" in text
    words = " ".join(text.split())
    assert "run the same extract command" in words
    one = msgspec.structs.replace(SOUND, problems=problems[:1])
    assert "verdict 1 problem," in _read(lambda console: render_verification(console, one))


def test_a_lake_with_nothing_in_it_is_named_so_that_a_wrong_name_shows() -> None:
    lake = "/srv/[lakes]/a-rather-long-name-of-a-folder/and-another-one-below-it/and-yet-another"
    text = _read(lambda console: render_status(console, LakeStatus((), ()), lake))
    assert text == f"{lake}: nothing here yet; `cinelake extract` begins a lake\n"


def test_a_status_tells_each_run_and_zone() -> None:
    done = RunStatus("movie-80-1a2b3c4d", TODAY, "complete", 58, 58, 263, 262, 1, (), TODAY)
    short = msgspec.structs.replace(done, state="short", slices_committed=57, unresolved=LOST, complete_to=None)
    zones = (ZoneStatus("Raw", 41, 1_300_000), ZoneStatus("_cinelake", 1_190, 2_500_000_000))
    text = _read(lambda console: render_status(console, LakeStatus((done, short), zones), "lake"))
    words = " ".join(text.split())
    assert f"run {TODAY} movie-80-1a2b3c4d complete: 58 of 58 slices committed" in words
    assert f"the selection is complete to {TODAY}" in words
    assert "262 records of 263 counted; 1 gone; unresolved: none" in words
    assert "short: 57 of 58 slices committed; the selection is not known complete" in words
    assert all(str(title_id) in text for title_id in LOST[:20])
    assert "and 10 more" in words
    assert "Raw 41 1.3 MB" in text
    assert "_cinelake 1,190 2.5 GB" in text
