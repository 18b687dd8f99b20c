"""Every number and every sentence of the page is what SQL on Refined gives: twins.py tells how a new card comes in."""
# ruff: noqa: S608 - our own words

import re
from collections.abc import Iterator
from dataclasses import replace
from math import comb
from pathlib import Path

import pytest
from tests.dashboard.oracle.asked import Refined, open_refined
from tests.dashboard.oracle.browser import Open, draw
from tests.dashboard.oracle.compare import near
from tests.dashboard.oracle.rich import fill_richly, fill_stilly
from tests.dashboard.oracle.sentences import say_sentences
from tests.dashboard.oracle.sight import FILTERS, Sight
from tests.dashboard.test_page_data import aged_lake
from tests.support.refine.lakes import build

from cinelake.dashboard.writer import draw_dashboard, gather_pack
from cinelake.lake.local_store import LocalStore
from cinelake.lake.object_store import open_memory
from cinelake.lake.store import Store
from cinelake.pages.assembler import read_parts

ROOM = 200
SPOKEN = ["", "k=series", "y=1700-1710", "g=35,18"]
"""States that are looked at in Portuguese, too."""
DRAWN = ["", "g=80", "y=1980-2005"]
"""States that are looked at in a sample."""


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rich") / "lake"
    store = LocalStore(folder)
    fill_richly(store)
    build(store)
    return folder


@pytest.fixture(scope="module")
def whole(open_page: Open, lake: Path) -> Iterator[Sight]:
    with open_refined(lake) as refined:
        page = open_page(draw(LocalStore(lake), lake.parent, "whole"))
        yield Sight(page, Refined(refined, FILTERS), {"en": list(FILTERS), "pt": SPOKEN})


@pytest.fixture(scope="module")
def sample(open_page: Open, lake: Path) -> Iterator[Sight]:
    """What a page with little room keeps: by the same hash, chosen here by another way."""
    money = "(budget IS NOT NULL AND revenue IS NOT NULL)"
    with open_refined(lake) as tables:
        of, with_money = (
            tables.sql(f"SELECT count(*) FROM title WHERE {test}").fetchall()[0][0] for test in ("TRUE", money)
        )
    drawn = min(max(ROOM - with_money, ROOM - ROOM // 2), of - with_money)
    assert with_money > ROOM // 2  # so votes let nobody in
    others = f"(SELECT title_key FROM title WHERE NOT {money} ORDER BY md5(title_key) LIMIT {drawn})"
    weight = f"if({money}, 1, {(of - with_money) / drawn})"
    file = lake.parent / "sample.html"
    file.write_text(draw_dashboard(read_parts("dashboard"), gather_pack(LocalStore(lake), ROOM)), encoding="utf-8")
    with open_refined(lake, f"{money} OR title_key IN {others}", weight) as refined:
        yield Sight(
            open_page(file), Refined(refined, {state: FILTERS[state] for state in DRAWN}), {"en": DRAWN, "pt": DRAWN[:1]}
        )


@pytest.mark.parametrize("state", FILTERS)
def test_every_number_is_that_of_sql(whole: Sight, state: str) -> None:
    assert whole.list_wrong_numbers(state) == []


@pytest.mark.parametrize(("lang", "state"), [*(("en", state) for state in FILTERS), *(("pt", state) for state in SPOKEN)])
def test_every_sentence_says_what_sql_says(whole: Sight, lang: str, state: str) -> None:
    assert whole.list_wrong_words(state, lang) == []


def test_a_card_without_a_twin_is_named(whole: Sight) -> None:
    told = whole.refined.tell("")
    with pytest.raises(AssertionError, match="card invented has no twin"):
        say_sentences("invented", told, whole.refined, "en")
    twinless = replace(told, cards={**told.cards, "invented": told.cards["roi_band"]})
    with pytest.raises(AssertionError, match="card invented has no sentence twin"):
        say_sentences("invented", twinless, whole.refined, "en")


@pytest.mark.parametrize("state", DRAWN)
def test_every_number_of_a_sample_is_that_of_sql_with_its_weights(sample: Sight, state: str) -> None:
    assert sample.list_wrong_numbers(state) == []


@pytest.mark.parametrize(("lang", "state"), [*(("en", state) for state in DRAWN), ("pt", "")])
def test_every_sentence_of_a_sample_is_an_estimate_by_sql(sample: Sight, lang: str, state: str) -> None:
    assert sample.list_wrong_words(state, lang) == []


def test_a_sample_says_so_and_its_money_is_exact(sample: Sight, whole: Sight) -> None:
    said = sample.page.locator("#sampled")
    assert said.is_visible()
    sample.page.evaluate("location.hash = '#lang=en'")
    told, exact = ({card["id"]: card for card in each.show("")["cards"]} for each in (sample, whole))
    kept, of = (each.refined.kept for each in (sample, whole))
    assert [int(each) for each in re.findall(r"\d+", said.text_content() or "")] == [kept, of]
    assert "≈" in told["genres"]["answer"]
    assert sample.refined.tell("").of == pytest.approx(of)
    for name in ("roi_band", "roi_decade", "budget_decade", "earned_back"):
        assert [row["n"] for row in told[name]["rows"]] == [row["n"] for row in exact[name]["rows"]]
        assert [row["value"] for row in told[name]["rows"]] == [near(row["value"]) for row in exact[name]["rows"]]


@pytest.mark.parametrize("name", ["aged", "still"])
def test_numbers_and_sentences_of_a_lake_that_lacks_much_are_those_of_sql(
    open_page: Open, tmp_path: Path, name: str
) -> None:
    folder = tmp_path / name
    copy_lake(aged_lake() if name == "aged" else still_lake(), LocalStore(folder))
    with open_refined(folder) as refined:
        page = open_page(draw(LocalStore(folder), tmp_path))
        sight = Sight(page, Refined(refined, {"": "TRUE"}), {"en": [""], "pt": [""]})
        assert sight.refined.lacks == {"money", "tags"} | ({"imdb", "ages", "cast"} if name == "still" else set())
        assert sight.list_wrong_numbers("") == []
        for lang in ("en", "pt"):
            assert sight.list_wrong_words("", lang) == []


def still_lake() -> Store:
    store = open_memory()
    fill_stilly(store)
    build(store)
    return store


def copy_lake(source: Store, target: Store) -> None:
    for entry in list(source.list_entries("")):
        stored = source.read(entry.key)
        assert stored is not None
        target.write(entry.key, stored.data)


@pytest.mark.parametrize("weight", [1, 4.25])
def test_equal_weights_change_no_median_and_no_interval(whole: Sight, weight: float) -> None:
    same = """weight => [1, 2, 5, 20, 21, 50].map(count => {
      const values = Array.from({length: count}, (_, n) => (n * 37) % 101);
      const all = [cine.stats.summarise(values, null), cine.stats.summarise(values, values.map(() => weight))];
      return all.map(({median, low, high}) => [median, low, high]);
    })"""
    for plain, weighted in whole.page.evaluate(same, weight):
        assert weighted == [near(float(each)) for each in plain]


def test_the_interval_of_a_median_covers_it_with_95_percent(whole: Sight) -> None:
    counts = [20, 21, 33, 50, 99, 200, 501]
    ranks = whole.page.evaluate("all => all.map(cine.stats.medianRanks)", counts)
    for count, (low, high) in zip(counts, ranks, strict=True):
        assert sum(comb(count, below) for below in range(low + 1, high + 1)) / 2**count >= 0.95
