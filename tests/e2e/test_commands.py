"""The commands as a user runs them."""

import json
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.e2e.conftest import Serve, Served, Shell

from cinelake.lake.keys import NUMBERS
from cinelake.tmdb.executor import PROBE

FAST = ("--rate", "unlimited")
CRIME_AND_WAR = ("--genre", "Crime", "--genre", "Guerra")
FIRST_VERSION = {
    "id_tmdb",
    "title",
    "release_date",
    "overview",
    "poster_path",
    "backdrop_path",
    "production_companies",
    "production_countries",
    "spoken_languages",
    "budget",
    "revenue",
    "vote_average",
    "adult",
    "belongs_to_collection",
    "homepage",
    "imdb_id",
    "original_language",
    "popularity",
    "status",
    "tagline",
    "video",
}
APPENDED = {"credits", "keywords", "release_dates", "external_ids"}


def _read_records(lake: Path) -> list[dict[str, object]]:
    return [record for path in sorted(lake.glob("Raw/**/*.json")) for record in json.loads(path.read_bytes())]


def _read_ids(served: Served, query: dict[str, str]) -> set[int]:
    """The ids of the sandbox's catalogue that match a query."""
    return set(json.loads(served.sandbox.answer("GET", "/__truth", query, {}).body)["ids"])


