"""The real command against a sandbox that this process serves."""

import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.support.aws.lambdas import find_emulator
from tests.support.servers import program
from tests.support.tmdb.service import TODAY

import cinelake
from cinelake.clock import SystemClock
from cinelake.sandbox import Catalogue, Faults, Reply, Sandbox
from cinelake.sandbox.app import Behaviour
from cinelake.sandbox.server import Running, start_in_thread

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # What a shell starts in the background is deaf to Ctrl-C, and so would be the commands that tests interrupt.
    signal.signal(signal.SIGINT, signal.default_int_handler)

_SECONDS = 120
SOURCES = str(Path(cinelake.__file__).parents[1])
"""Commands run the sources that the tests import, wherever the environment's own copy comes from."""
Done = subprocess.CompletedProcess[str]


@dataclass(slots=True)
class Shell:
    """Starts the command in an empty folder, with an environment of its own."""

    folder: Path
    environment: dict[str, str]
    started: list["subprocess.Popen[str]"] = field(default_factory=list)

    @property
    def lake(self) -> Path:
        """The folder of the default lake."""
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


@contextmanager
def open_shell(folder: Path) -> Iterator[Shell]:
    """A shell that knows a lake, but neither token nor service; what it started and still runs is killed at the end."""
    shell = Shell(folder, {"CINELAKE_LAKE": "./lake", "PYTHONPATH": SOURCES})
    try:
        yield shell
    finally:
        for process in shell.started:
            if process.poll() is None:
                process.kill()
                process.communicate()


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    """A shell in a folder of its own."""
    with open_shell(tmp_path) as shell:
        yield shell


class Listening(Sandbox):
    """A sandbox that remembers the addresses that it was asked for."""

    def __init__(self, catalogue: Catalogue, **options: Any) -> None:
        super().__init__(catalogue, **options)
        self.asked: list[str] = []

    def answer(self, method: str, path: str, query: Mapping[str, str], headers: Mapping[str, str]) -> Reply:
        self.asked.append(f"{path} {dict(query)}")
        return super().answer(method, path, query, headers)


class Gate:
    """The waiting of a service; while it is shut, answers hang."""

    def __init__(self) -> None:
        self.is_shut = False

    async def sleep(self, seconds: float) -> None:
        """Wait as asked, and until the gate is open."""
        await SystemClock().sleep(seconds)
        while self.is_shut:
            await SystemClock().sleep(0.02)


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


def open_service(
    films: int = 400, *, rate: int = 0, faults: str = "", latency_s: float = 0.0, today: date = TODAY
) -> Served:
    """Serve a sandbox, whose first day is `today`, until it is stopped."""
    gate, clock = Gate(), SystemClock()
    catalogue, behaviour = Catalogue(films, 50, 1, today), Behaviour(latency_s=latency_s)
    sandbox = Listening(catalogue, now=clock.monotonic, rate=rate, faults=Faults.parse(faults), behaviour=behaviour)
    return Served(sandbox, start_in_thread(sandbox, sleep=gate.sleep), gate)


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Serve sandboxes as `open_service` does; they are stopped after the test."""
    served: list[Served] = []

    def start(*arguments: int, **options: object) -> Served:
        served.append(open_service(*arguments, **options))  # type: ignore[arg-type]
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


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The emulator of the runtime."""
    found = find_emulator(tmp_path_factory.mktemp("emulator"))
    if found is None:
        pytest.skip("needs AWS's runtime emulator, which aws-sam-cli carries for Linux on x86_64 and arm64")
    return found
