"""Series: completeness, rate, memory and resumption, with the 3,274 series of the replay and with invented ones."""

import random
from collections.abc import Iterator
from pathlib import Path

from tests.support.refine.present import merge_slices, read_present

from benchmarks.completeness import measure_failing
from benchmarks.harness import (
    ALL_SERIES,
    COMMAND,
    Api,
    Line,
    Outcome,
    build_command,
    kill_after,
    run,
    start_replay,
    start_sandbox,
    temporary_lake,
)
from benchmarks.rate import measure_full_rate
from benchmarks.resume import measure_kills, measure_repetition
from cinelake.exit_codes import Exit
from cinelake.lake.stores.local_store import LocalStore
from cinelake.media import Media
from cinelake.selection.selection import Selection

_GENRES = (80, 10768)
_ALL = (16, 18, 35, 37, 80, 99, 9648, 10751, 10759, 10762, 10763, 10764, 10765, 10766, 10767, 10768)
_FAULTS = "drift=1,burst502=1,reset=.002,truncate=.002,garbage=.001"
_KILLS = 5
_INVENTED = 3000
_DRAMA = ("--media", "series", "--genre", "Drama")


def _command(lake: Path, genres: tuple[int, ...]) -> list[str]:
    words = [word for genre in genres for word in ("--genre", str(genre))]
    return build_command(lake, "--media", "series", *words)


def _count_differing(lake: Path, api: Api, genres: tuple[int, ...]) -> tuple[int, int]:
    """The numbers of ids that either side lacks, by genre (or of all series), and of distinct titles stored."""
    present = read_present(LocalStore(lake), Selection(Media.SERIES, genres, append=()))
    differing, distinct = 0, set(merge_slices(present))
    if not genres:
        differing = len(distinct ^ ALL_SERIES.ask_truth(api)["ids"])
    for genre in genres:
        asked = f"/__truth?{ALL_SERIES.truth}&with_genres={genre}"
        stored = {i for name, records in present.items() if name.startswith(f"genre-{genre}-") for i in records}
        differing += len(stored ^ set(api.ask(asked)["ids"]))
    return differing, len(distinct)


def measure_series() -> Iterator[Line]:
    """The replay's series: two genres, every genre, all; faults, kills, repetition, rate and failing titles."""
    yield from _measure_completeness()
    yield from measure_kills(ALL_SERIES)
    yield from measure_repetition(ALL_SERIES)
    yield from measure_full_rate(1, _DRAMA, least=2_000)
    yield from measure_failing(start_sandbox(10, series=_INVENTED, faults="poison=2"), ALL_SERIES, "series")


def _measure_completeness() -> Iterator[Line]:
    luck = random.Random(20261123)  # noqa: S311 - no secret
    for name, genres in (("Crime, War & Politics", _GENRES), ("every genre", _ALL), ("all, also of no genre", ())):
        with start_replay("--faults", _FAULTS) as api, temporary_lake() as lake:
            for _ in range(_KILLS):
                kill_after(_command(lake, genres), api, luck.uniform(0.4, 2.0))
            outcome = _run(_command(lake, genres), api)
            verified = _run([COMMAND, "verify", "--api", "--lake", str(lake), "--rate", "unlimited"], api)
            differing, distinct = _count_differing(lake, api, genres)
        ours = f"{differing} of {distinct:,}"
        yield Line(f"series that differ, {name}", "0", f"{_KILLS} kills", ours, differing == 0)
        codes = f"{outcome.code}, {verified.code}"
        yield Line("exit codes of extract and verify --api", "0, 0", "-", codes, codes == "0, 0")
        yield Line("peak memory", "under 150 MB", "-", f"{outcome.peak_mb:.0f} MB", outcome.peak_mb < 150)


def _run(command: list[str], api: Api) -> Outcome:
    """Run a command, and again if a burst of 502 hit its first request, which is retried for five seconds only."""
    outcome = run(command, api)
    for _ in range(_KILLS):
        if outcome.code != Exit.UNREACHABLE:
            break
        outcome = run(command, api)
    return outcome
