"""The command that removes days of runs, as it is called."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from tests.e2e.conftest import Served, Shell

from cinelake.retention.prune import MOST_DAYS


@pytest.fixture
def old_and_new(online: tuple[Shell, Served]) -> Shell:
    """A shell whose lake has a run that is too old, and one of today."""
    shell, _ = online
    old = datetime.now(UTC).date() - timedelta(days=MOST_DAYS + 1)  # noqa: TID251 - the command asks the same clock
    for words in (("--run-date", str(old)), ("--fresh",)):
        assert shell.extract("--genre", "Crime", *words).returncode == 0
    return shell


def test_a_dry_run_tells_what_the_next_one_removes_and_then_the_lake_is_sound(old_and_new: Shell) -> None:
    told = json.loads(old_and_new.run("prune", "--dry-run", "--json").stdout)
    done = old_and_new.run("prune", "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout) == {**told, "is_dry": False}
    assert [each["kind"] for each in told["removed"]] == ["Movies"]
    assert old_and_new.run("verify").returncode == 0
    assert "removed: 0 days" in old_and_new.run("prune").stdout


def test_what_must_go_and_cannot_is_told_with_what_to_do(online: tuple[Shell, Served]) -> None:
    shell, _ = online
    old = datetime.now(UTC).date() - timedelta(days=MOST_DAYS + 1)  # noqa: TID251 - the command asks the same clock
    assert shell.extract("--media", "series", "--genre", "Crime", "--run-date", str(old)).returncode == 0
    done = shell.run("prune")
    assert done.returncode == 3
    assert f"Series {old}: older than 180 days, but it has the newest run of series-80-" in done.stdout
    assert "`cinelake refresh --media series --genre Crime --append none` brings it up to now" in done.stdout
    forget = re.search(r"`cinelake (prune --forget \S+)` gives it up", done.stdout)
    assert forget is not None
    assert "removed: 1 day" in shell.run(*forget[1].split()).stdout
    assert shell.run("verify").returncode == 3  # an empty lake
    assert "no run of 'movie-80'" in shell.run("prune", "--forget", "movie-80").stderr


def test_a_process_that_spends_the_lease_is_not_disturbed(online: tuple[Shell, Served]) -> None:
    shell, served = online
    served.gate.is_shut = True
    running = shell.start("extract", "--genre", "Crime", "--append", "none")
    while not (shell.lake / "_cinelake" / "lease.json").exists():
        assert running.poll() is None
    done = shell.run("prune")
    served.gate.is_shut = False
    running.communicate()
    assert done.returncode == 75
