"""Faults on purpose: each one does what its name says, as often as asked, and the same way every time."""

import gzip
import json
from collections import Counter
from datetime import date
from functools import cache
from typing import Any

import pytest

from cinelake.sandbox import Catalogue, Faults, Reply, Sandbox
from cinelake.sandbox.api.faults import Mishap, classify_roll

BEARER = {"Authorization": f"Bearer {Sandbox.TOKEN}"}


@cache
def build_catalogue() -> Catalogue:
    """A catalogue made once for all tests of this file."""
    return Catalogue(4_000, 100, seed=3, today=date(2026, 11, 23))


def build_sandbox(faults: str) -> Sandbox:
    """A sandbox with these faults."""
    return Sandbox(build_catalogue(), now=lambda: 0.0, faults=Faults.parse(faults))


def send(sandbox: Sandbox, path: str, **query: str) -> Reply:
    """The reply to an authorised GET."""
    return sandbox.answer("GET", path, query, BEARER)


def ask(sandbox: Sandbox, path: str, **query: str) -> Any:  # noqa: ANN401 - whatever JSON holds
    """The decoded body of an answer."""
    return json.loads(send(sandbox, path, **query).body)


def first_film() -> str:
    """The film of the lowest id."""
    return f"/3/movie/{build_catalogue().films.columns.ids[0]}"


def test_faults_are_parsed_from_text() -> None:
    """Shares, counts and switches are read; the empty text means none."""
    assert Faults.parse("burst502=1, reset=.002,gone=12,drift=1") == Faults(burst502=1, reset=0.002, gone=12, drift=1)
    assert Faults.parse("") == Faults()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("rest=.1", "fault 'rest': there is no such fault; use any of burst502, reset, truncate"),
        ("reset=2", "'2' is not a share from 0 to 1; write it as reset=0.002"),
        ("reset=-1", "a share from 0 to 1"),
        ("reset=x", "'x' is not a number"),
        ("reset", "'' is not a number"),
        ("gone=-1", "a whole number from 0; write it as gone=1"),
        ("gone=.5", "'.5' is not a number"),
    ],
)
def test_a_fault_that_cannot_be_read_says_what_is_allowed(text: str, message: str) -> None:
    """The message names the fault and the way to write it."""
    with pytest.raises(ValueError, match="fault '") as caught:
        Faults.parse(text)
    assert message in str(caught.value)


def test_a_roll_means_one_mishap() -> None:
    """The shares lie one after another; what is left over is an undisturbed answer."""
    faults = Faults(burst502=1, reset=0.2, truncate=0.2, garbage=0.1)
    rolls = {0.0001: Mishap.BURST, 0.1: Mishap.RESET, 0.3: Mishap.TRUNCATE, 0.45: Mishap.GARBAGE, 0.6: None}
    assert {roll: classify_roll(faults, roll) for roll in rolls} == rolls
    assert classify_roll(Faults(), 0) is None


def test_a_burst_is_42_bad_gateways_in_a_row() -> None:
    """They are HTML, and the service recovers after them."""
    sandbox = build_sandbox("burst502=1")
    replies = [send(sandbox, "/3/authentication") for _ in range(60_000)]
    bad = [row for row, reply in enumerate(replies) if reply.status == 502]
    assert bad
    assert len(bad) % 42 == 0
    assert bad[41] - bad[0] == 41
    assert replies[bad[0]].body.startswith(b"<html>")


@pytest.mark.parametrize("name", ["reset", "truncate"])
def test_a_cut_is_told_to_the_shell(name: str) -> None:
    """The answer is whole, the shell cuts the connection before or within it; it does not count as given."""
    sandbox = build_sandbox(f"{name}=1")
    for _ in range(2):
        reply = send(sandbox, first_film())
        assert reply.cut == name
        assert reply.body.startswith(b"{")
    assert sandbox.meter.report().repeated_ok == 0


def test_garbage_is_html_that_says_200() -> None:
    """A client that trusts the status stores nonsense."""
    reply = send(build_sandbox("garbage=1"), first_film())
    assert reply.status == 200
    assert reply.body.startswith(b"<html>")
    assert reply.headers["Content-Type"] == "text/html"


@pytest.mark.parametrize(("name", "status", "code"), [("e500", 500, 11), ("e504", 504, 24)])
def test_server_errors_bear_their_code(name: str, status: int, code: int) -> None:
    """They are JSON as documented."""
    reply = send(build_sandbox(f"{name}=1"), first_film())
    assert (reply.status, json.loads(reply.body)["status_code"]) == (status, code)


def test_a_slow_answer_is_right_but_late() -> None:
    """Eight seconds late."""
    reply = send(build_sandbox("slow=1"), "/3/authentication")
    assert reply.delay_s == 8
    assert reply.status == 200


def test_gzip_comes_without_its_header() -> None:
    """The body is compressed, and nothing says so; errors are left alone."""
    sandbox = build_sandbox("gzip=1")
    reply = send(sandbox, first_film())
    assert "Content-Encoding" not in reply.headers
    assert gzip.decompress(reply.body) == send(build_sandbox(""), first_film()).body
    assert ask(sandbox, "/3/movie/0")["status_code"] == 34


