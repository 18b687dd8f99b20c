"""Accessibility of the page: axe-core in every theme and language, phone and desktop, translations, print."""

import re
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.dashboard.oracle.browser import Open, draw
from tests.support.chromium import DESK, PHONE

from cinelake.lake.store import Store
from cinelake.refine.reference_tables import read_reference

if TYPE_CHECKING:
    from playwright.sync_api import ViewportSize

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
_FIND = """async ([place, rules]) => (await axe.run(place, {resultTypes: ["violations"], ...rules})).violations
  .map(found => [found.id, found.nodes.slice(0, 3).map(node => node.html.slice(0, 160))])"""
_COLOURS = {"runOnly": ["color-contrast"]}
_OPEN_TABLES = """() => {
  cine.board.drawAll();
  document.querySelectorAll(":is(#card-years, #card-genres, #card-roi_genre) .toggle").forEach(button => button.click());
}"""
"""Open one table of each type: stacked parts, counts, and values with intervals. Tables of the lake are always open."""


_LISTEN = """language => {
  globalThis.unknown ??= new Set();
  const listen = {get: (words, key) => (key in words || key in cine.texts[language] || unknown.add(key), words[key])};
  cine.terms[language] = new Proxy(cine.terms[language], listen);
}"""
"""Collect the words for which the page has neither a text nor a term."""
_ENGLISH = """() => {
  const {texts: {en, pt}, terms} = cine;
  const pairs = [...Object.keys(pt).map(key => [en[key], pt[key]]), ...Object.keys(pt.q).map(key => [en.q[key], pt.q[key]]),
    ...Object.entries(terms.pt), ...Object.entries(terms.en).map(([key, word]) => [word, terms.pt[key]])];
  const portuguese = new Set(pairs.map(([, word]) => word));
  const english = new Set(pairs.filter(([word, own]) => word !== own && !portuguese.has(word)).map(([word]) => word));
  const leaves = [...document.querySelectorAll("body *:not(script, :has(*), #lang *)")];
  const said = [...leaves.map(each => each.textContent), ...leaves.map(each => each.ariaLabel ?? "")];
  return [...new Set(said.flatMap(text => text.split(/ · |; |: |^\\d+\\. /)).filter(text => english.has(text)))];
}"""
_ON_PAPER = """() => {
  const seen = [...document.querySelectorAll("body, .card, footer")].map(each => getComputedStyle(each));
  const dark = seen.filter(style => !["rgba(0, 0, 0, 0)", "rgb(255, 255, 255)"].includes(style.backgroundColor)).length;
  const cards = [...document.querySelectorAll(".card:not(:has(.scroll))")];
  const broken = cards.filter(card => getComputedStyle(card).breakInside !== "avoid");
  const notice = document.querySelector("footer").innerText;
  return [dark, broken.length, notice.includes("not endorsed, certified, or otherwise approved by TMDB")];
}"""


