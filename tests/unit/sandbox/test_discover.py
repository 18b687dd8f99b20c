"""Discover in the sandbox follows the rules of TMDB for pages, filters and orders."""

import pytest
from tests.support.tmdb.sandbox_client import build_catalogue, build_client

from cinelake.sandbox.app import Behaviour

FILMS, SERIES = "/3/discover/movie", "/3/discover/tv"
CLIENT = build_client(build_catalogue(4_000, 800))


def test_page_has_20_rows_and_the_full_totals() -> None:
    body = CLIENT.read(FILMS)
    assert list(body) == ["page", "results", "total_pages", "total_results"]
    assert len(body["results"]) == 20
    assert body["total_pages"] == -(-body["total_results"] // 20)
    assert body["total_results"] > 3_800


def test_total_pages_may_exceed_the_last_readable_page() -> None:
    body = build_client(build_catalogue(11_000, 0, 1)).read(FILMS, page="500")
    assert body["total_pages"] > 500
    assert len(body["results"]) == 20


@pytest.mark.parametrize("page", ["0", "501", "-1", "two", "1.5", ""])
def test_page_out_of_range_is_an_error(page: str) -> None:
    assert CLIENT.read_error(FILMS, page=page) == (400, 22)


def test_page_past_the_end_is_empty() -> None:
    body = CLIENT.read(FILMS, page="500")
    assert body["results"] == []
    assert body["total_pages"] < 500


def test_no_match_is_one_empty_page() -> None:
    body = CLIENT.read(FILMS, with_original_language="en-US")
    assert body == {"page": 1, "results": [], "total_pages": 1, "total_results": 0}


def test_pages_have_every_title_once() -> None:
    ids = [row["id"] for row in CLIENT.read_rows(FILMS)]
    assert len(ids) == len(set(ids))


def test_comma_between_genres_means_and() -> None:
    rows = CLIENT.read_rows(FILMS, with_genres="80,18")
    assert rows
    assert all({80, 18} <= set(row["genre_ids"]) for row in rows)


def test_pipe_between_genres_means_or() -> None:
    either, crime, war = (
        {row["id"] for row in CLIENT.read_rows(FILMS, with_genres=genres)} for genres in ("80|10752", "80", "10752")
    )
    assert either == crime | war
    assert crime & war


def test_excluded_genres_are_left_out() -> None:
    rows = CLIENT.read_rows(FILMS, with_genres="80", without_genres="18,35")
    assert rows
    assert not any({18, 35} & set(row["genre_ids"]) for row in rows)


def test_unknown_genre_matches_nothing() -> None:
    crime, *totals = (
        CLIENT.read(FILMS, with_genres=genres)["total_results"] for genres in ("80", "99999", "80,99999", "80|99999")
    )
    assert totals == [0, 0, crime]


@pytest.mark.parametrize("query", [{"with_genres": ""}, {"sort_by": "budget.up"}, {"colour": "red"}], ids=str)
def test_empty_and_unknown_parameters_are_ignored(query: dict[str, str]) -> None:
    assert CLIENT.read(FILMS, query) == CLIENT.read(FILMS)


@pytest.mark.parametrize("name", ["primary_release_date", "release_date"])
def test_date_range_includes_both_ends(name: str) -> None:
    day = next(row["release_date"] for row in CLIENT.read(FILMS)["results"] if row["release_date"])
    rows = CLIENT.read_rows(FILMS, {f"{name}.gte": day, f"{name}.lte": day})
    assert rows
    assert {row["release_date"] for row in rows} == {day}


def test_adjacent_date_ranges_have_all_dated_titles() -> None:
    ranges = [("0001-01-01", "1999-12-31"), ("2000-01-01", "2019-12-31"), ("2020-01-01", "9999-12-31")]
    parts = [
        row["id"]
        for low, high in ranges
        for row in CLIENT.read_rows(FILMS, {"primary_release_date.gte": low, "primary_release_date.lte": high})
    ]
    everything = CLIENT.read_rows(FILMS)
    assert sorted(parts) == sorted(row["id"] for row in everything if row["release_date"])
    assert len(parts) < len(everything)


@pytest.mark.parametrize(("name", "day"), [("primary_release_date.gte", "0001-01-01"), ("release_date.lte", "9999-12-31")])
def test_any_date_filter_leaves_undated_films_out(name: str, day: str) -> None:
    assert all(row["release_date"] for row in CLIENT.read_rows(FILMS, {name: day}))


@pytest.mark.parametrize("name", ["primary_release_year", "year"])
def test_year_is_a_date_range(name: str) -> None:
    rows = CLIENT.read_rows(FILMS, {name: "2015"})
    assert rows
    assert all(row["release_date"].startswith("2015") for row in rows)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("primary_release_date.gte", "yesterday"),
        ("primary_release_date.gte", "2020-02-30"),
        ("primary_release_date.gte", "2020-13-01"),
        ("vote_count.gte", "many"),
    ],
)
def test_invalid_value_matches_nothing(name: str, value: str) -> None:
    assert CLIENT.read(FILMS, {name: value})["total_results"] == 0