def _read_times(folder: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


def test_plan_extract_verify_and_status(online: tuple[Shell, Served]) -> None:
    shell, served = online
    planned = shell.run("plan", *CRIME_AND_WAR, *FAST, "--json")
    assert planned.returncode == 0
    assert planned.stderr == f"next: cinelake extract {' '.join((*CRIME_AND_WAR, *FAST))}\n"
    plan = json.loads(planned.stdout)
    sent = served.sandbox.meter.report().by_kind
    assert set(sent) == {"small", "discover"}  # the request that shows the date, counting requests, and no others
    assert sent["small"] == 1
    assert not shell.lake.exists()

    extracted = shell.run("extract", *CRIME_AND_WAR, *FAST, "--json")
    assert extracted.returncode == 0, extracted.stderr
    report = json.loads(extracted.stdout)
    assert report["is_complete"]
    assert report["records"] == plan["estimate"]["titles"] > 0
    records = _read_records(shell.lake)
    assert {record["id_tmdb"] for record in records} == _read_ids(served, {"media": "movie", "with_genres": "80|10752"})
    assert all(next(iter(record)) == "id_tmdb" for record in records)
    assert all(set(record) >= FIRST_VERSION | APPENDED for record in records)

    verified = shell.run("verify", "--api", *FAST, "--json")
    assert verified.returncode == 0, verified.stdout
    document = json.loads(verified.stdout)
    assert document["problems"] == []
    assert document["tmdb_titles"] == document["distinct_ids"] == len({record["id_tmdb"] for record in records})
    (run,) = json.loads(shell.run("status", "--json").stdout)["runs"]
    assert (run["state"], run["records"], run["unresolved"]) == ("complete", report["records"], [])


def test_each_command_names_the_next_one(online: tuple[Shell, Served]) -> None:
    shell, _ = online
    words, lake = ["plan", *CRIME_AND_WAR, *FAST, "--lake", "my lake"], ["--lake", "my lake"]
    commands = ["plan"]
    for _ in range(6):
        done = shell.run(*words)
        assert done.returncode == 0, done.stderr
        follow_up = shlex.split(done.stderr.splitlines()[-1])
        assert follow_up[:2] == ["next:", "cinelake"]
        words = follow_up[2:]
        assert words[-2:] == lake
        commands.append(words[0])
    assert commands == ["plan", "extract", "verify", "build", "dashboard", "sql", "dashboard"]
    assert "next:" not in shell.run("status", *lake, CINELAKE_LOG="json").stderr


def test_repeated_extraction_asks_only_for_the_date(online: tuple[Shell, Served]) -> None:
    """One request shows the date, and only the counter of run numbers and the lock are written."""
    shell, served = online
    first = shell.extract(*CRIME_AND_WAR, "--json")
    before, sent = _read_times(shell.folder), served.requests
    again = shell.extract(*CRIME_AND_WAR, "--json")
    assert (again.returncode, again.stdout) == (0, first.stdout)
    assert "up to date" in again.stderr
    assert served.requests == sent + 1
    assert served.sandbox.asked[-1].startswith(PROBE)
    changed = {path for path, _ in before.items() ^ _read_times(shell.folder).items()}
    assert {path.parent for path in changed if path.name != ".lock"} == {shell.lake / NUMBERS}


def test_verify_names_damage_and_its_repair(online: tuple[Shell, Served]) -> None:
    shell, _ = online
    shell.extract(*CRIME_AND_WAR)
    altered, removed = sorted(shell.lake.glob("Raw/**/*.json"))[:2]
    altered.write_bytes(altered.read_bytes().replace(b"budget", b"BUDGET"))
    removed.unlink()
    found = shell.run("verify")
    assert found.returncode == 3
    assert f"altered object: {altered.relative_to(shell.lake)}" in found.stdout
    assert f"missing object: {removed.relative_to(shell.lake)}" in found.stdout
    assert "`cinelake extract` with --run-date" in " ".join(found.stdout.split())
    as_json = shell.run("verify", "--json")
    assert as_json.returncode == 3
    assert {"altered object", "missing object"} <= {p["kind"] for p in json.loads(as_json.stdout)["problems"]}


@pytest.mark.parametrize(
    ("words", "query"),
    [
        (("--genre", "80"), {"with_genres": "80"}),
        (
            ("--genre", "crime", "--from", "1990", "--to", "1999-12-30"),
            {"with_genres": "80", "primary_release_date.gte": "1990-01-01", "primary_release_date.lte": "1999-12-30"},
        ),
        (("--genre", "Ficção científica"), {"with_genres": "878"}),
        (
            ("--media", "series", "--genre", "Drama"),
            {"media": "tv", "with_genres": "18", "include_null_first_air_dates": "true"},
        ),
        ((), {}),
    ],
)
def test_selection_is_extracted_completely(
    online: tuple[Shell, Served], words: tuple[str, ...], query: dict[str, str]
) -> None:
    shell, served = online
    done = shell.extract(*words)
    assert done.returncode == 0, done.stderr
    records = _read_records(shell.lake)
    ids = [record["id_tmdb"] for record in records]
    assert len(ids) == len(set(ids)) > 0
    assert set(ids) == _read_ids(served, {"media": "movie", **query})
    assert all(APPENDED.isdisjoint(record) for record in records)


def test_extraction_through_faults_is_complete(shell: Shell, serve: Serve) -> None:
    served = serve(faults="drift=1,burst502=1,reset=.01,truncate=.01,garbage=.01,gone=3,gzip=.2")
    shell.point_at(served)
    done = shell.extract("--json", "--verbose")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["gone"] == 3
    assert "slice_committed" in done.stderr
    assert shell.run("verify").returncode == 0


def test_rate_and_connections_stay_within_the_limits(shell: Shell, serve: Serve) -> None:
    served = serve(films=60, rate=40)
    shell.point_at(served)
    done = shell.run("extract", "--append", "none", "--genre", "War", "--json")
    assert done.returncode == 0
    # Arrivals, which a busy machine can bunch; test_rate_limiter_properties.py counts departures.
    assert served.sandbox.meter.report().peak_requests_in_one_second <= 42
    assert served.sandbox.meter.report().peak_open_connections <= 20
    assert json.loads(done.stdout)["refused"] == 0


def test_lake_in_a_bucket(online: tuple[Shell, Served], moto_url: str, make_bucket: Callable[[str, str], None]) -> None:
    shell, _ = online
    make_bucket(moto_url, "films")
    shell.environment |= {
        "AWS_ENDPOINT_URL": moto_url,
        "AWS_ACCESS_KEY_ID": "some-key",
        "AWS_SECRET_ACCESS_KEY": "some-secret",
        "AWS_REGION": "us-east-1",
        "CINELAKE_LAKE": "s3://films/lake",
    }
    words = ("--genre", "War")
    assert shell.extract(*words).returncode == 0
    assert "up to date" in shell.extract(*words).stderr
    assert shell.run("verify").returncode == 0
    assert "complete" in shell.run("status").stdout
    assert not shell.lake.exists()


def test_settings_come_from_dot_env(online: tuple[Shell, Served]) -> None:
    shell, served = online
    token = shell.environment.pop("TMDB_TOKEN")
    shell.folder.joinpath(".env").write_text(f"TMDB_TOKEN={token}\n")
    assert shell.run("plan", "--genre", "War", *FAST).returncode == 0
    assert served.requests > 0


def test_sandbox_serves_until_interrupted(shell: Shell) -> None:
    process = shell.start("sandbox", "--films", "50")
    assert process.stdout is not None
    lines = [process.stdout.readline() for _ in range(3)]
    variables = dict(line.removeprefix("export ").strip().split("=", 1) for line in lines[1:])
    assert shell.run("plan", "--genre", "War", *FAST, **variables).returncode == 0
    process.send_signal(2)
    process.communicate(timeout=20)
    assert process.returncode == 0


def test_module_runs_the_command(shell: Shell) -> None:
    module = subprocess.run(
        [sys.executable, "-m", "cinelake"],
        cwd=shell.folder,
        env=shell.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert module.stdout == shell.run().stdout


def test_genres_lists_ids_and_names(shell: Shell) -> None:
    found = json.loads(shell.run("genres", "--media", "series", "--json").stdout)
    assert found["media"] == "series"
    assert {"id": 80, "english": "Crime", "portuguese": "Crime"} in found["genres"]
    done = shell.run("genres")
    assert "Ficção científica" in done.stdout
    assert done.stderr == "next: cinelake plan --genre Action\n"


def test_status_after_a_refresh_counts_the_unchanged_titles(online: tuple[Shell, Served]) -> None:
    shell, served = online
    words = ("--genre", "War", "--append", "none", *FAST)
    shell.run("extract", *words)
    served.sandbox.answer("POST", "/__evolve", {"days": "1"}, {})
    refreshed = json.loads(shell.run("refresh", *words, "--json").stdout)
    total, fetched = refreshed["records"] + refreshed["kept"], refreshed["records"]
    assert 0 < fetched < total
    shown = " ".join(shell.run("status").stdout.split())
    assert f"{total} titles: {fetched} fetched, {total - fetched} unchanged" in shown
