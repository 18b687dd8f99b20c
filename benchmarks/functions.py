"""The Lambda functions: size of the package, time to import, and memory at the full rate."""

import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from tests.support.aws.lambdas import find_emulator, start_function

from benchmarks.harness import ROOT, Line, run_plain, start_replay, temporary_lake

_MODULE = "cinelake.aws.handlers"
_EVENT = {"genre_id": 80, "start_year": 2015, "append": "none"}
_TIMED = "import time; t = time.perf_counter(); import {}; print(time.perf_counter() - t)"


def measure_package(runs: int = 5) -> list[Line]:
    """The package of the functions, zipped, for AWS's processors; and its import, as built for this machine's Python."""
    with tempfile.TemporaryDirectory() as folder:
        deployed, here = Path(folder) / "deployed", Path(folder) / "here"
        _build(deployed)
        _build(here, "x86_64", f"{sys.version_info.major}.{sys.version_info.minor}")
        zipped_mb = _zip(deployed, Path(folder) / "package.zip") / 1e6
        ours = [_time_import(_MODULE, here) for _ in range(runs)]
        anchor = [_time_import("aiohttp", here) for _ in range(runs)]
        engines = [path.name for path in deployed.iterdir() if path.name in {"duckdb", "pyspark", "pandas", "polars"}]
    return [
        Line("package, zipped", "under 30 MB", "-", f"{zipped_mb:.1f} MB", zipped_mb < 30),
        Line("query engines in it", "0", "-", str(len(engines)), not engines),
        Line("import of the handlers", "under 400 ms", f"aiohttp: {_ms(anchor)}", _ms(ours), median(ours) < 0.4),
    ]


def measure_handler() -> list[Line]:
    """Peak memory of the handler in AWS's runtime emulator, at the full rate and without a limit."""
    lines = []
    for name, words, rate in (("40 a second", ("--rate", "40"), "40"), ("no limit", (), "unlimited")):
        with start_replay(*words) as api, temporary_lake() as lake, tempfile.TemporaryDirectory() as folder:
            emulator = find_emulator(Path(folder))
            if emulator is None:
                raise SystemExit("benchmarks: no runtime emulator for this machine was found")
            environment = {
                "CINELAKE_LAKE": str(lake),
                "CINELAKE_RATE": rate,
                "TMDB_BASE_URL": api.url,
                "TMDB_TOKEN": api.token,
            }
            with start_function(emulator, f"{_MODULE}.extract", Path(folder), environment) as function:
                answer = function.invoke(_EVENT).document
                peak_mb = max(_peaks_mb(function.process.pid))
        records = answer["records"] if answer["status"] == "complete" else 0
        lines.append(
            Line(
                f"peak memory of the handler, {name}",
                "under 256 MB",
                f"{records:,} films",
                f"{peak_mb:.0f} MB",
                records > 4000 and peak_mb < 256,
            )
        )
    return lines


def _build(folder: Path, *words: str) -> None:
    subprocess.run([str(ROOT / "infra" / "package.sh"), str(folder), *words], check=True)


def _zip(folder: Path, archive: Path) -> int:
    """Bytes of a folder, zipped as by `sam deploy`."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                file.write(path, path.relative_to(folder))
    return archive.stat().st_size


def _time_import(module: str, package: Path) -> float:
    """Seconds that a new interpreter takes to import a module from a package."""
    code = f"import sys; sys.path.insert(0, {str(package)!r}); " + _TIMED.format(module)
    return float(run_plain([sys.executable, "-I", "-S", "-c", code]))


def _peaks_mb(emulator: int) -> Iterator[float]:
    """Peak memory of each process that the emulator started."""
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            fields = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
        except OSError:
            continue  # it has just ended
        if int(fields["PPid"]) == emulator and "VmHWM" in fields:
            yield int(fields["VmHWM"].split()[0]) / 1024


def _ms(seconds: list[float]) -> str:
    return f"{median(seconds) * 1000:.0f} ms"
