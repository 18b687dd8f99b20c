"""Are series as whole as films: the ids of the service, genre by genre, through faults, and again after kill -9?"""

import random
from pathlib import Path

from tests.support.present import read_present

from benchmarks.harness import COMMAND, Line, Outcome, Service, build_command, kill_after, run, start_replay, temporary_lake
from cinelake.exits import Exit
from cinelake.extract.slices import Selection
from cinelake.lake.local import LocalStore
from cinelake.tmdb.genres import Media

_GENRES = (80, 10768)
_ALL = (16, 18, 35, 37, 80, 99, 9648, 10751, 10759, 10762, 10763, 10764, 10765, 10766, 10767, 10768)
_FAULTS = "drift=1,burst502=1,reset=.002,truncate=.002,garbage=.001"
_KILLS = 5


def _command(lake: Path, genres: tuple[int, ...], rate: str = "unlimited") -> list[str]:
    words = [word for genre in genres for word in ("--genre", str(genre))]
    return build_command(lake, "--media", "series", *words, rate=rate)


def _count_differing(lake: Path, service: Service, genres: tuple[int, ...]) -> tuple[int, int]:
    """Ids that either side lacks, genre by genre, and how many distinct titles the lake has."""
    present = read_present(LocalStore(lake), Selection(Media.SERIES, genres, append=()))
    differing, distinct = 0, set[int]()
    for genre in genres:
        asked = f"/__truth?media=tv&with_genres={genre}&include_null_first_air_dates=true"
        held = {i for name, records in present.items() if name.startswith(f"genre-{genre}-") for i in records}
        differing += len(held ^ set(service.ask(asked)["ids"]))
        distinct |= held
    return differing, len(distinct)


def measure_series() -> list[Line]:
    """Series of two genres and of every genre, with faults and kills; and the pace of a service that allows 40."""
    lines: list[Line] = []
    luck = random.Random(20261123)  # noqa: S311 - spreads kills
    for name, genres in (("Crime, War & Politics", _GENRES), ("every genre", _ALL)):
        with start_replay("--faults", _FAULTS) as service, temporary_lake() as lake:
            for _ in range(_KILLS):
                kill_after(_command(lake, genres), service, luck.uniform(0.4, 2.0))
            outcome = _run(_command(lake, genres), service)
            verified = _run([COMMAND, "verify", "--api", "--lake", str(lake), "--rate", "unlimited"], service)
            differing, distinct = _count_differing(lake, service, genres)
        ours = f"{differing} of {distinct:,}"
        lines.append(Line(f"series that differ, {name}", "0", f"{_KILLS} kills", ours, differing == 0))
        codes = f"{outcome.code}, {verified.code}"
        lines.append(Line("exit codes of extract and verify --api", "0, 0", "-", codes, codes == "0, 0"))
        lines.append(Line("peak memory", "under 150 MB", "-", f"{outcome.peak_mb:.0f} MB", outcome.peak_mb < 150))
    with start_replay("--rate", "40", "--latency-ms", "58") as service, temporary_lake() as lake:
        outcome = run(_command(lake, _GENRES, rate="40"), service)
        stats = service.ask("/__stats")
    pace, refused = outcome.report["requests"] / outcome.report["seconds"], outcome.report["refused"]
    ours = f"{pace:.1f} a second, {refused} refused, most {stats['peak_requests_in_one_second']}"
    lines.append(Line("pace of a short run, start included", "over 36 a second", "40 allowed", ours, pace > 36))
    return lines


def _run(command: list[str], service: Service) -> Outcome:
    """Run a command; again where its very first request met a burst of 502, which it gives up after five seconds."""
    outcome = run(command, service)
    for _ in range(_KILLS):
        if outcome.code != Exit.UNREACHABLE:
            break
        outcome = run(command, service)
    return outcome
