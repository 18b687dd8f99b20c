"""The cost of days: builds after daily refreshes against a build from nothing, and the bookkeeping of a refresh."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from benchmarks.harness import COMMAND, Api, Line, Outcome, run, start_replay, temporary_lake
from cinelake.lake.keys import OWN, RAW

_SELECTION = ("--genre", "80,10752", "--rate", "unlimited")
_NOWHERE = Api("http://127.0.0.1:9", "none")
_TABLES = ("Trusted", "Refined", "Versions", f"{OWN}/refined")
_RUNS = 3
_DAYS = 60
_MOST_SHARE, _MOST_GROWTH = 0.25, 1.15
_MOST_OBJECTS, _BYTES_PER_TITLE, _SHARE_OF_RAW = 12, 20, 0.1


def _run(name: str, lake: Path, api: Api, *words: str) -> Outcome:
    outcome = run([COMMAND, name, *words, "--lake", str(lake), "--json"], api)
    if outcome.code:
        raise SystemExit(f"benchmarks: {name} ended with {outcome.code}: {outcome.stderr}")
    return outcome


def build_from_nothing(lake: Path) -> Outcome:
    """Build on a copy of a lake without its tables; the run with the median CPU time of several."""
    outcomes = []
    for _ in range(_RUNS):
        copy = lake.parent / "copy"
        shutil.copytree(lake, copy)
        for zone in _TABLES:
            shutil.rmtree(copy / zone, ignore_errors=True)
        outcomes.append(_run("build", copy, _NOWHERE))
        shutil.rmtree(copy)
    return sorted(outcomes, key=lambda outcome: outcome.cpu_s)[_RUNS // 2]


def _list_versions(lake: Path, zone: str) -> set[tuple[str, int, int]]:
    """Path, size and time of writing of each object below a zone: new and replaced ones differ from those before."""
    found = ((path, path.stat()) for path in (lake / zone).rglob("*") if path.is_file() and path.name != ".lock")
    return {(str(path), stat.st_size, stat.st_mtime_ns) for path, stat in found}


def _measure_refresh(lake: Path, api: Api, append: tuple[str, ...]) -> tuple[int, int, float]:
    """Refresh a lake a day later: bookkeeping objects written, their bytes, and the bytes that are allowed."""
    api.ask("/__evolve?days=1", "POST")
    books, raw = _list_versions(lake, OWN), _list_versions(lake, RAW)
    report = _run("refresh", lake, api, *_SELECTION, *append).report
    new = _list_versions(lake, OWN) - books
    raw_bytes = sum(size for _, size, _ in _list_versions(lake, RAW) - raw)
    return len(new), sum(size for _, size, _ in new), _BYTES_PER_TITLE * report["titles"] + _SHARE_OF_RAW * raw_bytes


def _measure_days(
    days: int, *arguments: str, append: tuple[str, ...] = (), name: str, most_share: float = _MOST_SHARE
) -> Iterator[Line]:
    """The lines of a lake that is extracted once and then refreshed and built each day."""
    with start_replay(*arguments) as api, temporary_lake() as lake:
        _run("extract", lake, api, *_SELECTION, *append)
        _run("build", lake, _NOWHERE)
        objects, size, allowed = _measure_refresh(lake, api, append)
        yield Line(
            f"bookkeeping objects of a refresh, {name}",
            f"at most {_MOST_OBJECTS}",
            "",
            str(objects),
            objects <= _MOST_OBJECTS,
        )
        yield Line(f"their bytes, {name}", "20 a title + 10 % Raw", f"{allowed:,.0f}", f"{size:,}", size <= allowed)
        cpu_s = [_run("build", lake, _NOWHERE).cpu_s]
        for _ in range(days - 1):
            _measure_refresh(lake, api, append)
            cpu_s.append(_run("build", lake, _NOWHERE).cpu_s)
        first = build_from_nothing(lake)
    typical = median(cpu_s[: max(3, days // 10)])
    share = typical / first.cpu_s
    yield Line(
        f"build after a day, CPU, {name}",
        f"at most {most_share:.0%}" if most_share < 1 else "-",
        f"from nothing: {first.cpu_s:.1f} s",
        f"{typical:.2f} s = {share:.0%}",
        share <= most_share,
    )
    if days >= _DAYS:
        early, late = median(cpu_s[:3]), median(cpu_s[-3:])
        growth = late / early
        yield Line(
            f"build of day {days}, times day 2, {name}",
            f"at most {_MOST_GROWTH}",
            f"{early:.2f} s",
            f"{late:.2f} s = {growth:.2f}",
            growth <= _MOST_GROWTH,
        )


def measure_daily() -> Iterator[Line]:
    """Builds after refreshes of 45,704 films: with full credits, and lean records without appended parts."""
    yield from _measure_days(3, "--credits", "full", name="full credits")
    # A build from nothing of lean records is so short that the fixed cost of any build is a third of it: no target.
    yield from _measure_days(3, append=("--append", "none"), name="lean", most_share=1)


def measure_sixty_days() -> Iterator[Line]:
    """Sixty refreshes with their builds, full credits. Takes about twenty minutes."""
    yield from _measure_days(_DAYS, "--credits", "full", name="full credits")
