from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.support.refine.lakes import BRIDGES, build, film, lake_of, one, read

from cinelake.refine.checks import build_checks, run_checks
from cinelake.refine.engines.duckdb_engine import open_duckdb
from cinelake.refine.models.model import read_models


def company(company_id: int, name: str = "Made-Up") -> dict[str, Any]:
    return {"id": company_id, "logo_path": None, "name": f"{name} {company_id}", "origin_country": ""}


def person(person_id: int, **others: object) -> dict[str, Any]:
    return {"id": person_id, "name": f"Person {person_id}", "gender": person_id % 3, **others}


@pytest.mark.parametrize("bridge", BRIDGES)
@pytest.mark.parametrize("links", [0, 1, 3, 7])
def test_money_through_a_bridge_equals_money_in_title(bridge: str, links: int) -> None:
    many = range(1, links + 1)
    store = lake_of(
        film(
            1,
            budget=1_000_003,
            revenue=7_000_001,
            genres=[{"id": 1000 + n, "name": f"G{n}"} for n in many],
            production_countries=[{"iso_3166_1": f"C{n}", "name": f"C {n}"} for n in many],
            spoken_languages=[{"iso_639_1": f"l{n}", "name": "", "english_name": ""} for n in many],
            production_companies=[company(n) for n in many],
            keywords={"keywords": [{"id": n, "name": f"k{n}"} for n in many]},
            credits={"cast": [person(n, order=n) for n in many], "crew": [person(n, job="Director") for n in many]},
        )
    )
    build(store)
    rows = read(store, bridge)
    assert len(rows) == max(links, 1)
    assert sum(row["weight"] for row in rows) == 1
    assert sum(Decimal(7_000_001) * row["weight"] for row in rows) == 7_000_001


def test_empty_lists_become_the_unknown_member() -> None:
    store = lake_of(film(1), film(2, production_companies=[company(5)]))
    build(store)
    assert [(row["title_key"], row["company_id"]) for row in read(store, "title_company")] == [
        ("movie-1", 0),
        ("movie-2", 5),
    ]
    assert one(store, "company", "company_id = 0")["name"] == "unknown"


def test_duplicate_companies_are_one_link() -> None:
    store = lake_of(film(1, production_companies=[company(5), company(6), company(5, "Other")]))
    build(store)
    assert [row["company_id"] for row in read(store, "title_company")] == [5, 6]
    assert one(store, "company", "company_id = 5")["name"] == "Made-Up 5"


def test_the_cast_is_ordered_and_unique() -> None:
    cast = [person(7, order=1, character="Two"), person(8, order=0, character="One"), person(7, order=5, character="Also")]
    crew = [person(9, job="Producer"), person(10, job="Director")]
    store = lake_of(film(1, credits={"cast": cast, "crew": crew}))
    build(store)
    rows = read(store, "title_cast")
    assert [(row["person_key"], row["position"], row["character"]) for row in rows] == [
        ("tmdb-8", 1, "One"),
        ("tmdb-7", 2, "Two"),
    ]
    assert one(store, "title_director")["person_key"] == "tmdb-10"
    assert [row["person_key"] for row in read(store, "person")] == ["tmdb-10", "tmdb-7", "tmdb-8", "unknown"]
    assert [row["gender"] for row in read(store, "person", "person_key IN ('tmdb-7', 'tmdb-8')")] == ["female", "male"]


def test_instalments_are_numbered_by_date() -> None:
    saga = {"id": 9, "name": "Invented Saga", "poster_path": None, "backdrop_path": None}
    days = {1: "2003-01-01", 2: "1999-05-05", 3: "", 4: "2003-06-01"}
    store = lake_of(*(film(n, release_date=day, belongs_to_collection=saga) for n, day in days.items()), film(5))
    build(store)
    rows = read(store, "title_collection")
    assert [(row["title_key"], row["instalment"], row["gap_years"]) for row in rows] == [
        ("movie-1", 2, 4),
        ("movie-2", 1, None),
        ("movie-3", None, None),
        ("movie-4", 3, 0),
    ]
    assert one(store, "collection")["titles"] == 4


def test_the_first_of_january_is_a_placeholder() -> None:
    store = lake_of(film(1, release_date="1954-01-01"), film(2, release_date="1954-01-02"))
    build(store)
    days = [(row["day"], row["decade"], row["is_placeholder"]) for row in read(store, "calendar")]
    assert days == [(date(1954, 1, 1), 1950, True), (date(1954, 1, 2), 1950, False)]
    assert [row["is_date_placeholder"] for row in read(store, "title")] == [True, False]


