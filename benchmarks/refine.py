"""`cinelake build`, compared with a mere read of the same JSON: its growth, and the cost of IMDb files."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from statistics import median

from benchmarks.harness import COMMAND, Api, Line, Outcome, build_command, run, start_replay, temporary_lake
from benchmarks.ingest import write_file
from cinelake.imdb.kinds import KINDS

_RUNS = 3
_TIMES = 4
_ROWS = 1_100_000
_READ = """
import sys, time
from pathlib import Path
from tempfile import TemporaryDirectory
from cinelake.refine.engines.duckdb_engine import open_duckdb
from cinelake.refine.fields import MOVIE, build_columns
paths = [str(path) for path in sorted(Path(sys.argv[1]).glob("Raw/TMDB/JSON/Movies/*/*/*/*.json"))]
size = sum(Path(path).stat().st_size for path in paths)
with TemporaryDirectory() as folder, open_duckdb(Path(folder), size) as engine:
    began = time.perf_counter()
    engine.load_files("raw", build_columns(MOVIE), paths)
    print(time.perf_counter() - began)
"""


def _read(lake: Path) -> float:
    """Seconds of the mere read in its own process, without the start of the interpreter."""
    command = [sys.executable, "-c", _READ, str(lake)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def _build(lake: Path, *words: str) -> Outcome:
    """The whole command on a lake without tables."""
    for zone in ("Trusted", "Refined", "_cinelake/refined"):
        shutil.rmtree(lake / zone, ignore_errors=True)
    outcome = run([COMMAND, "build", *words, "--lake", str(lake), "--json"], Api("http://127.0.0.1:9", "none"))
    if outcome.code:
        raise SystemExit(f"benchmarks: the build ended with {outcome.code}: {outcome.stderr}")
    return outcome


def compare(lake: Path, runs: int = _RUNS) -> tuple[float, float, float, int]:
    """Seconds of the read and of the build, measured in turns, peak memory of the build in MB, and number of titles."""
    reads, outcomes = [], []
    for _ in range(runs):
        reads.append(_read(lake))
        outcomes.append(_build(lake))
    rows = outcomes[-1].report["report"]["funnel"]
    titles = next(row["titles"] for row in rows if (row["kind"], row["step"], row["part"]) == ("movie", 2, "entered"))
    wall_s = median(outcome.wall_s for outcome in outcomes)
    return median(reads), wall_s, max(outcome.peak_mb for outcome in outcomes), titles


def _join(lake: Path) -> tuple[float, float, int]:
    """The build with a large movies.csv: seconds, peak memory in MB, and the rows that it accepts."""
    path = lake.parent / "movies.csv"
    write_file(path, KINDS[0], _ROWS)
    ingested = run([COMMAND, "ingest", str(path), "--lake", str(lake), "--json"], Api("http://127.0.0.1:9", "none"))
    if ingested.code:
        raise SystemExit(f"benchmarks: ingest ended with {ingested.code}: {ingested.stderr}")
    outcome = _build(lake)
    (file,) = outcome.report["report"]["imdb"]
    shutil.rmtree(lake / "Raw/Local")
    shutil.rmtree(lake / "_cinelake/ingests")
    return outcome.wall_s, outcome.peak_mb, file["rows"] - file["refused"] - file["superseded"]


def _multiply(lake: Path, grown: Path) -> None:
    """Copy the films several times, with other ids and slices, into a lake without manifests."""
    for path in lake.glob("Raw/TMDB/JSON/Movies/*/*/*/*.json"):
        target = grown / path.parent.relative_to(lake)
        target.mkdir(parents=True, exist_ok=True)
        data = path.read_bytes()
        for time in range(_TIMES):
            moved = re.sub(rb'"id_tmdb":', b'"id_tmdb":%d' % (time + 1), data)
            stem, _, number = path.stem.rpartition("-")
            (target / f"{stem}-{time + 1}-{number}.json").write_bytes(moved)


def measure_build() -> list[Line]:
    """`cinelake build` of the replay's 45,704 films, and of four times as many."""
    with temporary_lake() as lake:
        with start_replay() as api:
            extracted = run(build_command(lake, "--genre", "80", "--genre", "10752"), api)
        if extracted.code:
            raise SystemExit(f"benchmarks: the extraction ended with {extracted.code}: {extracted.stderr}")
        read_s, build_s, peak_mb, titles = compare(lake)
        again = run([COMMAND, "build", "--lake", str(lake), "--json"], Api("http://127.0.0.1:9", "none"))
        by_spark = _build(lake, "--engine", "spark")
        joined_s, joined_mb, joined = _join(lake)
        grown = lake.parent / "grown"
        _multiply(lake, grown)
        grown_read_s, grown_build_s, grown_mb, grown_titles = compare(grown)
    ratio, grown_ratio = build_s / read_s, grown_build_s / grown_read_s
    growth = (grown_build_s / grown_titles) / (build_s / titles)
    anchor = f"mere read: {read_s:.2f} s"
    grown_anchor = f"mere read: {grown_read_s:.2f} s"
    return [
        Line(f"build, {titles:,} films", "at most 6 times", anchor, f"{build_s:.2f} s, {ratio:.1f} times", ratio <= 6),
        Line("its peak memory", "under 1,500 MB", "", f"{peak_mb:.0f} MB", peak_mb < 1500),
        Line(
            "the same on Spark",
            "the same version",
            f"DuckDB: {build_s:.2f} s",
            f"{by_spark.wall_s:.1f} s",
            by_spark.report["version"] == again.report["version"],
        ),
        Line("the same again, unchanged", "no work", "", f"{again.wall_s:.2f} s", bool(again.report["is_unchanged"])),
        Line(
            f"with movies.csv, {_ROWS:,} rows",
            "under 1,500 MB",
            "",
            f"{joined_s:.2f} s, {joined_mb:.0f} MB",
            joined_mb < 1500,
        ),
        Line("rows accepted", f"{_ROWS:,}", "", f"{joined:,}", joined == _ROWS),
        Line(
            f"build, {grown_titles:,} films",
            "at most 6 times",
            grown_anchor,
            f"{grown_build_s:.2f} s, {grown_ratio:.1f} times, {grown_mb:.0f} MB",
            grown_ratio <= 6,
        ),
        Line("seconds a film, against a quarter as many", "at most 1.2 times", "", f"{growth:.2f} times", growth <= 1.2),
    ]


if __name__ == "__main__":
    for line in measure_build():
        print(f"{line.name:44} {line.target:18} {line.anchor:26} {line.ours}{'' if line.is_met else '  << NOT MET'}")
