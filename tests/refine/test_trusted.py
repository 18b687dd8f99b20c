from datetime import UTC, date, datetime
from typing import Any

import pytest
from tests.support.refine.lakes import build, commit, current, encode, film, lake_of, old_film, one, put, read, series

from cinelake.lake.stores.object_store import open_memory


@pytest.mark.parametrize(
    ("field", "raw", "column", "reason"),
    [
        ("budget", 0, "budget", "budget: 0"),
        ("budget", -5, "budget", "budget: -5"),
        ("budget", 10**15, "budget", "budget: 1000000000000000"),
        ("revenue", 0, "revenue", "revenue: 0"),
        ("runtime", 0, "runtime", "runtime: 0"),
        ("imdb_id", "", "imdb_id", 'imdb_id: ""'),
        ("imdb_id", "nm0000001", "imdb_id", 'imdb_id: "nm0000001"'),
        *(
            ("imdb_id", wrong, "imdb_id", f'imdb_id: "{wrong}"')
            for wrong in ("tt1.5", "tt 12", "tt0x1F", "tt12 ", "tt", "tt-1")
        ),
        ("imdb_id", "tt1\u001ftitle", "imdb_id", 'imdb_id: "tt1␟title"'),
        ("release_date", "", "release_date", 'release_date: ""'),
        ("release_date", "0000-00-00", "release_date", 'release_date: "0000-00-00"'),
        ("release_date", "2999-12-31", "release_date", 'release_date: "2999-12-31"'),
        ("release_date", "1869-12-31", "release_date", 'release_date: "1869-12-31"'),
        ("release_date", "2023-02-30", "release_date", 'release_date: "2023-02-30"'),
        ("release_date", "2023-2-3", "release_date", 'release_date: "2023-2-3"'),
        ("release_date", "2023", "release_date", 'release_date: "2023"'),
        ("release_date", "soon; or never", "release_date", 'release_date: "soon; or never"'),
        ("vote_average", 0.0, "vote_average", "vote_average: 0.0"),
        ("overview", "", "overview", 'overview: ""'),
        ("title", "", "title", 'title: ""'),
        ("original_title", "", "original_title", 'original_title: ""'),
    ],
)
def test_unknown_values_are_null_with_a_reason(field: str, raw: object, column: str, reason: str) -> None:
    known = {"budget": 5000, "revenue": 5000, "overview": "It begins.", "tagline": "T", "homepage": "h"}
    store = lake_of(film(1, **{**known, field: raw}))
    build(store)
    row = one(store, "trusted_movies")
    assert row[column] is None
    assert row["unknown_reasons"] == [reason]


def test_unknown_values_of_series_are_null_with_a_reason() -> None:
    store = lake_of(film(1))
    shows = [series(5, original_name="", external_ids={"imdb_id": "tt0x1F"}, first_air_date="2001\u001f")]
    commit(store, "all-2010-2014", [encode(shows)], kind="Series")
    build(store)
    row = one(store, "trusted_series")
    assert (row["original_name"], row["imdb_id"], row["first_air_date"]) == (None, None, None)
    assert row["unknown_reasons"] == ['imdb_id: "tt0x1F"', 'first_air_date: "2001␟"', 'original_name: ""']


@pytest.mark.parametrize("field", ["budget", "revenue", "runtime", "imdb_id", "release_date", "overview", "vote_average"])
def test_missing_values_are_null_without_a_reason(field: str) -> None:
    row = film(1)
    store = lake_of({**row, field: None}, {name: value for name, value in film(2).items() if name != field})
    build(store)
    for found in read(store, "trusted_movies"):
        assert found[field] is None
        assert not [reason for reason in found["unknown_reasons"] if reason.startswith(field)]


def test_money_has_64_bits_and_dates_are_dates() -> None:
    store = lake_of(film(1, budget=9_999_999_999, revenue=3_000_000_000, release_date="1999-12-31"))
    build(store)
    row = one(store, "trusted_movies")
    assert (row["budget"], row["revenue"], row["release_date"]) == (9_999_999_999, 3_000_000_000, date(1999, 12, 31))


def test_lists_keep_their_elements() -> None:
    companies = [{"id": 7, "logo_path": None, "name": "Made-Up Pictures", "origin_country": "XX"}]
    parts: dict[str, Any] = {
        "credits": {"cast": [{"id": 3, "name": "A", "character": "B", "order": 0}], "crew": []},
        "keywords": {"keywords": [{"id": 4, "name": "clockwork"}]},
    }
    store = lake_of(film(1, production_companies=companies, **parts), film(2))
    build(store)
    first, second = read(store, "trusted_movies")
    assert first["production_companies"] == companies
    assert first["cast_members"][0]["character"] == "B"
    assert first["keywords"] == [{"id": 4, "name": "clockwork"}]
    assert second["production_companies"] == []
    assert second["cast_members"] is None


