"""The result of each command on a terminal of 80 columns; the texts are snapshots in tests/snapshots/results."""

import re
from collections.abc import Callable
from datetime import date
from io import StringIO

import msgspec
import pytest
from rich.console import Console
from tests.support.snapshots import Snapshots
from tests.support.tmdb.service import TODAY
from tests.support.tmdb.virtual import START

from cinelake.cli.extract import render_report
from cinelake.cli.genres import render_genres
from cinelake.cli.plan import render_plan, render_planned
from cinelake.cli.prune import render_pruning
from cinelake.cli.status import render_status
from cinelake.cli.verify import render_verification
from cinelake.extract.planning.decision import Resume, UpToDate
from cinelake.extract.planning.estimate import RefreshEstimate, RunEstimate, estimate_run
from cinelake.extract.planning.fetch_estimate import PlannedRun
from cinelake.extract.planning.plan import Plan, PlannedSlice
from cinelake.extract.run_documents import RunReport, SliceReport
from cinelake.extract.status import LakeStatus, RunStatus, ZoneStatus
from cinelake.lake.keys import RunKey
from cinelake.lake.problems import Problem
from cinelake.media import Media
from cinelake.refresh.refetch_policy import RefetchPolicy
from cinelake.retention.prune import BlockedDay, PruneResult, Remedy, RemovedDay
from cinelake.selection.genres import genre_name, list_genre_ids, list_genres
from cinelake.selection.selection import Selection
from cinelake.selection.slices import Slice
from cinelake.verify.results import ExportAudit, Verification

LONG = "genre-10752-19570301-19591231"
MANIFEST = f"_cinelake/manifests/Movies/2026/11/23/{LONG}.12.json"
MISSING = tuple(range(1_213_001, 1_213_031))
VERIFIED = Verification(runs=1, slices=2, batches=3, records=290, distinct_ids=280, bytes=4_200_000, gone=1, problems=())
LAKE = "/srv/[lakes]/a-rather-long-name-of-a-folder/and-another-one-below-it/and-yet-another"


RUN_KEY = RunKey("movie-80-fadae13c", TODAY)
REFRESH = RunEstimate(
    titles=10_907,
    list_requests=240,
    change_requests=3,
    detail_requests=139,
    minutes=0.16,
    files=2,
    megabytes=1.4,
    lambda_gb_seconds=5,
    lambda_dollars=0.0001,
    refresh=RefreshEstimate(since=TODAY, stored=10_901, new=6, old=73, changed=60),
)


def _plan_of_refresh() -> Plan:
    return msgspec.structs.replace(_plan(80), refresh=RefetchPolicy(TODAY))


def _draw(draw: Callable[[Console], None], width: int = 80) -> str:
    out = StringIO()
    draw(Console(file=out, width=width))
    return out.getvalue()


def _plan(*genre_ids: int, total: int = 1_234) -> Plan:
    slices = [Slice(Media.MOVIE, g, date(1957, 3, 1), date(1959, 12, 31)) for g in genre_ids or (None,)]
    planned = [PlannedSlice(piece, total + n) for n, piece in enumerate(slices)]
    empty = PlannedSlice(Slice(Media.MOVIE, slices[0].genre_id, date(1960, 1, 1), date(1964, 12, 31)), 0)
    return Plan(Selection(Media.MOVIE, genre_ids), TODAY, START, (*planned, empty))


def _draw_plan(plan: Plan, rate: float = 40) -> str:
    return _draw(lambda console: render_plan(console, plan, estimate_run(plan, rate), rate))


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


COMPLETE = _report(SliceReport("genre-80-2020-2024", 9, 9, 8, 1, (), 0, is_complete=True))
INCOMPLETE = _report(
    SliceReport(LONG, 1_000, 999, 967, 2, MISSING, 1, is_complete=False),
    SliceReport("genre-80-2020-2024", 10, 9, 9, 0, (), 1, is_complete=True),
    SliceReport("genre-80-undated", 5, 5, 5, 0, (), 0, is_complete=True),
)
REFRESHED = msgspec.structs.replace(COMPLETE, records=134, kept=10_767, tombstones={"gone": 3, "left": 2})
WITH_REASON = msgspec.structs.replace(COMPLETE, is_complete=False, reason_incomplete="TMDB lists no title at all")
PROBLEMS = (
    Problem("quarantined", MANIFEST, "ids 1213001, 1213002 cannot be fetched: '<!--[if lt IE 7]> [/b] <html>'"),
    Problem("altered object", "Raw/x", "12 bytes"),
)
AUDITED = ExportAudit("movie-all-1a2b3c4d", TODAY, "movie_ids_11_23_2026", 1_213_704, 90_000, 4, 0, 12, 3)
RUN = RunStatus("movie-80-1a2b3c4d", TODAY, "complete", 58, 58, 10_905, 134, 1, (), TODAY, kept=10_767)
UNFINISHED = RunStatus("movie-53-5e6f7a8b", TODAY, "unfinished", 58, 12, 45_880, 18_855, 0, MISSING, None)
ZONES = (ZoneStatus("Raw", 41, 1_300_000), ZoneStatus("_cinelake", 1_190, 2_500_000_000))
DAY = date(2026, 5, 1)
NEEDED = BlockedDay("Series", DAY, "older than 180 days", "it has the newest run of series-80-1a2b3c4d", is_by_terms=True)
REMEDY = Remedy(
    "series-80-1a2b3c4d", "cinelake refresh --media series --genre 80", "cinelake prune --abandon series-80-1a2b3c4d"
)

