"""Credentials, rate limit, statistics and fixed answers of the sandbox."""

import json

import pytest
from tests.support.tmdb.sandbox_client import BEARER, ManualClock, build_catalogue, build_client, decode_error

from cinelake.sandbox import Sandbox
from cinelake.sandbox.api.fixed_answers import CONFIGURATION
from cinelake.sandbox.app import Behaviour
from cinelake.sandbox.catalogue.genre_table import MOVIE_GENRES, SERIES_GENRES

CATALOGUE = build_catalogue(4_000, 800)
CLIENT = build_client(CATALOGUE)
AUTHENTICATION = "/3/authentication"


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
def test_token_in_the_header_or_key_in_the_url_is_needed(
    query: dict[str, str], headers: dict[str, str], status: int
) -> None:
    reply = CLIENT.sandbox.answer("GET", AUTHENTICATION, query, headers)
    assert reply.status == status
    if status == 401:
        assert decode_error(reply) == (401, 7)


def test_credentials_have_the_form_of_real_ones() -> None:
    assert Sandbox.TOKEN.startswith("eyJ")
    assert len(Sandbox.TOKEN.split(".")) == 3
    assert len(bytes.fromhex(Sandbox.KEY)) == 16


def test_rate_limit_holds_in_every_second() -> None:
    clock = ManualClock()
    client = build_client(CATALOGUE, now=clock, rate=4)
    statuses = []
    for moment in (0.0, 0.5, 0.9, 0.9, 0.95, 1.01, 1.02, 1.6):
        clock.seconds = 200 + moment
        statuses.append(client.send(AUTHENTICATION).status)
    assert statuses == [200, 200, 200, 200, 429, 200, 429, 200]
    assert client.sandbox.meter.report().peak_requests_in_one_second == 6


@pytest.mark.parametrize(("is_sent", "value"), [(False, None), (True, "1")])
def test_retry_after_is_sent_only_on_request(is_sent: bool, value: str | None) -> None:
    client = build_client(CATALOGUE, rate=1, behaviour=Behaviour(sends_retry_after=is_sent))
    client.send(AUTHENTICATION)
    reply = client.send(AUTHENTICATION)
    assert decode_error(reply) == (429, 25)
    assert reply.headers.get("Retry-After") == value


def test_other_methods_are_refused() -> None:
    assert decode_error(CLIENT.sandbox.answer("POST", AUTHENTICATION, {}, BEARER)) == (405, 42)


@pytest.mark.parametrize(
    ("media", "language", "name"),
    [("movie", "", "War"), ("movie", "pt-BR", "Guerra"), ("movie", "pt", "Guerra"), ("tv", "pt", "Guerra e Política")],
)
def test_genres_have_english_or_portuguese_names(media: str, language: str, name: str) -> None:
    rows = CLIENT.read(f"/3/genre/{media}/list", language=language)["genres"]
    table = MOVIE_GENRES if media == "movie" else SERIES_GENRES
    assert [row["id"] for row in rows] == [genre.id for genre in table]
    assert name in {row["name"] for row in rows}


def test_fixed_answers_have_the_recorded_form() -> None:
    assert CLIENT.read(AUTHENTICATION) == {"success": True}
    assert CLIENT.read("/3/configuration") == json.loads(CONFIGURATION)
    assert {"english_name": "Finnish", "iso_639_1": "fi", "name": "suomi"} in CLIENT.read("/3/configuration/languages")


def test_statistics_count_requests_until_a_reset() -> None:
    clock = ManualClock()
    client = build_client(CATALOGUE, now=clock)
    film = f"/3/movie/{CATALOGUE.films.columns.ids[0]}"
    client.send(film)
    clock.seconds += 2.5
    client.sandbox.answer("GET", film, {"api_key": Sandbox.KEY}, {})
    client.send("/3/movie/0")
    client.sandbox.meter.note_connections(3)
    client.sandbox.meter.note_connections(1)
    assert client.read("/__stats") == {
        "requests": 3,
        "by_status": {"200": 2, "404": 1},
        "by_kind": {"movie_detail": 2, "missing": 1},
        "peak_requests_in_one_second": 2,
        "peak_open_connections": 3,
        "requests_with_key_in_url": 1,
        "repeated_ok": 1,
        "seconds_first_to_last": 2.5,
    }
    assert client.sandbox.answer("POST", "/__reset", {}, {}).status == 200
    assert client.read("/__stats")["requests"] == 0
    assert client.send("/__nothing").status == 404


def test_answers_have_the_configured_latency() -> None:
    client = build_client(CATALOGUE, behaviour=Behaviour(latency_s=0.05))
    delays = [client.send(AUTHENTICATION).delay_s for _ in range(200)]
    assert 0.045 < sorted(delays)[100] < 0.055
