"""The page about a run in a browser: it loads nothing, draws its charts, and works with keyboards and on phones."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.support.chromium import DESK, PHONE, launch
from tests.support.run_summaries import COMPLETE, INCOMPLETE, LATER, START, UNFINISHED, UNTRACED, each_state

from cinelake.run_report.html import draw_run_page
from cinelake.run_report.values import RunSummary

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, ViewportSize

PAINTED = """([chart, name]) => {
  const canvas = document.querySelectorAll("canvas")[chart];
  const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d", { willReadFrequently: true });
  copy.drawImage(canvas, 0, 0);
  const [red, green, blue] = colour(name)().slice(1).match(/../g).map(hex => parseInt(hex, 16));
  const pixels = copy.getImageData(0, 0, canvas.width, canvas.height).data;
  return pixels.some((_, n) => n % 4 === 0 && pixels[n] === red && pixels[n + 1] === green && pixels[n + 2] === blue);
}"""
"""Script: whether a chart has a pixel of a colour."""
NARROWED = """new Promise(resolve => {
  const check = () => document.querySelector("canvas").clientWidth < 600 ? resolve() : requestAnimationFrame(check);
  check();
})"""
"""Script: waits until a chart is narrow. Playwright's own wait needs eval, which the policy of the page forbids."""
Open = Callable[..., "Page"]


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    """One browser for all tests."""
    with launch() as browser:
        yield browser


@pytest.fixture
def open_page(browser: "Browser", tmp_path: Path) -> Iterator[Open]:
    """Opens the page about a run; after the test, the console must be empty and only the file must have been loaded."""
    messages: list[str] = []
    requests: list[str] = []
    file = tmp_path / "run.html"
    context = browser.new_context()

    def start(run: RunSummary, *, scheme: str = "light", viewport: "ViewportSize" = DESK) -> "Page":
        file.write_text(draw_run_page(run), encoding="utf-8")
        page = context.new_page()
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        page.set_viewport_size(viewport)
        page.on("console", lambda message: messages.append(message.text))
        page.on("pageerror", lambda error: messages.append(str(error)))
        page.on("request", lambda request: requests.append(request.url))
        page.goto(file.as_uri())
        return page

    yield start
    context.close()
    assert messages == []
    assert requests == [file.as_uri()]


@each_state
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_charts_with_data_are_drawn(open_page: Open, run: RunSummary, scheme: str) -> None:
    page = open_page(run, scheme=scheme)
    drawn = page.locator("canvas").evaluate_all(
        "all => all.map(c => c.clientWidth > 600 && c.clientHeight > 100"
        " && c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some(Boolean))"
    )
    charts = 0 if run is UNTRACED else 2 if run is UNFINISHED else 3
    assert drawn == [True] * charts


@each_state
def test_page_never_scrolls_sideways_on_a_phone(open_page: Open, run: RunSummary) -> None:
    page = open_page(run, viewport=PHONE)
    page.locator("#unfold").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_charts_follow_the_width_of_the_window(open_page: Open) -> None:
    page = open_page(COMPLETE)
    page.set_viewport_size({"width": 600, "height": 800})
    page.evaluate(NARROWED)
    assert page.evaluate("document.documentElement.scrollWidth") <= 600


def test_genres_open_and_close_by_keyboard(open_page: Open) -> None:
    page = open_page(INCOMPLETE)
    crime, war = page.get_by_role("button", name="Crime"), page.get_by_role("button", name="War")
    windows = page.locator("#genre-1")
    assert crime.get_attribute("aria-expanded") == "true"
    assert not windows.is_visible()
    crime.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert war.get_attribute("aria-expanded") == "true"
    assert windows.is_visible()
    page.keyboard.press("Space")
    assert not windows.is_visible()


def test_all_genres_open_and_close_at_once(open_page: Open) -> None:
    page = open_page(COMPLETE)
    page.get_by_role("button", name="Open all genres").click()
    assert page.locator("tbody.windows:visible").count() == 2
    page.get_by_role("button", name="Close all genres").click()
    assert page.locator("tbody.windows:visible").count() == 0


def test_screen_reader_gets_a_table_of_slices(open_page: Open) -> None:
    table = open_page(INCOMPLETE).get_by_role("table", name="Slices")
    assert table.get_by_role("columnheader", name="unproven").count() == 1
    assert table.get_by_role("rowheader", name="2020-2024").count() == 1  # that of the open genre


def test_screen_reader_gets_the_description_of_each_chart(open_page: Open) -> None:
    page = open_page(COMPLETE)
    assert page.get_by_role("img", name="Requests per second 38.9 to 39.9 per second").count() == 1
    assert page.get_by_role("img", name="Response latency").count() == 1
    assert page.get_by_role("img", name="Refused and failed requests").count() == 1


def test_all_charts_zoom_together(open_page: Open) -> None:
    page = open_page(COMPLETE)
    page.get_by_role("button", name="Zoom in").click()
    assert list_spans(page) == [30] * 3
    page.get_by_role("button", name="Whole run").click()
    assert list_spans(page) == [60] * 3
    page.locator("#latency").scroll_into_view_if_needed()
    box = page.locator("#latency .u-over").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.75, box["y"] + 20)
    page.mouse.up()
    assert list_spans(page) == [30] * 3


def test_one_process_can_be_selected(open_page: Open) -> None:
    page = open_page(UNFINISHED)
    assert list_spans(page) == [3660] * 2
    page.get_by_role("combobox", name="Process").select_option(index=2)
    assert list_spans(page) == [60] * 2


def test_gap_between_processes_is_empty(open_page: Open) -> None:
    page = open_page(UNFINISHED)
    middle = (START.timestamp() + LATER.timestamp()) / 2
    page.evaluate(f"show([{middle - 60}, {middle + 60}])")
    assert list_spans(page) == [120] * 2
    assert not page.evaluate(PAINTED, [1, "p50"])
    page.get_by_role("button", name="Whole run").click()
    assert page.evaluate(PAINTED, [1, "p50"])


def test_print_is_light_on_a_dark_screen(open_page: Open) -> None:
    page = open_page(COMPLETE, scheme="dark")
    dark = page.evaluate("colour('ink')()")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    light = page.evaluate("colour('ink')()")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert light != dark
    assert page.evaluate("colour('ink')()") == dark


def list_spans(page: "Page") -> list[int]:
    """The seconds that each chart shows."""
    seconds: list[int] = page.evaluate("plots.map(plot => Math.round(plot.scales.x.max - plot.scales.x.min))")
    return seconds
