"""Details and their parts in the sandbox follow the rules of TMDB."""

import pytest
from tests.support.tmdb.sandbox_client import build_catalogue, build_client

CATALOGUE = build_catalogue(4_000, 800)
CLIENT = build_client(CATALOGUE)
FILM = f"/3/movie/{CATALOGUE.films.columns.ids[0]}"


def test_film_is_found_by_id_and_by_imdb_id() -> None:
    details = (CLIENT.read(f"/3/movie/{number}") for number in CATALOGUE.films.columns.ids)
    detail = next(each for each in details if each["imdb_id"])
    assert CLIENT.read(f"/3/movie/{detail['imdb_id']}") == detail


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
def test_unknown_path_is_404(path: str) -> None:
    assert CLIENT.read_error(path) == (404, 34)


def test_known_parts_are_appended_in_the_requested_order() -> None:
    parts = "keywords,credits,nonsense,release_dates,content_ratings,external_ids"
    detail = CLIENT.read(FILM, append_to_response=parts)
    assert list(detail) == [*CLIENT.read(FILM), "keywords", "credits", "release_dates", "external_ids"]
    assert isinstance(detail["keywords"]["keywords"], list)


def test_series_have_their_own_parts() -> None:
    path = f"/3/tv/{CATALOGUE.series.columns.ids[0]}"
    detail = CLIENT.read(path, append_to_response="keywords,content_ratings,release_dates")
    assert isinstance(detail["keywords"]["results"], list)
    assert "content_ratings" in detail
    assert "release_dates" not in detail


def test_existing_seasons_of_series_are_appended() -> None:
    columns = CATALOGUE.series.columns
    path = next(f"/3/tv/{number}" for number, day in zip(columns.ids, columns.dates, strict=True) if day)
    detail = CLIENT.read(path, append_to_response="season/1,season/0,season/99")
    assert [name for name in detail if "/" in name] == ["season/1"]
    assert len(detail["season/1"]["episodes"]) == detail["seasons"][0]["episode_count"]
    assert detail["season/1"]["id"] == detail["seasons"][0]["id"]
    assert CLIENT.send(f"{path}/season/1").status == 200
    assert CLIENT.send(f"{path}/season/99").status == 404
    assert "season/1" not in CLIENT.read(FILM, append_to_response="season/1")


def test_at_most_20_parts_are_appended() -> None:
    assert CLIENT.send(FILM, append_to_response=",".join(["credits"] * 20)).status == 200
    assert CLIENT.read_error(FILM, append_to_response=",".join(["credits"] * 21)) == (400, 27)


@pytest.mark.parametrize("name", ["credits", "keywords", "release_dates", "external_ids"])
def test_single_part_is_the_appended_part_with_the_id(name: str) -> None:
    part = CLIENT.read(f"{FILM}/{name}")
    assert part.pop("id") == CATALOGUE.films.columns.ids[0]
    assert part == CLIENT.read(FILM, append_to_response=name)[name]
