"""Every number and sentence of the page agrees with SQL over Refined. twins.py explains how to add a card."""
# ruff: noqa: S608 - our own SQL

import re
from collections.abc import Iterator
from dataclasses import replace
from math import comb
from pathlib import Path

import pytest
from tests.dashboard.oracle.browser import Open, draw
from tests.dashboard.oracle.compare import near
from tests.dashboard.oracle.lakes import fill_all_cards, fill_unchanged
from tests.dashboard.oracle.page_check import FILTERS, PageCheck
from tests.dashboard.oracle.selections import Refined, open_refined
from tests.dashboard.oracle.sentences import say_sentences
from tests.dashboard.test_page_data import aged_lake
from tests.support.refine.lakes import build

from cinelake.dashboard.writer import load_page_data, render_dashboard
from cinelake.lake.store import Store
from cinelake.lake.stores.local_store import LocalStore
from cinelake.lake.stores.object_store import open_memory
from cinelake.pages.assembler import read_parts

CAPACITY = 200
PORTUGUESE = ["", "k=series", "y=1700-1710", "g=35,18"]
"""States that are also tested in Portuguese."""
SAMPLED = ["", "g=80", "y=1980-2005"]
"""States that are tested with a sample."""


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rich") / "lake"
    store = LocalStore(folder)
    fill_all_cards(store)
    build(store)
    return folder


@pytest.fixture(scope="module")
def full(open_page: Open, lake: Path) -> Iterator[PageCheck]:
    with open_refined(lake) as refined:
        page = open_page(draw(LocalStore(lake), lake.parent, "full"))
        yield PageCheck(page, Refined(refined, FILTERS), {"en": list(FILTERS), "pt": PORTUGUESE})


@pytest.fixture(scope="module")
def sample(open_page: Open, lake: Path) -> Iterator[PageCheck]:
    """A page with a small capacity. The same hash selects its titles, in a different query."""
    money = "(budget IS NOT NULL AND revenue IS NOT NULL)"
    with open_refined(lake) as tables:
        of, with_money = (
            tables.sql(f"SELECT count(*) FROM title WHERE {test}").fetchall()[0][0] for test in ("TRUE", money)
        )
    drawn = min(max(CAPACITY - with_money, CAPACITY - CAPACITY // 2), of - with_money)
    assert with_money > CAPACITY // 2  # so votes select no title
    others = f"(SELECT title_key FROM title WHERE NOT {money} ORDER BY md5(title_key) LIMIT {drawn})"
    weight = f"if({money}, 1, {(of - with_money) / drawn})"
    file = lake.parent / "sample.html"
    file.write_text(render_dashboard(read_parts("dashboard"), load_page_data(LocalStore(lake), CAPACITY)), encoding="utf-8")
    with open_refined(lake, f"{money} OR title_key IN {others}", weight) as refined:
        yield PageCheck(
            open_page(file),
            Refined(refined, {state: FILTERS[state] for state in SAMPLED}),
            {"en": SAMPLED, "pt": SAMPLED[:1]},
        )


@pytest.mark.parametrize("state", FILTERS)
def test_numbers_agree_with_sql(full: PageCheck, state: str) -> None:
    assert full.list_wrong_numbers(state) == []


@pytest.mark.parametrize(
    ("lang", "state"), [*(("en", state) for state in FILTERS), *(("pt", state) for state in PORTUGUESE)]
)
def test_sentences_agree_with_sql(full: PageCheck, lang: str, state: str) -> None:
    assert full.list_wrong_words(state, lang) == []


def test_a_card_without_a_twin_is_reported(full: PageCheck) -> None:
    selection = full.refined.select("")
    with pytest.raises(AssertionError, match="card invented has no twin"):
        say_sentences("invented", selection, full.refined, "en")
    twinless = replace(selection, cards={**selection.cards, "invented": selection.cards["roi_band"]})
    with pytest.raises(AssertionError, match="card invented has no sentence twin"):
        say_sentences("invented", twinless, full.refined, "en")


@pytest.mark.parametrize("state", SAMPLED)
def test_numbers_of_a_sample_agree_with_weighted_sql(sample: PageCheck, state: str) -> None:
    assert sample.list_wrong_numbers(state) == []


@pytest.mark.parametrize(("lang", "state"), [*(("en", state) for state in SAMPLED), ("pt", "")])
def test_sentences_of_a_sample_agree_with_weighted_sql(sample: PageCheck, lang: str, state: str) -> None:
    assert sample.list_wrong_words(state, lang) == []


def test_a_sample_is_announced_and_its_money_is_exact(sample: PageCheck, full: PageCheck) -> None:
    notice = sample.page.locator("#sampled")
    assert notice.is_visible()
    sample.page.evaluate("location.hash = '#lang=en'")
    shown, exact = ({card["id"]: card for card in each.show("")["cards"]} for each in (sample, full))
    kept, of = (each.refined.kept for each in (sample, full))
    assert [int(each) for each in re.findall(r"\d+", notice.text_content() or "")] == [kept, of]
    assert "≈" in shown["genres"]["answer"]
    assert sample.refined.select("").of == pytest.approx(of)
    for name in ("roi_band", "roi_decade", "budget_decade", "earned_back"):
        assert [row["n"] for row in shown[name]["rows"]] == [row["n"] for row in exact[name]["rows"]]
        assert [row["value"] for row in shown[name]["rows"]] == [near(row["value"]) for row in exact[name]["rows"]]


@pytest.mark.parametrize("name", ["aged", "unchanged"])
def test_incomplete_lakes_agree_with_sql(open_page: Open, tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    copy_lake(aged_lake() if name == "aged" else unchanged_lake(), LocalStore(folder))
    with open_refined(folder) as refined:
        page = open_page(draw(LocalStore(folder), tmp_path))
        sight = PageCheck(page, Refined(refined, {"": "TRUE"}), {"en": [""], "pt": [""]})
        assert sight.refined.lacks == {"money", "tags"} | ({"imdb", "ages", "cast"} if name == "unchanged" else set())
        assert sight.list_wrong_numbers("") == []
        for lang in ("en", "pt"):
            assert sight.list_wrong_words("", lang) == []


def unchanged_lake() -> Store:
    store = open_memory()
    fill_unchanged(store)
    build(store)
    return store


def copy_lake(source: Store, target: Store) -> None:
    for entry in list(source.list_entries("")):
        stored = source.read(entry.key)
        assert stored is not None
        target.write(entry.key, stored.data)


@pytest.mark.parametrize("weight", [1, 4.25])
def test_equal_weights_change_no_median(full: PageCheck, weight: float) -> None:
    same = """weight => [1, 2, 5, 20, 21, 50].map(count => {
      const values = Array.from({length: count}, (_, n) => (n * 37) % 101);
      const all = [cine.stats.summarise(values, null), cine.stats.summarise(values, values.map(() => weight))];
      return all.map(({median, low, high}) => [median, low, high]);
    })"""
    for plain, weighted in full.page.evaluate(same, weight):
        assert weighted == [near(float(each)) for each in plain]


def test_median_intervals_cover_95_percent(full: PageCheck) -> None:
    counts = [20, 21, 33, 50, 99, 200, 501]
    ranks = full.page.evaluate("all => all.map(cine.stats.medianRanks)", counts)
    for count, (low, high) in zip(counts, ranks, strict=True):
        assert sum(comb(count, below) for below in range(low + 1, high + 1)) / 2**count >= 0.95
