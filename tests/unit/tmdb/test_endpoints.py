"""Paths and parameters, and the names of genres."""

from datetime import date

from cinelake.media import Media
from cinelake.tmdb.endpoints import Query, build_detail, build_discover


def test_query_with_genre_and_dates() -> None:
    query = Query(Media.MOVIE, 80, date(2020, 1, 1), date(2024, 12, 31))
    assert build_discover(query, page=3) == (
        "/3/discover/movie",
        {
            "page": "3",
            "sort_by": "original_title.asc",
            "with_genres": "80",
            "primary_release_date.gte": "2020-01-01",
            "primary_release_date.lte": "2024-12-31",
        },
    )


def test_empty_filter_is_never_sent() -> None:
    for media in Media:
        _, params = build_discover(Query(media))
        assert all(params.values())
        assert not {"with_genres", "without_genres", "include_adult", "include_video"} & set(params)


def test_series_have_parameter_names_of_their_own() -> None:
    path, params = build_discover(Query(Media.SERIES, 80, until=date(1999, 12, 31), include_adult=True, include_video=True))
    assert path == "/3/discover/tv"
    assert params["first_air_date.lte"] == "1999-12-31"
    assert params["include_adult"] == "true"
    assert "include_video" not in params
    assert build_discover(Query(Media.SERIES))[1]["include_null_first_air_dates"] == "true"
    assert "include_null_first_air_dates" not in params
    assert build_detail(Media.SERIES, 7) == "/3/tv/7"


def test_dated_only_filters_by_the_earliest_date() -> None:
    assert build_discover(Query(Media.MOVIE, dated_only=True))[1]["primary_release_date.gte"] == "1000-01-01"


def test_genres_are_joined_by_and() -> None:
    query = Query(Media.MOVIE, 80, narrow=(("with_genres", "18"), ("without_genres", "53"), ("without_genres", "37")))
    params = build_discover(query)[1]
    assert (params["with_genres"], params["without_genres"]) == ("80,18", "53,37")
