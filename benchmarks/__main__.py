"""Runs the named benchmarks, or all but the slow ones; exits with 1 if a target is missed."""

import sys
import time
from typing import TYPE_CHECKING

from benchmarks.completeness import measure_completeness, measure_failing_titles
from benchmarks.cost import measure_cpu, measure_growth, measure_large, measure_peers, measure_start
from benchmarks.daily import measure_daily, measure_sixty_days
from benchmarks.dashboard import measure_dashboard, measure_page, measure_page_large
from benchmarks.everything import measure_everything
from benchmarks.functions import measure_handler, measure_package
from benchmarks.ingest import measure_ingest
from benchmarks.latency import measure_latency
from benchmarks.rate import measure_full_rate, measure_slower_api
from benchmarks.refine import measure_build
from benchmarks.refresh import measure_refresh, measure_refresh_faults, measure_refresh_series
from benchmarks.resume import measure_kills, measure_repetition
from benchmarks.series import measure_series
from benchmarks.tables import measure_tables
from benchmarks.year import measure_year

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from benchmarks.harness import Line

_ALL: "dict[str, Callable[[], Iterable[Line]]]" = {
    "start": measure_start,
    "completeness": measure_completeness,
    "failing-titles": measure_failing_titles,
    "cpu": measure_cpu,
    "peers": measure_peers,
    "growth": measure_growth,
    "kills": measure_kills,
    "repetition": measure_repetition,
    "series": measure_series,
    "rate": measure_full_rate,
    "slower": measure_slower_api,
    "package": measure_package,
    "handler": measure_handler,
    "ingest": measure_ingest,
    "build": measure_build,
    "daily": measure_daily,
    "sixty-days": measure_sixty_days,
    "latency": measure_latency,
    "dashboard": measure_dashboard,
    "page": measure_page,
    "refresh": measure_refresh,
    "refresh-series": measure_refresh_series,
    "refresh-faults": measure_refresh_faults,
    "everything": measure_everything,
    "large": measure_large,
    "tables": measure_tables,
    "page-large": measure_page_large,
    "year": measure_year,
}
_SLOW = {
    *("everything", "large", "page", "page-large", "refresh", "refresh-series", "refresh-faults", "sixty-days", "tables"),
    "year",
}


def main() -> int:
    """Measure and print; returns the exit code."""
    names = sys.argv[1:] or [name for name in _ALL if name not in _SLOW]
    unknown = [name for name in names if name not in _ALL]
    if unknown or "--list" in names:
        for name, measure in _ALL.items():
            print(f"{name:14} {(measure.__doc__ or '').splitlines()[0]}{' (only when named)' * (name in _SLOW)}")
        return 0 if "--list" in names else 2
    lines: list[Line] = []
    for name in names:
        began = time.perf_counter()
        print(f"\n{name}\n  {'line':44} {'target':18} {'anchor':26} ours")
        for line in _ALL[name]():  # printed at once: some take long, and a later one may fail
            print(
                f"  {line.name:44} {line.target:18} {line.anchor:26} {line.ours}{'' if line.is_met else '  << NOT MET'}",
                flush=True,
            )
            lines.append(line)
        print(f"  ({time.perf_counter() - began:.0f} s)", flush=True)
    missed = sum(not line.is_met for line in lines)
    print(f"\n{len(lines) - missed} of {len(lines)} lines met")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
