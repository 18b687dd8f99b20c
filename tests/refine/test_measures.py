"""Money, coverage, funnel and themes in Refined."""

import re
from typing import Any

import pytest
from tests.support.refine.lakes import build, commit, encode, film, lake_of, one, read, series

from cinelake.refine.reference_tables import read_reference


def test_roi_and_constant_dollars_need_known_money() -> None:
    known = film(1, budget=1_000_000, revenue=3_000_000, release_date="1975-06-20")
    store = lake_of(known, film(2, budget=0, revenue=5), film(3, budget=5_000, revenue=9_000, release_date="1905-02-03"))
    build(store)
    first, second, third = read(store, "title")
    assert (first["roi"], first["real_year"]) == (2.0, 2024)
    assert 5_700_000 < first["budget_real"] < 5_900_000
    assert (second["roi"], second["is_money_plausible"]) == (None, None)
    assert (third["roi"], third["budget_real"], third["real_year"]) == (0.8, None, None)


@pytest.mark.parametrize(
    ("budget", "revenue", "doubts"),
    [
        (999, 5_000, "budget under 1,000"),
        (5_000, 1, "revenue under 1,000"),
        (3, 1, "budget under 1,000; revenue under 1,000"),
        (1_000, 30_000_000, "revenue over 20,000 times the budget"),
        (2_000_000_000, 5_000, "budget over 1 billion"),
        (5_000, 6_000_000_000, "revenue over 5 billion; revenue over 20,000 times the budget"),
        (1_000, 1_000, None),
    ],
)
def test_implausible_money_is_kept_with_its_rules(budget: int, revenue: int, doubts: str | None) -> None:
    store = lake_of(film(1, budget=budget, revenue=revenue))
    built = build(store)
    row = one(store, "title")
    assert (row["budget"], row["money_doubts"], row["is_money_plausible"]) == (budget, doubts, doubts is None)
    assert built.pointer.report.count("movie", 5, "plausible") == (doubts is None)


def test_a_flop_is_plausible() -> None:
    store = lake_of(film(1, budget=10_000_000, revenue=100_000))
    build(store)
    row = one(store, "title")
    assert (row["roi"], row["is_money_plausible"]) == (-0.99, True)


def test_themes_have_evidence_and_confidence() -> None:
    store = lake_of(
        film(1, overview="A tale of the Second World War, and of a bank robbery."),
        film(2, overview="In the second world war.", keywords={"keywords": [{"id": 1, "name": "World War II"}]}),
        film(3, overview="A postwar, swordwise story of unmurderedness."),
        film(4, overview="Inspired by true events: nothing happens"),
    )
    build(store)
    rows = [
        (row["title_key"], row["tag"], row["source"], row["evidence"], str(row["confidence"]))
        for row in read(store, "title_theme")
    ]
    assert rows == [
        ("movie-1", "World War II", "overview", "second world war", "0.70"),
        ("movie-1", "heist", "overview", "bank robbery", "0.60"),
        ("movie-2", "World War II", "keyword", "world war ii", "0.95"),
        ("movie-4", "based on a true story", "overview", "inspired by true events", "0.90"),
    ]


@pytest.mark.parametrize(
    "overview",
    [
        "World\nWar II",
        "world\twar\u00a0ii\u001f",
        "the \u201cWorld War II\u201d",
        "after World War II\u2019s end",
        "World War II's end",
        "World War II\u2014and after",
        "world  war   ii",
        "[World-War-II]\u2026",
        "\u00abWorld War II\u00bb",
        "\u2018world war ii\u2019\r\n",
    ],
)
def test_words_are_found_between_separators(overview: str) -> None:
    store = lake_of(film(1, overview=overview))
    build(store)
    assert one(store, "title_theme")["tag"] == "World War II"


def test_waterloo_bridge_is_not_a_battle() -> None:
    store = lake_of(film(1, overview="They meet on Waterloo Bridge."), film(2, overview="At the Battle of Waterloo."))
    build(store)
    assert one(store, "title_theme")["title_key"] == "movie-2"