@pytest.fixture(scope="module")
def file(edge_case_lake: Store, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return draw(edge_case_lake, tmp_path_factory.mktemp("looks"))


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_axe_finds_no_violations(open_page: Open, file: Path, viewport: "ViewportSize") -> None:
    page = open_page(file, viewport=viewport)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    for language in ("en", "pt"):
        page.locator("#lang").select_option(language)
        page.evaluate(_OPEN_TABLES)
        for theme, rules in (("light", {}), ("dark", _COLOURS)):  # a theme changes only colours
            page.locator("#theme").select_option(theme)
            assert page.evaluate(_FIND, ["html", rules]) == [], (language, theme)
            page.locator("#card-genres tbody button").last.click()
            assert page.evaluate(_FIND, ["#drill", rules]) == [], (language, theme, "with the list of titles open")
            page.locator("#drill-close").click()
        assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth"), language


def test_every_text_is_translated(open_page: Open, file: Path) -> None:
    page = open_page(file)
    page.evaluate(_LISTEN, "en")
    page.evaluate(_LISTEN, "pt")
    page.evaluate(_OPEN_TABLES)
    english = page.evaluate("[...unknown]")
    assert [
        word for word in english if re.fullmatch(r"[a-z]+(_[a-z]+)+", word)
    ] == []  # every identifier has a readable name
    page.evaluate("unknown.clear()")
    page.locator("#lang").select_option("pt")
    page.evaluate(_OPEN_TABLES)
    page.locator("#card-genres tbody button").last.click()
    assert page.evaluate("[...unknown].filter(word => !cine.titles.dims.genre.some(([, name]) => name === word))") == []
    assert page.evaluate(_ENGLISH) == []


def test_values_of_refined_are_translated(open_page: Open, file: Path) -> None:
    models = files("cinelake.refine") / "models" / "refined"
    funnel, title, fields = (models.joinpath(f"{name}.sql").read_text("utf-8") for name in ("funnel", "title", "coverage"))
    words = {
        *re.findall(r"'(?:entered|lost|remaining)'(?: AS part)?, '([^']+)'", funnel),
        *re.findall(r"THEN '((?:budget|revenue) [^']+)'", title),
        *re.findall(r"coverage_rows field=(\w+)", fields),
        *(str(row[1]) for table in read_reference() if table.name == "theme_rule" for row in table.rows),
    }
    assert len(words) > 60
    missing = "words => words.filter(word => !(word in cine.terms.pt) && !(word in cine.texts.pt))"
    assert open_page(file).evaluate(missing, sorted(words)) == []


def test_printed_pages_are_white_and_name_the_source(open_page: Open, file: Path, tmp_path: Path) -> None:
    page = open_page(file, "#theme=dark&lang=pt")
    page.emulate_media(media="print", color_scheme="dark")
    page.locator("html[data-paper]").wait_for(state="attached")
    assert page.evaluate(_ON_PAPER) == [0, 0, True]
    page.pdf(path=tmp_path / "page.pdf")
    assert (tmp_path / "page.pdf").read_bytes().count(b"/Type /Page\n") > 1


def test_axes_are_readable(open_page: Open, file: Path) -> None:
    page = open_page(file)
    drawn = """([id, marks, width]) => {
      const card = cine.cards.find(each => each.id === id);
      return cine.draw.option(card, {marks, groups: marks, across: ["runtime"]}, cine.titles, width).xAxis;
    }"""
    marks = [{"key": n, "label": f"Genre {n}", "part": "runtime", "n": 30, "x": n, "y": 0, "share": 0.5} for n in range(19)]
    for width in (PHONE["width"], DESK["width"]):
        names = page.evaluate(drawn, ["fields_genre", marks, width])
        assert (len(names["data"]), names["axisLabel"]["interval"]) == (19, 0)
    scale = page.evaluate(
        drawn, ["rise_revenue", [{"key": 1, "label": "Saga", "n": 9, "low": -2, "median": -1, "high": 1}], 400]
    )
    ticks = [
        scale["min"] + n * scale["interval"] for n in range(round((scale["max"] - scale["min"]) / scale["interval"]) + 1)
    ]
    labels = page.evaluate("ticks => ticks.map(tick => cine.words.axis(tick, 'growth'))", ticks)
    assert labels == ["×0.063", "×0.25", "×1", "×4"]  # noqa: RUF001 - the sign that the page uses


def test_charts_adapt_to_the_viewport(open_page: Open, file: Path) -> None:
    page = open_page(file)
    page.evaluate("cine.board.drawAll()")
    page.set_viewport_size(PHONE)
    upright = (
        "echarts.getInstanceByDom(document.querySelector('#card-fields_genre .canvas')).getOption().xAxis[0].axisLabel"
    )
    page.wait_for_function(f"{upright}.rotate === 90")
    assert page.evaluate(f"[{upright}.rotate, {upright}.interval]") == [90, 0]
