"""How long does the dashboard take to open, and to be drawn anew when a filter changes? In headless Chromium.

Ready: from the start of the navigation until the page says data-ready, every card in the window is drawn, and a frame has
been painted since. Each open has a context of its own, so nothing is cached but the file by the system.

A redraw: from the input event until every card in the window is drawn again and two animation frames have begun since, so
that the first of them is painted. Each control of the form is set to several values and back again, where all titles are
drawn anew; then some of them with the page scrolled to each of its sections.
"""

import math
import statistics
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.support.chromium import DESK, launch

from benchmarks.dashboard import build_replay, run_offline
from benchmarks.harness import Line, temporary_lake
from benchmarks.tables import write_lake

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

_OPENS = 5
_LARGE = 1_200_000
_SETTLED = """
    globalThis.benchFrame = () => new Promise(requestAnimationFrame);
    globalThis.benchSettled = () => [...document.querySelectorAll(".card")].every((card) => {
      const { top, bottom } = card.getBoundingClientRect();
      return top > innerHeight || bottom < 0 || (card.dataset.state !== undefined && !card.ariaBusy);
    });
"""
_OPENED = """async () => {
    while (document.documentElement.dataset.ready === undefined || !benchSettled()) await benchFrame();
    await benchFrame();
    return performance.now();
}"""
_REDRAWS = """async (ids) => {
    const apply = async (id, value) => {
      const control = document.getElementById(id);
      const isButton = control.tagName === "BUTTON";
      if (control.type === "checkbox") control.checked = value;
      else if (!isButton) control.value = value;
      const began = performance.now();
      if (isButton) control.click();
      else control.dispatchEvent(new Event("change", { bubbles: true }));
      do await benchFrame(); while (!benchSettled());
      await benchFrame();
      const took = performance.now() - began;
      await new Promise((done) => setTimeout(done, 20)); // what a redraw leaves behind is not the next one's
      return [id, String(value), took];
    };
    const NUMBERS = { from: [1950, 1980, 2000, ""], to: [2010, 1990, 1970, ""], votes: [1, 10, 100, 1000, ""] };
    const OPTIONS = 6;
    const valuesOf = (control) => {
      if (control.tagName === "BUTTON") return control.id === "clear" ? [""] : ["on", "off"];
      if (control.type === "checkbox") return [true, false];
      if (control.tagName !== "SELECT") return NUMBERS[control.id];
      const values = [...control.options].map((option) => option.value).filter(Boolean);
      const step = Math.max(1, Math.floor(values.length / OPTIONS));
      return [...values.filter((_, n) => n % step === 0), ""];
    };
    const found = ids ?? [...document.querySelectorAll("#filters :is(button, select, input)")].map((control) => control.id);
    const took = [];
    for (const id of found) for (const value of valuesOf(document.getElementById(id))) took.push(await apply(id, value));
    return took;
}"""
_SCROLLED = ["kind", "from", "votes", "money-only"]
"""Controls tried at each section: what they cost depends on the cards in the window more than on which control it is."""

Redraw = tuple[str, str, float]


def measure_page() -> list[Line]:
    """The dashboard of the replay's 45,704 films in headless Chromium. Takes about two minutes."""
    with temporary_lake() as lake:
        build_replay(lake)
        drawn = run_offline("dashboard", lake=lake)
        file = lake / "Dashboard/index.html"
        size, titles = file.stat().st_size / 1e6, drawn.report["titles"]
        return [
            Line(f"page of {titles:,} films, its file", "under 6 MB", "", f"{size:.2f} MB", size < 6),
            Line("`cinelake dashboard`", "under 10 s", "", f"{drawn.wall_s:.2f} s", drawn.wall_s < 10),
            *measure_file(file, ready_s=1.5, redraw_ms=100),
        ]


def measure_page_large() -> list[Line]:
    """The same of 1,200,000 sandbox films. Takes about a quarter of an hour and 5 GB of disk."""
    with temporary_lake() as lake:
        write_lake(lake, _LARGE)
        run_offline("build", lake=lake)
        drawn = run_offline("dashboard", lake=lake)
        file = lake / "Dashboard/index.html"
        size, titles = file.stat().st_size / 1e6, drawn.report["titles"]
        told = f"{drawn.wall_s:.2f} s, {size:.2f} MB"
        return [
            Line(f"page of {titles:,} films", "-", "", told, is_met=True),
            *measure_file(file, ready_s=4, redraw_ms=300),
        ]


def measure_file(file: Path, *, ready_s: float, redraw_ms: float) -> Iterator[Line]:
    """One page, held against these bounds."""
    blank = file.with_name("blank.html")
    blank.write_text(_draw_blank(file.stat().st_size))
    try:
        with launch() as browser:
            nothing_s = statistics.median(_open(browser, blank) for _ in range(_OPENS))
            opened_s = statistics.median(_open(browser, file) for _ in range(_OPENS))
            top, scrolled = _redraw(browser, file)
    except pytest.skip.Exception as absent:
        raise SystemExit(f"benchmarks: page cannot be measured: {absent}") from absent
    anchor = f"blank of its size: {nothing_s:.2f} s"
    yield Line("ready from disk, median of 5", f"under {ready_s} s", anchor, f"{opened_s:.2f} s", opened_s < ready_s)
    for name, redraws in (("redraw, every control", top), ("redraw, at each section", scrolled)):
        times = sorted(took for _, _, took in redraws)
        late = times[math.ceil(len(times) * 0.95) - 1]
        slowest = max(redraws, key=lambda redraw: redraw[2])
        ours = f"{late:.0f} ms, median {statistics.median(times):.0f}, most {slowest[2]:.0f} ({slowest[0]})"
        yield Line(f"{name}, p95", f"under {redraw_ms} ms", f"{len(times)} redraws", ours, late < redraw_ms)


def _draw_blank(size: int) -> str:
    """A page of so many bytes that does nothing."""
    text = '<!doctype html><html data-ready="yes"><script type="application/octet-stream">{}</script><p>Nothing</p></html>'
    return text.format("A" * (size - len(text) + 2))


def _load(browser: "Browser", file: Path) -> tuple["Page", float]:
    """A page that is ready, in a context of its own, and the seconds that it took."""
    page = browser.new_context(locale="en-US", viewport=DESK).new_page()
    page.add_init_script(_SETTLED)
    page.goto(file.as_uri())
    return page, page.evaluate(_OPENED) / 1e3


def _open(browser: "Browser", file: Path) -> float:
    page, took_s = _load(browser, file)
    page.context.close()
    return took_s


def _redraw(browser: "Browser", file: Path) -> tuple[list[Redraw], list[Redraw]]:
    """Redraws of every control at the top of the page, and of some at each section, after a first round."""
    page, _ = _load(browser, file)
    page.evaluate(_REDRAWS, _SCROLLED)
    top: list[Redraw] = page.evaluate(_REDRAWS, None)
    scrolled: list[Redraw] = []
    for section in page.locator("main section").all():
        section.evaluate("section => section.scrollIntoView()")
        page.wait_for_timeout(300)
        scrolled += [
            (f"{control} at {section.get_attribute('id')}", value, took)
            for control, value, took in page.evaluate(_REDRAWS, _SCROLLED)
        ]
    page.context.close()
    return top, scrolled
