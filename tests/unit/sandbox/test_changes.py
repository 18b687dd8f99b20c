"""Change lists of the sandbox follow the rules of TMDB."""

import pytest
from tests.support.tmdb.sandbox_client import build_catalogue, build_client

CLIENT = build_client(build_catalogue(4_000, 800))
CHANGES = "/3/movie/changes"


@pytest.mark.parametrize("media", ["movie", "tv"])
def test_default_is_yesterday_and_today(media: str) -> None:
    body = CLIENT.read(f"/3/{media}/changes")
    assert body == CLIENT.read(f"/3/{media}/changes", start_date="2026-11-22", end_date="2026-11-23")
    assert list(body) == ["results", "page", "total_pages", "total_results"]
    assert any(row["adult"] is None for row in body["results"])  # a deleted title


def test_page_has_100_rows_and_each_id_is_listed_once() -> None:
    days = {"start_date": "2026-11-09", "end_date": "2026-11-23"}
    assert len(CLIENT.read(CHANGES, days)["results"]) == 100
    ids = [row["id"] for row in CLIENT.read_rows(CHANGES, days)]
    assert len(ids) == len(set(ids))


def test_more_than_14_days_are_refused() -> None:
    assert CLIENT.read_error(CHANGES, start_date="2026-11-08", end_date="2026-11-23") == (422, 20)


def test_invalid_date_and_page_are_refused() -> None:
    assert CLIENT.read_error(CHANGES, start_date="soon") == (400, 23)
    assert CLIENT.read_error(CHANGES, page="0") == (400, 22)