def test_overview_rules_contain_only_lower_case_words() -> None:
    (rules,) = (rows for rows in read_reference() if rows.name == "theme_rule")
    words = [str(row[3]) for row in rules.rows if row[2] == "overview"]
    assert words
    assert [each for each in words if not re.fullmatch(r"[a-z0-9]+( [a-z0-9]+)*", each)] == []


def test_coverage_counts_by_decade_and_genre() -> None:
    store = lake_of(film(1, budget=5_000), film(2, release_date=""), film(3, genres=[]))
    build(store)
    found = {
        (row["grouping"], row["member"]): (row["titles"], row["known"]) for row in read(store, "coverage", "field='budget'")
    }
    assert found == {
        ("all", "all"): (3, 1),
        ("decade", "2000"): (2, 1),
        ("decade", "undated"): (1, 0),
        ("genre", "Crime"): (2, 1),
        ("genre", "unknown"): (1, 0),
    }


def test_coverage_separates_missing_from_not_requested() -> None:
    parts: dict[str, Any] = {"keywords": {"keywords": []}, "credits": {"cast": [{"id": 1, "name": "Person 1"}], "crew": []}}
    store = lake_of(film(1), film(2, **parts))
    commit(store, "all-2010-2014", [encode([series(1), series(2, external_ids=None)])], kind="Series")
    build(store)
    rows = read(store, "coverage", "grouping = 'all'")
    found = {(row["kind"], row["field"]): (row["titles"], row["asked"], row["known"], row["share"]) for row in rows}
    assert found["movie", "keywords"] == (2, 1, 0, 0.0)
    assert found["movie", "cast_members"] == (2, 1, 1, 1.0)
    assert found["series", "keywords"] == (2, 0, 0, None)
    assert found["series", "imdb_id"] == (2, 1, 1, 1.0)
    of_films = {field for kind, field in found if kind == "movie"} - {field for kind, field in found if kind == "series"}
    assert of_films == {"runtime", "budget", "revenue", "money", "collection"}


def test_funnel_steps_add_up_to_zero() -> None:
    store = lake_of(
        film(1, imdb_id=None),
        film(2, imdb_id=""),
        film(3, budget=5_000, revenue=9_000),
        film(4, budget=1),
        film(5, imdb_id="tt1.5"),
    )
    shows = [series(1), series(2, external_ids=None), series(3, external_ids={}), series(4, external_ids={"imdb_id": "x"})]
    commit(store, "all-2010-2014", [encode(shows)], kind="Series")
    build(store)
    for kind in ("movie", "series"):
        for step in range(1, 6):
            assert sum(row["titles"] for row in read(store, "funnel", f"kind = '{kind}' AND step = {step}")) == 0
    lost = read(store, "funnel", "kind = 'series' AND step = 2 AND part = 'lost' AND titles < 0")
    assert {row["name"]: row["titles"] for row in lost} == {
        "imdb_id was not asked for": -1,
        "imdb_id is null or none": -1,
        "imdb_id is no tt and digits": -1,
    }
    lost = read(store, "funnel", "kind = 'series' AND step > 3 AND part = 'lost' AND titles < 0")
    assert {row["name"]: row["titles"] for row in lost} == {"it is a series, and TMDB has no budget or revenue of any": -4}
    rows = read(store, "funnel", "kind = 'movie'")
    losses = {row["name"]: row["titles"] for row in rows if row["part"] == "lost" and row["titles"]}
    assert losses == {
        "imdb_id is empty": -1,
        "imdb_id is null or none": -1,
        "imdb_id is no tt and digits": -1,
        "not in the IMDb files": -2,
        "neither budget nor revenue": -3,
        "revenue unknown": -1,
    }


def test_extreme_money_is_kept() -> None:
    store = lake_of(*(film(n, budget=10**n * 2, revenue=10**n * 3) for n in range(3, 9)), film(9, revenue=2_900_000_000))
    build(store)
    assert [row["budget"] for row in read(store, "title", "roi IS NOT NULL")] == [10**n * 2 for n in range(3, 9)]
    assert one(store, "title", "id_tmdb = 9")["revenue"] == 2_900_000_000
