"""The cards of trends, pairs, dates and ages, and the page on paper, in a real browser."""

from pathlib import Path

import pytest
from tests.dashboard.oracle.browser import Open, draw, figures
from tests.dashboard.test_page_data import aged_lake
from tests.support.refine.lakes import DAY, build, encode, film, put

from cinelake.lake.stores.object_store import open_memory


@pytest.fixture(scope="module")
def moved_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two dates; a collection of six whose rating falls by half a point an instalment."""
    store = open_memory()
    both = [{"id": 80, "name": "Crime"}, {"id": 10752, "name": "War"}]
    for number, day in enumerate((DAY.replace(day=1), DAY)):
        rows = [
            film(
                n,
                genres=both,
                release_date=f"{2000 + n}-05-06",
                vote_average=9 - n / 2,
                vote_count=100 + number * n,
                popularity=5.0,
                belongs_to_collection={"id": 9, "name": "Nine"},
            )
            for n in range(1, 7)
        ]
        put(store, "genre-80-2000-2004-1", encode(rows), day=day)
    build(store)
    return draw(store, tmp_path_factory.mktemp("moved"))


def test_a_falling_rating_has_its_slope(open_page: Open, moved_page: Path) -> None:
    (row,) = figures(open_page(moved_page), "rise_rating")
    assert (row["label"], row["n"], row["value"]) == ("Nine", 6, pytest.approx(-0.5))


def test_pairs_years_and_movers(open_page: Open, moved_page: Path) -> None:
    page = open_page(moved_page)
    assert [(row["label"], row["n"]) for row in figures(page, "pairs")] == [("Crime + War", 6)]
    first = figures(page, "by_year")[0]
    assert (first["key"], first["part"], first["n"]) == ("2001", "both", 1)
    assert len(figures(page, "movers")) == 6
    votes = [row["value"] for row in figures(page, "dates") if row["part"] == "vote_count"]
    assert votes == [600, 621]


def test_ages_are_medians_by_gender(open_page: Open, tmp_path: Path) -> None:
    rows = figures(open_page(draw(aged_lake(), tmp_path)), "ages")
    assert [(row["label"], row["n"], row["value"]) for row in rows] == [
        ("1990s · actresses", 30, 34.5),
        ("1990s · actors", 30, 49.5),
    ]


def test_printed_charts_are_not_cut(open_page: Open, moved_page: Path) -> None:
    page = open_page(moved_page)
    page.evaluate("cine.board.drawAll()")
    page.set_viewport_size({"width": 720, "height": 1000})
    page.emulate_media(media="print")
    assert not page.locator("#panel").is_visible()
    assert page.locator(".card:visible").count() == page.locator(".card").count()
    cut = (
        "() => [...document.querySelectorAll('.canvas canvas')].filter(c => { const a = c.getBoundingClientRect(),"
        " b = c.closest('.canvas').getBoundingClientRect(); return a.right > b.right + 1"
        " || a.bottom > b.bottom + 1; }).length"
    )
    assert page.evaluate(cut) == 0
