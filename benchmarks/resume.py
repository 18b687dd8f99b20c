"""Kills and repetitions: the requests that they cost, and whether the result is the same."""

import random
import subprocess
import time
from pathlib import Path

from benchmarks.harness import (
    CRIME_AND_WAR,
    Extraction,
    Line,
    build_command,
    build_environment,
    read_manifests,
    run,
    start_replay,
    temporary_lake,
)

_KILLS = 20
_SEED = 20261123


def _read_raw(lake: Path) -> dict[str, bytes]:
    return {str(path.relative_to(lake)): path.read_bytes() for path in sorted(lake.glob("Raw/**/*.json"))}


def measure_kills(extraction: Extraction = CRIME_AND_WAR) -> list[Line]:
    """Kill -9 at twenty random moments, spread over the requests of a run; then the same command to its end."""
    luck = random.Random(_SEED)  # noqa: S311 - no secret
    with start_replay() as api, temporary_lake() as reference, temporary_lake() as killed:
        run(build_command(reference, *extraction.words), api)
        least = api.count_requests()
        api.reset()
        kills, repeated, each = 0, 0, []
        for moment in sorted(luck.uniform(0, least) for _ in range(_KILLS)):
            process = subprocess.Popen(
                build_command(killed, *extraction.words),
                env=build_environment(api),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            time.sleep(luck.uniform(0, 0.4))  # noqa: TID251 - some are killed before their first request
            while process.poll() is None and api.count_requests() < moment:
                time.sleep(0.01)  # noqa: TID251 - polls the API without flooding it
            kills += process.poll() is None
            process.kill()
            process.wait()
            each.append(api.count_repeated() - repeated)  # requests that an earlier process had sent
            repeated += each[-1]
        last = run(build_command(killed, *extraction.words), api)
        each.append(api.count_repeated() - repeated)
        extra = api.count_requests() - least
        same_raw = _read_raw(reference) == _read_raw(killed)
        same_manifests = read_manifests(reference) == read_manifests(killed)
    return [
        Line("kill -9 before the run was done", str(_KILLS), "-", str(kills), kills == _KILLS and last.code == 0),
        Line("Raw as that of a run never killed", "byte for byte", "-", str(same_raw), same_raw),
        Line("manifests, but for times", "the same", "-", str(same_manifests), same_manifests),
        Line(
            "requests that a kill costs",
            "at most 400",
            f"{least:,} undisturbed",
            f"{extra / kills:.0f}",
            extra <= 400 * kills,
        ),
        Line(
            "requests repeated after one kill, at most", "at most 400", f"{kills} kills", str(max(each)), max(each) <= 400
        ),
    ]


def measure_repetition(extraction: Extraction = CRIME_AND_WAR) -> list[Line]:
    """The same command again on the same day; and what the undated titles cost."""
    with start_replay() as api, temporary_lake() as lake, temporary_lake() as dated:
        first = run(build_command(lake, *extraction.words), api)
        complete = api.count_requests()
        before = {path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in lake.rglob("*.json")}
        api.reset()
        again = run(build_command(lake, *extraction.words), api)
        repeated = api.count_requests()
        after = {path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in lake.rglob("*.json")}
        api.reset()
        run(build_command(dated, *extraction.words, "--from", "1000", "--to", "9999"), api)
        dated_requests = api.count_requests()
    slices = len(first.report["slices"])
    more = complete / dated_requests - 1
    return [
        Line(
            "requests of the same command again", "at most 1 a slice", f"{slices} slices", str(repeated), repeated <= slices
        ),
        Line("exit code of it", "0", "-", str(again.code), again.code == 0),
        Line(
            "objects rewritten by it",
            "0",
            f"{len(before)} objects",
            str(len(after.items() - before.items())),
            after == before,
        ),
        Line("requests more for undated titles", "at most 10 %", f"{dated_requests:,} dated", f"{more:.1%}", more <= 0.1),
    ]
