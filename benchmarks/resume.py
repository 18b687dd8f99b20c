"""What do kills and repetitions cost, and is the result the same?"""

import random
import subprocess
import time
from pathlib import Path

from benchmarks.harness import (
    CRIME_AND_WAR,
    Harvest,
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


def measure_kills(harvest: Harvest = CRIME_AND_WAR) -> list[Line]:
    """Kill -9 at twenty random moments, spread over the requests of a run; then the same command until it is done."""
    luck = random.Random(_SEED)  # noqa: S311 - moments, not secrets
    with start_replay() as service, temporary_lake() as calm, temporary_lake() as shaken:
        run(build_command(calm, *harvest.words), service)
        least = service.count_requests()
        service.reset()
        kills, repeated, each = 0, 0, []
        for moment in sorted(luck.uniform(0, least) for _ in range(_KILLS)):
            process = subprocess.Popen(
                build_command(shaken, *harvest.words),
                env=build_environment(service),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            time.sleep(luck.uniform(0, 0.4))  # noqa: TID251 - some die before their first request
            while process.poll() is None and service.count_requests() < moment:
                time.sleep(0.01)  # noqa: TID251 - the service is asked, not flooded
            kills += process.poll() is None
            process.kill()
            process.wait()
            each.append(service.count_repeated() - repeated)  # what the process before this one had already asked
            repeated += each[-1]
        last = run(build_command(shaken, *harvest.words), service)
        each.append(service.count_repeated() - repeated)
        extra = service.count_requests() - least
        same_raw = _read_raw(calm) == _read_raw(shaken)
        same_manifests = read_manifests(calm) == read_manifests(shaken)
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


def measure_repetition(harvest: Harvest = CRIME_AND_WAR) -> list[Line]:
    """The same command again on the same day; and what the undated titles cost."""
    with start_replay() as service, temporary_lake() as lake, temporary_lake() as dated:
        first = run(build_command(lake, *harvest.words), service)
        whole = service.count_requests()
        before = {path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in lake.rglob("*.json")}
        service.reset()
        again = run(build_command(lake, *harvest.words), service)
        repeated = service.count_requests()
        after = {path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in lake.rglob("*.json")}
        service.reset()
        run(build_command(dated, *harvest.words, "--from", "1000", "--to", "9999"), service)
        dated_requests = service.count_requests()
    slices = len(first.report["slices"])
    more = whole / dated_requests - 1
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
