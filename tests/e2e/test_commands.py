"""The commands as a user runs them."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.e2e.conftest import COMMAND, Served, Shell, point

FAST = ("--rate", "unlimited")
CRIME = ("--genre", "Crime", "--genre", "Guerra", *FAST)
FIRST_VERSION = set(
    "id_tmdb title release_date overview poster_path backdrop_path production_companies production_countries"  # noqa: SIM905
    " spoken_languages budget revenue vote_average adult belongs_to_collection homepage imdb_id original_language"
    " popularity status tagline video".split()
)


def _records(folder: Path) -> list[dict[str, object]]:
    return [record for path in sorted(folder.glob("lake/Raw/**/*.json")) for record in json.loads(path.read_bytes())]


def test_plan_extract_verify_and_status_do_the_main_job(online: tuple[Shell, Served]) -> None:
    shell, served = online
    planned = json.loads(shell.run("plan", *CRIME, "--json").stdout)
    assert set(served.sandbox.meter.report().by_kind) == {"discover", "small"}

    extracted = shell.run("extract", *CRIME, "--json")
    assert extracted.returncode == 0, extracted.stderr
    report = json.loads(extracted.stdout)
    assert report["records"] == sum(piece["total"] for piece in planned["plan"]["slices"]) > 0
    query = {"media": "movie", "with_genres": "80|10752"}
    truth = json.loads(served.sandbox.answer("GET", "/__truth", query, {}).body)
    records = _records(shell.folder)
    assert {record["id_tmdb"] for record in records} == set(truth["ids"])
    assert all(next(iter(record)) == "id_tmdb" for record in records)
    assert all(set(record) >= FIRST_VERSION for record in records)
    assert all({"credits", "keywords", "release_dates", "external_ids"} <= set(record) for record in records)

    verified = shell.run("verify", "--api", *FAST)
    assert verified.returncode == 0, verified.stdout
    assert "sound" in verified.stdout
    status = shell.run("status")
    assert "complete" in status.stdout
    assert "Raw" in status.stdout


def test_the_same_command_again_writes_nothing_and_asks_nothing(online: tuple[Shell, Served]) -> None:
    shell, served = online
    first = shell.run("extract", *CRIME, "--append", "none", "--json")
    before = {path: path.stat().st_mtime_ns for path in shell.folder.rglob("*") if path.is_file()}
    sent = served.requests
    again = shell.run("extract", *CRIME, "--append", "none", "--json")
    assert (again.returncode, again.stdout) == (0, first.stdout)
    assert served.requests == sent
    assert {path: path.stat().st_mtime_ns for path in shell.folder.rglob("*") if path.is_file()} == before


def test_damage_is_found_named_and_mended_as_advised(online: tuple[Shell, Served]) -> None:
    shell, _ = online
    shell.run("extract", *CRIME, "--append", "none")
    victim = min(shell.folder.glob("lake/Raw/**/*.json"))
    victim.write_bytes(victim.read_bytes().replace(b"budget", b"BUDGET"))
    found = shell.run("verify")
    assert found.returncode == 3
    assert "altered object" in found.stdout
    assert victim.name in found.stdout
    assert "extract with --run-date" in found.stdout.replace("\n", " ")
    assert json.loads(shell.run("verify", "--json").stdout)["problems"][0]["kind"] == "altered object"


@pytest.mark.parametrize(
    "words",
    [
        ("--genre", "80"),
        ("--genre", "crime", "--from", "1990", "--to", "1999-12-31"),
        ("--genre", "Ficção científica", "--append", "none"),
        ("--media", "series", "--genre", "Drama"),
        (),
    ],
)
def test_any_selection_is_extracted_whole(online: tuple[Shell, Served], words: tuple[str, ...]) -> None:
    shell, _ = online
    done = shell.run("extract", *words, *FAST, "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["is_complete"]
    assert len(_records(shell.folder)) == report["records"] > 0
    assert shell.run("verify", "--api", *FAST).returncode == 0


def test_faults_of_the_service_cost_time_and_nothing_else(shell: Shell, serve: Callable[..., Served]) -> None:
    served = serve(faults="drift=1,burst502=1,reset=.01,truncate=.01,garbage=.01,gone=3,gzip=.2")
    point(shell, served)
    done = shell.run("extract", *FAST, "--json", "--verbose")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["gone"] == 3
    assert "slice_committed" in done.stderr
    assert shell.run("verify").returncode == 0


def test_poisoned_films_end_the_run_short_and_are_named(shell: Shell, serve: Callable[..., Served]) -> None:
    served = serve(films=100, faults="poison=2")
    point(shell, served)
    done = shell.run("extract", *FAST, "--append", "none")
    truth = json.loads(served.sandbox.answer("GET", "/__truth", {"media": "movie"}, {}).body)
    assert done.returncode == 3
    assert "SHORT" in done.stdout
    assert len(truth["poison"]) == 2
    assert all(str(title_id) in done.stdout for title_id in truth["poison"])


def test_the_pace_of_the_service_is_kept(shell: Shell, serve: Callable[..., Served]) -> None:
    served = serve(films=60, rate=40)
    point(shell, served)
    done = shell.run("extract", "--append", "none", "--json")
    assert done.returncode == 0
    assert served.sandbox.meter.report().peak_requests_in_one_second <= 40
    assert served.sandbox.meter.report().peak_open_connections <= 20
    assert json.loads(done.stdout)["refused"] == 0


def test_an_s3_lake_works_through_the_usual_variables(
    online: tuple[Shell, Served], moto_url: str, make_bucket: Callable[[str, str], None]
) -> None:
    shell, _ = online
    make_bucket(moto_url, "films")
    variables = {
        "AWS_ENDPOINT_URL": moto_url,
        "AWS_ACCESS_KEY_ID": "some-key",
        "AWS_SECRET_ACCESS_KEY": "some-secret",
        "AWS_REGION": "us-east-1",
        "CINELAKE_LAKE": "s3://films/lake",
    }
    done = shell.run("extract", *CRIME, "--append", "none", "--json", **variables)
    assert done.returncode == 0, done.stderr
    assert shell.run("verify", **variables).returncode == 0
    assert "complete" in shell.run("status", **variables).stdout
    assert not (shell.folder / "lake").exists()


def test_a_dot_env_file_is_read(online: tuple[Shell, Served]) -> None:
    shell, served = online
    token = shell.environment.pop("TMDB_TOKEN")
    shell.folder.joinpath(".env").write_text(f"TMDB_TOKEN={token}\n")
    assert shell.run("plan", *CRIME).returncode == 0
    assert served.requests > 0


def test_the_demo_needs_no_account_and_leaves_a_lake_when_asked(shell: Shell) -> None:
    done = shell.run("demo", "--films", "200", "--keep", "kept")
    assert done.returncode == 0, done.stderr
    assert "sound" in done.stdout
    assert shell.run("verify", "--lake", "kept").returncode == 0


def test_the_sandbox_serves_until_it_is_interrupted(shell: Shell) -> None:
    process = shell.start("sandbox", "--films", "50")
    assert process.stdout is not None
    lines = [process.stdout.readline() for _ in range(3)]
    variables = dict(line.removeprefix("export ").strip().split("=", 1) for line in lines[1:])
    assert shell.run("plan", "--lake", "x", **variables).returncode == 0
    process.send_signal(2)
    process.communicate(timeout=20)
    assert process.returncode == 0


@pytest.mark.parametrize("command", ["", "plan", "extract", "verify", "status", "demo", "sandbox"])
def test_help_says_what_each_command_is_for(shell: Shell, command: str) -> None:
    done = shell.run(*command.split(), "--help")
    assert done.returncode == 0
    assert f"Usage: cinelake {command}".strip() in done.stdout
    assert COMMAND.endswith("cinelake")
