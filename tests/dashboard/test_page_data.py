"""Every value of a page compared with the tables."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from tests.dashboard.oracle.decode import Decoded, decode_page
from tests.refine.conftest import SeedLake
from tests.support.refine.imdb_files import ingest, line
from tests.support.refine.lakes import DAY, build, commit, current, encode, film, lake_of, put, read, series
from tests.support.tmdb.virtual import VirtualClock

from cinelake.dashboard.writer import DASHBOARD, build_dashboard, load_page_data, render_dashboard
from cinelake.lake.store import Store
from cinelake.lake.stores.local_store import LocalStore
from cinelake.lake.stores.object_store import open_memory
from cinelake.pages.assembler import Parts

FRAME = (
    '<meta charset="utf-8"><script type="application/json" id="head">{{ head }}</script>'
    '<script type="application/octet-stream" id="blob">{{ blob }}</script>'
)
Row = Mapping[str, Any]
FACTS: dict[str, Callable[[Row], object]] = {
    "kind": lambda t: int(t["kind"] == "series"),
    "title": lambda t: (t["title"] or t["original_title"] or "").replace("\0", " "),
    "year": lambda t: t["release_year"],
    "month": lambda t: 0 if t["release_date"] is None or t["is_date_placeholder"] else t["release_date"].month,
    "placeholder": lambda t: int(bool(t["is_date_placeholder"])),
    "runtime": lambda t: t["runtime"],
    "budget": lambda t: t["budget"],
    "revenue": lambda t: t["revenue"],
    "budget_real": lambda t: t["budget_real"],
    "revenue_real": lambda t: t["revenue_real"],
    "plausible": lambda t: t["is_money_plausible"],
    "tmdb_votes": lambda t: t["tmdb_votes"],
    "imdb_votes": lambda t: t["imdb_votes"],
    "popularity": lambda t: t["popularity"],
    "weight": lambda _: 1,
}
"""The value of each column, from a row of the table title."""


def draw(store: Store) -> Decoded:
    return decode_page(render_dashboard(Parts(FRAME), load_page_data(store)))


def expect_facts(store: Store, found: Decoded) -> None:
    """Compare the facts of each title."""
    titles = sorted(read(store, "title"), key=lambda title: title["title_key"])
    assert found.head["titles"] == len(titles)
    for name, value_of in FACTS.items():
        assert found.columns[name] == [value_of(title) for title in titles], name
    assert found.columns["id"] == [t["id_tmdb"] if 0 <= t["id_tmdb"] < 2**32 - 1 else None for t in titles]
    digits = [(t["imdb_id"] or "tt").removeprefix("tt") for t in titles]
    assert found.columns["imdb"] == [int(each or 0) if len(each) <= 9 else 0 for each in digits]
    for name, column, factor in (("tmdb", "tmdb_rating", 1000), ("imdb_rating", "imdb_rating", 10)):
        for title, value in zip(titles, found.columns[name], strict=True):
            known = title[column]
            assert value is None if known is None else value == pytest.approx(known * factor, abs=0.5), (name, title)
    instalments = {row["title_key"]: (row["instalment"], row["gap_years"]) for row in read(store, "title_collection")}
    pairs = list(zip(found.columns["instalment"], found.columns["gap"], strict=True))
    assert pairs == [instalments.get(title["title_key"], (None, None)) for title in titles]


def expect_links(store: Store, found: Decoded) -> None:
    """Compare the links of each title, in order."""
    keys = sorted(title["title_key"] for title in read(store, "title"))

    def actual(column: str, dim: str) -> list[list[tuple[Any, ...]]]:
        entries = found.dim(dim)
        return [[tuple(entries[member]) for member in row] for row in found.columns[column]]

    def expected(table: str, entry_of: Callable[[Row], tuple[Any, ...] | None]) -> list[list[tuple[Any, ...]]]:
        links: defaultdict[str, list[tuple[Any, ...]]] = defaultdict(list)
        for row in sorted(read(store, table), key=lambda row: row.get("position", 0)):
            if (entry := entry_of(row)) is not None:
                links[row["title_key"]].append(entry)
        return [links[key] for key in keys]

    genres = {row["genre_id"]: row["name"] for row in read(store, "genre", "genre_id <> 0")}
    countries = {row["country_code"]: row["name"] for row in read(store, "country", "country_code <> 'unknown'")}
    named = [
        (genres, "genre_id", "title_genre", "genres", "genre"),
        (countries, "country_code", "title_country", "countries", "country"),
    ]
    for names, key, table, column, dim in named:
        links = expected(table, lambda row, k=key, n=names: (row[k], n[row[k]]) if row[k] in n else None)  # type: ignore[misc]
        assert actual(column, dim) == [[tuple(clean(part) for part in entry) for entry in row] for row in links]
    tags = expected("title_theme", lambda row: (row["theme"], row["tag"], float(row["confidence"])))
    assert [sorted(row) for row in actual("tags", "tag")] == [sorted(row) for row in tags]
    expect_people(store, found, keys, actual)


def expect_people(
    store: Store, found: Decoded, keys: list[str], actual: Callable[[str, str], list[list[tuple[Any, ...]]]]
) -> None:
    """Compare the named people, and the number of each gender among the first ten."""
    people = {row["person_key"]: row for row in read(store, "person")}
    played, directed = read(store, "title_cast"), read(store, "title_director")
    of_person: defaultdict[str, set[str]] = defaultdict(set)
    for row in played + directed:
        of_person[row["person_key"]].add(row["title_key"])
    several = {key for key, titles in of_person.items() if len(titles) >= 3} - {"unknown"}
    for rows, most, column in ((played, 8, "cast"), (directed, 10**9, "directors")):
        links: defaultdict[str, list[str]] = defaultdict(list)
        for row in sorted(rows, key=lambda row: (row["position"], row["person_key"])):
            if row["person_key"] in several and row["position"] <= most:
                links[row["title_key"]].append(row["person_key"])
        entries = actual(column, "person")
        assert [[entry[0] for entry in row] for row in entries] == [links[key] for key in keys]
        for key, name, gender in {entry for row in entries for entry in row}:
            assert (clean(people[key]["name"]), people[key]["gender"]) == (name, gender)
    counts: defaultdict[str, list[str]] = defaultdict(list)
    for row in played:
        if row["position"] <= 10 and people[row["person_key"]]["gender"]:
            counts[row["title_key"]].append(people[row["person_key"]]["gender"])
    for column, gender in (("women", "female"), ("men", "male")):
        assert found.columns[column] == [counts[key].count(gender) if counts[key] else None for key in keys]
    expect_ages(store, found, keys)


def expect_ages(store: Store, found: Decoded, keys: list[str]) -> None:
    """Compare the mean ages in the year of release among the first ten."""
    people = {row["person_key"]: row for row in read(store, "person")}
    years = {row["title_key"]: row["release_year"] for row in read(store, "title")}
    ages: defaultdict[tuple[str, str | None], list[int]] = defaultdict(list)
    for row in read(store, "title_cast"):
        born, year = people[row["person_key"]]["birth_year"], years[row["title_key"]]
        if row["position"] <= 10 and born is not None and year is not None and 0 <= year - born <= 120:
            ages[row["title_key"], people[row["person_key"]]["gender"]].append(year - born)
    for column, gender in (("age_women", "female"), ("age_men", "male")):
        for key, age in zip(keys, found.columns[column], strict=True):
            known = ages[key, gender]
            assert age == (pytest.approx(sum(known) / len(known), abs=0.5) if known else None)


def expect_indices(store: Store, found: Decoded) -> None:
    """Compare the columns with one member of a dimension."""
    titles = sorted(read(store, "title"), key=lambda title: title["title_key"])
    collections = {row["title_key"]: row["collection_id"] for row in read(store, "title_collection")}
    for column, dim, expected in (
        ("language", "language", [title["original_language"] for title in titles]),
        ("collection", "collection", [collections.get(title["title_key"]) for title in titles]),
    ):
        entries = found.dim(dim)
        assert [None if index is None else entries[index][0] for index in found.columns[column]] == expected


def expect_head(store: Store, found: Decoded) -> None:
    """Compare the tables in the head."""
    kept = ("kind", "grouping", "member", "field", "titles", "asked", "known")
    rows = [{name: row[name] for name in kept} for row in read(store, "coverage")]
    assert sort(found.head["coverage"]) == sort(rows)
    assert sort(found.head["funnel"]) == sort(read(store, "funnel"))
    assert sort(found.head["agreement"]) == sort(read(store, "agreement"))
    assert found.head["version"] == current(store).version
    assert found.head["sample"] is None


def sort(rows: list[Any]) -> list[Any]:
    return sorted(rows, key=repr)


def clean(part: object) -> object:
    return part.replace("\0", " ") if isinstance(part, str) else part


def expect_all(store: Store) -> Decoded:
    found = draw(store)
    expect_facts(store, found)
    expect_links(store, found)
    expect_indices(store, found)
    expect_head(store, found)
    return found


def test_values_of_edge_cases_agree_with_the_tables(edge_case_lake: Store) -> None:
    found = expect_all(edge_case_lake)
    assert all(found.head["has"][name] for name in ("imdb", "series", "cast", "keywords", "money"))
    assert len(found.head["snapshots"]["dates"]) > 1
    assert found.dim("tag")


def test_values_of_version_1_agree_with_the_tables(seed_lake: SeedLake) -> None:
    found = expect_all(LocalStore(seed_lake.folder))
    assert found.head["titles"] == 44_485
    assert found.head["has"] == {
        "imdb": False,
        "series": False,
        "cast": False,
        "keywords": False,
        "money": True,
        "ages": False,
    }
    assert found.head["slices"] == []  # version 1 has no manifests


def test_the_page_contains_the_golden_medians(seed_lake: SeedLake) -> None:
    columns = draw(LocalStore(seed_lake.folder)).columns
    taken = [
        (budget, (revenue - budget) / budget, collection is not None)
        for budget, revenue, year, collection in zip(
            *(columns[name] for name in ("budget", "revenue", "year", "collection")), strict=True
        )
        if budget and revenue and min(budget, revenue) >= 100_000 and year and 1980 <= year <= 2020
    ]
    edges = [0.1e6, 1e6, 5e6, 20e6, 60e6, 100e6, float("inf")]
    bands = [round(median(roi for budget, roi, _ in taken if low <= budget < high), 2) for low, high in pairwise(edges)]
    assert len(taken) == 1_567
    assert bands == [1.38, 0.54, 0.31, 0.27, 0.90, 0.99]
    for is_in, expected in ((True, (2.07, 324)), (False, (0.22, 1_243))):
        of_it = [roi for _, roi, is_of_collection in taken if is_of_collection is is_in]
        assert (round(median(of_it), 2), len(of_it)) == expected


def test_a_lake_without_titles_has_an_empty_page() -> None:
    store = open_memory()
    put(store, "genre-80-2000-2004-1", encode([]))
    build(store)
    found = expect_all(store)
    assert found.head["titles"] == 0
    assert found.head["real_year"] is None
    assert found.head["has"] == dict.fromkeys(("imdb", "series", "cast", "keywords", "money", "ages"), False)


@pytest.mark.parametrize("row", [film(1), film(1, title=None, original_title=None, release_date="", genres=[])])
def test_one_title_gives_a_page(row: dict[str, Any]) -> None:
    store = lake_of(row)
    build(store)
    assert expect_all(store).head["titles"] == 1


def test_a_lake_of_series_has_no_money() -> None:
    store = open_memory()
    commit(store, "all-2010-2014", [encode([series(1), series(2, name="\u2028")])], kind="Series")
    build(store)
    found = expect_all(store)
    assert found.head["has"] == {
        "imdb": False,
        "series": True,
        "cast": False,
        "keywords": False,
        "money": False,
        "ages": False,
    }
    assert found.columns["title"] == ["Serial 1", "\u2028"]


def test_slices_are_those_of_the_newest_date() -> None:
    store = open_memory()
    early, late = (datetime(year, 1, 1, tzinfo=UTC) for year in (2001, 9999))
    commit(store, "genre-80-1990-1994", [encode([film(4)])], at=early, day=DAY.replace(day=1))
    commit(store, "genre-80-2000-2004", [encode([film(1), film(2)])], at=early)
    build(store)
    commit(store, "genre-80-2010-2014", [encode([film(3)])], at=late)
    assert draw(store).head["slices"] == [["movie", "genre-80-2000-2004", 2, 2, 2, 0, 0, 0, DAY.isoformat(), True]]


def test_movers_have_the_values_of_the_two_newest_dates() -> None:
    store = open_memory()
    moved = {1: (2.0, 5.0, 9.0), 2: (5.0, 5.0, 5.0), 3: (9.0, 8.0, 1.0)}
    for number, day in enumerate((DAY.replace(day=1), DAY.replace(day=2), DAY)):
        rows = [film(n, popularity=each[number], vote_count=10 + number * (n != 2)) for n, each in moved.items()]
        put(store, "genre-80-2000-2004-1", encode(rows), day=day)
    build(store)
    found = draw(store)
    snapshots = found.head["snapshots"]
    assert snapshots["dates"] == ["2026-11-01", "2026-11-02", "2026-11-23"]
    assert [(found.columns["id"][each["row"]], each["popularity"], each["votes"]) for each in snapshots["movers"]] == [
        (3, [8.0, 1.0], [11, 12]),
        (1, [5.0, 9.0], [11, 12]),
    ]
    assert snapshots["days"][1] == {"collected_on": "2026-11-02", "titles": 3, "votes": 32, "popularity": 5.0}
    assert snapshots["same"] == {
        "titles": 3,
        "votes_before": 32,
        "votes_after": 34,
        "popularity_before": 5.0,
        "popularity_after": 5.0,
    }


def test_only_titles_of_both_dates_are_compared() -> None:
    store = open_memory()
    put(store, "genre-80-2000-2004-1", encode([film(1, vote_count=5), film(2, vote_count=50)]), day=DAY.replace(day=1))
    put(store, "genre-80-2000-2004-1", encode([film(1, vote_count=9)]))
    build(store)
    snapshots = draw(store).head["snapshots"]
    assert [day["votes"] for day in snapshots["days"]] == [55, 9]
    assert (snapshots["same"]["titles"], snapshots["same"]["votes_before"], snapshots["same"]["votes_after"]) == (1, 5, 9)
    assert [each["votes"] for each in snapshots["movers"]] == [[5, 9]]


def test_one_date_has_no_movers() -> None:
    store = lake_of(film(1))
    build(store)
    snapshots = draw(store).head["snapshots"]
    assert (snapshots["dates"], snapshots["same"], snapshots["movers"]) == ([DAY.isoformat()], None, [])


def test_the_same_version_gives_the_same_bytes(tmp_path: Path) -> None:
    pages = []
    for store in (LocalStore(tmp_path / "lake"), LocalStore(tmp_path / "other" / "lake")):
        commit(store, "genre-80-2000-2004", [encode([film(n, title=f"T{n}") for n in range(50)])])
        build(store)
        drawn = build_dashboard(store, VirtualClock())
        stored = store.read(DASHBOARD)
        assert stored is not None
        assert drawn.bytes == len(stored.data)
        pages.append(stored.data)
        build(store)
        build_dashboard(store, VirtualClock())
        again = store.read(DASHBOARD)
        assert again is not None
        assert again.data == stored.data
    assert str(tmp_path).encode() not in pages[0]
    assert pages[0] == pages[1]


def test_45_000_titles_need_less_than_2_mb(seed_lake: SeedLake) -> None:
    assert len(render_dashboard(Parts(FRAME), load_page_data(LocalStore(seed_lake.folder)))) < 2_000_000


def aged_lake() -> Store:
    """Thirty films of the nineties, each with an actress of 31 or more and an actor of 46 or more."""
    store = lake_of(*(film(n, release_date=f"{1990 + n % 10}-05-06", original_language="en") for n in range(1, 31)))
    people = [("actress", "Ann", "1960"), ("actor", "Al", "1945")]
    ingest(
        store,
        "Movies",
        *(
            line("Movies", id=f"tt{n:07}", generoArtista=gender, nomeArtista=f"{name} {n}", anoNascimento=born)
            for n in range(1, 31)
            for gender, name, born in people
        ),
    )
    build(store)
    return store


def test_ages_are_those_of_the_year_of_release() -> None:
    found = expect_all(aged_lake())
    assert found.head["has"]["ages"]
    assert found.columns["age_women"][:2] == [31, 30]  # movie-1 and movie-10
    assert found.columns["age_men"][:2] == [46, 45]