def test_ids_up_to_0_become_the_unknown_member() -> None:
    nobody = [{"id": 0, "name": "A24"}, {"id": -1, "name": "B"}]
    store = lake_of(
        film(
            1,
            genres=nobody,
            production_companies=nobody,
            keywords={"keywords": nobody},
            credits={"cast": nobody, "crew": [{**each, "job": "Director"} for each in nobody]},
            production_countries=[{"iso_3166_1": "unknown", "name": "A"}],
            spoken_languages=[{"iso_639_1": "unknown", "name": "A"}],
        )
    )
    build(store)
    for name, key in (("genre", "genre_id"), ("company", "company_id"), ("keyword", "keyword_id")):
        assert one(store, f"title_{name}")[key] == 0
        assert {row["name"] for row in read(store, name, f"{key} <= 0")} == {"unknown"}
    for name, key in (("country", "country_code"), ("language", "language_code")):
        assert one(store, f"title_{name}")[key] == "unknown"
        assert one(store, name)["name"] == "unknown"
    assert one(store, "title_cast")["person_key"] == one(store, "title_director")["person_key"] == "unknown"
    assert one(store, "person")["person_key"] == "unknown"


def test_a_disputed_gender_is_null() -> None:
    genders = {7: (1, 2), 8: (0, 2), 9: (3, 3), 10: (0, 0)}
    casts = [[person(each, gender=found[n]) for each, found in genders.items()] for n in (0, 1)]
    films = [film(n, credits={"cast": cast, "crew": []}) for n, cast in enumerate(casts)]
    store = lake_of(*films)
    build(store)
    assert {row["person_key"]: row["gender"] for row in read(store, "person")} == {
        "tmdb-7": None,
        "tmdb-8": "male",
        "tmdb-9": "non-binary",
        "tmdb-10": None,
        "unknown": None,
    }


def test_unnamed_genres_and_genres_with_the_same_name() -> None:
    twice = [{"id": 1001, "name": "New"}, {"id": 1002, "name": "New"}]
    store = lake_of(film(1, genres=twice), film(2, genres=[{"id": 1003, "name": None}, {"id": 1004, "name": ""}]))
    build(store)
    names = {row["genre_id"]: row["name"] for row in read(store, "genre", "genre_id > 1000 AND genre_id < 2000")}
    assert names == {1001: "New", 1002: "New", 1003: "genre 1003", 1004: "genre 1004"}
    found = read(store, "coverage", "grouping = 'genre' AND field = 'runtime'")
    assert [(row["member"], row["titles"], row["known"]) for row in found] == [
        ("New", 1, 1),
        ("genre 1003", 1, 1),
        ("genre 1004", 1, 1),
    ]


@pytest.mark.parametrize(
    ("bridge", "rows", "broken"),
    [
        ("title_genre", [("movie-1", "1.0"), ("movie-2", "1.0")], 0),
        ("title_genre", [("movie-1", "1.0")], 1),
        ("title_cast", [], 2),
    ],
)
def test_a_check_finds_titles_without_a_link(tmp_path: Path, bridge: str, rows: list[tuple[str, str]], broken: int) -> None:
    checks = [each for each in build_checks(read_models()) if each.name == f"{bridge}: every title has a row"]
    with open_duckdb(tmp_path) as engine:
        engine.load_rows("title", {"title_key": "VARCHAR"}, [("movie-1",), ("movie-2",)])
        engine.load_rows(bridge, {"title_key": "VARCHAR", "weight": "DECIMAL(13, 12)"}, rows)
        assert [failure.count for failure in run_checks(engine, checks)] == [broken] * (broken > 0)
    assert len(checks) == 1


def test_languages_are_not_countries() -> None:
    store = lake_of(film(1, original_language="fr", spoken_languages=[{"iso_639_1": "fr", "name": "Invented"}]))
    build(store)
    assert one(store, "title")["original_language"] == "fr"
    assert one(store, "title_language")["language_code"] == "fr"
    assert one(store, "title_country")["country_code"] == "unknown"
    assert [row["country_code"] for row in read(store, "country")] == ["unknown"]


def test_genre_names_are_english() -> None:
    store = lake_of(film(1, genres=[{"id": 80, "name": "Policial"}]), film(2, genres=[{"id": 80, "name": "Crime"}]))
    build(store)
    assert one(store, "genre", "genre_id = 80")["name"] == "Crime"
    assert {row["member"] for row in read(store, "coverage", "grouping = 'genre'")} == {"Crime"}