def test_pipe_between_languages_means_or() -> None:
    rows = CLIENT.read_rows(FILMS, with_original_language="ja|fi")
    assert {row["original_language"] for row in rows} == {"ja", "fi"}


@pytest.mark.parametrize(("name", "low", "high"), [("vote_count", 10, 100), ("vote_average", 5.5, 7)])
def test_votes_are_filtered_by_range(name: str, low: float, high: float) -> None:
    rows = CLIENT.read_rows(FILMS, {f"{name}.gte": str(low), f"{name}.lte": str(high)})
    assert rows
    assert all(low <= row[name] <= high for row in rows)


def test_runtime_is_filtered_by_range() -> None:
    rows = CLIENT.read_rows(FILMS, {"with_runtime.gte": "90", "with_runtime.lte": "95"})
    assert rows
    assert all(90 <= CLIENT.read(f"/3/movie/{row['id']}")["runtime"] <= 95 for row in rows[:40])


@pytest.mark.parametrize("flag", ["adult", "video"])
def test_adult_titles_and_videos_need_their_switch(flag: str) -> None:
    default, wider = CLIENT.read_rows(FILMS), CLIENT.read_rows(FILMS, {f"include_{flag}": "true"})
    assert not any(row[flag] for row in default)
    hidden = [row for row in wider if row[flag]]
    assert len(wider) == len(default) + len(hidden)
    assert CLIENT.read(f"/3/movie/{hidden[0]['id']}")[flag] is True


def test_undated_series_need_their_switch_and_no_date_filter() -> None:
    switch = {"include_null_first_air_dates": "true"}
    default, wider = CLIENT.read_rows(SERIES), CLIENT.read_rows(SERIES, switch)
    undated = [row for row in wider if not row["first_air_date"]]
    assert undated
    assert len(wider) == len(default) + len(undated)
    assert len(CLIENT.read_rows(SERIES, {**switch, "first_air_date.gte": "0001-01-01"})) == len(default)


@pytest.mark.parametrize("name", ["popularity", "vote_count", "vote_average", "title", "original_title"])
@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_rows_are_sorted_by_fields_of_the_row(name: str, direction: str) -> None:
    values = [row[name] for row in CLIENT.read_rows(FILMS, sort_by=f"{name}.{direction}", with_genres="80")]
    assert values == sorted(values, reverse=direction == "desc")


def test_rows_are_sorted_by_revenue() -> None:
    rows = CLIENT.read(FILMS, sort_by="revenue.desc")["results"]
    values = [CLIENT.read(f"/3/movie/{row['id']}")["revenue"] for row in rows]
    assert values == sorted(values, reverse=True)
    assert values[0] > 0


@pytest.mark.parametrize("direction", ["asc", "desc"])
@pytest.mark.parametrize("name", ["primary_release_date", "release_date"])
def test_undated_films_are_last_in_both_directions(name: str, direction: str) -> None:
    dates = [row["release_date"] for row in CLIENT.read_rows(FILMS, sort_by=f"{name}.{direction}")]
    dated = [day for day in dates if day]
    assert dated == sorted(dated, reverse=direction == "desc")
    assert dates == dated + [""] * (len(dates) - len(dated))


def test_undated_films_can_be_first() -> None:
    client = build_client(build_catalogue(4_000, 800), behaviour=Behaviour(has_nulls_first=True))
    rows = client.read(FILMS, sort_by="primary_release_date.asc")["results"]
    assert {row["release_date"] for row in rows} == {""}


def test_ties_have_an_arbitrary_order_per_query() -> None:
    query = {"sort_by": "vote_count.asc", "vote_count.lte": "0"}
    ids = [row["id"] for row in CLIENT.read_rows(FILMS, query)]
    assert ids not in (sorted(ids), sorted(ids, reverse=True))
    again = build_client(build_catalogue(4_000, 800)).read_rows(FILMS, query)
    assert [row["id"] for row in again] == ids
    other = CLIENT.read_rows(FILMS, {"sort_by": "vote_count.desc", "vote_count.lte": "0"})
    assert [row["id"] for row in other] != ids


def test_result_that_left_the_cache_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cinelake.sandbox.api.discover_results._CACHED_POSITIONS", 5_000)
    client = build_client(build_catalogue(4_000, 800))
    orders = ("popularity.asc", "vote_count.asc", "title.asc")
    before = [client.read(FILMS, sort_by=order) for order in orders]
    assert [client.read(FILMS, sort_by=order) for order in orders] == before


@pytest.mark.parametrize(("media", "path"), [("movie", FILMS), ("tv", SERIES)])
def test_truth_has_the_ids_of_all_pages(media: str, path: str) -> None:
    query = {"with_genres": "80|37", "sort_by": "vote_count.asc"}
    truth = CLIENT.read("/__truth", query, media=media)
    assert truth == {"ids": sorted(row["id"] for row in CLIENT.read_rows(path, query)), "gone": [], "poison": []}
