"""The real command against a sandbox that this process serves."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests.support.service import TODAY

from cinelake.clock import SystemClock
from cinelake.sandbox import Catalogue, Faults, Sandbox
from cinelake.sandbox.app import Habits
from cinelake.sandbox.server import Running, start_in_thread

COMMAND = str(Path(sys.executable).with_name("cinelake"))
_SECONDS = 120


@dataclass(slots=True)
class Shell:
    """Starts the command in an empty folder, with an environment of its own."""

    folder: Path
    environment: dict[str, str]
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    def start(self, *words: str, **variables: str) -> "subprocess.Popen[str]":
        """Start a command; it is ended after the test."""
        process = subprocess.Popen(
            [COMMAND, *words],
            cwd=self.folder,
            env={**self.environment, **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.started.append(process)
        return process

    def run(self, *words: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        """Run a command to its end."""
        process = self.start(*words, **variables)
        stdout, stderr = process.communicate(timeout=_SECONDS)
        return subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    """A shell that knows neither token nor service."""
    kept = {n: v for n, v in os.environ.items() if not n.startswith(("TMDB_", "CINELAKE_", "AWS_"))}  # noqa: TID251 - passed on
    shell = Shell(tmp_path, kept)
    yield shell
    for process in shell.started:
        if process.poll() is None:
            process.kill()
        process.communicate()


@dataclass(slots=True)
class Served:
    """A sandbox that listens."""

    sandbox: Sandbox
    running: Running

    @property
    def requests(self) -> int:
        """Requests so far."""
        return self.sandbox.meter.report().requests


@pytest.fixture
def serve() -> Iterator[Callable[..., Served]]:
    """Serve a sandbox."""
    served: list[Served] = []

    def start(films: int = 400, *, rate: int = 0, faults: str = "", latency_s: float = 0.0) -> Served:
        clock = SystemClock()
        habits = Habits(latency_s=latency_s)
        catalogue = Catalogue(films, 50, 1, TODAY)
        sandbox = Sandbox(catalogue, now=clock.monotonic, rate=rate, faults=Faults.parse(faults), habits=habits)
        served.append(Served(sandbox, start_in_thread(sandbox, sleep=clock.sleep)))
        return served[-1]

    yield start
    for each in served:
        each.running.stop()


@pytest.fixture
def online(shell: Shell, serve: Callable[..., Served]) -> tuple[Shell, Served]:
    """A shell that is pointed at a served sandbox, and a lake."""
    served = serve()
    point(shell, served)
    return shell, served


def point(shell: Shell, served: Served) -> None:
    """Point a shell at a service."""
    shell.environment |= {"TMDB_BASE_URL": served.running.url, "TMDB_TOKEN": Sandbox.TOKEN, "CINELAKE_LAKE": "./lake"}
