"""Owns what every benchmark needs: the service, the command and what it cost, and the line that a figure becomes."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cinelake.clock import SystemClock
from cinelake.sandbox import Sandbox
from cinelake.sandbox.server import start_in_thread

ROOT = Path(__file__).parent.parent
COMMAND = str(Path(sys.executable).with_name("cinelake"))
REPLAY_TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJhdWQiOiJyZXBsYXkiLCJzdWIiOiJyZXBsYXkifQ.cmVwbGF5"  # noqa: S105 - the replay's own


@dataclass(frozen=True, slots=True)
class Line:
    """One figure: what it is, what it is to be, what it is compared with, what it was."""

    name: str
    target: str
    anchor: str
    ours: str
    is_met: bool


@dataclass(frozen=True, slots=True)
class Harvest:
    """What a benchmark extracts: the words of the command, the query of its truth, and the folder of its records."""

    words: tuple[str, ...]
    truth: str
    folder: str

    def ask_truth(self, service: "Service") -> dict[str, set[int]]:
        """The ids that the service has of it (`ids`), and those that it lists and does not give (`gone`, `poison`)."""
        return {name: set(ids) for name, ids in service.ask(f"/__truth?{self.truth}").items()}


CRIME_AND_WAR = Harvest(("--genre", "Crime", "--genre", "Guerra"), "media=movie&with_genres=80%7C10752", "Movies")
ALL_SERIES = Harvest(("--media", "series"), "media=tv&include_null_first_air_dates=true", "Series")


@dataclass(frozen=True, slots=True)
class Outcome:
    """A command that ended: exit code, output, CPU seconds (user and system), peak memory in MB, seconds."""

    code: int
    stdout: str
    stderr: str
    cpu_s: float
    peak_mb: float
    wall_s: float

    @property
    def report(self) -> dict[str, Any]:
        """The JSON document on stdout."""
        return dict(json.loads(self.stdout))


class Service:
    """A service on loopback that a benchmark started."""

    def __init__(self, url: str, token: str) -> None:
        self.url = url
        self.token = token

    def ask(self, path: str, method: str = "GET") -> dict[str, Any]:
        """The JSON of a control path."""
        request = urllib.request.Request(self.url + path, method=method)  # noqa: S310 - our own address
        with urllib.request.urlopen(request) as reply:  # noqa: S310
            return dict(json.load(reply))

    def count_requests(self) -> int:
        """Requests so far."""
        return int(self.ask("/__stats")["requests"])

    def count_repeated(self) -> int:
        """Good answers that had been given before."""
        return int(self.ask("/__stats")["repeated_ok"])

    def reset(self) -> None:
        """Forget the counts."""
        self.ask("/__reset", "POST")


def find_shared() -> Path:
    """The folder with the replay of the real service, beside the repository or in CINELAKE_SHARED."""
    named = os.environ.get("CINELAKE_SHARED")
    place = Path(named) if named else ROOT.parent / "shared"
    if not (place / "replay").is_dir():
        raise SystemExit("benchmarks: there is no replay of the service; set CINELAKE_SHARED to the folder that has it")
    return place


@contextmanager
def start_replay(*arguments: str) -> Iterator[Service]:
    """The replay of the real service with 45,704 films."""
    script = str(find_shared() / "replay" / "tmdb_replay.py")
    with _started([sys.executable, script, "--port", "0", *arguments], r"ready (http://\S+)") as url:
        yield Service(url, REPLAY_TOKEN)


@contextmanager
def start_sandbox(films: int, *, series: int = 0, faults: str = "") -> Iterator[Service]:
    """The sandbox in a process of its own, without a limit."""
    size = ("--films", str(films), "--series", str(series))
    command = [COMMAND, "sandbox", *size, "--rate", "0", "--faults", faults]
    token = "eyJhbGciOiJIUzI1NiJ9.eyJhdWQiOiJpbnZlbnRlZCIsInN1YiI6InNhbmRib3gifQ.bm90LWEtc2VjcmV0"  # noqa: S105 - invented
    with _started(command, r"TMDB_BASE_URL=(http://\S+)") as url:
        yield Service(url, token)


@contextmanager
def serve_here(sandbox: Sandbox) -> Iterator[Service]:
    """A sandbox in a thread of this process: one whose today is not this machine's."""
    running = start_in_thread(sandbox, sleep=SystemClock().sleep)
    try:
        yield Service(running.url, sandbox.TOKEN)
    finally:
        running.stop()


@contextmanager
def _started(command: list[str], ready: str) -> Iterator[str]:
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        if process.stdout is None:
            raise SystemExit("benchmarks: no output to read")
        found = next((match[1] for line in process.stdout if (match := re.search(ready, line))), None)
        if found is None:
            raise SystemExit(f"benchmarks: {command[1]} did not start")
        yield found
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


@contextmanager
def temporary_lake() -> Iterator[Path]:
    """A folder that is removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="cinelake-bench-") as folder:
        yield Path(folder) / "lake"


def build_command(lake: Path, *words: str, rate: str = "unlimited", append: str = "none") -> list[str]:
    """An extraction into a lake."""
    return [COMMAND, "extract", *words, "--lake", str(lake), "--rate", rate, "--append", append, "--json"]


def build_environment(service: Service) -> dict[str, str]:
    """The environment of a command that is to ask this service."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TMDB_", "CINELAKE_", "AWS_"))}
    return {**kept, "TMDB_BASE_URL": service.url, "TMDB_TOKEN": service.token}


def run(command: list[str], service: Service) -> Outcome:
    """Run a command to its end and measure it."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        began = time.perf_counter()
        process = subprocess.Popen(command, stdout=out, stderr=err, env=build_environment(service))
        _, status, usage = os.wait4(process.pid, 0)
        wall_s = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        cpu_s = usage.ru_utime + usage.ru_stime
        return Outcome(process.returncode, out.read(), err.read(), cpu_s, usage.ru_maxrss / 1024, wall_s)


def kill_after(command: list[str], service: Service, seconds: float) -> None:
    """Start a command and end it with kill -9 after some time, if it still runs."""
    nowhere = subprocess.DEVNULL
    process = subprocess.Popen(command, env=build_environment(service), stdout=nowhere, stderr=nowhere)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def run_plain(command: list[str]) -> str:
    """What a command prints."""
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def read_ids(lake: Path, folder: str = "Movies") -> dict[str, list[int]]:
    """The ids in Raw, slice by slice, in the order in which they stand there."""
    found: dict[str, list[int]] = {}
    for path in sorted(lake.glob(f"Raw/TMDB/JSON/{folder}/*/*/*/*.json")):
        found.setdefault(path.name.rpartition("-")[0], []).extend(r["id_tmdb"] for r in json.loads(path.read_bytes()))
    return found


def read_manifests(lake: Path) -> dict[str, dict[str, Any]]:
    """The manifests by key, without the instant of their commit."""
    found = {}
    for path in sorted(lake.glob("_cinelake/manifests/**/*.json")):
        manifest = json.loads(path.read_bytes())
        del manifest["committed_at"]
        found[str(path.relative_to(lake))] = manifest
    return found
