"""CPU, memory and start-up time, and how they grow with the number of films."""

import subprocess
import sys
import tempfile
import time
from operator import attrgetter
from pathlib import Path
from statistics import median

from benchmarks.completeness import GENRES
from benchmarks.harness import (
    COMMAND,
    Api,
    Line,
    Outcome,
    build_command,
    find_peers,
    find_shared,
    run,
    start_replay,
    start_sandbox,
    temporary_lake,
)

_STARTS = 11
_DLT = {"EXTRACT__WORKERS": "20", "EXTRACT__MAX_PARALLEL_ITEMS": "40", "RUNTIME__DLTHUB_TELEMETRY": "false"}
_BARE_WINDOWS = (
    *((80, since, until) for since, until in ((1900, 1969), (1970, 1989), (1990, 1999), (2000, 2008))),
    *((80, since, until) for since, until in ((2009, 2014), (2015, 2019), (2020, 2035))),
    *((10752, since, until) for since, until in ((1900, 1985), (1986, 2035))),
)
"""The queries of the bare loop, each of at most 10,000 titles."""


def _measure_bare(api: Api) -> float:
    """CPU seconds of the bare loop per 1,000 films, for films of the same genres."""
    cpu_s, films = 0.0, 0
    script = str(find_shared() / "replay" / "bare_loop.py")
    for genre_id, since, until in _BARE_WINDOWS:
        with tempfile.TemporaryDirectory() as folder:
            words = (str(genre_id), str(since), str(until), folder)
            outcome = run([sys.executable, script, api.url, *words], api)
        cpu_s += outcome.cpu_s
        films += int(outcome.stdout.split()[0])
    return cpu_s / films * 1000


def measure_cpu(runs: int = 3) -> list[Line]:
    """CPU per 1,000 films of Crime and War and of the bare loop, in turns; and peak memory."""
    ratios, bare, ours, memory = [], [], [], []
    with start_replay() as api:
        for _ in range(runs):
            bare.append(_measure_bare(api))
            with temporary_lake() as lake:
                outcome = run(build_command(lake, *GENRES), api)
            ours.append(outcome.cpu_s / outcome.report["records"] * 1000)
            memory.append(outcome.peak_mb)
            ratios.append(ours[-1] / bare[-1])
    each = " ".join(f"{ratio:.2f}" for ratio in ratios)
    return [
        Line(
            "CPU s per 1,000 films, times bare loop",
            "at most 1.5",
            f"{median(bare):.3f} s",
            f"{median(ours):.3f} s = {median(ratios):.2f} ({each})",
            median(ratios) <= 1.5,
        ),
        Line("peak memory, 45,704 films", "under 150 MB", "-", f"{max(memory):.0f} MB", max(memory) < 150),
    ]


def measure_peers(runs: int = 3) -> list[Line]:
    """CPU per 1,000 War films since 1986 with default parts and full credits: ours and dlt, in turns."""
    python = find_peers("dlt")
    script = str(Path(__file__).parent / "peers" / "extract_with_dlt.py")
    words = ("--genre", "10752", "--from", "1986", "--to", "2035", "--rate", "unlimited", "--json")
    peers, ours = [], []
    with start_replay("--credits", "full") as api:
        for _ in range(runs):
            with temporary_lake() as lake:
                outcome = run([COMMAND, "extract", *words, "--lake", str(lake)], api)
            ours.append(outcome.cpu_s / outcome.report["records"] * 1000)
            if python is not None:
                with tempfile.TemporaryDirectory() as folder:
                    peer = run([python, script, api.url, api.token, "10752", "1986", "2035", folder], api, _DLT)
                peers.append(peer.cpu_s / int(peer.stdout.split()[-2]) * 1000)
    anchor = f"dlt: {median(peers):.2f} s" if peers else "dlt: not installed"
    is_met = not peers or median(ours) < median(peers)
    return [Line("CPU s per 1,000 films, full credits", "less than dlt", anchor, f"{median(ours):.2f} s", is_met)]


def measure_large(films: int = 1_200_000) -> list[Line]:
    """A catalogue as large as TMDB's: peak memory. Takes about half an hour."""
    with start_sandbox(films) as api, temporary_lake() as lake:
        outcome = run(build_command(lake), api)
    records = outcome.report["records"] if outcome.code == 0 else 0
    name = f"peak memory, {films:,} invented films ({records:,} records, {outcome.wall_s:,.0f} s)"
    return [Line(name, "under 250 MB", "-", f"{outcome.peak_mb:.0f} MB", outcome.code == 0 and outcome.peak_mb < 250)]


def measure_growth() -> list[Line]:
    """Time per film at three sizes: CPU time of the command, and elapsed time, which includes the sandbox."""
    outcomes: dict[int, Outcome] = {}
    for films in (10_000, 20_000, 40_000):
        with start_sandbox(films) as api, temporary_lake() as lake:
            outcomes[films] = run(build_command(lake), api)
    lines = []
    for name, cost in (("CPU", attrgetter("cpu_s")), ("clock", attrgetter("wall_s"))):
        micros = {films: cost(outcome) / films * 1e6 for films, outcome in outcomes.items()}
        growth = micros[40_000] / micros[10_000]
        each = " ".join(f"{micro:.0f}" for micro in micros.values())
        title = f"µs a film at 40,000, times 10,000 ({name})"
        lines.append(Line(title, "at most 1.25", each, f"{growth:.2f}", growth <= 1.25))
    return lines


def _time_start(command: list[str]) -> float:
    """The median duration of a command, in milliseconds."""
    times = []
    for _ in range(_STARTS):
        began = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        times.append(time.perf_counter() - began)
    return median(times) * 1000


def measure_start() -> list[Line]:
    """`cinelake --help`, compared with an interpreter that does nothing."""
    bare, ours = _time_start([sys.executable, "-c", "pass"]), _time_start([COMMAND, "--help"])
    return [Line("cinelake --help", "under 200 ms", f"python -c pass: {bare:.0f} ms", f"{ours:.0f} ms", ours < 200)]