def test_records_of_version_1_get_genres_from_file_names() -> None:
    store = open_memory()
    put(store, "genre-80-2000-2004-1", encode([old_film(1), old_film(2)]))
    put(store, "genre-10752-2000-2004-1", encode([old_film(1)]))
    built = build(store)
    rows = read(store, "trusted_movies")
    assert [(row["genre_ids"], row["is_genre_from_file"]) for row in rows] == [([80, 10752], True), ([80], True)]
    assert rows[0]["runtime"] is None
    assert built.pointer.report.count("movie", 1, "the same record in another file of the run") == 1


def test_genres_of_the_record_win_over_the_file_name() -> None:
    store = open_memory()
    put(store, "genre-80-2000-2004-1", encode([film(1, genres=[{"id": 18, "name": "Drama"}]), film(2, genres=[])]))
    build(store)
    assert [row["genre_ids"] for row in read(store, "trusted_movies")] == [[18], []]


def test_each_date_is_a_partition_and_the_newest_record_wins() -> None:
    store = open_memory()
    commit(store, "all-2000-2004", [encode([film(1, popularity=1.0), film(2)])], day=date(2026, 11, 22))
    commit(store, "all-2000-2004", [encode([film(1, popularity=9.0)])], day=date(2026, 11, 23))
    built = build(store)
    keys = [part.key for part in current(store).parts("trusted_movies")]
    assert [key.split("/")[4] for key in keys] == ["dt=2026-11-22", "dt=2026-11-23"]
    assert one(store, "title", "id_tmdb = 1")["popularity"] == 9.0
    assert [row["popularity"] for row in read(store, "snapshot", "title_key = 'movie-1'")] == [1.0, 9.0]
    assert built.pointer.report.count("movie", 1, "superseded by a later run") == 1


def test_parts_come_from_the_newest_day_that_requested_them() -> None:
    war = {"keywords": [{"id": 1, "name": "world war ii"}]}
    played = {"cast": [{"id": 7, "name": "Old", "order": 0}], "crew": []}
    directed = {"cast": [], "crew": [{"id": 8, "name": "New", "job": "Director"}]}
    store = open_memory()
    days = [date(2026, 11, day) for day in (20, 21, 22)]
    commit(store, "all-2000-2004", [encode([film(n, keywords=war, credits=played) for n in (1, 2, 3)])], day=days[0])
    later = [film(1), film(2, credits=directed), film(3, keywords={"keywords": []}, credits={"cast": [], "crew": []})]
    commit(store, "all-2000-2004", [encode(later)], day=days[1])
    commit(store, "all-2000-2004", [encode([film(1, popularity=9.0), film(2)])], day=days[2])
    shows = [series(1, external_ids={"imdb_id": "tt5"}), series(2, external_ids={"imdb_id": ""}, keywords={"results": []})]
    commit(store, "all-2010-2014", [encode(shows)], day=days[0], kind="Series")
    thin = [series(1, external_ids=None), series(2, external_ids=None)]
    commit(store, "all-2010-2014", [encode(thin)], day=days[1], kind="Series")
    report = build(store).pointer.report
    cast = {row["title_key"]: row["person_key"] for row in read(store, "title_cast", "title_key LIKE 'movie%'")}
    assert cast == {"movie-1": "tmdb-7", "movie-2": "unknown", "movie-3": "unknown"}
    assert one(store, "title_director", "title_key = 'movie-2'")["person_key"] == "tmdb-8"
    assert [row["title_key"] for row in read(store, "title_theme")] == ["movie-1", "movie-2"]
    assert [row["title_key"] for row in read(store, "title_keyword", "keyword_id = 1")] == ["movie-1", "movie-2"]
    newest = one(store, "title", "title_key = 'movie-1'")
    assert (newest["collected_on"], newest["popularity"]) == (days[2], 9.0)
    assert [row["imdb_id"] for row in read(store, "title", "kind = 'series'")] == ["tt5", None]
    assert (report.count("series", 2, "imdb_id is empty"), report.count("series", 2, "with imdb_id")) == (1, 1)


def test_of_two_runs_of_a_day_the_higher_number_wins() -> None:
    store = open_memory()
    early, late = (datetime(2026, 11, 23, hour, tzinfo=UTC) for hour in (9, 10))
    commit(store, "genre-80-2000-2004", [encode([film(1, title="Later")])], at=late)
    commit(store, "genre-99-2000-2004", [encode([film(1, title="Earlier")])], at=early)
    built = build(store)
    assert one(store, "title")["title"] == "Later"
    assert built.pointer.report.count("movie", 1, "superseded by a later run") == 1
    assert built.pointer.report.count("movie", 1, "the same record in another file of the run") == 0


