"""Errors in a command line, its environment or its lake. The messages are snapshots in tests/snapshots/errors."""

import json
from pathlib import Path

import pytest
from tests.support.snapshots import Snapshots
from tests.support.transcripts import Case, Transcript, read_error

from cinelake.cli.app import app

COMMAND_LINE = (
    Case("plann"),
    Case("schedule lst"),
    Case("--jason"),
    Case("plan --gnre Crime"),
    Case("plan Crime"),
    Case("extract --lake"),
    Case("ingest"),
    Case("extract --genre Crmie"),
    Case("extract --genre Ficção"),
    Case("extract --genre 4711"),
    Case("extract --media film"),
    Case("extract --media series --genre Terror"),
    Case("extract --from yesterday"),
    Case("extract --from 2020 --to 2019"),
    Case("extract --append credit"),
    Case("extract --rate 0"),
    Case("extract --rate unlimited"),
    Case("extract --connections 99"),
    Case("extract --connections many"),
    Case("extract --deadline soon"),
    Case("extract --tolerance 200%"),
    Case("extract --max-removals few"),
    Case("extract --run-date 2100-01-01"),
    Case("extract --run-date 0900-01-01"),
    Case("plan --run-date 2100-01-01"),
    Case("refresh --max-age 500"),
    Case("verify --against imports"),
    Case("genres --media film"),
    Case("build --engine pandas"),
    Case("dashboard --port 8000"),
    Case("sql --csv --json"),
    Case("export title"),
    Case("export title --output t.xls"),
    Case("export title --output t.csv --locale pt"),
    Case("rollback --list 0a"),
    Case("catalog --format delta"),
    Case("catalog --uri http://127.0.0.1:8181"),
    Case("schedule create --every sometimes --dry-run"),
    Case("schedule create --start noon --dry-run"),
    Case("schedule delete --all --genre War"),
    Case("prune --older-than 0"),
)
SETTINGS = (
    Case("extract", variables={"CINELAKE_LAKE": ""}),
    Case("status --lake ftp://films/lake"),
    Case("extract --lake memory://"),
    Case("extract --lake s3://bucket/films?x"),
    Case("extract --lake s3://bucket/a//b"),
    Case("extract --lake s3://bucket/a/../b"),
    Case("extract --lake file://./lake"),
    Case("extract --lake file://lake"),
    Case("extract --lake s3://bucket/films", variables={"AWS_ENDPOINT_URL": "127.0.0.1:9000"}),
    Case("plan", variables={"TMDB_BASE_URL": "127.0.0.1:8800"}),
    Case("plan", variables={"TMDB_BASE_URL": "ftp://127.0.0.1"}),
    Case("plan", variables={"TMDB_BASE_URL": "http://[::1"}),
    Case("plan", variables={"TMDB_BASE_URL": "http://x:99999"}),
    Case("plan", variables={"CINELAKE_LOG": "xml"}),
    Case("plan", 4, {"TMDB_TOKEN": ""}),
    Case("extract", 4, {"TMDB_TOKEN": ""}),
    Case("extract", 4, {"TMDB_TOKEN": "two words"}),
)
LAKES = (
    Case("verify", 3),
    Case("report"),
    Case("build", 3),
    Case("dashboard"),
    Case("sql SHOW"),
    Case("export title --output t.csv"),
    Case("rollback"),
    Case("catalog --format iceberg"),
    Case("refresh --genre War"),
    Case("prune --abandon movie-80 --dry-run"),
    Case("extract --lake notes.csv", 5),
    Case("extract --lake notes.csv/lake", 5),
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with nothing but a text in it; a request to TMDB would fail with another exit code."""
    for name in ("TMDB_API_KEY", "TMDB_BASE_URL", "CINELAKE_LOG", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TMDB_TOKEN", "invented")
    monkeypatch.setenv("CINELAKE_LAKE", "./lake")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "notes.csv").write_text("not a lake\n")
    return tmp_path


@pytest.mark.parametrize("cases", [COMMAND_LINE, SETTINGS, LAKES], ids=["command_line", "settings", "lakes"])
def test_errors(
    cases: tuple[Case, ...],
    folder: Path,
    snapshots: Snapshots,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
) -> None:
    transcript = Transcript(folder)
    for case in cases:
        words = case.words.split()
        position = len(words) if words[0] == "schedule" else 1  # a group has no option --json
        with monkeypatch.context() as environment:
            for name, value in case.variables.items():
                environment.setenv(name, value)
            with pytest.raises(SystemExit) as ended:
                app([*words[:position], "--json", *words[position:]], prog_name="cinelake")
        said = capsys.readouterr()
        assert ended.value.code == case.code, said.err
        transcript.add(case, read_error(said.out, said.err, case.code))
    snapshots.check(f"errors/{request.node.callspec.id}", transcript.text)
    assert [path.name for path in folder.rglob("*") if path.is_file()] == ["notes.csv"]
    assert (folder / "notes.csv").read_text() == "not a lake\n"


def test_an_error_without_json_leaves_stdout_empty(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        app(["plan", "--genre", "Crmie"], prog_name="cinelake")
    assert capsys.readouterr().out == ""
    assert list(folder.iterdir()) == [folder / "notes.csv"]


def test_an_error_is_one_event_where_a_machine_reads_the_log(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert folder.exists()
    monkeypatch.setenv("CINELAKE_LOG", "json")
    with pytest.raises(SystemExit):
        app(["plann"], prog_name="cinelake")
    (line,) = capsys.readouterr().err.splitlines()
    event = json.loads(line)
    assert (event["event"], event["level"], event["exit_code"]) == ("command_failed", "error", 2)
    assert event["message"] == 'unknown command "plann"'
    assert "did you mean plan?" in event["hint"]
