"""The client against recorded responses of TMDB."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from tests.support.tmdb.service import ScriptedTransport
from tests.support.tmdb.virtual import VirtualClock, run_virtual

from cinelake.log import Log
from cinelake.media import Media
from cinelake.selection.genres import list_genre_ids, parse_genre
from cinelake.tmdb.client import Client
from cinelake.tmdb.rate_limiter import RateLimiter
from cinelake.tmdb.responses import Gone
from cinelake.tmdb.retry import StatusClass, classify_status
from cinelake.tmdb.transport import Reply
from cinelake.tmdb.validation import parse_detail, parse_languages, parse_page


@dataclass(frozen=True, slots=True)
class Recorded:
    path: str
    params: dict[str, str]
    status: int
    body: bytes


@pytest.fixture(scope="module")
def recorded(shared: Path) -> list[Recorded]:
    """Every recorded response."""
    found = []
    for line in (shared / "recorded" / "tmdb-2026-08.jsonl").read_text().splitlines():
        row = json.loads(line)
        body = row["body"] if isinstance(row["body"], str) else json.dumps(row["body"])
        query = row["query"] if isinstance(row["query"], str) else "&".join(f"{k}={v}" for k, v in row["query"].items())
        found.append(Recorded(row["path"], dict(parse_qsl(query)), row["status"], body.encode()))
    assert len(found) >= 70
    return found


def _of(recorded: list[Recorded], prefix: str, *, depth: int, status: int = HTTPStatus.OK) -> list[Recorded]:
    found = [r for r in recorded if r.path.startswith(prefix) and r.path.count("/") == depth and r.status == status]
    assert found, prefix
    return found


def test_recorded_pages_parse_with_their_totals(recorded: list[Recorded]) -> None:
    for media in ("movie", "tv"):
        for response in _of(recorded, f"/3/discover/{media}", depth=3):
            page = parse_page(response.body)
            document = json.loads(response.body)
            assert [row.id for row in page.results] == [row["id"] for row in document["results"]]
            assert [row.day for row in page.results] == [
                row.get("release_date", row.get("first_air_date")) or "" for row in document["results"]
            ]
            assert (page.total_results, page.total_pages) == (document["total_results"], document["total_pages"])


def test_recorded_details_are_kept_byte_for_byte(recorded: list[Recorded]) -> None:
    count = 0
    for media in ("movie", "tv"):
        for response in _of(recorded, f"/3/{media}/", depth=3):
            title = response.path.rpartition("/")[2]
            if title.isdigit():
                assert parse_detail(response.body, int(title)) == response.body
                with pytest.raises(ValueError, match="instead of"):
                    parse_detail(response.body, int(title) + 1)
                count += 1
    assert count >= 5


def test_recorded_responses_are_ok_or_not_found(recorded: list[Recorded]) -> None:
    classes = {response.path: classify_status(response.status) for response in recorded}
    gone = {path for path, each in classes.items() if each is StatusClass.NOT_FOUND}
    assert gone == {r.path for r in recorded if b'"status_code": 34' in r.body}
    assert gone
    assert {each for path, each in classes.items() if path not in gone} == {StatusClass.OK}


def test_recorded_404_is_gone(recorded: list[Recorded]) -> None:
    missing = next(response for response in recorded if response.path == "/3/movie/999999999")

    def answer(path: str, _params: Mapping[str, str]) -> Reply:
        assert path == missing.path
        return Reply(missing.status, missing.body)

    client = Client(ScriptedTransport(answer), RateLimiter(float("inf")), VirtualClock(), Log())
    assert isinstance(run_virtual(client.fetch_detail(Media.MOVIE, 999999999, "")), Gone)


def test_recorded_genres_match_the_built_in_names(recorded: list[Recorded]) -> None:
    for media, word in ((Media.MOVIE, "movie"), (Media.SERIES, "tv")):
        listed = [r for r in recorded if r.path == f"/3/genre/{word}/list" and not r.params]
        for response in listed:
            genres = json.loads(response.body)["genres"]
            assert {genre["id"] for genre in genres} == set(list_genre_ids(media))
            assert all(parse_genre(media, genre["name"]) == genre["id"] for genre in genres)
        assert listed


def test_recorded_languages_parse(recorded: list[Recorded]) -> None:
    for response in [r for r in recorded if r.path == "/3/configuration/languages"]:
        assert "en" in parse_languages(response.body)