def test_without_manifests_the_file_name_decides() -> None:
    store = open_memory()
    put(store, "genre-10752-2000-2004-1", encode([old_film(1, title="A")]))
    put(store, "genre-80-2000-2004-1", encode([old_film(1, title="B")]))
    build(store)
    assert one(store, "title")["title"] == "B"


def test_a_film_and_a_series_may_share_an_id() -> None:
    store = lake_of(film(550))
    commit(store, "all-2010-2014", [encode([series(550)])], kind="Series")
    build(store)
    rows = read(store, "title")
    assert [(row["title_key"], row["title"]) for row in rows] == [
        ("movie-550", "Invented 550"),
        ("series-550", "Serial 550"),
    ]
    assert rows[1]["imdb_id"] == "tt9000550"
    assert (rows[1]["seasons"], rows[1]["episodes"], rows[1]["runtime"]) == (2, 20, None)


def test_trusted_keeps_seasons_and_networks() -> None:
    specials = {"id": 9, "season_number": 0, "name": "Specials", "air_date": None, "episode_count": 0, "vote_average": 0}
    second = {"id": 11, "season_number": 2, "name": "", "air_date": "", "episode_count": 3}
    channel = {"id": 4, "name": "Channel", "logo_path": None, "origin_country": ""}
    shows = [
        series(1, seasons=[specials, second, {"id": 10, "season_number": 1}], networks=[channel, {"id": 4}]),
        series(2, seasons=[], networks=[], number_of_seasons=0, number_of_episodes=0),
        series(3, seasons=None, networks=None, number_of_seasons=None, number_of_episodes=None),
        series(4, first_air_date="", last_air_date=None, next_episode_to_air=None, last_episode_to_air={"id": 1}),
    ]
    store = open_memory()
    commit(store, "all-undated", [encode(shows)], kind="Series")
    report = build(store).pointer.report
    assert (report.refusals, report.unknown_fields) == ((), {})
    rows = {row["id_tmdb"]: row for row in read(store, "trusted_series")}
    assert [(each["season_number"], each["air_date"], each["episode_count"]) for each in rows[1]["seasons"]] == [
        (0, None, 0),
        (2, "", 3),
        (1, None, None),
    ]
    assert [(each["name"], each["origin_country"]) for each in rows[1]["networks"]] == [("Channel", ""), (None, None)]
    assert [(rows[n]["seasons"], rows[n]["networks"]) for n in (2, 3)] == [([], []), (None, None)]
    assert rows[4]["first_air_date"] is None
    counted = {row["id_tmdb"]: (row["seasons"], row["episodes"]) for row in read(store, "title")}
    assert counted == {1: (2, 20), 2: (0, 0), 3: (None, None), 4: (2, 20)}


def test_invalid_seasons_are_refused() -> None:
    wrong: list[object] = ["none", {"0": {}}, [1], [{"season_number": "one"}], [{"vote_average": "8"}], [None]]
    store = open_memory()
    shows = [series(n, seasons=seasons) for n, seasons in enumerate(wrong, 1)]
    commit(store, "all-undated", [encode([*shows, series(7)])], kind="Series")
    refusals = build(store).pointer.report.refusals
    assert [each.id for each in refusals] == [1, 2, 3, 4, 5, 6]
    assert all("at `seasons" in each.reason for each in refusals)
    assert [row["id_tmdb"] for row in read(store, "trusted_series")] == [7]


def test_an_appended_season_is_reported_as_unknown_field() -> None:
    store = open_memory()
    season = {"_id": "0", "episodes": [{"id": 1, "crew": [], "guest_stars": []}]}
    commit(store, "all-undated", [encode([series(1, **{"season/1": season}), series(2)])], kind="Series")
    report = build(store).pointer.report
    assert (report.refusals, report.unknown_fields) == ((), {"series.season/1": 1})
    assert [row["id_tmdb"] for row in read(store, "trusted_series")] == [1, 2]


@pytest.mark.parametrize(
    "title",
    [
        "東京物語",
        "مدينة الورق",
        "שלום",
        "🎬🔥",
        'He said "no"\nand left',
        "a,b|c;d\t\\N",
        "Ελλάς é\u0301",
        "\u202eevil",
        "'",
    ],
)
def test_titles_of_any_script_are_unchanged(title: str) -> None:
    store = lake_of(film(1, title=title, original_title=title))
    build(store)
    assert one(store, "title")["title"] == title
    assert one(store, "trusted_movies")["original_title"] == title
