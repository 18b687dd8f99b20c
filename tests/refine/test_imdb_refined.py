"""What IMDb files add to Refined: ratings, people, and agreement with TMDB, without duplicate rows."""

from datetime import timedelta
from decimal import Decimal
from statistics import correlation
from typing import Any

import pytest
from tests.support.refine.imdb_files import ingest, line
from tests.support.refine.lakes import DAY, build, commit, encode, film, lake_of, one, read, series

from cinelake.lake.store import Store
from cinelake.lake.stores.object_store import open_memory


def cast(store: Store, title_key: str = "movie-1") -> list[tuple[Any, ...]]:
    rows = read(store, "title_cast", f"title_key = '{title_key}'")
    assert sum(row["weight"] for row in rows) == Decimal(1)
    return [(row["person_key"], row["character"]) for row in rows]


def test_ratings_are_joined_on_imdb_id() -> None:
    store = lake_of(film(1, vote_average=7.0), film(2), film(3, imdb_id=None))
    ingest(store, "TitleRatings", line("TitleRatings"), line("TitleRatings", tconst="tt7777777"))
    built = build(store)
    first, second, _ = read(store, "title")
    assert (first["imdb_rating"], first["imdb_votes"], first["rating_gap"]) == (6.5, 1000, 0.5)
    assert (second["imdb_rating"], second["rating_gap"]) == (None, None)
    count = built.pointer.report.count
    assert (count("movie", 3, "joined to IMDb"), count("movie", 3, "not in the IMDb files")) == (1, 1)


def test_series_are_joined_through_external_ids() -> None:
    store = lake_of(film(1))
    commit(store, "genre-80-2010-2014", [encode([series(5), series(6)])], kind="Series")
    ingest(store, "Series", line("Series", id="tt9000005", numeroVotos="77", generoArtista="actor", nomeArtista="Al"))
    built = build(store)
    found = {row["title_key"]: row["imdb_votes"] for row in read(store, "title", "kind = 'series'")}
    assert found == {"series-5": 77, "series-6": None}
    assert built.pointer.report.count("series", 3, "joined to IMDb") == 1
    assert built.pointer.report.count("movie", 3, "joined to IMDb") == 0
    assert cast(store, "series-5") == [("imdb-name-unknown-Al", None)]


def test_a_shared_imdb_id_duplicates_no_row() -> None:
    store = lake_of(film(1), film(2, imdb_id="tt0000001"))
    ingest(store, "TitleRatings", line("TitleRatings"), line("TitleRatings", averageRating="1.0", numVotes="9000"))
    build(store)
    assert [(row["id_tmdb"], row["imdb_rating"]) for row in read(store, "title")] == [(1, 1.0), (2, 1.0)]


def test_imdb_values_are_separate_from_tmdb_values() -> None:
    store = lake_of(film(1))
    ingest(store, "TitleBasics", line("TitleBasics", startYear="2000", runtimeMinutes="88"))
    build(store)
    row = one(store, "title")
    assert (row["release_year"], row["imdb_year"], row["runtime"], row["imdb_runtime"]) == (2001, 2000, 90, 88)
    assert row["imdb_type"] == "movie"


def test_imdb_cast_replaces_a_missing_cast() -> None:
    known = {
        "credits": {"cast": [{"id": 287, "name": "Ana Example", "gender": 1, "character": "Q", "order": 0}], "crew": []}
    }
    store = lake_of(film(1), film(2, **known), film(3))
    credit = "TitlePrincipals"
    ingest(
        store,
        credit,
        line(credit, ordering="3", nconst="nm0000003", category="actress", characters='["C","D"]'),
        line(credit, ordering="10", nconst="nm0000010", category="self"),
        line(credit, ordering="1", nconst="nm0000093", category="actor", characters='["A"]'),
        line(credit, ordering="2", nconst="nm0000002", category="composer"),
        line(credit, ordering="4", nconst="nm0000093", category="actor", characters='["B"]'),
        line(credit, ordering="5", nconst="nm0000005", category="director"),
        line(credit, tconst="tt0000002", nconst="nm0000093"),
        line(credit, tconst="tt0000002", ordering="2", nconst="nm0000287", category="director"),
    )
    ingest(store, "NameBasics", line("NameBasics", nconst="nm0000093", birthYear="1963", deathYear="2040"))
    build(store)
    assert cast(store) == [("imdb-nm0000093", "A"), ("imdb-nm0000003", "C / D"), ("imdb-nm0000010", None)]
    assert cast(store, "movie-2") == [("tmdb-287", "Q")]
    assert cast(store, "movie-3") == [("unknown", None)]
    directors = {row["title_key"]: row["person_key"] for row in read(store, "title_director")}
    assert directors == {"movie-1": "imdb-nm0000005", "movie-2": "imdb-nm0000287", "movie-3": "unknown"}
    people = {row["person_key"]: tuple(row.values())[1:] for row in read(store, "person")}
    assert people == {
        "tmdb-287": ("tmdb", "Ana Example", "female", None, None),
        "imdb-nm0000093": ("imdb", "Ana Example", "male", 1963, 2040),
        "imdb-nm0000003": ("imdb", "unnamed", "female", None, None),
        "imdb-nm0000005": ("imdb", "unnamed", None, None, None),
        "imdb-nm0000010": ("imdb", "unnamed", None, None, None),
        "imdb-nm0000287": ("imdb", "unnamed", None, None, None),
        "unknown": ("unknown", "unknown", None, None, None),
    }


