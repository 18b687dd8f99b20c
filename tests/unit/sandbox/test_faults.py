"""Faults on purpose: each has its effect, at its rate, and repeatably."""

import gzip
from collections import Counter

import pytest
from tests.support.tmdb.sandbox_client import SandboxClient, build_catalogue, build_client

from cinelake.sandbox import Faults
from cinelake.sandbox.api.faults import Fault, choose_fault

CATALOGUE = build_catalogue(4_000, 100)
FILM = f"/3/movie/{CATALOGUE.films.columns.ids[0]}"
AUTHENTICATION, DISCOVER = "/3/authentication", "/3/discover/movie"


def build(faults: str) -> SandboxClient:
    return build_client(CATALOGUE, faults=faults)


def test_faults_are_parsed_from_text() -> None:
    assert Faults.parse("burst502=1, reset=.002,gone=12,drift=1") == Faults(burst502=1, reset=0.002, gone=12, drift=1)
    assert Faults.parse("") == Faults()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("rest=.1", 'unknown fault "rest"; use any of burst502, reset, truncate'),
        ("reset=2", 'invalid value "2" of fault reset: use a share from 0 to 1, for example reset=0.002'),
        ("reset=-1", "a share from 0 to 1"),
        ("reset=x", "a number"),
        ("reset", "a number"),
        ("gone=-1", "a whole number from 0, for example gone=1"),
        ("gone=.5", "a number"),
    ],
)
def test_invalid_fault_is_explained(text: str, message: str) -> None:
    with pytest.raises(ValueError, match="fault") as caught:
        Faults.parse(text)
    assert message in str(caught.value)


def test_random_number_chooses_one_fault_by_its_share() -> None:
    faults = Faults(burst502=1, reset=0.2, truncate=0.2, garbage=0.1)
    rolls = {0.0001: Fault.BURST, 0.1: Fault.RESET, 0.3: Fault.TRUNCATE, 0.45: Fault.GARBAGE, 0.6: None}
    assert {roll: choose_fault(faults, roll) for roll in rolls} == rolls
    assert choose_fault(Faults(), 0) is None


def test_burst_is_42_consecutive_bad_gateways() -> None:
    client = build("burst502=1")
    replies = [client.send(AUTHENTICATION) for _ in range(60_000)]
    bad = [index for index, reply in enumerate(replies) if reply.status == 502]
    assert bad
    assert len(bad) % 42 == 0
    assert bad[41] - bad[0] == 41
    assert replies[bad[0]].body.startswith(b"<html>")


@pytest.mark.parametrize("name", ["reset", "truncate"])
def test_cut_is_left_to_the_server_and_not_counted_as_given(name: str) -> None:
    client = build(f"{name}=1")
    for _ in range(2):
        reply = client.send(FILM)
        assert reply.cut == name
        assert reply.body.startswith(b"{")
    assert client.sandbox.meter.report().repeated_ok == 0


def test_garbage_is_html_with_status_200() -> None:
    reply = build("garbage=1").send(FILM)
    assert reply.status == 200
    assert reply.body.startswith(b"<html>")
    assert reply.headers["Content-Type"] == "text/html"


@pytest.mark.parametrize(("name", "error"), [("e500", (500, 11)), ("e504", (504, 24))])
def test_server_errors_have_their_documented_code(name: str, error: tuple[int, int]) -> None:
    assert build(f"{name}=1").read_error(FILM) == error


def test_slow_answer_is_8_seconds_late() -> None:
    reply = build("slow=1").send(AUTHENTICATION)
    assert (reply.status, reply.delay_s) == (200, 8)


def test_gzip_has_no_header_and_spares_errors() -> None:
    client = build("gzip=1")
    reply = client.send(FILM)
    assert "Content-Encoding" not in reply.headers
    assert gzip.decompress(reply.body) == build("").send(FILM).body
    assert client.read_error("/3/movie/0") == (404, 34)


