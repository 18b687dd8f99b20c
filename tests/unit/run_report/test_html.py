"""The page of a run: what it says, what it never lets through, and that it asks nobody for anything."""

import base64
import hashlib
import json
import math
import re
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from importlib.resources import files
from typing import Any

import msgspec
import pytest

from cinelake.run_report.html import draw_picture
from cinelake.run_report.sentences import dollars, duration, share, size, tell_pace, tell_verdict
from cinelake.run_report.tables import sum_slices
from cinelake.run_report.values import Cost, Lost, Picture, ProcessPicture, Series, SlicePicture

START = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)
EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\" onload='x' & ${page}"
VENDORED = files("cinelake.pages").joinpath("web", "run_report", "vendor")
NO_SERIES = Series([], [], [], [], [], [], [], [])


def make_slice(
    genre: str, window: str, titles: int, *, state: str = "complete", lost: int = 0, **counts: int
) -> SlicePicture:
    """A slice of so many titles; all that are not lost or gone are held, unless it is not committed yet."""
    gone, unproven = counts.get("gone", 0), counts.get("unproven", 0)
    listed = 0 if state == "waiting" else titles - unproven
    held = listed - gone - lost if state in ("complete", "short") else counts.get("fetched", 0)
    name = f"{genre.lower()}-{window}"
    return SlicePicture(
        name, genre, window, state, titles, listed, held, gone, lost, unproven, math.ceil(held / 100), held * 9000
    )


def make_series(*starts: datetime, seconds: int = 60, refused: dict[int, float] | None = None, failed: int = 0) -> Series:
    """A second for each second of each process; `refused` by second, and one failure in so many seconds at the end."""
    series = msgspec.structs.replace(NO_SERIES, **{name: [] for name in Series.__struct_fields__})
    for start in starts:
        for second in range(seconds + 1):
            wave = math.sin(second / 7)
            row: list[float | None] = [
                39.4 + wave / 2,
                40,
                (refused or {}).get(second, 0.0),
                float(second >= seconds - failed),
            ]
            row += [85 + 9 * wave, 140 + 22 * wave, 230 + 70 * wave]
            for values, value in zip(columns_of(series), row if second < seconds else [None] * 7, strict=True):
                values.append(value)
            series.at.append(start.timestamp() + second + 0.5)
    return series


def columns_of(series: Series) -> list[list[Any]]:
    """The lists beside `at`."""
    return [series.sent, series.peak, series.refused, series.failed, series.p50, series.p95, series.p99]


COMPLETE = Picture(
    title="Crime and War films, all dates",
    selection_id="movie-80-10752-1a2b3c4d",
    run_on=date(2026, 11, 24),
    state="complete",
    planned_at=START - timedelta(seconds=9),
    finished_at=START + timedelta(minutes=20),
    drawn_at=START + timedelta(minutes=41),
    limit=40.0,
    requests=47280,
    refused=3,
    failed=14,
    seconds=1200.0,
    used=0.985,
    busiest=41,
    p50=84.2,
    p95=142.0,
    p99=260.4,
    slices=(
        make_slice("Crime", "2015-2019", 12000, gone=5),
        make_slice("Crime", "2020-2024", 30000, gone=7),
        make_slice("War", "2020-2024", 3704),
    ),
    lost=(),
    processes=(ProcessPicture(START, 1200.0, None, 47280, 3, 14, "complete"),),
    series=make_series(START, refused={30: 3.0}, failed=2),
    cost=Cost(is_measured=False, gb_seconds=600.0, lambda_dollars=0.01, puts=461, puts_dollars=0.0023, dollars=0.0123),
)
SHORT = msgspec.structs.replace(
    COMPLETE,
    state="short",
    slices=(
        make_slice("Crime", "2020-2024", 30000, state="short", lost=2, unproven=3),
        make_slice("War", "2020-2024", 3704),
    ),
    lost=(Lost(603, "Movies genre-80-2020-2024", "500 six times"), Lost(11, "Movies genre-80-2020-2024", EVIL)),
)
LATER = START + timedelta(hours=1)
UNFINISHED = msgspec.structs.replace(
    COMPLETE,
    state="unfinished",
    finished_at=None,
    slices=(
        make_slice("Crime", "2015-2019", 12000),
        make_slice("Crime", "2020-2024", 30000, state="listed", fetched=900),
        make_slice("War", "2020-2024", 3704, state="waiting"),
    ),
    processes=(
        ProcessPicture(START, 60.0, 512, 2400, 0, 0, "stopped"),
        ProcessPicture(LATER, 60.0, 512, 2400, 0, 0, "running"),
    ),
    series=make_series(START, LATER),
    cost=Cost(is_measured=True, gb_seconds=60.0, lambda_dollars=0.001, puts=129, puts_dollars=0.0006, dollars=0.0016),
)
UNTRACED = msgspec.structs.replace(
    COMPLETE,
    **dict.fromkeys(("requests", "refused", "failed", "busiest"), 0),
    **dict.fromkeys(("limit", "used", "p50", "p95", "p99")),
    seconds=0.0,
    processes=(),
    series=NO_SERIES,
)
ALL = pytest.mark.parametrize(
    "picture", [COMPLETE, SHORT, UNFINISHED, UNTRACED], ids=["complete", "short", "unfinished", "untraced"]
)


