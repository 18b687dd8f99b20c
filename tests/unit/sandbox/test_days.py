"""The days of the sandbox: their changes, their repeatability, and the agreement of all answers."""

from datetime import date, timedelta
from typing import Any

import pytest
from tests.support.tmdb.sandbox_client import SandboxClient, build_catalogue, build_client, decode_error
from tests.support.tmdb.service import TODAY

EVERYTHING = {"include_adult": "true", "include_video": "true", "include_null_first_air_dates": "true"}
CATALOGUE = build_catalogue(1_500, 500)


@pytest.fixture
def client() -> SandboxClient:
    return build_client(CATALOGUE)


def read_details(client: SandboxClient, media: str) -> dict[int, dict[str, Any]]:
    rows = client.read_rows(f"/3/discover/{media}", EVERYTHING)
    return {row["id"]: client.read(f"/3/{media}/{row['id']}") for row in rows}


def read_changes(client: SandboxClient, media: str, day: date) -> list[dict[str, Any]]:
    return client.read_rows(f"/3/{media}/changes", start_date=str(day), end_date=str(day))


def test_days_are_the_same_one_by_one_and_at_once() -> None:
    one_by_one, at_once = build_client(CATALOGUE), build_client(CATALOGUE)
    for _ in range(4):
        one_by_one.advance()
    at_once.advance(4)
    last = TODAY + timedelta(4)
    for media in ("movie", "tv"):
        assert read_details(one_by_one, media) == read_details(at_once, media)
        assert read_changes(one_by_one, media, last) == read_changes(at_once, media, last)


@pytest.mark.parametrize("media", ["movie", "tv"])
def test_listing_detail_and_truth_agree_after_each_day(client: SandboxClient, media: str) -> None:
    for _ in range(3):
        client.advance()
        details = read_details(client, media)
        assert client.read("/__truth", EVERYTHING, media=media)["ids"] == sorted(details)
        for row in client.read_rows(f"/3/discover/{media}", EVERYTHING):
            detail = details[row["id"]]
            assert row.pop("genre_ids") == [genre["id"] for genre in detail["genres"]]
            assert row == {name: detail[name] for name in row}


@pytest.mark.parametrize("media", ["movie", "tv"])
def test_each_kind_of_change_occurs_and_is_accounted_for(client: SandboxClient, media: str) -> None:
    """Each change of a title is in the change list of its day, or in the answer to the advance as `unnamed`."""
    day_name = "release_date" if media == "movie" else "first_air_date"
    seen, deleted_before = set(), set[int]()
    after = read_details(client, media)
    for number in range(1, 9):
        before, unnamed = after, set(client.advance()["unnamed"][media])
        after, day = read_details(client, media), TODAY + timedelta(number)
        rows = read_changes(client, media, day)
        named, both = {row["id"] for row in rows}, before.keys() & after.keys()
        changed = {i for i in both if before[i] != after[i]} | before.keys() ^ after.keys()
        assert changed <= named | unnamed
        deleted = before.keys() - after.keys()
        assert deleted
        assert deleted == {row["id"] for row in rows if row["adult"] is None and row["id"] is not None}
        assert {client.send(f"/3/{media}/{title_id}").status for title_id in deleted} == {404}
        added = after.keys() - before.keys() - deleted_before
        assert {after[i][day_name] for i in added} == {str(day)}
        assert min(added) > max(before)
        seen |= {name for i in both for name in before[i] if before[i][name] != after[i][name]}
        seen |= {"restored"} if after.keys() & deleted_before else set()
        seen |= {"null id"} if None in named else set()
        seen |= {"unknown id"} if named - {None} - before.keys() - after.keys() else set()
        seen |= {"unnamed edit"} if unnamed else set()
        deleted_before |= deleted
    assert {"vote_count", "popularity", "overview", "genres", day_name} <= seen
    assert {"restored", "null id", "unknown id", "unnamed edit"} <= seen


def test_past_change_lists_stay_and_future_ones_are_empty(client: SandboxClient) -> None:
    past = [TODAY - timedelta(days) for days in range(3)]
    before = [read_changes(client, "movie", day) for day in past]
    client.advance(2)
    assert [read_changes(client, "movie", day) for day in past] == before
    assert read_changes(client, "movie", TODAY + timedelta(3)) == []
    yesterday, today = str(TODAY + timedelta(1)), str(TODAY + timedelta(2))
    assert client.read("/3/movie/changes") == client.read("/3/movie/changes", start_date=yesterday, end_date=today)


def test_sandboxes_with_one_catalogue_advance_independently(client: SandboxClient) -> None:
    before = read_details(client, "tv")
    build_client(CATALOGUE).advance(5)
    assert read_details(client, "tv") == before


@pytest.mark.parametrize("days", ["0", "-1", "two", "367", ""])
def test_invalid_number_of_days_is_refused(client: SandboxClient, days: str) -> None:
    assert decode_error(client.sandbox.answer("POST", "/__evolve", {"days": days}, {})) == (422, 5)


def test_sandbox_without_series_advances() -> None:
    client = build_client(build_catalogue(40, 0, 1))
    assert client.advance(3)["today"] == str(TODAY + timedelta(3))
    assert client.read("/3/tv/changes")["results"] == []