def test_a_swapped_detail_is_that_of_another_title() -> None:
    """The id within is not the id asked; other paths are left alone."""
    sandbox = build_sandbox("swap=1")
    assert ask(sandbox, first_film())["id"] == build_catalogue().films.columns.ids[1]
    assert ask(sandbox, "/3/authentication") == {"success": True}
    assert send(sandbox, "/3/movie/0").status == 404


def test_gone_titles_are_listed_but_not_there() -> None:
    """Twelve films of the lists answer 404, and the truth names them."""
    sandbox = build_sandbox("gone=12,poison=2")
    truth = ask(sandbox, "/__truth", media="movie")
    assert len(truth["gone"]) == 12
    assert not set(truth["ids"]) & set(truth["gone"])
    assert {send(sandbox, f"/3/movie/{number}").status for number in truth["gone"]} == {404}
    assert {send(sandbox, f"/3/movie/{number}/credits").status for number in truth["gone"]} == {404}
    listed = ask(sandbox, "/3/discover/movie")["total_results"]
    assert listed == len(truth["ids"]) + 12


def test_poisoned_titles_always_fail() -> None:
    """They answer 500 every time; a complete harvest would hold them, were they to be had."""
    sandbox = build_sandbox("gone=12,poison=2")
    truth = ask(sandbox, "/__truth", media="movie")
    assert len(truth["poison"]) == 2
    assert set(truth["poison"]) <= set(truth["ids"])
    for _ in range(3):
        assert {send(sandbox, f"/3/movie/{number}").status for number in truth["poison"]} == {500}


def test_series_are_gone_and_poisoned_too_and_the_film_of_that_number_is_not() -> None:
    """As many of each media are chosen, each by itself: ids collide."""
    sandbox = build_sandbox("gone=3,poison=2")
    films, series = ask(sandbox, "/__truth", media="movie"), ask(sandbox, "/__truth", media="tv")
    assert (len(series["gone"]), len(series["poison"])) == (3, 2)
    assert {send(sandbox, f"/3/tv/{number}").status for number in series["gone"]} == {404}
    assert {send(sandbox, f"/3/tv/{number}/credits").status for number in series["poison"]} == {500}
    refused = {*series["gone"], *series["poison"]} - {*films["gone"], *films["poison"]}
    namesakes = [number for number in refused if number in films["ids"]]
    assert namesakes
    assert {send(sandbox, f"/3/movie/{number}").status for number in namesakes} == {200}
    assert ask(sandbox, "/3/discover/tv")["total_results"] == len(series["ids"]) + 3


def test_pages_drift() -> None:
    """About three pages in ten begin with the last row of the page before, so that a title is never shown."""
    drifting, still = build_sandbox("drift=1"), build_sandbox("")
    total_pages = ask(still, "/3/discover/movie")["total_pages"]
    pages = range(1, total_pages + 1)
    moved = [[row["id"] for row in ask(drifting, "/3/discover/movie", page=str(n))["results"]] for n in pages]
    right = [[row["id"] for row in ask(still, "/3/discover/movie", page=str(n))["results"]] for n in pages]
    slid = [n for n in range(total_pages) if moved[n] != right[n]]
    assert 0.2 < len(slid) / total_pages < 0.4
    assert slid[0] > 0
    assert all(moved[n] == [right[n - 1][-1], *right[n][1:]] for n in slid)


def test_drift_is_the_same_each_time_and_differs_between_orders() -> None:
    """Asking the same page again shows the same; another order hides other titles."""
    drifting = build_sandbox("drift=1")
    for n in map(str, range(2, 12)):
        assert ask(drifting, "/3/discover/movie", page=n) == ask(drifting, "/3/discover/movie", page=n)
    shown = [
        {
            row["id"]
            for n in range(1, 198)
            for row in ask(drifting, "/3/discover/movie", page=str(n), sort_by=order)["results"]
        }
        for order in ("popularity.asc", "popularity.desc")
    ]
    assert shown[0] != shown[1]


def test_totals_of_big_queries_waver_while_pages_drift() -> None:
    """The pages of one query disagree on its total, if there are more than a thousand titles."""
    drifting = build_sandbox("drift=1")
    big = {ask(drifting, "/3/discover/movie", page=str(n))["total_results"] for n in range(1, 60)}
    small = {ask(drifting, "/3/discover/movie", page=str(n), with_genres="80")["total_results"] for n in range(1, 15)}
    assert len(big) > 1
    assert len(small) == 1


def test_the_same_seed_strikes_the_same_answers() -> None:
    """Faults come from a seeded stream, as often as asked."""
    streams = []
    for _ in range(2):
        sandbox = build_sandbox("reset=.1,garbage=.1,e500=.1")
        streams.append([(reply.status, reply.cut) for reply in (send(sandbox, "/3/authentication") for _ in range(3000))])
    assert streams[0] == streams[1]
    counts = Counter(streams[0])
    assert 240 < counts[(200, "reset")] < 360
    assert 240 < counts[(500, None)] < 360
