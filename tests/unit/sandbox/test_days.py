"""The days of the sandbox: what they bring, that they repeat themselves, and that all answers agree about them."""

import json
from datetime import date, timedelta
from functools import cache
from typing import Any

import pytest

from cinelake.sandbox import Catalogue, Sandbox

TODAY = date(2026, 11, 23)
BEARER = {"Authorization": f"Bearer {Sandbox.TOKEN}"}
EVERYTHING = {"include_adult": "true", "include_video": "true", "include_null_first_air_dates": "true"}


@cache
def build_catalogue() -> Catalogue:
    return Catalogue(3_000, 500, seed=3, today=TODAY)


def build_sandbox() -> Sandbox:
    return Sandbox(build_catalogue(), now=lambda: 0.0)


def evolve(sandbox: Sandbox, days: int = 1) -> Any:  # noqa: ANN401 - whatever JSON holds
    reply = sandbox.answer("POST", "/__evolve", {"days": str(days)}, {})
    assert reply.status == 200
    return json.loads(reply.body)


def ask(sandbox: Sandbox, path: str, **query: str) -> Any:  # noqa: ANN401 - whatever JSON holds
    reply = sandbox.answer("GET", path, query, BEARER)
    assert reply.status == 200, reply.body
    return json.loads(reply.body)


def read_all(sandbox: Sandbox, path: str, **query: str) -> list[dict[str, Any]]:
    pages = ask(sandbox, path, **query)["total_pages"]
    return [row for n in range(1, pages + 1) for row in ask(sandbox, path, **query, page=str(n))["results"]]


def read_details(sandbox: Sandbox, media: str) -> dict[int, dict[str, Any]]:
    rows = read_all(sandbox, f"/3/discover/{media}", **EVERYTHING)
    return {row["id"]: ask(sandbox, f"/3/{media}/{row['id']}") for row in rows}


def read_feed(sandbox: Sandbox, media: str, day: date) -> list[dict[str, Any]]:
    return read_all(sandbox, f"/3/{media}/changes", start_date=str(day), end_date=str(day))


def test_the_same_days_bring_the_same_whether_one_by_one_or_at_once() -> None:
    one_by_one, at_once = build_sandbox(), build_sandbox()
    for _ in range(4):
        evolve(one_by_one)
    evolve(at_once, 4)
    for media in ("movie", "tv"):
        assert read_details(one_by_one, media) == read_details(at_once, media)
        assert read_feed(one_by_one, media, TODAY + timedelta(4)) == read_feed(at_once, media, TODAY + timedelta(4))


@pytest.mark.parametrize("media", ["movie", "tv"])
def test_listing_detail_and_truth_agree_after_each_day(media: str) -> None:
    sandbox = build_sandbox()
    for _ in range(3):
        evolve(sandbox)
        details = read_details(sandbox, media)
        assert ask(sandbox, "/__truth", media=media, **EVERYTHING)["ids"] == sorted(details)
        for row in read_all(sandbox, f"/3/discover/{media}", **EVERYTHING):
            detail = details[row["id"]]
            assert row.pop("genre_ids") == [genre["id"] for genre in detail["genres"]]
            assert row == {name: detail[name] for name in row}


@pytest.mark.parametrize("media", ["movie", "tv"])
def test_a_day_brings_something_of_each_kind_and_each_change_is_named_or_told_as_unnamed(media: str) -> None:
    sandbox = build_sandbox()
    day_name = "release_date" if media == "movie" else "first_air_date"
    seen, away = set(), set[int]()
    for number in range(1, 9):
        before = read_details(sandbox, media)
        unnamed = set(evolve(sandbox)["unnamed"][media])
        after, day = read_details(sandbox, media), TODAY + timedelta(number)
        feed = read_feed(sandbox, media, day)
        named = {row["id"] for row in feed}
        changed = {i for i in before.keys() & after.keys() if before[i] != after[i]}
        changed |= before.keys() ^ after.keys()
        assert changed <= named | unnamed
        vanished = before.keys() - after.keys()
        assert vanished
        assert vanished == {row["id"] for row in feed if row["adult"] is None and row["id"] is not None}
        for title_id in vanished:
            assert sandbox.answer("GET", f"/3/{media}/{title_id}", {}, BEARER).status == 404
        appeared = after.keys() - before.keys() - away
        assert {after[i][day_name] for i in appeared} == {str(day)}
        assert min(appeared) > max(before)
        seen |= {name for i in before.keys() & after.keys() for name in before[i] if before[i][name] != after[i][name]}
        seen |= {"back"} if after.keys() & away else set()
        seen |= {"null id"} if None in named else set()
        seen |= {"stranger"} if named - {None} - before.keys() - after.keys() else set()
        seen |= {"unnamed edit"} if unnamed else set()
        away |= vanished
    assert {"vote_count", "popularity", "overview", "genres", day_name} <= seen
    assert {"back", "null id", "stranger", "unnamed edit"} <= seen


def test_days_up_to_the_start_are_told_as_before_and_days_to_come_are_empty() -> None:
    sandbox = build_sandbox()
    before = [read_feed(sandbox, "movie", TODAY - timedelta(days)) for days in range(3)]
    evolve(sandbox, 2)
    assert [read_feed(sandbox, "movie", TODAY - timedelta(days)) for days in range(3)] == before
    assert read_feed(sandbox, "movie", TODAY + timedelta(3)) == []
    today = str(TODAY + timedelta(2))
    assert ask(sandbox, "/3/movie/changes") == ask(
        sandbox, "/3/movie/changes", start_date=str(TODAY + timedelta(1)), end_date=today
    )


def test_a_catalogue_that_another_sandbox_uses_stays_as_it_was() -> None:
    moved, still = build_sandbox(), build_sandbox()
    before = read_details(still, "tv")
    evolve(moved, 5)
    assert read_details(still, "tv") == before


@pytest.mark.parametrize("days", ["0", "-1", "two", "367", ""])
def test_days_that_are_no_number_are_refused(days: str) -> None:
    reply = build_sandbox().answer("POST", "/__evolve", {"days": days}, {})
    assert reply.status == 422
    assert json.loads(reply.body)["status_code"] == 5


def test_a_service_without_series_has_days_all_the_same() -> None:
    sandbox = Sandbox(Catalogue(40, 0, 1, TODAY), now=lambda: 0.0)
    assert evolve(sandbox, 3)["today"] == str(TODAY + timedelta(3))
    assert ask(sandbox, "/3/tv/changes")["results"] == []