def test_person_keys_of_different_sources_never_collide() -> None:
    played = {"credits": {"cast": [{"id": 1, "name": "Ana Example", "gender": 1, "order": 0}], "crew": []}}
    store = lake_of(film(1, **played), film(2), film(3))
    ingest(store, "TitlePrincipals", line("TitlePrincipals", tconst="tt0000002", nconst="nm1"))
    ingest(store, "NameBasics", line("NameBasics", nconst="nm1"))
    both = {"generoArtista": "actress", "nomeArtista": "Ana Example"}
    ingest(
        store, "Movies", line("Movies", id="tt0000003", **both), line("Movies", id="tt0000003", anoNascimento="1", **both)
    )
    build(store)
    found = [person for n in (1, 2, 3) for person, _ in cast(store, f"movie-{n}")]
    assert found == ["tmdb-1", "imdb-nm1", "imdb-name-unknown-Ana Example", "imdb-name-1-Ana Example"]
    assert {row["name"] for row in read(store, "person", "source <> 'unknown'")} == {"Ana Example"}


def test_credits_of_a_title_come_from_the_newest_file() -> None:
    store = lake_of(film(1), film(2))
    artist = {"generoArtista": "actor", "nomeArtista": "Al"}
    ingest(store, "Movies", line("Movies", **artist), line("Movies", id="tt0000002", **artist))
    ingest(store, "TitlePrincipals", line("TitlePrincipals"), day=DAY + timedelta(days=1))
    build(store)
    assert cast(store) == [("imdb-nm0000001", None)]
    assert cast(store, "movie-2") == [("imdb-name-unknown-Al", None)]


def test_a_disputed_death_year_is_null() -> None:
    store = lake_of(film(1), film(2))
    artist = {"generoArtista": "actor", "nomeArtista": "Al", "anoNascimento": "1900"}
    ingest(
        store,
        "Movies",
        line("Movies", anoFalecimento="1950", **artist),
        line("Movies", id="tt0000002", anoFalecimento="1960", **artist),
    )
    build(store)
    row = one(store, "person", "source = 'imdb'")
    assert (row["birth_year"], row["death_year"], row["gender"]) == (1900, None, "male")


def agreement(store: Store, kind: str, measure: str) -> tuple[Any, ...]:
    return tuple(one(store, "agreement", f"kind = '{kind}' AND measure = '{measure}'").values())[2:]


def test_agreement_compares_tmdb_and_imdb() -> None:
    store = lake_of(
        film(1, vote_average=7.0, runtime=90, release_date="2001-05-05"),
        film(2, vote_average=8.0, runtime=100, release_date="1999-05-05"),
        film(3, vote_average=5.0, runtime=0),
        film(4, vote_average=0.0),
        film(5),
    )
    basics, ratings = "TitleBasics", "TitleRatings"
    ingest(
        store,
        ratings,
        *(
            line(ratings, tconst=f"tt{n:07}", averageRating=given)
            for n, given in ((1, "6.5"), (2, "6.0"), (3, "5.6"), (4, "9.9"))
        ),
    )
    ingest(
        store,
        basics,
        line(basics, startYear="2000", runtimeMinutes="95"),
        line(basics, tconst="tt0000002", startYear="1990", runtimeMinutes="106"),
        line(basics, tconst="tt0000003", startYear=r"\N"),
    )
    build(store)
    assert agreement(store, "movie", "rating") == (
        0.5,
        3,
        1,
        pytest.approx(1 / 3),
        0.5,
        round(correlation([7.0, 8.0, 5.0], [6.5, 6.0, 5.6]), 4),
    )
    assert agreement(store, "movie", "year")[:5] == (1.0, 2, 1, 0.5, 5.0)
    assert agreement(store, "movie", "runtime") == (5.0, 2, 1, 0.5, -5.5, None)
    assert agreement(store, "series", "rating") == (0.5, 0, 0, None, None, None)


def test_agreement_is_null_without_imdb() -> None:
    store = lake_of(film(1))
    report = build(store).pointer.report
    assert {(row["n"], row["agree"], row["share"], row["correlation"]) for row in read(store, "agreement")} == {
        (0, 0, None, None)
    }
    assert len(report.agreement) == 6
    assert report.imdb == ()


def test_equal_ratings_have_no_correlation() -> None:
    store = lake_of(*(film(n, vote_average=6.1) for n in range(1, 8)))
    ratings = "TitleRatings"
    ingest(store, ratings, *(line(ratings, tconst=f"tt{n:07}", averageRating=f"{n}.3") for n in range(1, 8)))
    build(store)
    assert agreement(store, "movie", "rating")[-1] is None


def test_coverage_counts_imdb_fields() -> None:
    store = lake_of(film(1), film(2), film(3))
    ingest(store, "TitleRatings", line("TitleRatings"), line("TitleRatings", tconst="tt0000002"))
    ingest(store, "TitleBasics", line("TitleBasics", startYear=r"\N"))
    build(store)
    known = {row["field"]: row["known"] for row in read(store, "coverage", "grouping = 'all'")}
    assert {name: known[name] for name in known if name.startswith("imdb_")} == {
        "imdb_id": 3,
        "imdb_rating": 2,
        "imdb_votes": 2,
        "imdb_year": 0,
        "imdb_runtime": 1,
    }


def test_imdb_files_change_only_their_step_of_the_funnel() -> None:
    store = open_memory()
    commit(store, "genre-80-2000-2004", [encode([film(1), film(2)])])
    before = {(row["step"], row["name"]): row["titles"] for row in _funnel(store) if row["step"] != 3}
    ingest(store, "Movies", *(line("Movies", id=f"tt{n:07}") for n in range(1, 9)))
    after = {(row["step"], row["name"]): row["titles"] for row in _funnel(store) if row["step"] != 3}
    assert before == after


def _funnel(store: Store) -> list[dict[str, Any]]:
    build(store)
    return read(store, "funnel", "kind = 'movie'")
