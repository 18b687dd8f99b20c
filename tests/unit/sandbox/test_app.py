"""The rules of the service that the stand-in keeps: paging, filters, orders, credentials, rate, errors."""

import json
from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

import pytest

from cinelake.sandbox import Catalogue, Reply, Sandbox
from cinelake.sandbox.api.fixed_answers import CONFIGURATION
from cinelake.sandbox.app import Habits
from cinelake.sandbox.catalogue.genre_table import MOVIE_GENRES, SERIES_GENRES

TODAY = date(2026, 11, 23)
BEARER = {"Authorization": f"Bearer {Sandbox.TOKEN}"}
Query = Mapping[str, str]


class HandClock:
    """Seconds that the test moves."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        """The present second."""
        return self.seconds


@cache
def build_catalogue() -> Catalogue:
    """A catalogue made once for all tests of this file."""
    return Catalogue(4_000, 800, seed=3, today=TODAY)


@cache
def shared_sandbox() -> Sandbox:
    """A sandbox without rate or faults."""
    return Sandbox(build_catalogue(), now=HandClock())


def send(path: str, query: Query | None = None, sandbox: Sandbox | None = None) -> Reply:
    """The reply to an authorised GET."""
    return (sandbox or shared_sandbox()).answer("GET", path, query or {}, BEARER)


def ask(path: str, query: Query | None = None, sandbox: Sandbox | None = None) -> Any:  # noqa: ANN401 - whatever JSON holds
    """The decoded body of an answer."""
    reply = send(path, query, sandbox)
    assert reply.status == 200, reply.body
    return json.loads(reply.body)


def read_all(path: str, query: Query | None = None, sandbox: Sandbox | None = None) -> list[dict[str, Any]]:
    """The rows of all pages."""
    query = query or {}
    first = ask(path, query, sandbox)
    pages = [first] + [ask(path, {**query, "page": str(n)}, sandbox) for n in range(2, first["total_pages"] + 1)]
    rows = [row for page in pages for row in page["results"]]
    assert len(rows) == first["total_results"]
    return rows


def code_of(reply: Reply) -> tuple[int, int]:
    """The HTTP status and the TMDB code of an error."""
    body = json.loads(reply.body)
    assert body["success"] is False
    assert body["status_message"]
    return reply.status, body["status_code"]


def first_film() -> int:
    """The film of the lowest id."""
    return build_catalogue().films.columns.ids[0]


# -- paging ------------------------------------------------------------------------------------------------------------


def test_a_page_holds_twenty_rows_and_the_totals_are_not_capped() -> None:
    """Totals tell of all matches; the keys come in the order of the service."""
    body = ask("/3/discover/movie")
    assert list(body) == ["page", "results", "total_pages", "total_results"]
    assert len(body["results"]) == 20
    assert body["total_pages"] == -(-body["total_results"] // 20)
    assert body["total_results"] > 3_800


def test_totals_beyond_the_last_page_are_told() -> None:
    """A query of more than 10,000 titles says so, though only 500 pages can be read."""
    sandbox = Sandbox(Catalogue(11_000, 0, seed=1, today=TODAY), now=HandClock())
    body = ask("/3/discover/movie", {"page": "500"}, sandbox)
    assert body["total_pages"] > 500
    assert len(body["results"]) == 20


@pytest.mark.parametrize("page", ["0", "501", "-1", "two", "1.5", ""])
def test_a_page_out_of_range_is_refused(page: str) -> None:
    """Pages start at 1 and end at 500: 400, code 22."""
    assert code_of(send("/3/discover/movie", {"page": page})) == (400, 22)


def test_a_page_past_the_end_is_empty() -> None:
    """It is a good answer with the true totals."""
    body = ask("/3/discover/movie", {"page": "500"})
    assert body["results"] == []
    assert body["total_pages"] < 500


def test_no_match_is_one_empty_page() -> None:
    """total_pages is 1, not 0."""
    body = ask("/3/discover/movie", {"with_original_language": "en-US"})
    assert body == {"page": 1, "results": [], "total_pages": 1, "total_results": 0}


def test_the_pages_of_a_query_hold_every_title_once() -> None:
    """Without drift the pages neither repeat nor miss a title."""
    ids = [row["id"] for row in read_all("/3/discover/movie")]
    assert len(ids) == len(set(ids))


# -- filters -----------------------------------------------------------------------------------------------------------


def test_a_comma_of_genres_means_and() -> None:
    """Every row has all of the genres."""
    rows = read_all("/3/discover/movie", {"with_genres": "80,18"})
    assert rows
    assert all({80, 18} <= set(row["genre_ids"]) for row in rows)


def test_a_pipe_of_genres_means_or() -> None:
    """The rows are those of either genre."""
    either = {row["id"] for row in read_all("/3/discover/movie", {"with_genres": "80|10752"})}
    each = [{row["id"] for row in read_all("/3/discover/movie", {"with_genres": genre})} for genre in ("80", "10752")]
    assert either == each[0] | each[1]
    assert each[0] & each[1]


def test_a_barred_genre_is_left_out() -> None:
    """without_genres takes away what with_genres found."""
    rows = read_all("/3/discover/movie", {"with_genres": "80", "without_genres": "18,35"})
    assert rows
    assert not any({18, 35} & set(row["genre_ids"]) for row in rows)


def test_an_unknown_genre_matches_nothing_by_itself() -> None:
    """And-ed it empties the answer, or-ed it adds nothing."""
    assert ask("/3/discover/movie", {"with_genres": "99999"})["total_results"] == 0
    assert ask("/3/discover/movie", {"with_genres": "80,99999"})["total_results"] == 0
    crime = ask("/3/discover/movie", {"with_genres": "80"})["total_results"]
    assert ask("/3/discover/movie", {"with_genres": "80|99999"})["total_results"] == crime


def test_an_empty_filter_is_ignored() -> None:
    """A parameter without a value is as good as none."""
    assert ask("/3/discover/movie", {"with_genres": ""}) == ask("/3/discover/movie")


@pytest.mark.parametrize("name", ["primary_release_date", "release_date"])
def test_a_date_window_is_closed_at_both_ends(name: str) -> None:
    """The first and the last day belong to it."""
    day = next(row["release_date"] for row in ask("/3/discover/movie")["results"] if row["release_date"])
    rows = read_all("/3/discover/movie", {f"{name}.gte": day, f"{name}.lte": day})
    assert rows
    assert {row["release_date"] for row in rows} == {day}


def test_windows_side_by_side_make_up_the_dated_titles() -> None:
    """Splitting by date loses nothing but the undated."""
    edges = [("0001-01-01", "1999-12-31"), ("2000-01-01", "2019-12-31"), ("2020-01-01", "9999-12-31")]
    parts = [
        row["id"]
        for low, high in edges
        for row in read_all("/3/discover/movie", {"primary_release_date.gte": low, "primary_release_date.lte": high})
    ]
    everything = read_all("/3/discover/movie")
    assert sorted(parts) == sorted(row["id"] for row in everything if row["release_date"])
    assert len(parts) < len(everything)


def test_any_date_filter_drops_undated_films() -> None:
    """Even a window that spans all of time."""
    for query in ({"primary_release_date.gte": "0001-01-01"}, {"release_date.lte": "9999-12-31"}):
        assert all(row["release_date"] for row in read_all("/3/discover/movie", query))


@pytest.mark.parametrize("name", ["primary_release_year", "year"])
def test_a_year_means_its_days(name: str) -> None:
    """A year filter is a date window."""
    rows = read_all("/3/discover/movie", {name: "2015"})
    assert rows
    assert all(row["release_date"].startswith("2015") for row in rows)


@pytest.mark.parametrize("day", ["yesterday", "2020-02-30", "2020-13-01"])
def test_a_bad_date_matches_nothing(day: str) -> None:
    """An invalid value of discover is no error, it finds nothing."""
    assert ask("/3/discover/movie", {"primary_release_date.gte": day})["total_results"] == 0


def test_a_bad_number_matches_nothing() -> None:
    """The same holds for numbers."""
    assert ask("/3/discover/movie", {"vote_count.gte": "many"})["total_results"] == 0


def test_a_language_filter_takes_several() -> None:
    """Languages are or-ed by a pipe."""
    rows = read_all("/3/discover/movie", {"with_original_language": "ja|fi"})
    assert {row["original_language"] for row in rows} == {"ja", "fi"}


@pytest.mark.parametrize(("name", "low", "high"), [("vote_count", 10, 100), ("vote_average", 5.5, 7)])
def test_votes_are_filtered_by_range(name: str, low: float, high: float) -> None:
    """Both ends belong to the range."""
    rows = read_all("/3/discover/movie", {f"{name}.gte": str(low), f"{name}.lte": str(high)})
    assert rows
    assert all(low <= row[name] <= high for row in rows)


def test_runtime_is_filtered_by_range() -> None:
    """Runtime is not in the row, but it is in the detail."""
    rows = read_all("/3/discover/movie", {"with_runtime.gte": "90", "with_runtime.lte": "95"})
    assert rows
    assert all(90 <= ask(f"/3/movie/{row['id']}")["runtime"] <= 95 for row in rows[:40])


@pytest.mark.parametrize("flag", ["adult", "video"])
def test_hidden_titles_are_listed_only_where_asked(flag: str) -> None:
    """Adult titles and videos need their switch; a detail needs none."""
    usual = read_all("/3/discover/movie")
    wider = read_all("/3/discover/movie", {f"include_{flag}": "true"})
    assert not any(row[flag] for row in usual)
    hidden = [row for row in wider if row[flag]]
    assert len(wider) == len(usual) + len(hidden)
    assert ask(f"/3/movie/{hidden[0]['id']}")[flag] is True


def test_undated_series_are_listed_only_where_asked() -> None:
    """include_null_first_air_dates brings them back, but never under a date filter."""
    switch = {"include_null_first_air_dates": "true"}
    usual, wider = read_all("/3/discover/tv"), read_all("/3/discover/tv", switch)
    undated = [row for row in wider if not row["first_air_date"]]
    assert undated
    assert len(wider) == len(usual) + len(undated)
    windowed = read_all("/3/discover/tv", {**switch, "first_air_date.gte": "0001-01-01"})
    assert len(windowed) == len(usual)


# -- orders ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["popularity", "vote_count", "vote_average", "title", "original_title"])
@pytest.mark.parametrize("way", ["asc", "desc"])
def test_rows_come_in_the_order_asked(name: str, way: str) -> None:
    """Every documented field sorts both ways."""
    values = [row[name] for row in read_all("/3/discover/movie", {"sort_by": f"{name}.{way}", "with_genres": "80"})]
    assert values == sorted(values, reverse=way == "desc")


def test_revenue_is_an_order() -> None:
    """The best earning film comes first."""
    rows = ask("/3/discover/movie", {"sort_by": "revenue.desc"})["results"]
    values = [ask(f"/3/movie/{row['id']}")["revenue"] for row in rows]
    assert values == sorted(values, reverse=True)
    assert values[0] > 0


@pytest.mark.parametrize("way", ["asc", "desc"])
@pytest.mark.parametrize("name", ["primary_release_date", "release_date"])
def test_undated_films_come_last_both_ways(name: str, way: str) -> None:
    """A title that lacks the key of the order ends the list."""
    dates = [row["release_date"] for row in read_all("/3/discover/movie", {"sort_by": f"{name}.{way}"})]
    dated = [day for day in dates if day]
    assert dated == sorted(dated, reverse=way == "desc")
    assert dates == dated + [""] * (len(dates) - len(dated))


def test_undated_films_come_first_where_the_service_is_built_so() -> None:
    """The place of the undated is a habit that can be turned."""
    sandbox = Sandbox(build_catalogue(), now=HandClock(), habits=Habits(has_nulls_first=True))
    rows = ask("/3/discover/movie", {"sort_by": "primary_release_date.asc"}, sandbox)["results"]
    assert {row["release_date"] for row in rows} == {""}


def test_ties_mean_nothing_but_repeat_themselves() -> None:
    """Equal keys are not in order of ids; another query has another order; the same query has the same."""
    query = {"sort_by": "vote_count.asc", "vote_count.lte": "0"}
    ids = [row["id"] for row in read_all("/3/discover/movie", query)]
    assert ids not in (sorted(ids), sorted(ids, reverse=True))
    fresh = Sandbox(build_catalogue(), now=HandClock())
    assert [row["id"] for row in read_all("/3/discover/movie", query, fresh)] == ids
    other = read_all("/3/discover/movie", {"sort_by": "vote_count.desc", "vote_count.lte": "0"})
    assert [row["id"] for row in other] != ids


def test_an_unknown_order_is_ignored() -> None:
    """The default is popularity, falling."""
    assert ask("/3/discover/movie", {"sort_by": "budget.up"}) == ask("/3/discover/movie")


# -- details and parts -------------------------------------------------------------------------------------------------


def test_a_detail_is_found_by_id_and_by_imdb_id() -> None:
    """Both paths give the same bytes."""
    columns = build_catalogue().films.columns
    body = next(one for one in (ask(f"/3/movie/{number}") for number in columns.ids) if one["imdb_id"])
    assert ask(f"/3/movie/{body['imdb_id']}") == body


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/3",
        "/3/movie/999999999",
        "/3/movie/tt990000001x",
        "/3/movie/x",
        "/3/movie/²",
        "/3/movie/999999999/credits",
        "/3/tv/999999999",
        "/3/tv/tt990000000",
        "/3/genre/person/list",
        "/3/person/1",
        "/4/movie/1",
    ],
)
def test_what_is_not_there_is_404(path: str) -> None:
    """The body is that of code 34."""
    assert code_of(send(path)) == (404, 34)


def test_parts_are_appended_in_the_order_asked() -> None:
    """An unknown part, or one of the other media, is silently left out."""
    path = f"/3/movie/{first_film()}"
    plain = ask(path)
    body = ask(path, {"append_to_response": "keywords,credits,nonsense,release_dates,content_ratings,external_ids"})
    assert list(body) == [*plain, "keywords", "credits", "release_dates", "external_ids"]
    assert isinstance(body["keywords"]["keywords"], list)


def test_series_have_parts_of_their_own() -> None:
    """Keywords stand under results, and there are content ratings but no release dates."""
    path = f"/3/tv/{build_catalogue().series.columns.ids[0]}"
    body = ask(path, {"append_to_response": "keywords,content_ratings,release_dates"})
    assert isinstance(body["keywords"]["results"], list)
    assert "content_ratings" in body
    assert "release_dates" not in body


def test_a_season_is_appended_with_its_episodes_and_one_that_is_not_there_is_left_out() -> None:
    """By itself it stands under its own path; films have none."""
    shelf = build_catalogue().series
    position = next(p for p, day in enumerate(shelf.columns.dates) if day)
    path = f"/3/tv/{shelf.columns.ids[position]}"
    body = ask(path, {"append_to_response": "season/1,season/0,season/99"})
    assert [name for name in body if "/" in name] == ["season/1"]
    assert len(body["season/1"]["episodes"]) == body["seasons"][0]["episode_count"]
    assert body["season/1"]["id"] == body["seasons"][0]["id"]
    assert send(f"{path}/season/1").status == 200
    assert send(f"{path}/season/99").status == 404
    assert "season/1" not in ask(f"/3/movie/{first_film()}", {"append_to_response": "season/1"})


@pytest.mark.parametrize(("count", "status"), [(20, 200), (21, 400)])
def test_twenty_parts_are_the_most(count: int, status: int) -> None:
    """One more is 400, code 27."""
    reply = send(f"/3/movie/{first_film()}", {"append_to_response": ",".join(["credits"] * count)})
    assert reply.status == status
    if status == 400:
        assert code_of(reply) == (400, 27)


@pytest.mark.parametrize("name", ["credits", "keywords", "release_dates", "external_ids"])
def test_a_part_by_itself_is_the_part_appended(name: str) -> None:
    """Alone it bears the id as well."""
    path = f"/3/movie/{first_film()}"
    alone = ask(f"{path}/{name}")
    assert alone.pop("id") == first_film()
    assert alone == ask(path, {"append_to_response": name})[name]


# -- credentials, rate, the rest ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "headers", "status"),
    [
        ({}, BEARER, 200),
        ({}, {"authorization": f"Bearer {Sandbox.TOKEN}"}, 200),
        ({"api_key": Sandbox.KEY}, {}, 200),
        ({}, {}, 401),
        ({"api_key": "wrong"}, {}, 401),
        ({}, {"Authorization": f"Bearer {Sandbox.KEY}"}, 401),
        ({"api_key": Sandbox.TOKEN}, {}, 401),
    ],
)
def test_credentials_are_a_token_in_the_header_or_a_key_in_the_url(query: Query, headers: Query, status: int) -> None:
    """Anything else is 401, code 7, on every path."""
    reply = shared_sandbox().answer("GET", "/3/authentication", query, headers)
    assert reply.status == status
    if status == 401:
        assert code_of(reply) == (401, 7)


def test_the_credentials_look_like_real_ones() -> None:
    """A client that checks their form accepts them."""
    assert Sandbox.TOKEN.startswith("eyJ")
    assert len(Sandbox.TOKEN.split(".")) == 3
    assert len(bytes.fromhex(Sandbox.KEY)) == 16


def test_the_rate_holds_in_any_second() -> None:
    """The fifth request within a second is 429, code 25; a second after the first there is room again."""
    clock = HandClock()
    sandbox = Sandbox(build_catalogue(), now=clock, rate=4)
    statuses = []
    for moment in (0.0, 0.5, 0.9, 0.9, 0.95, 1.01, 1.02, 1.6):
        clock.seconds = 200 + moment
        statuses.append(send("/3/authentication", sandbox=sandbox).status)
    assert statuses == [200, 200, 200, 200, 429, 200, 429, 200]
    assert sandbox.meter.report().peak_requests_in_one_second == 6


@pytest.mark.parametrize(("is_sent", "value"), [(False, None), (True, "1")])
def test_retry_after_comes_only_where_asked(is_sent: bool, value: str | None) -> None:
    """The real service has often left it out."""
    sandbox = Sandbox(build_catalogue(), now=HandClock(), rate=1, habits=Habits(sends_retry_after=is_sent))
    send("/3/authentication", sandbox=sandbox)
    reply = send("/3/authentication", sandbox=sandbox)
    assert code_of(reply) == (429, 25)
    assert reply.headers.get("Retry-After") == value


def test_other_methods_are_refused() -> None:
    """It is a service to read from: 405, code 42."""
    assert code_of(shared_sandbox().answer("POST", "/3/authentication", {}, BEARER)) == (405, 42)


@pytest.mark.parametrize(
    ("media", "language", "name"),
    [("movie", "", "War"), ("movie", "pt-BR", "Guerra"), ("movie", "pt", "Guerra"), ("tv", "pt", "Guerra e Política")],
)
def test_genres_are_named_in_english_or_portuguese(media: str, language: str, name: str) -> None:
    """The ids and their order never change."""
    rows = ask(f"/3/genre/{media}/list", {"language": language})["genres"]
    table = MOVIE_GENRES if media == "movie" else SERIES_GENRES
    assert [row["id"] for row in rows] == [genre.id for genre in table]
    assert name in {row["name"] for row in rows}


def test_the_small_endpoints_answer() -> None:
    """Authentication, configuration and languages are as recorded in shape."""
    assert ask("/3/authentication") == {"success": True}
    assert ask("/3/configuration") == json.loads(CONFIGURATION)
    assert {"english_name": "Finnish", "iso_639_1": "fi", "name": "suomi"} in ask("/3/configuration/languages")


# -- changes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("media", ["movie", "tv"])
def test_changes_default_to_the_last_day(media: str) -> None:
    """Without dates they are those of yesterday and today; some flags are null, for titles that are gone."""
    body = ask(f"/3/{media}/changes")
    named = ask(f"/3/{media}/changes", {"start_date": "2026-11-22", "end_date": "2026-11-23"})
    assert body == named
    assert list(body) == ["results", "page", "total_pages", "total_results"]
    assert any(row["adult"] is None for row in body["results"])


def test_changes_come_a_hundred_to_the_page() -> None:
    """The pages of two weeks hold each id once."""
    query = {"start_date": "2026-11-09", "end_date": "2026-11-23"}
    first = ask("/3/movie/changes", query)
    assert len(first["results"]) == 100
    assert len(read_all("/3/movie/changes", query)) == len({row["id"] for row in read_all("/3/movie/changes", query)})


def test_more_than_fourteen_days_of_changes_are_refused() -> None:
    """422, code 20."""
    reply = send("/3/movie/changes", {"start_date": "2026-11-08", "end_date": "2026-11-23"})
    assert code_of(reply) == (422, 20)


def test_a_bad_date_of_changes_is_refused() -> None:
    """400, code 23; a bad page is code 22."""
    assert code_of(send("/3/movie/changes", {"start_date": "soon"})) == (400, 23)
    assert code_of(send("/3/movie/changes", {"page": "0"})) == (400, 22)


# -- control -----------------------------------------------------------------------------------------------------------


def test_the_truth_is_the_union_of_all_pages() -> None:
    """What a complete harvest holds is what the pages list."""
    for media, path in (("movie", "/3/discover/movie"), ("tv", "/3/discover/tv")):
        query = {"with_genres": "80|37", "sort_by": "vote_count.asc"}
        truth = ask("/__truth", {"media": media, **query})
        assert truth == {"ids": sorted(row["id"] for row in read_all(path, query)), "gone": [], "poison": []}


def test_the_statistics_tell_what_was_asked() -> None:
    """Requests by status and kind, repeats, keys in the URL and the span; a reset forgets them."""
    clock = HandClock()
    sandbox = Sandbox(build_catalogue(), now=clock)
    send(f"/3/movie/{first_film()}", sandbox=sandbox)
    clock.seconds += 2.5
    sandbox.answer("GET", f"/3/movie/{first_film()}", {"api_key": Sandbox.KEY}, {})
    send("/3/movie/0", sandbox=sandbox)
    sandbox.meter.note_connections(3)
    sandbox.meter.note_connections(1)
    assert ask("/__stats", sandbox=sandbox) == {
        "requests": 3,
        "by_status": {"200": 2, "404": 1},
        "by_kind": {"movie_detail": 2, "missing": 1},
        "peak_requests_in_one_second": 2,
        "peak_open_connections": 3,
        "requests_with_key_in_url": 1,
        "repeated_ok": 1,
        "seconds_first_to_last": 2.5,
    }
    assert sandbox.answer("POST", "/__reset", {}, {}).status == 200
    assert ask("/__stats", sandbox=sandbox)["requests"] == 0
    assert sandbox.answer("GET", "/__nothing", {}, {}).status == 404


def test_answers_beyond_the_bound_are_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The memory of answers is bounded, and what was dropped comes back the same."""
    monkeypatch.setattr("cinelake.sandbox.api.discover_results._KEPT_POSITIONS", 5_000)
    sandbox = Sandbox(build_catalogue(), now=HandClock())
    queries = [{"sort_by": f"{name}.asc"} for name in ("popularity", "vote_count", "title")]
    before = [ask("/3/discover/movie", query, sandbox) for query in queries]
    assert [ask("/3/discover/movie", query, sandbox) for query in queries] == before


def test_latency_is_told_to_the_shell() -> None:
    """An answer says how late it is to be sent."""
    sandbox = Sandbox(build_catalogue(), now=HandClock(), habits=Habits(latency_s=0.05))
    delays = [send("/3/authentication", sandbox=sandbox).delay_s for _ in range(200)]
    assert 0.045 < sorted(delays)[100] < 0.055
