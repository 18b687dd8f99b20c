"""The real command against a sandbox that this process serves."""

import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests.support.servers import program
from tests.support.service import TODAY

from cinelake.clock import SystemClock
from cinelake.sandbox import Catalogue, Faults, Reply, Sandbox
from cinelake.sandbox.app import Habits
from cinelake.sandbox.server import Running, start_in_thread

_SECONDS = 120
Done = subprocess.CompletedProcess[str]


@dataclass(slots=True)
class Shell:
    """Starts the command in an empty folder, with an environment of its own."""

    folder: Path
    environment: dict[str, str]
    started: list["subprocess.Popen[str]"] = field(default_factory=list)

    @property
    def lake(self) -> Path:
        """Where commands put the lake unless told otherwise."""
        return self.folder / "lake"

    def start(self, *words: str, **variables: str) -> "subprocess.Popen[str]":
        """Start a command; it is ended after the test."""
        process = subprocess.Popen(
            [program("cinelake"), *words],
            cwd=self.folder,
            env={**self.environment, **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.started.append(process)
        return process

    def run(self, *words: str, **variables: str) -> Done:
        """Run a command to its end."""
        return finish(self.start(*words, **variables))

    def extract(self, *words: str, **variables: str) -> Done:
        """Run an extraction of lean records as fast as it goes."""
        return self.run("extract", "--append", "none", "--rate", "unlimited", *words, **variables)

    def point_at(self, served: "Served") -> None:
        """Use a service from now on."""
        self.environment |= {"TMDB_BASE_URL": served.running.url, "TMDB_TOKEN": Sandbox.TOKEN}


def finish(process: "subprocess.Popen[str]") -> Done:
    """What a command came to."""
    stdout, stderr = process.communicate(timeout=_SECONDS)
    return subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)


@pytest.fixture
def shell(tmp_path: Path, clean_environment: dict[str, str]) -> Iterator[Shell]:
    """A shell that knows neither token nor service."""
    shell = Shell(tmp_path, {**clean_environment, "CINELAKE_LAKE": "./lake"})
    yield shell
    for process in shell.started:
        if process.poll() is None:
            process.kill()
        process.communicate()


class Listening(Sandbox):
    """A sandbox that remembers what it was asked, in words."""

    asked: list[str]

    def answer(self, method: str, path: str, query: Mapping[str, str], headers: Mapping[str, str]) -> Reply:
        self.__dict__.setdefault("asked", []).append(f"{path}?{dict(query)}")
        return super().answer(method, path, query, headers)


class Gate:
    """The waiting of a service; once shut, its answers hang."""

    def __init__(self) -> None:
        self.is_shut = False

    async def sleep(self, seconds: float) -> None:
        """Wait as asked, or for longer than any test lasts."""
        await SystemClock().sleep(1_000.0 if self.is_shut else seconds)


@dataclass(slots=True)
class Served:
    """A sandbox that listens."""

    sandbox: Listening
    running: Running
    gate: Gate

    @property
    def requests(self) -> int:
        """Requests so far."""
        return self.sandbox.meter.report().requests


Serve = Callable[..., Served]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Serve a sandbox."""
    served: list[Served] = []

    def start(films: int = 400, *, rate: int = 0, faults: str = "", latency_s: float = 0.0) -> Served:
        gate, habits = Gate(), Habits(latency_s=latency_s)
        catalogue = Catalogue(films, 50, 1, TODAY)
        sandbox = Listening(
            catalogue, now=SystemClock().monotonic, rate=rate, faults=Faults.parse(faults), habits=habits
        )
        served.append(Served(sandbox, start_in_thread(sandbox, sleep=gate.sleep), gate))
        return served[-1]

    yield start
    for each in served:
        each.running.stop()


@pytest.fixture
def online(shell: Shell, serve: Serve) -> tuple[Shell, Served]:
    """A shell that is pointed at a served sandbox."""
    served = serve()
    shell.point_at(served)
    return shell, served
