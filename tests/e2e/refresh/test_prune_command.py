"""The command `cinelake prune`."""

import json
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from tests.e2e.conftest import Serve, Served, Shell
from tests.e2e.refresh.test_refresh_command import let_pass

from cinelake.selection.limits import PRUNE_AFTER_DAYS


@pytest.fixture
def old_day() -> date:
    """A day that TMDB's terms require to go."""
    return datetime.now(UTC).date() - timedelta(days=PRUNE_AFTER_DAYS + 1)  # noqa: TID251 - the command reads the same clock


@pytest.fixture
def online(shell: Shell, serve: Serve, old_day: date) -> tuple[Shell, Served]:
    """A shell that is pointed at a sandbox, which begins on the old day."""
    served = serve(today=old_day)
    shell.point_at(served)
    return shell, served


@pytest.fixture
def grown(online: tuple[Shell, Served]) -> Shell:
    """A shell whose lake has a run that is too old, and one of today."""
    shell, served = online
    assert shell.extract("--genre", "Crime").returncode == 0
    let_pass(served, PRUNE_AFTER_DAYS + 1)
    assert shell.extract("--genre", "Crime", "--fresh", "--allow-removals").returncode == 0
    return shell


def test_dry_run_reports_what_prune_removes(grown: Shell) -> None:
    expected = json.loads(grown.run("prune", "--dry-run", "--json").stdout)
    done = grown.run("prune", "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout) == {**expected, "is_dry": False}
    assert [each["kind"] for each in expected["removed"]] == ["Movies"]
    assert grown.run("verify").returncode == 0
    assert "removed: 0 days" in grown.run("prune").stdout


def test_blocked_day_is_reported_with_its_remedies(online: tuple[Shell, Served], old_day: date) -> None:
    shell, _ = online
    assert shell.extract("--media", "series", "--genre", "Crime").returncode == 0
    done = shell.run("prune")
    assert done.returncode == 3
    assert f"Series {old_day}: " in done.stdout
    assert "`cinelake refresh --media series --genre Crime --append none`" in done.stdout
    abandon = re.search(r"`cinelake (prune --abandon series-80-\S+)`", done.stdout)
    assert abandon is not None
    assert "removed: 1 day" in shell.run(*abandon[1].split()).stdout
    assert shell.run("verify").returncode == 3  # the lake is empty
    assert '"movie-80"' in shell.run("prune", "--abandon", "movie-80").stderr


def test_running_extraction_keeps_the_lease(online: tuple[Shell, Served]) -> None:
    shell, served = online
    served.gate.is_shut = True
    running = shell.start("extract", "--genre", "Crime", "--append", "none")
    while not (shell.lake / "_cinelake" / "lease.json").exists():
        assert running.poll() is None
    done = shell.run("prune")
    served.gate.is_shut = False
    running.communicate()
    assert done.returncode == 75
