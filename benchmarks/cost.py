"""What does it cost in CPU and memory, and does time grow with the films and no faster?"""

import sys
import tempfile
from operator import attrgetter
from statistics import median

from benchmarks.completeness import GENRES
from benchmarks.harness import (
    Line,
    Outcome,
    Service,
    build_command,
    find_shared,
    run,
    start_replay,
    start_sandbox,
    temporary_lake,
)

_BARE_WINDOWS = (
    *((80, since, until) for since, until in ((1900, 1969), (1970, 1989), (1990, 1999), (2000, 2008))),
    *((80, since, until) for since, until in ((2009, 2014), (2015, 2019), (2020, 2035))),
    *((10752, since, until) for since, until in ((1900, 1985), (1986, 2035))),
)
"""The bare loop takes one query of at most 10,000 titles at a time."""


def _measure_bare(service: Service) -> float:
    """CPU seconds per 1,000 films of the bare loop, over the films of the same genres."""
    cpu_s, films = 0.0, 0
    script = str(find_shared() / "replay" / "bare_loop.py")
    for genre_id, since, until in _BARE_WINDOWS:
        with tempfile.TemporaryDirectory() as folder:
            words = (str(genre_id), str(since), str(until), folder)
            outcome = run([sys.executable, script, service.url, *words], service)
        cpu_s += outcome.cpu_s
        films += int(outcome.stdout.split()[0])
    return cpu_s / films * 1000


def measure_cpu(runs: int = 3) -> list[Line]:
    """CPU per 1,000 films of Crime and War beside the bare loop, alternating; and peak memory."""
    ratios, bare, ours, memory = [], [], [], []
    with start_replay() as service:
        for _ in range(runs):
            bare.append(_measure_bare(service))
            with temporary_lake() as lake:
                outcome = run(build_command(lake, *GENRES), service)
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


def measure_large(films: int = 1_200_000) -> list[Line]:
    """A catalogue as large as TMDB's: peak memory. Takes about half an hour."""
    with start_sandbox(films) as service, temporary_lake() as lake:
        outcome = run(build_command(lake), service)
    records = outcome.report["records"] if outcome.code == 0 else 0
    name = f"peak memory, {films:,} invented films ({records:,} records, {outcome.wall_s:,.0f} s)"
    return [Line(name, "under 250 MB", "-", f"{outcome.peak_mb:.0f} MB", outcome.code == 0 and outcome.peak_mb < 250)]


def measure_growth() -> list[Line]:
    """Time per film at three sizes: ours in CPU, and by the clock, in which the sandbox has its share."""
    outcomes: dict[int, Outcome] = {}
    for films in (10_000, 20_000, 40_000):
        with start_sandbox(films) as service, temporary_lake() as lake:
            outcomes[films] = run(build_command(lake), service)
    lines = []
    for name, cost in (("CPU", attrgetter("cpu_s")), ("clock", attrgetter("wall_s"))):
        micros = {films: cost(outcome) / films * 1e6 for films, outcome in outcomes.items()}
        growth = micros[40_000] / micros[10_000]
        each = " ".join(f"{micro:.0f}" for micro in micros.values())
        title = f"µs a film at 40,000, times 10,000 ({name})"
        lines.append(Line(title, "at most 1.25", each, f"{growth:.2f}", growth <= 1.25))
    return lines
