"""`cinelake build`, compared with a mere read of the same JSON and with Polars: its growth, and the cost of IMDb files."""

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.harness import COMMAND, Api, Line, Outcome, find_peers, run, start_replay, temporary_lake
from benchmarks.ingest import write_file
from cinelake.imdb.kinds import KINDS

_RUNS = 3
_TIMES = 4
_ROWS = 1_100_000
_MOST_TIMES, _MOST_MB = 5, 1_000
_NOWHERE = Api("http://127.0.0.1:9", "none")
_READ = """
import sys, time
from pathlib import Path
from tempfile import TemporaryDirectory
from cinelake.refine.engines.duckdb_engine import open_duckdb
from cinelake.refine.fields import MOVIE, build_columns
paths = [str(path) for path in sorted(Path(sys.argv[1]).glob("Raw/TMDB/JSON/Movies/*/*/*/*.json"))]
size = sum(Path(path).stat().st_size for path in paths)
with TemporaryDirectory() as folder, open_duckdb(Path(folder), size) as engine:
    began = time.process_time()
    engine.load_files("raw", build_columns(MOVIE), paths)
    print(time.process_time() - began)
"""


def _read(lake: Path) -> float:
    """CPU seconds of the mere read in its own process, without the start of the interpreter."""
    command = [sys.executable, "-c", _READ, str(lake)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def _build(lake: Path, *words: str) -> Outcome:
    """The whole command on a lake without tables."""
    for zone in ("Trusted", "Refined", "Versions", "_cinelake/refined"):
        shutil.rmtree(lake / zone, ignore_errors=True)
    outcome = run([COMMAND, "build", *words, "--lake", str(lake), "--json"], _NOWHERE)
    if outcome.code:
        raise SystemExit(f"benchmarks: the build ended with {outcome.code}: {outcome.stderr}")
    return outcome


@dataclass(frozen=True, slots=True)
class Comparison:
    """CPU seconds of the mere read and of the build (medians, measured in turns), its peak memory, and the titles."""

    read_s: float
    build_s: float
    peak_mb: float
    titles: int

    @property
    def ratio(self) -> float:
        """How many times the CPU of the mere read the build takes."""
        return self.build_s / self.read_s


def compare(lake: Path, runs: int = _RUNS) -> Comparison:
    """Measure the read and the build in turns."""
    reads, outcomes = [], []
    for _ in range(runs):
        reads.append(_read(lake))
        outcomes.append(_build(lake))
    rows = outcomes[-1].report["report"]["funnel"]
    titles = next(row["titles"] for row in rows if (row["kind"], row["step"], row["part"]) == ("movie", 2, "entered"))
    cpu_s = median(outcome.cpu_s for outcome in outcomes)
    return Comparison(median(reads), cpu_s, max(outcome.peak_mb for outcome in outcomes), titles)


def _flatten_with_polars(lake: Path) -> str:
    """CPU seconds and memory of the peer, if it is installed."""
    python = find_peers("polars")
    if python is None:
        return "Polars: not installed"
    script = str(Path(__file__).parent / "peers" / "flatten_with_polars.py")
    with tempfile.TemporaryDirectory() as folder:
        outcome = run([python, script, str(lake), folder], _NOWHERE)
    return f"Polars: {outcome.cpu_s:.1f} s, {outcome.peak_mb:,.0f} MB"


def _join(lake: Path) -> tuple[float, float, int]:
    """The build with a large movies.csv: CPU seconds, peak memory in MB, and the rows that it accepts."""
    path = lake.parent / "movies.csv"
    write_file(path, KINDS[0], _ROWS)
    ingested = run([COMMAND, "ingest", str(path), "--lake", str(lake), "--json"], _NOWHERE)
    if ingested.code:
        raise SystemExit(f"benchmarks: ingest ended with {ingested.code}: {ingested.stderr}")
    outcome = _build(lake)
    (file,) = outcome.report["report"]["imdb"]
    shutil.rmtree(lake / "Raw/Local")
    shutil.rmtree(lake / "_cinelake/ingests")
    return outcome.cpu_s, outcome.peak_mb, file["rows"] - file["refused"] - file["superseded"]


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


def _extract(lake: Path, append: tuple[str, ...]) -> None:
    with start_replay("--credits", "full") as api:
        words = ("--genre", "80,10752", "--rate", "unlimited", *append)
        extracted = run([COMMAND, "extract", *words, "--lake", str(lake), "--json"], api)
    if extracted.code:
        raise SystemExit(f"benchmarks: the extraction ended with {extracted.code}: {extracted.stderr}")


def _describe(found: Comparison, name: str) -> Line:
    return Line(
        f"build, {found.titles:,} films, {name}, CPU",
        f"at most {_MOST_TIMES} times",
        f"DuckDB's mere read: {found.read_s:.2f} s",
        f"{found.build_s:.2f} s, {found.ratio:.1f} times, {found.peak_mb:,.0f} MB",
        found.ratio <= _MOST_TIMES,
    )


def measure_build() -> Iterator[Line]:
    """`cinelake build` of the replay's 45,704 films with default parts, and lean; and of four times as many lean ones."""
    with temporary_lake() as lake:
        _extract(lake, ())
        found = compare(lake)
        yield _describe(found, "full credits")
        yield Line(
            "its peak memory",
            f"under {_MOST_MB:,} MB",
            _flatten_with_polars(lake),
            f"{found.peak_mb:,.0f} MB",
            found.peak_mb < _MOST_MB,
        )
        again = run([COMMAND, "build", "--lake", str(lake), "--json"], _NOWHERE)
        yield Line("the same again, unchanged", "no work", "", f"{again.cpu_s:.2f} s", bool(again.report["is_unchanged"]))
    with temporary_lake() as lake:
        _extract(lake, ("--append", "none"))
        lean = compare(lake)
        yield _describe(lean, "lean")
        by_spark = _build(lake, "--engine", "spark")
        version = _build(lake).report["version"]
        anchor = f"DuckDB: {lean.build_s:.1f} s"
        same = by_spark.report["version"] == version
        yield Line("the same on Spark, CPU, lean", "the same version", anchor, f"{by_spark.cpu_s:.1f} s", same)
        joined_s, joined_mb, joined = _join(lake)
        ours = f"{joined_s:.2f} s, {joined_mb:.0f} MB"
        yield Line(f"with movies.csv, {_ROWS:,} rows, lean", "under 1,500 MB", "", ours, joined_mb < 1500)
        yield Line("rows accepted", f"{_ROWS:,}", "", f"{joined:,}", joined == _ROWS)
        grown = lake.parent / "grown"
        _multiply(lake, grown)
        large = compare(grown)
        yield _describe(large, "lean")
        growth = (large.build_s / large.titles) / (lean.build_s / lean.titles)
        name = "CPU a film, against a quarter as many, lean"
        yield Line(name, "at most 1.2 times", "", f"{growth:.2f} times", growth <= 1.2)


if __name__ == "__main__":
    for line in measure_build():
        print(f"{line.name:44} {line.target:18} {line.anchor:26} {line.ours}{'' if line.is_met else '  << NOT MET'}")
