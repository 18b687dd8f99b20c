"""Comparison of a lake of everything with TMDB's daily id export."""

import gzip
import json
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.conftest import Done, Shell, open_shell

from cinelake.clock import SystemClock
from cinelake.errors import ServiceError
from cinelake.media import Media
from cinelake.sandbox import Catalogue, Faults, Sandbox
from cinelake.sandbox.api.daily_exports import build_export
from cinelake.sandbox.server import start_in_thread
from cinelake.tmdb.id_exports import HttpExports, fetch_newest, name_export, split_lines

PACKED = gzip.compress(b'{"id":1}\n{"id":2}\n')


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    """A shell whose sandbox has today's date and exports."""
    clock = SystemClock()
    sandbox = Sandbox(Catalogue(300, 120, 1, clock.now().date()), now=clock.monotonic, faults=Faults.parse("gone=3"))
    with open_shell(tmp_path) as shell, start_in_thread(sandbox, sleep=clock.sleep) as served:
        shell.environment |= {"TMDB_BASE_URL": served.url, "TMDB_EXPORT_URL": served.url, "TMDB_TOKEN": Sandbox.TOKEN}
        yield shell


def _audit(shell: Shell) -> tuple[Done, dict[str, Any]]:
    done = shell.run("verify", "--against", "export", "--json")
    return done, json.loads(done.stdout)


def test_all_differences_of_a_complete_lake_are_explained(shell: Shell) -> None:
    for media in ("movie", "series"):
        assert shell.extract("--media", media).returncode == 0
    done, found = _audit(shell)
    assert done.returncode == 0
    films, series = found["audits"]
    assert (films["gone"], films["missing"], films["surplus"], series["missing"], series["surplus"]) == (3, 0, 0, 0, 0)
    assert films["excluded"] > 0
    assert "export" in shell.run("verify", "--against", "export").stdout


def test_adult_titles_are_compared_with_their_own_export(shell: Shell) -> None:
    assert shell.extract("--include-adult", "--include-video").returncode == 0
    done, found = _audit(shell)
    assert done.returncode == 0
    assert (found["audits"][0]["excluded"], found["audits"][0]["surplus"]) == (0, 0)


def test_lake_of_some_genres_is_refused_with_a_hint(shell: Shell) -> None:
    assert shell.extract("--genre", "Crime").returncode == 0
    done, found = _audit(shell)
    assert done.returncode == 2
    assert "--api" in found["error"]["hint"]


def test_titles_that_the_lake_lacks_are_named(shell: Shell) -> None:
    assert shell.extract().returncode == 0
    clock = SystemClock()
    other = Sandbox(Catalogue(330, 0, 1, clock.now().date()), now=clock.monotonic)
    with start_in_thread(other, sleep=clock.sleep) as served:
        shell.environment["TMDB_EXPORT_URL"] = served.url
        done, found = _audit(shell)
    assert done.returncode == 3
    kinds = {problem["kind"]: problem["ids"] for problem in found["problems"]}
    assert len(kinds["only in the export"]) == found["audits"][0]["missing"] > 0


async def _pieces(data: bytes, size: int = 7) -> AsyncIterator[bytes]:
    for at in range(0, len(data), size):
        yield data[at : at + size]


async def test_lines_are_split_across_pieces_and_gzip_members() -> None:
    assert [line async for line in split_lines(_pieces(PACKED + PACKED))] == [b'{"id":1}', b'{"id":2}'] * 2


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "cut": lambda data: data[:-5],
    "cut early": lambda data: data[:12],
    "altered": lambda data: data[:-6] + b"xx" + data[-4:],
    "a page": lambda _: b"<html>",
    "empty": lambda _: b"",
}


@pytest.mark.parametrize("damage", DAMAGE)
async def test_damaged_file_is_refused(damage: str) -> None:
    with pytest.raises(ValueError, match=r"truncated|damaged"):
        _ = [line async for line in split_lines(_pieces(DAMAGE[damage](PACKED)))]


async def test_missing_exports_are_an_error() -> None:
    clock = SystemClock()
    old = Sandbox(Catalogue(10, 0, 1, datetime(2020, 1, 1, tzinfo=UTC).date()), now=clock.monotonic)
    with start_in_thread(old, sleep=clock.sleep) as served, pytest.raises(ServiceError, match="movie_ids_"):
        await fetch_newest(HttpExports(served.url, clock), Media.MOVIE, clock.now().date(), lambda _: None)


def test_sandbox_has_exports_of_its_own_day() -> None:
    catalogue = Catalogue(50, 20, 1, datetime(2026, 11, 23, tzinfo=UTC).date())
    shelves = {"movie": catalogue.films, "tv": catalogue.series}
    data = build_export(name_export(Media.SERIES, catalogue.today), catalogue.today, shelves)
    assert data is not None
    assert all(
        json.loads(line).keys() == {"id", "original_name", "popularity"} for line in gzip.decompress(data).splitlines()
    )
    assert build_export("person_ids_11_23_2026.json.gz", catalogue.today, shelves) is None


def test_lake_of_real_titles_matches_their_export(replay: Callable[..., str], replay_token: str, tmp_path: Path) -> None:
    url = replay("--today", str(SystemClock().now().date()))
    with open_shell(tmp_path) as shell:
        shell.environment |= {"TMDB_BASE_URL": url, "TMDB_EXPORT_URL": url, "TMDB_TOKEN": replay_token}
        assert shell.extract("--media", "series", "--include-adult").returncode == 0
        done, found = _audit(shell)
    assert done.returncode == 0
    assert (found["audits"][0]["listed"], found["audits"][0]["missing"]) == (3274, 0)
