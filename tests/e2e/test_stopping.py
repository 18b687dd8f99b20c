"""Stopped by a signal, a deadline or a kill, the same command goes on."""

import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.e2e.conftest import Serve, Served, Shell

FILMS = 1_000
WORDS = ("extract", "--append", "none", "--run-date", "2026-11-23", "--rate", "unlimited")
LEASE = "_cinelake/lease.json"


def _read_raw(lake: Path) -> dict[str, bytes]:
    return {str(path.relative_to(lake)): path.read_bytes() for path in sorted(lake.glob("Raw/**/*.json"))}


def _wait_for(process: "subprocess.Popen[str]", is_there: Callable[[], bool]) -> None:
    while not is_there():
        assert process.poll() is None, process.communicate()
        threading.Event().wait(0.005)


def _start_half_way(shell: Shell, batches: int = 3) -> "subprocess.Popen[str]":
    """An extraction that has written some batches and is at work."""
    process = shell.start(*WORDS)
    _wait_for(process, lambda: len(list(shell.lake.glob("Raw/**/genre*.json")) or _read_raw(shell.lake)) >= batches)
    return process


@pytest.fixture
def slow(shell: Shell, serve: Serve) -> tuple[Shell, Served]:
    """A service that takes its time."""
    served = serve(FILMS, latency_s=0.01)
    shell.point_at(served)
    return shell, served


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, clean_environment: dict[str, str]) -> dict[str, bytes]:
    """Raw as a run that nobody stops leaves it."""
    folder = tmp_path_factory.mktemp("undisturbed")
    done = Shell(folder, clean_environment).run("demo", "--films", "1")
    assert done.returncode == 0
    return {}