class Reader(HTMLParser):
    """What a browser makes of a page: elements with their attributes, and texts by the element that they stand in."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append((self.elements[-1][0] if self.elements else "", data))

    def texts_in(self, tag: str) -> list[str]:
        """The texts that directly follow the start of such an element."""
        return [text for where, text in self.texts if where == tag]


def visible(page: str) -> str:
    """The words of a page, without its head and scripts."""
    body = page[page.index("<body>") : page.index('<script type="application/json"')]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


def test_a_complete_run_says_what_it_holds_and_how_fast_it_was() -> None:
    assert tell_verdict(COMPLETE) == "Complete: 45,692 titles of 3 slices held, 12 gone."
    assert tell_pace(COMPLETE) == (
        "20 min at 39.4 requests a second of 40 allowed; 3 refused (0.01 %), 14 failed (0.03 %)."
    )
    words = visible(draw_picture(COMPLETE))
    for said in (tell_verdict(COMPLETE).split(": ")[1], tell_pace(COMPLETE), "2 of 2 complete", "3 of 3 complete"):
        assert said in words
    for figure in (
        "45,692 of 45,704",
        "47,280",
        "84 / 142 / 260",
        "98.5 %",
        "41 requests",
        "20 min",
        "$0.0123 would have been",
    ):
        assert figure in words


def test_a_short_run_says_what_is_missing_and_that_the_same_command_tries_again() -> None:
    assert tell_verdict(SHORT) == (
        "Short: 33,699 titles of 2 slices held, 0 gone; 2 titles could not be had, "
        "3 counted by the service, but in no list (in 1 slice). The same command tries again."
    )
    words = visible(draw_picture(SHORT))
    assert "603 Movies genre-80-2020-2024 500 six times" in words
    assert "▲ 1 of 1 short" in words
    assert "✓ 1 of 1 complete" in words


def test_an_unfinished_run_says_how_far_it_came() -> None:
    assert tell_verdict(UNFINISHED) == (
        "Unfinished: 1 of 3 slices committed, 12,900 of 45,704 titles held. The same command goes on from here."
    )
    words = visible(draw_picture(UNFINISHED))
    for said in ("not finished", "stopped in good order", "running, or killed", "waiting", "listed", "Lambda, 512 MB"):
        assert said in words


def test_titles_that_a_complete_run_only_counted_are_told() -> None:
    picture = msgspec.structs.replace(COMPLETE, slices=(make_slice("War", "undated", 10, unproven=1),))
    assert "; 1 counted by the service, but in no list (in 1 slice)." in tell_verdict(picture)
    assert "✓ complete, 1 unproven" in visible(draw_picture(picture))


def test_a_run_without_traces_shows_no_chart_and_says_why() -> None:
    page = draw_picture(UNTRACED)
    assert 'class="chart"' not in page
    assert "There is nothing to draw: no process left a trace." in page
    assert "How fast it went is not known" in page
    assert "requests — no process left a trace cost on AWS" in visible(page)


def test_a_process_that_ended_at_once_has_no_pace() -> None:
    blink = msgspec.structs.replace(COMPLETE.processes[0], seconds=0.0, requests=0)
    words = visible(draw_picture(msgspec.structs.replace(COMPLETE, processes=(blink,), seconds=0.0)))
    assert "How fast it went is not known" in words
    assert "elsewhere 0.0 s 0 — 3 14" in words


def test_a_process_that_sent_nothing_is_told_from_no_process() -> None:
    page = draw_picture(msgspec.structs.replace(COMPLETE, series=NO_SERIES))
    assert 'class="chart"' not in page
    assert "There is nothing to draw: nothing was sent, as far as the traces tell." in page


def test_a_run_without_trouble_says_so_instead_of_an_empty_chart() -> None:
    page = draw_picture(UNFINISHED)
    assert "Nothing was refused and nothing failed." in page
    assert 'id="requests" role="img"' in page
    assert 'id="trouble" role="img"' not in page


def test_a_run_without_an_answer_has_no_chart_of_latency() -> None:
    silent = make_series(START, failed=60)
    nothing: list[float | None] = [None] * len(silent.at)
    silent = msgspec.structs.replace(silent, p50=nothing, p95=nothing, p99=nothing)
    page = draw_picture(msgspec.structs.replace(COMPLETE, series=silent, p50=None, p95=None, p99=None))
    assert "No request was answered." in page
    assert 'id="latency" role="img"' not in page
    assert "— / — / —" in page


def test_each_chart_is_told_in_a_sentence() -> None:
    words = visible(draw_picture(COMPLETE))
    assert "38.9 to 39.9 a second (median 39.6); 41 in the busiest second; 40 were allowed." in words
    assert "Half of the answers came within 76 to 94 ms (median 88); 99 of 100 within 160 to 300 ms" in words
    assert "3 refused at 2026-11-24 14:00:30 UTC, at most 3.0 a second; 14 failed from 2026-11-24 14:00:58 to" in words


def test_a_run_without_a_limit_is_not_measured_against_one() -> None:
    page = draw_picture(msgspec.structs.replace(COMPLETE, limit=None, used=None))
    assert "39.4 requests a second not limited" in page
    assert "there was no limit" in page
    assert json.loads(data_of(page))["limit"] is None


def test_the_cost_says_whether_it_was_measured() -> None:
    assert "No process of this run ran on AWS. On a function of 512 MB it would have cost this." in draw_picture(COMPLETE)
    assert "Measured on AWS, where 2 of 2 processes ran." in draw_picture(UNFINISHED)


def test_genres_in_which_something_is_missing_are_open_and_their_rows_are_marked() -> None:
    elements = Reader(draw_picture(SHORT)).elements
    folds = [attributes["aria-expanded"] for _, attributes in elements if "aria-expanded" in attributes]
    assert folds == ["true", "false"]
    assert sum(attributes.get("class") == "missing" for tag, attributes in elements if tag == "tr") == 1
    assert "▲" in draw_picture(SHORT)


def test_a_genre_that_only_waits_is_shut() -> None:
    elements = Reader(draw_picture(UNFINISHED)).elements
    assert [a["aria-expanded"] for _, a in elements if "aria-expanded" in a] == ["true", "false"]  # Crime is under way


def test_a_window_without_titles_has_no_share() -> None:
    picture = msgspec.structs.replace(COMPLETE, slices=(make_slice("War", "-1899", 0),))
    assert "-1899 ✓ complete — 0 0 0 0 0 0 0 0" in visible(draw_picture(picture))


def test_titles_that_are_gone_are_not_lacking() -> None:
    picture = msgspec.structs.replace(COMPLETE, slices=(make_slice("War", "2020-2024", 10, gone=1),))
    assert "2020-2024 ✓ complete 100 % 10 10 9 1 0 0 1 81.0 kB" in visible(draw_picture(picture))


def test_a_genre_is_the_sum_of_its_windows() -> None:
    whole = sum_slices("Crime", SHORT.slices)
    assert (whole.expected, whole.fetched, whole.quarantined, whole.state) == (33704, 33699, 2, "short")
    assert sum_slices("none", ()).state == "complete"


def test_a_plan_without_slices_is_said() -> None:
    assert "No slice was planned." in draw_picture(msgspec.structs.replace(COMPLETE, slices=()))


def test_text_from_outside_stays_text() -> None:
    evil_slice = msgspec.structs.replace(COMPLETE.slices[0], name=EVIL, genre=EVIL, window=EVIL, state=EVIL)
    evil_process = msgspec.structs.replace(COMPLETE.processes[0], ending=EVIL)
    changes = {"title": EVIL, "selection_id": EVIL, "state": EVIL, "slices": (evil_slice,), "processes": (evil_process,)}
    page = draw_picture(msgspec.structs.replace(SHORT, **changes))
    elements = Reader(page).elements
    assert [attributes.get("type") for tag, attributes in elements if tag == "script"] == ["application/json", None, None]
    assert not [tag for tag, _ in elements if tag in {"img", "iframe", "link", "object"}]
    assert not [name for _, attributes in elements for name in attributes if name.startswith("on")]
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 7
    assert "alert(1)</script>" not in page
    assert "${page}" in page


def test_the_charts_get_the_data_of_the_traces() -> None:
    data = data_of(draw_picture(COMPLETE))
    assert "<" not in data
    assert msgspec.json.decode(msgspec.json.encode(json.loads(data)["series"]), type=Series) == COMPLETE.series


@ALL
def test_the_file_asks_for_nothing(picture: Picture) -> None:
    page = draw_picture(picture)
    elements = Reader(page).elements
    assert not [
        name for _, attributes in elements for name in attributes if name in {"src", "href", "srcset", "action", "style"}
    ]
    assert set(re.findall(r"https?://[^\s\"'<)]+", page)) <= {"https://github.com/leeoniya/uPlot"}  # in its banner
    assert "@import" not in page
    assert "url(" not in page


@ALL
def test_the_policy_allows_the_scripts_and_the_style_of_the_page_alone(picture: Picture) -> None:
    page = draw_picture(picture)
    policy = next(a["content"] for t, a in Reader(page).elements if t == "meta" and "http-equiv" in a)
    assert policy is not None
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    blocks = re.findall(r"<(?:style|script)>(.*?)</(?:style|script)>", page, re.DOTALL)
    named = [base64.b64encode(hashlib.sha256(block.encode()).digest()).decode() for block in blocks]
    assert len(named) == 3
    assert sorted(re.findall(r"'sha256-([^']+)'", policy)) == sorted(named)


def test_the_notice_that_tmdb_asks_for_is_on_the_page() -> None:
    assert "This product uses the TMDB API but is not endorsed or certified by TMDB." in draw_picture(COMPLETE)


def test_the_licence_of_the_charts_is_in_the_file() -> None:
    assert "Copyright (c) 2022 Leon Sorokin" in draw_picture(COMPLETE)


@pytest.mark.parametrize("name", ["LICENSE", "uPlot.iife.min.js", "uPlot.min.css"])
def test_vendored_files_are_those_that_were_published(name: str) -> None:
    listed = dict(re.findall(r"`([^`]+)` ([0-9a-f]{64})", VENDORED.joinpath("VENDORED.md").read_text(encoding="utf-8")))
    assert hashlib.sha256(VENDORED.joinpath(name).read_bytes()).hexdigest() == listed[name]


def test_nothing_is_vendored_unnamed() -> None:
    assert {each.name for each in VENDORED.iterdir()} == {"LICENSE", "VENDORED.md", "uPlot.iife.min.js", "uPlot.min.css"}


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [
        (0, 0, "0 %"),
        (0, 9, "0 %"),
        (1, 10**6, "< 0.01 %"),
        (3, 47211, "0.01 %"),
        (99_999, 10**7, "0.99 %"),
        (1, 4, "25 %"),
        (985, 1000, "98.5 %"),
        (99_999, 100_000, "99.9 %"),
        (7, 7, "100 %"),
    ],
)
def test_a_share_is_never_rounded_to_none_or_all(part: int, whole: int, said: str) -> None:
    assert share(part, whole) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0.0 s"), (4.26, "4.3 s"), (42, "42 s"), (59.7, "1 min"), (1203, "20 min 03 s"), (3900, "1 h 05 min")],
)
def test_a_duration_has_two_units(seconds: float, said: str) -> None:
    assert duration(seconds) == said


def test_a_size_has_the_unit_that_fits() -> None:
    assert (size(9000), size(12_345_678), size(2.5e9)) == ("9.0 kB", "12.3 MB", "2.5 GB")


def test_a_small_amount_is_not_nothing() -> None:
    assert (dollars(0), dollars(0.00001), dollars(1234.5)) == ("$0.0000", "< $0.0001", "$1,234.5000")


def data_of(page: str) -> str:
    """The data of the charts, as they stand in the page."""
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    return found[1]