RESULTS: dict[str, Callable[[Console], None]] = {
    "plan": lambda c: render_plan(c, _plan(80, 10752), estimate_run(_plan(80, 10752), 40), 40),
    "plan_everything": lambda c: render_plan(c, _plan(total=1_213_704), estimate_run(_plan(total=1_213_704), 40), 40),
    "plan_unlimited": lambda c: render_plan(c, _plan(80), estimate_run(_plan(80), float("inf")), float("inf")),
    "plan_refresh": lambda c: render_plan(c, _plan_of_refresh(), REFRESH, 40),
    "plan_resumed": lambda c: render_planned(c, PlannedRun(Resume(Selection(), RUN_KEY), _plan(80), REFRESH), 40),
    "plan_up_to_date": lambda c: render_planned(c, UpToDate(Selection(), RUN_KEY), 40),
    "extract": lambda c: render_report(c, COMPLETE),
    "extract_incomplete": lambda c: render_report(c, INCOMPLETE),
    "extract_incomplete_for_a_reason": lambda c: render_report(c, WITH_REASON),
    "refresh": lambda c: render_report(c, REFRESHED),
    "verify": lambda c: render_verification(c, VERIFIED),
    "verify_api_and_export": lambda c: render_verification(
        c, msgspec.structs.replace(VERIFIED, tmdb_titles=281, ingested=2, ingested_bytes=9_000, audits=(AUDITED,))
    ),
    "verify_problems": lambda c: render_verification(c, msgspec.structs.replace(VERIFIED, problems=PROBLEMS)),
    "status": lambda c: render_status(c, LakeStatus((RUN, UNFINISHED), ZONES), "lake"),
    "status_empty": lambda c: render_status(c, LakeStatus((), ()), LAKE),
    "genres_movie": lambda c: render_genres(c, list_genres(Media.MOVIE)),
    "genres_series": lambda c: render_genres(c, list_genres(Media.SERIES)),
    "prune": lambda c: render_pruning(
        c,
        PruneResult(
            False, (RemovedDay("Movies", DAY, "older than 180 days", 41, 1_300_000),), (NEEDED,), 41, 1_300_000, (REMEDY,)
        ),
    ),
    "prune_dry": lambda c: render_pruning(c, PruneResult(True, (), (), 0, 0)),
}


@pytest.mark.parametrize("name", RESULTS)
def test_result(name: str, snapshots: Snapshots) -> None:
    snapshots.check(f"results/{name}", _draw(RESULTS[name]))


@pytest.mark.parametrize("name", RESULTS)
@pytest.mark.parametrize("width", [40, 80])
def test_no_number_or_key_is_cut(name: str, width: int) -> None:
    words = set(re.findall(r"[\w/.,:-]*\d[\w/.,:-]*", _draw(RESULTS[name], 500)))
    text = _draw(RESULTS[name], width)
    assert "…" not in text
    if not name.startswith("plan"):  # of a plan, genres move below each other
        assert {word for word in words if word not in text} == set()


def test_status_after_a_refresh_counts_the_unchanged_titles() -> None:
    assert "10,901 titles: 134 fetched, 10,767 unchanged" in _draw(RESULTS["status"])


def test_a_plan_of_every_genre_shows_each_count() -> None:
    genre_ids = list_genre_ids(Media.MOVIE)
    text = re.sub(" +", " ", _draw_plan(_plan(*genre_ids, total=1_000_000)))
    assert "…" not in text
    for n, genre_id in enumerate(sorted(genre_ids)):
        assert genre_name(Media.MOVIE, genre_id) in text
        assert text.count(f"{1_000_000 + n:,}") >= 2  # of its window, and of all windows


def test_a_run_without_duration_has_no_rate() -> None:
    assert "per second" not in _draw(lambda console: render_report(console, _report(seconds=0.0)))


def test_text_from_outside_is_not_taken_for_markup() -> None:
    assert "'<!--[if lt IE 7]> [/b] <html>'" in _draw(RESULTS["verify_problems"])
    assert LAKE in _draw(RESULTS["status_empty"])
