"""The HTML page about a run: its text, its safety, and its independence of other files."""

import base64
import hashlib
import json
import re
from html import unescape
from html.parser import HTMLParser
from importlib.resources import files

import msgspec
import pytest
from msgspec import structs
from tests.support.run_summaries import (
    COMPLETE,
    EMPTY_TIMELINE,
    INCOMPLETE,
    MARKUP,
    START,
    STATES,
    UNFINISHED,
    UNTRACED,
    build_slice,
    build_timeline,
    each_state,
)
from tests.support.snapshots import Snapshots

from cinelake.run_report.html import draw_run_page
from cinelake.run_report.values import RunSummary, Timeline

VENDORED = files("cinelake.pages").joinpath("web", "run_report", "vendor")
_BLOCKS = r"</?(?:p|h1|h2|div|dl|tr|table|figure|section|header|main|footer)\b[^>]*>"


class _Elements(HTMLParser):
    """The elements of a page with their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def list_attribute(self, name: str) -> list[str | None]:
        return [attributes[name] for _, attributes in self.found if name in attributes]


def _read_text(page: str) -> str:
    """The visible text of a page, one block per line."""
    body = page[page.index("<body>") : page.index('<script type="application/json"')]
    blocks = re.split(_BLOCKS, body)
    lines = (re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", block))).strip() for block in blocks)
    return "\n".join(filter(None, lines))


def _read_data(page: str) -> str:
    """The data of the charts, as they are in the page."""
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    return found[1]


def _list_charts(page: str) -> list[str | None]:
    return [attributes["id"] for _, attributes in _Elements(page).found if attributes.get("class") == "chart"]


@pytest.mark.parametrize("name", STATES)
def test_text_of_the_page(snapshots: Snapshots, name: str) -> None:
    snapshots.check(f"run_report/{name}", _read_text(draw_run_page(STATES[name])))


def test_only_charts_with_data_are_drawn() -> None:
    assert _list_charts(draw_run_page(COMPLETE)) == ["requests", "latency", "trouble"]
    assert _list_charts(draw_run_page(UNFINISHED)) == ["requests", "latency"]
    assert _list_charts(draw_run_page(UNTRACED)) == []


def test_run_without_responses_has_no_latency_chart() -> None:
    failing = build_timeline(START, failed=60)
    nothing: list[float | None] = [None] * len(failing.at)
    failing = structs.replace(failing, p50=nothing, p95=nothing, p99=nothing)
    page = draw_run_page(structs.replace(COMPLETE, timeline=failing, p50=None, p95=None, p99=None))
    assert _list_charts(page) == ["requests", "trouble"]
    assert "— / — / —" in page


def test_process_without_requests_has_no_chart_and_no_rate() -> None:
    idle = structs.replace(COMPLETE.processes[0], seconds=0.0, requests=0)
    page = draw_run_page(structs.replace(COMPLETE, processes=(idle,), seconds=0.0, timeline=EMPTY_TIMELINE))
    assert _list_charts(page) == []
    assert "the traces have no requests" in page
    assert "not on AWS 0.0 s 0 — 3 14" in _read_text(page)


def test_charts_get_the_data_of_the_traces() -> None:
    data = _read_data(draw_run_page(COMPLETE))
    assert "<" not in data
    decoded = json.loads(data)
    assert decoded["rateLimit"] == COMPLETE.rate_limit
    assert msgspec.json.decode(msgspec.json.encode(decoded["timeline"]), type=Timeline) == COMPLETE.timeline
    assert json.loads(_read_data(draw_run_page(structs.replace(COMPLETE, rate_limit=None))))["rateLimit"] is None


@pytest.mark.parametrize(
    ("run", "are_open"),
    [(INCOMPLETE, ["true", "false"]), (UNFINISHED, ["true", "false"]), (COMPLETE, ["false", "false"])],
    ids=["titles missing", "in progress", "complete"],
)
def test_genres_with_missing_or_unfinished_windows_are_open(run: RunSummary, are_open: list[str]) -> None:
    assert _Elements(draw_run_page(run)).list_attribute("aria-expanded") == are_open


def test_windows_with_missing_titles_are_marked() -> None:
    rows = [attributes.get("class") for tag, attributes in _Elements(draw_run_page(INCOMPLETE)).found if tag == "tr"]
    assert rows.count("missing") == 1


@pytest.mark.parametrize(
    ("window", "cells"),
    [
        (build_slice("War", "-1899", 0), "-1899 ✓ complete — 0 0 0 0 0 0 0 0"),
        (build_slice("War", "2020-2024", 10, gone=1), "2020-2024 ✓ complete 100 % 10 10 9 1 0 0 1 81.0 kB"),
        (build_slice("War", "undated", 10, unproven=1), "undated ✓ complete, 1 unproven 90 % 10 9 9 0 0 1 1 81.0 kB"),
    ],
    ids=["no titles", "gone titles", "unproven titles"],
)
def test_row_of_a_window(window: object, cells: str) -> None:
    assert cells in _read_text(draw_run_page(structs.replace(COMPLETE, slices=(window,))))


def test_plan_without_slices_has_no_table() -> None:
    assert "The plan has no slices." in draw_run_page(structs.replace(COMPLETE, slices=()))


def test_markup_in_values_stays_text() -> None:
    piece = structs.replace(COMPLETE.slices[0], name=MARKUP, genre=MARKUP, window=MARKUP, state=MARKUP)
    process = structs.replace(COMPLETE.processes[0], ending=MARKUP)
    texts = dict.fromkeys(("title", "selection_id", "state"), MARKUP)
    page = draw_run_page(structs.replace(INCOMPLETE, **texts, slices=(piece,), processes=(process,)))
    elements = _Elements(page).found
    assert [attributes.get("type") for tag, attributes in elements if tag == "script"] == ["application/json", None, None]
    assert not [tag for tag, _ in elements if tag in {"img", "iframe", "link", "object"}]
    assert not [name for _, attributes in elements for name in attributes if name.startswith("on")]
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 7
    assert "alert(1)</script>" not in page
    assert "${page}" in page


@each_state
def test_page_loads_nothing(run: RunSummary) -> None:
    page = draw_run_page(run)
    attributes = {name for _, attributes in _Elements(page).found for name in attributes}
    assert attributes.isdisjoint({"src", "href", "srcset", "action", "style"})
    assert set(re.findall(r"https?://[^\s\"'<)]+", page)) <= {"https://github.com/leeoniya/uPlot"}  # in its banner
    assert "@import" not in page
    assert "url(" not in page


@each_state
def test_policy_allows_only_the_scripts_and_styles_of_the_page(run: RunSummary) -> None:
    page = draw_run_page(run)
    policy = next(a["content"] for tag, a in _Elements(page).found if tag == "meta" and "http-equiv" in a)
    assert policy is not None
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    blocks = re.findall(r"<(?:style|script)>(.*?)</(?:style|script)>", page, re.DOTALL)
    hashes = [base64.b64encode(hashlib.sha256(block.encode()).digest()).decode() for block in blocks]
    assert len(hashes) == 3
    assert sorted(re.findall(r"'sha256-([^']+)'", policy)) == sorted(hashes)


def test_page_has_the_notices_of_tmdb_and_uplot() -> None:
    page = draw_run_page(COMPLETE)
    assert "This product uses the TMDB API but is not endorsed or certified by TMDB." in page
    assert "Copyright (c) 2022 Leon Sorokin" in page


def test_vendored_files_are_as_published() -> None:
    published = dict(re.findall(r"`([^`]+)` ([0-9a-f]{64})", VENDORED.joinpath("VENDORED.md").read_text(encoding="utf-8")))
    found = {each.name: hashlib.sha256(each.read_bytes()).hexdigest() for each in VENDORED.iterdir()}
    del found["VENDORED.md"]
    assert found == published
    assert set(found) == {"LICENSE", "uPlot.iife.min.js", "uPlot.min.css"}
