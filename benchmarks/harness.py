"""The parts that every benchmark uses: an API on loopback, a measured command, and the line of a figure."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
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
    """One figure: its name, its target, an anchor for comparison, the measured value, and whether the target is met."""

    name: str
    target: str
    anchor: str
    ours: str
    is_met: bool


@dataclass(frozen=True, slots=True)
class Extraction:
    """What a benchmark extracts: the options of the command, the query of the true ids, and the folder of the records."""

    words: tuple[str, ...]
    truth: str
    folder: str

    def ask_truth(self, api: "Api") -> dict[str, set[int]]:
        """The ids that the API has (`ids`), and those that it lists but does not return (`gone`, `poison`)."""
        return {name: set(ids) for name, ids in api.ask(f"/__truth?{self.truth}").items()}


CRIME_AND_WAR = Extraction(("--genre", "Crime", "--genre", "Guerra"), "media=movie&with_genres=80%7C10752", "Movies")
ALL_SERIES = Extraction(("--media", "series"), "media=tv&include_null_first_air_dates=true", "Series")


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a command: exit code, output, CPU seconds (user and system), peak memory in MB, and seconds."""

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


class Api:
    """An API on loopback, started by a benchmark."""

    def __init__(self, url: str, token: str) -> None:
        self.url = url
        self.token = token

    def ask(self, path: str, method: str = "GET") -> dict[str, Any]:
        """Request a control path and return its JSON."""
        request = urllib.request.Request(self.url + path, method=method)  # noqa: S310 - our own address
        with urllib.request.urlopen(request) as reply:  # noqa: S310
            return dict(json.load(reply))

    def count_requests(self) -> int:
        """The number of requests so far."""
        return int(self.ask("/__stats")["requests"])

    def count_repeated(self) -> int:
        """The number of successful responses that were sent before."""
        return int(self.ask("/__stats")["repeated_ok"])

    def reset(self) -> None:
        """Reset the counts."""
        self.ask("/__reset", "POST")


def find_shared() -> Path:
    """The folder with the replay of TMDB, beside the repository or in CINELAKE_SHARED."""
    named = os.environ.get("CINELAKE_SHARED")
    folder = Path(named) if named else ROOT.parent / "shared"
    if not (folder / "replay").is_dir():
        raise SystemExit("benchmarks: the replay of TMDB was not found; set CINELAKE_SHARED to its folder")
    return folder


def find_peers(package: str) -> str | None:
    """The interpreter that has a peer: that of CINELAKE_PEERS, or this one; None if neither has it."""
    for python in (os.environ.get("CINELAKE_PEERS"), sys.executable):
        if python and subprocess.run([python, "-c", f"import {package}"], check=False, capture_output=True).returncode == 0:
            return python
    return None


@contextmanager
def start_replay(*arguments: str) -> Iterator[Api]:
    """The replay of TMDB with 45,704 films."""
    script = str(find_shared() / "replay" / "tmdb_replay.py")
    with _started([sys.executable, script, "--port", "0", *arguments], r"ready (http://\S+)") as url:
        yield Api(url, REPLAY_TOKEN)


@contextmanager
def start_sandbox(films: int, *, series: int = 0, faults: str = "", today: date | None = None) -> Iterator[Api]:
    """The sandbox in its own process, without a rate limit."""
    size = ("--films", str(films), "--series", str(series))
    day = () if today is None else ("--today", str(today))
    command = [COMMAND, "sandbox", *size, "--rate", "0", "--faults", faults, *day]
    token = "eyJhbGciOiJIUzI1NiJ9.eyJhdWQiOiJpbnZlbnRlZCIsInN1YiI6InNhbmRib3gifQ.bm90LWEtc2VjcmV0"  # noqa: S105 - invented
    with _started(command, r"TMDB_BASE_URL=(http://\S+)") as url:
        yield Api(url, token)


@contextmanager
def serve_here(sandbox: Sandbox) -> Iterator[Api]:
    """A sandbox in a thread of this process, which may have another date than this machine."""
    running = start_in_thread(sandbox, sleep=SystemClock().sleep)
    try:
        yield Api(running.url, sandbox.TOKEN)
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


def build_environment(api: Api) -> dict[str, str]:
    """The environment of a command that uses this API."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TMDB_", "CINELAKE_", "AWS_"))}
    return {**kept, "TMDB_BASE_URL": api.url, "TMDB_TOKEN": api.token}


def run(command: list[str], api: Api, variables: Mapping[str, str] | None = None) -> Outcome:
    """Run a command to its end and measure it; `variables` are added to its environment."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        began = time.perf_counter()
        environment = {**build_environment(api), **(variables or {})}
        process = subprocess.Popen(command, stdout=out, stderr=err, env=environment)
        _, status, usage = os.wait4(process.pid, 0)
        wall_s = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        cpu_s = usage.ru_utime + usage.ru_stime
        return Outcome(process.returncode, out.read(), err.read(), cpu_s, usage.ru_maxrss / 1024, wall_s)


def kill_after(command: list[str], api: Api, seconds: float) -> None:
    """Start a command, and kill it with SIGKILL if it still runs after some seconds."""
    nowhere = subprocess.DEVNULL
    process = subprocess.Popen(command, env=build_environment(api), stdout=nowhere, stderr=nowhere)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def run_plain(command: list[str]) -> str:
    """Run a command and return its output."""
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def read_ids(lake: Path, folder: str = "Movies") -> dict[str, list[int]]:
    """The ids in Raw by slice, in their order."""
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