def test_swapped_detail_is_that_of_the_next_title() -> None:
    client = build("swap=1")
    assert client.read(FILM)["id"] == CATALOGUE.films.columns.ids[1]
    assert client.read(AUTHENTICATION) == {"success": True}
    assert client.send("/3/movie/0").status == 404


def test_gone_titles_are_listed_but_answer_404() -> None:
    client = build("gone=12,poison=2")
    truth = client.read("/__truth", media="movie")
    assert len(truth["gone"]) == 12
    assert not set(truth["ids"]) & set(truth["gone"])
    assert {client.send(f"/3/movie/{number}").status for number in truth["gone"]} == {404}
    assert {client.send(f"/3/movie/{number}/credits").status for number in truth["gone"]} == {404}
    assert client.read(DISCOVER)["total_results"] == len(truth["ids"]) + 12


def test_failing_titles_always_answer_500() -> None:
    client = build("gone=12,poison=2")
    truth = client.read("/__truth", media="movie")
    assert len(truth["poison"]) == 2
    assert set(truth["poison"]) <= set(truth["ids"])
    for _ in range(3):
        assert {client.send(f"/3/movie/{number}").status for number in truth["poison"]} == {500}


def test_gone_and_failing_series_are_independent_of_films() -> None:
    client = build("gone=3,poison=2")
    films, series = client.read("/__truth", media="movie"), client.read("/__truth", media="tv")
    assert (len(series["gone"]), len(series["poison"])) == (3, 2)
    assert {client.send(f"/3/tv/{number}").status for number in series["gone"]} == {404}
    assert {client.send(f"/3/tv/{number}/credits").status for number in series["poison"]} == {500}
    failing = {*series["gone"], *series["poison"]} - {*films["gone"], *films["poison"]}
    same_ids = [number for number in failing if number in films["ids"]]
    assert same_ids
    assert {client.send(f"/3/movie/{number}").status for number in same_ids} == {200}
    assert client.read("/3/discover/tv")["total_results"] == len(series["ids"]) + 3


def test_drifting_page_repeats_the_last_row_of_the_page_before() -> None:
    drifting, still = build("drift=1"), build("")
    total_pages = still.read(DISCOVER)["total_pages"]
    moved, right = (
        [[row["id"] for row in client.read(DISCOVER, page=str(n))["results"]] for n in range(1, total_pages + 1)]
        for client in (drifting, still)
    )
    shifted = [n for n in range(total_pages) if moved[n] != right[n]]
    assert 0.2 < len(shifted) / total_pages < 0.4
    assert shifted[0] > 0
    assert all(moved[n] == [right[n - 1][-1], *right[n][1:]] for n in shifted)


def test_drift_is_repeatable_and_differs_between_orders() -> None:
    client = build("drift=1")
    for n in map(str, range(2, 12)):
        assert client.read(DISCOVER, page=n) == client.read(DISCOVER, page=n)
    shown = [
        {row["id"] for n in range(1, 198) for row in client.read(DISCOVER, page=str(n), sort_by=order)["results"]}
        for order in ("popularity.asc", "popularity.desc")
    ]
    assert shown[0] != shown[1]


def test_totals_above_1000_vary_while_pages_drift() -> None:
    client = build("drift=1")
    large = {client.read(DISCOVER, page=str(n))["total_results"] for n in range(1, 60)}
    small = {client.read(DISCOVER, page=str(n), with_genres="80")["total_results"] for n in range(1, 15)}
    assert len(large) > 1
    assert len(small) == 1


def test_same_seed_gives_the_same_faults_at_their_rate() -> None:
    streams = []
    for _ in range(2):
        client = build("reset=.1,garbage=.1,e500=.1")
        streams.append([(reply.status, reply.cut) for reply in (client.send(AUTHENTICATION) for _ in range(3000))])
    assert streams[0] == streams[1]
    counts = Counter(streams[0])
    assert 240 < counts[(200, "reset")] < 360
    assert 240 < counts[(500, None)] < 360
