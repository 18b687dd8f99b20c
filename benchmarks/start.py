"""How soon is the command there?"""

import subprocess
import sys
import time
from statistics import median

from benchmarks.harness import COMMAND, Line

_RUNS = 11


def _measure(command: list[str]) -> float:
    times = []
    for _ in range(_RUNS):
        began = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        times.append(time.perf_counter() - began)
    return median(times) * 1000


def measure_start() -> list[Line]:
    """`cinelake --help` beside an interpreter that does nothing."""
    bare, ours = _measure([sys.executable, "-c", "pass"]), _measure([COMMAND, "--help"])
    return [Line("cinelake --help", "under 200 ms", f"python -c pass: {bare:.0f} ms", f"{ours:.0f} ms", ours < 200)]
