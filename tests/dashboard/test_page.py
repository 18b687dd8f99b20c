"""The dashboard in a real browser, compared with SQL over Refined."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.dashboard.oracle.browser import Open, draw, figures, selected, watch
from tests.support.chromium import launch
from tests.support.refine.lakes import build, film, lake_of

from cinelake.lake.store import Store
from cinelake.refine.query import open_tables

if TYPE_CHECKING:
    from playwright.sync_api import Browser

HOSTILE = "<script>alert(1)</script>"
FORMULA = '=HYPERLINK("x")'
TWO_FLOORS = "budget >= 100000 AND revenue >= 100000"
HAS_GENRE = "title_key IN (SELECT title_key FROM title_genre WHERE genre_id = {})"
FILTERS = {
    "#k=movie": "kind = 'movie'",
    "#k=series": "kind = 'series'",
    "#y=1990-2010": "release_year BETWEEN 1990 AND 2010",
    "#y=2000-": "release_year >= 2000",
    "#v=10": "tmdb_votes >= 10",
    "#m=1": TWO_FLOORS,
    "#l=en": "original_language = 'en'",
    "#c=US": "title_key IN (SELECT title_key FROM title_country WHERE country_code = 'US')",
    "#g=80": HAS_GENRE.format(80),
    "#g=80,10752": f"({HAS_GENRE.format(80)} OR {HAS_GENRE.format(10752)})",
    "#g=80,10752&all=1": f"({HAS_GENRE.format(80)} AND {HAS_GENRE.format(10752)})",
    "#col=in": "collection_id IS NOT NULL",
    "#b=2": f"{TWO_FLOORS} AND budget >= 5e6 AND budget < 20e6",
    "#tag=World%20War%20II": "title_key IN (SELECT title_key FROM title_theme WHERE tag = 'World War II')",
}


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    with launch() as browser:
        yield browser


@pytest.fixture
def open_page(browser: "Browser") -> Iterator[Open]:
    with watch(browser) as start:
        yield start


@pytest.fixture(scope="module")
def edge_case_page(edge_case_lake: Store, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return draw(edge_case_lake, tmp_path_factory.mktemp("edge"))


@pytest.fixture(scope="module")
def small_lake() -> Store:
    """Sixty films in two genres with money, two of them with hostile titles."""
    war = [{"id": 10752, "name": "War"}]
    both = [{"id": 80, "name": "Crime"}, *war]
    rows = [
        film(
            n,
            title=HOSTILE if n == 1 else FORMULA if n == 2 else f"Invented {n}",
            vote_count=1000 - n,
            budget=n * 1_000_000,
            revenue=n * n * 100_000,
            release_date=f"{1960 + n}-05-06",
            original_language="en" if n % 2 else "fr",
            production_countries=[{"iso_3166_1": "US" if n % 3 else "FR", "name": "There"}],
            belongs_to_collection={"id": 9, "name": "Nine"} if n % 4 == 0 else None,
            **({"genres": both} if n % 10 == 0 else {"genres": war} if n % 5 == 0 else {}),
        )
        for n in range(1, 61)
    ]
    store = lake_of(*rows)
    build(store)
    return store


@pytest.fixture(scope="module")
def small_page(small_lake: Store, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return draw(small_lake, tmp_path_factory.mktemp("small"))


def query(store: Store, sql: str) -> list[tuple[object, ...]]:
    with open_tables(store) as tables:
        return [tuple(row) for row in tables.query(sql).rows]


def count(store: Store, where: str) -> object:
    return query(store, f"SELECT count(*) FROM title WHERE {where}")[0][0]  # noqa: S608 - our own SQL


@pytest.mark.parametrize("state", FILTERS)
def test_filters_agree_with_sql(open_page: Open, small_lake: Store, small_page: Path, state: str) -> None:
    assert selected(open_page(small_page, state)) == count(small_lake, FILTERS[state])


@pytest.mark.parametrize("state", FILTERS)
def test_filters_agree_with_sql_for_edge_cases(
    open_page: Open, edge_case_lake: Store, edge_case_page: Path, state: str
) -> None:
    assert selected(open_page(edge_case_page, state)) == count(edge_case_lake, FILTERS[state])


def test_the_form_state_is_in_the_address(open_page: Open, small_lake: Store, small_page: Path) -> None:
    page = open_page(small_page)
    page.get_by_role("button", name="War", exact=True).click()
    page.get_by_label("From year").fill("1980")
    page.get_by_label("From year").press("Tab")
    page.get_by_label("Country").select_option("US")
    page.get_by_label("Only with money").check()
    where = f"{FILTERS['#c=US']} AND {HAS_GENRE.format(10752)} AND release_year >= 1980 AND {TWO_FLOORS}"
    assert 0 < selected(page) == count(small_lake, where)
    again = open_page(small_page, page.evaluate("location.hash"))
    assert selected(again) == selected(page)
    page.get_by_role("button", name="Clear filters").click()
    assert selected(page) == count(small_lake, "TRUE")


def test_cards_agree_with_sql(open_page: Open, small_lake: Store, small_page: Path) -> None:
    page = open_page(small_page)
    shown = [(row["label"], row["n"], round(row["value"], 9)) for row in figures(page, "roi_collection")]
    named = "if(collection_id IS NULL, 'Single film', 'In a collection') AS label, count(*), round(median(roi), 9)"
    assert shown == query(small_lake, f"SELECT {named} FROM title WHERE {TWO_FLOORS} GROUP BY label ORDER BY label")  # noqa: S608
    decades = [(row["key"], row["n"]) for row in figures(page, "roi_decade")]
    counted = f"SELECT decade::VARCHAR, count(*) FROM title WHERE {TWO_FLOORS} GROUP BY decade ORDER BY decade"  # noqa: S608
    assert decades == query(small_lake, counted)


def test_stacked_parts_add_up(open_page: Open, small_lake: Store, small_page: Path) -> None:
    parts = figures(open_page(small_page), "years")
    by_part = {part: sum(row["n"] for row in parts if row["part"] == part) for part in ("crime", "war", "both", "neither")}
    crime, war = HAS_GENRE.format(80), HAS_GENRE.format(10752)
    wheres = [f"{crime} AND NOT {war}", f"{war} AND NOT {crime}", f"{war} AND {crime}", f"NOT {war} AND NOT {crime}"]
    assert list(by_part.values()) == [count(small_lake, where) for where in wheres]


def test_clicking_a_bar_lists_its_titles_and_filters_the_page(open_page: Open, small_lake: Store, small_page: Path) -> None:
    page = open_page(small_page)
    figures(page, "roi_collection")
    page.get_by_role("button", name="Titles: In a collection").first.click()
    dialog = page.get_by_role("dialog")
    assert dialog.locator("tbody tr").count() == 15
    dialog.get_by_role("button", name="Revenue").click()
    revenues = dialog.locator("tbody tr").evaluate_all("all => all.map(row => Number(row.cells[5].dataset.value))")
    assert revenues == sorted(revenues, reverse=True)
    link = dialog.get_by_role("link", name="TMDB: Invented 60")
    assert link.get_attribute("href") == "https://www.themoviedb.org/movie/60"
    dialog.get_by_role("button", name="Filter the page by this").click()
    assert selected(page) == count(small_lake, "collection_id IS NOT NULL")
    page.get_by_role("button", name="Remove filter: In a collection").click()
    assert selected(page) == count(small_lake, "TRUE")


def test_a_click_on_a_chart_lists_titles(open_page: Open, small_page: Path) -> None:
    page = open_page(small_page)
    canvas = page.locator("#card-genres .canvas")
    canvas.scroll_into_view_if_needed()
    page.locator("#card-genres canvas").wait_for()
    box = canvas.bounding_box()
    assert box is not None
    to_pixel = "canvas => echarts.getInstanceByDom(canvas).convertToPixel({xAxisIndex: 0, yAxisIndex: 0}, [9, 'Crime'])"
    x, y = canvas.evaluate(to_pixel)
    page.mouse.click(box["x"] + x, box["y"] + y)
    assert page.get_by_role("dialog").get_by_role("heading").text_content() == "Crime: 54 titles"


def test_hostile_titles_are_shown_as_text(open_page: Open, small_page: Path, tmp_path: Path) -> None:
    page = open_page(small_page)
    figures(page, "genres")
    page.get_by_role("button", name="Titles: Crime").first.click()
    assert page.get_by_role("rowheader", name=HOSTILE).count() == 1
    with page.expect_download() as caught:
        page.get_by_role("button", name="Save as CSV").click()
    caught.value.save_as(tmp_path / "titles.csv")
    rows = list(csv.DictReader((tmp_path / "titles.csv").read_text("utf-8-sig").splitlines()))
    assert len(rows) == 54
    assert {HOSTILE, f"'{FORMULA}"} <= {row["title"] for row in rows}


def test_the_language_is_in_the_address(open_page: Open, small_page: Path) -> None:
    page = open_page(small_page)
    page.locator("#lang").select_option("pt")
    assert page.get_by_role("heading", level=1).text_content() == "O que este lago de 60 títulos diz"
    assert page.locator("#figure-rated span").text_content() == "100%"
    assert page.get_by_role("button", name="Guerra", exact=True).count() == 1
    assert "lang=pt" in page.evaluate("location.hash")
    assert page.evaluate("document.documentElement.lang") == "pt-BR"


def test_both_languages_have_the_same_keys(open_page: Open, small_page: Path) -> None:
    page = open_page(small_page)
    keys = "l => ['', 'q', 'note'].map(g => Object.keys(g ? cine.texts[l][g] : cine.texts[l]).sort().join())"
    assert page.evaluate(keys, "en") == page.evaluate(keys, "pt")
    asked = page.evaluate("cine.cards.filter(card => !cine.texts.en.q[card.id]).map(card => card.id)")
    assert asked == []


def test_the_keyboard_reaches_everything(open_page: Open, small_page: Path) -> None:
    page = open_page(small_page)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.locator("#card-years .toggle").focus()
    page.keyboard.press("Enter")
    page.locator("#card-years tbody button").first.focus()
    page.keyboard.press("Enter")
    assert page.get_by_role("dialog").is_visible()
    page.keyboard.press("Escape")
    assert not page.get_by_role("dialog").is_visible()
    assert page.evaluate("document.activeElement.textContent") == "Titles"


@pytest.mark.parametrize("state", ["", "#k=series", "#m=1", "#y=1700-1701", "#g=999&c=ZZ&p=nobody&b=77&y=a-b&v=-3&lang=xx"])
def test_every_card_has_an_answer_for_any_selection(open_page: Open, edge_case_page: Path, state: str) -> None:
    page = open_page(edge_case_page, state)
    page.evaluate("cine.board.drawAll()")
    answers = page.locator(".card .answer").all_text_contents()
    assert len(answers) >= 30
    assert all(answers)
    assert not [answer for answer in answers if "undefined" in answer or "NaN" in answer or "{" in answer]


def test_an_empty_lake_and_a_single_title(open_page: Open, tmp_path: Path) -> None:
    one, none = lake_of(film(1)), lake_of()
    build(one)
    build(none)
    page = open_page(draw(one, tmp_path, "one"))
    assert selected(page) == 1
    page.evaluate("cine.board.drawAll()")
    assert "n = 1" in (page.locator("#card-years .line").text_content() or "")
    assert "lacks_cast" not in page.locator("main").inner_text()
    empty = open_page(draw(none, tmp_path, "none"))
    assert "holds no titles yet" in empty.locator("main").inner_text()


def test_the_skip_link_keeps_the_selection(open_page: Open, small_page: Path) -> None:
    page = open_page(small_page, "#g=80&lang=pt")
    before = selected(page)
    page.locator(".skip").focus()
    page.keyboard.press("Enter")
    page.wait_for_timeout(50)  # the address would change in a later task
    assert page.evaluate("[location.hash, document.activeElement.id]") == ["#g=80&lang=pt", "board"]
    assert selected(page) == before


@pytest.mark.parametrize("lang", ["__proto__", "constructor"])
def test_an_unknown_language_is_english(open_page: Open, small_page: Path, lang: str) -> None:
    assert open_page(small_page, f"#lang={lang}").evaluate("document.documentElement.lang") == "en"


def test_tab_moves_to_the_next_field(open_page: Open, small_page: Path) -> None:
    page = open_page(small_page)
    page.locator("#from").fill("1990")
    page.keyboard.press("Tab")
    page.keyboard.type("2000")
    page.keyboard.press("Tab")
    assert page.evaluate("location.hash") == "#y=1990-2000"


def test_a_click_after_typing_a_number_counts(open_page: Open, small_page: Path) -> None:
    page = open_page(small_page)
    page.locator("#from").fill("1990")
    page.locator("#genre-80").hover()
    page.mouse.down()
    page.mouse.up()
    assert page.evaluate("location.hash") == "#g=80&y=1990-"
    page.locator("#clear").click()
    assert page.locator("#from").input_value() == ""


@pytest.mark.parametrize(
    ("field", "typed"), [("from", "99999"), ("from", "-5"), ("to", "1990.5"), ("votes", "10.7"), ("votes", "1e30")]
)
def test_a_link_restores_typed_numbers(open_page: Open, small_page: Path, field: str, typed: str) -> None:
    page = open_page(small_page)
    page.locator(f"#{field}").fill(typed)
    page.keyboard.press("Enter")
    again = open_page(small_page, page.evaluate("location.hash"))
    assert selected(again) == selected(page)
    assert again.locator(f"#{field}").input_value() == page.locator(f"#{field}").input_value() != ""


def test_the_page_filters_in_a_frame(open_page: Open, small_page: Path) -> None:
    page = open_page(small_page)
    frame_it = """html => {
        const frame = Object.assign(document.createElement("iframe"), { srcdoc: html, width: 1300, height: 800 });
        document.body.appendChild(frame);
    }"""
    page.evaluate(frame_it, small_page.read_text())
    frame = page.frame_locator("iframe")
    frame.locator("#genre-80").click()
    assert frame.locator("#genre-80[aria-pressed=true]").count() == 1
    assert frame.locator("#figure-titles").get_attribute("data-value") == str(selected(open_page(small_page, "#g=80")))


def test_impossible_ids_have_no_link(open_page: Open, tmp_path: Path) -> None:
    store = lake_of(film(2**53, imdb_id=None))
    build(store)
    page = open_page(draw(store, tmp_path))
    figures(page, "years")
    page.locator("#card-years tbody button").first.click()
    assert page.locator("#drill .links a").count() == 0
