"""All titles from the command line and in the functions on AWS: plan, extract, follow the feed, verify."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.conftest import Shell, open_shell

from cinelake.aws import handlers
from cinelake.clock import SystemClock
from cinelake.sandbox import Catalogue, Sandbox
from cinelake.sandbox.server import start_in_thread

FILMS = 900


class Served:
    """A sandbox of today, and how many requests it got."""

    def __init__(self, sandbox: Sandbox, url: str) -> None:
        self.sandbox = sandbox
        self.url = url

    def count(self) -> int:
        """The requests since the last call."""
        requests = self.sandbox.meter.report().requests
        self.sandbox.meter.reset()
        return requests


@pytest.fixture
def served() -> Iterator[Served]:
    """A sandbox of today; TMDB_EXPORT_URL is not set, since a server on this machine has its own exports."""
    clock = SystemClock()
    sandbox = Sandbox(Catalogue(FILMS, 200, 1, clock.now().date()), now=clock.monotonic)
    with start_in_thread(sandbox, sleep=clock.sleep) as running:
        yield Served(sandbox, running.url)


@pytest.fixture
def shell(tmp_path: Path, served: Served) -> Iterator[Shell]:
    """A shell that is pointed at it."""
    with open_shell(tmp_path) as shell:
        shell.environment |= {"TMDB_BASE_URL": served.url, "TMDB_TOKEN": Sandbox.TOKEN}
        yield shell


def _read(shell: Shell, *words: str) -> Any:  # noqa: ANN401 - whatever JSON holds
    done = shell.run(*words, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_everything_is_planned_extracted_and_followed(shell: Shell, served: Served) -> None:
    words = ("--append", "none", "--rate", "unlimited")
    planned = _read(shell, "plan", "--append", "none")
    assert served.count() == 1  # it shows the date
    assert planned["plan"]["source"] == "export"
    assert "movie_ids_" in shell.run("plan", "--append", "none").stdout
    served.count()

    report = _read(shell, "extract", *words)
    assert served.count() == planned["requests"] == report["titles"] + 1
    assert report["is_complete"]
    assert report["slices"][0]["slice"] == "all-ids-0-99999"
    assert (shell.lake / "Raw/TMDB/JSON/Movies").exists()
    files = [path.name for path in (shell.lake / "Raw/TMDB/JSON/Movies").rglob("*.json")]
    assert "all-ids-0-99999-1.json" in files

    feed = _read(shell, "refresh", "--feed-only", *words)
    assert feed["is_complete"]
    assert 0 < feed["titles"] == feed["records"]
    assert served.count() <= feed["titles"] + 3
    assert _read(shell, "refresh", "--feed-only", *words)["titles"] == 0
    status = _read(shell, "status")
    assert [each["slice"] for each in status["feeds"]] == [""]
    assert "feed" in shell.run("status").stdout

    assert _read(shell, "verify")["problems"] == []
    assert _read(shell, "verify", "--against", "export")["audits"][0]["missing"] == 0
    assert shell.run("build").returncode == 0
    (row,) = json.loads(shell.run("sql", "--json", "SELECT count(*) AS n FROM title").stdout)["rows"]
    assert row == [report["titles"]]


def test_options_that_do_not_fit_are_refused(shell: Shell) -> None:
    for words, message in (
        (("extract", "--genre", "Crime", "--list", "export"), "works only for all titles"),
        (("refresh", "--feed-only", "--list", "export"), "--feed-only cannot be combined"),
        (("refresh", "--feed-only", "--oldest", "5"), "--feed-only cannot be combined"),
        (("refresh", "--feed-only"), "no complete extraction of all movies"),
        (("plan", "--list", "both"), 'invalid --list "both"'),
        (("schedule", "create", "--feed-only", "--dry-run"), "needs a recurring schedule"),
    ):
        done = shell.run(*words)
        assert done.returncode == 2
        assert message in done.stderr


class _Context:
    aws_request_id = "request"

    def get_remaining_time_in_millis(self) -> int:
        """Enough for a run."""
        return 600_000


def test_functions_follow_the_feed(served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    values = {"CINELAKE_LAKE": str(tmp_path / "lake"), "CINELAKE_RATE": "unlimited", "CINELAKE_LOG": "json"}
    for name, value in {**values, "TMDB_BASE_URL": served.url, "TMDB_TOKEN": Sandbox.TOKEN}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    context = _Context()
    event = {"genre": [], "append": "none"}
    assert handlers.plan(event, context)["status"] == "planned"
    assert handlers.extract(event, context)["status"] == "complete"
    planned = handlers.plan({**event, "feed_only": True}, context)
    assert (planned["status"], planned["event"]["feed_only"]) == ("planned", True)
    followed = handlers.extract(planned["event"], context)
    assert followed["status"] == "complete"
    assert 0 < followed["titles"] == followed["records"]
    verified = handlers.verify(planned["event"], context)
    assert (verified["status"], verified["slices"], verified["records"]) == ("verified", 1, followed["records"])
    assert handlers.extract(planned["event"], context)["titles"] == 0
    assert handlers.verify(planned["event"], context)["slices"] == 0
