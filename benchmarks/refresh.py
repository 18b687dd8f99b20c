"""Daily refreshes: differences from the API, and requests, also with faults and kill -9."""

import asyncio
import random
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import aiohttp
from tests.support.refine.present import merge_slices, read_present

from benchmarks.harness import (
    ALL_SERIES,
    COMMAND,
    Api,
    Line,
    Outcome,
    kill_after,
    run,
    serve_here,
    start_replay,
    temporary_lake,
)
from cinelake.clock import SystemClock
from cinelake.lake.batches import splice_record
from cinelake.lake.stores.local_store import LocalStore
from cinelake.media import Media
from cinelake.sandbox import Catalogue, Sandbox
from cinelake.selection.selection import Selection

_FAULTS = "drift=1,burst502=1,reset=.002,truncate=.002,garbage=.001,gone=12"
_DAYS, _FAULT_DAYS, _GAP = 30, 10, 40
_SERIES_DAYS, _SERIES = 5, 6000
_TRIES = 6
"""An API with faults fails some requests; a stale record differs from every response."""
_START = SystemClock().now().date() - timedelta(days=_DAYS + _GAP + 5)


@dataclass(frozen=True, slots=True)
class _Subject:
    """What is refreshed: a selection, and the queries for its true ids and its titles."""

    selection: Selection
    truth: str
    detail: str


_FILMS = _Subject(Selection(Media.MOVIE, (80, 10752), append=()), "media=movie", "/3/movie/")
_ALL_SERIES = _Subject(Selection(Media.SERIES, append=()), ALL_SERIES.truth, "/3/tv/")


def _command(name: str, lake: Path, subject: _Subject = _FILMS) -> list[str]:
    selection = subject.selection
    words = [word for genre in selection.genre_ids for word in ("--genre", str(genre))]
    options = ("--rate", "unlimited", "--append", "none", "--json")
    return [COMMAND, name, "--media", selection.media.value, *words, "--lake", str(lake), *options]


def _compare_ids(lake: Path, api: Api, subject: _Subject = _FILMS) -> int:
    """The number of ids that either side lacks, by genre."""
    present = read_present(LocalStore(lake), subject.selection)
    differing = 0
    for genre in subject.selection.genres:
        filtered, prefix = (f"&with_genres={genre}", f"genre-{genre}-") if genre else ("", "all-")
        truth = set(api.ask(f"/__truth?{subject.truth}{filtered}")["ids"])
        stored = [i for name, records in present.items() if name.startswith(prefix) for i in records]
        differing += len(truth.symmetric_difference(stored)) + len(stored) - len(set(stored))
    return differing


def _compare_fields(lake: Path, api: Api, subject: _Subject = _FILMS) -> tuple[set[int], int]:
    """The titles whose record differs from the API's response, and the number of compared titles."""
    records = merge_slices(read_present(LocalStore(lake), subject.selection))

    async def main() -> set[int]:
        headers = {"Authorization": f"Bearer {api.token}"}
        async with aiohttp.ClientSession(api.url, headers=headers) as session:
            slots = asyncio.Semaphore(20)

            async def differs(title_id: int, record: bytes) -> bool:
                async with slots:
                    for _ in range(_TRIES):
                        with suppress(aiohttp.ClientError):
                            async with session.get(f"{subject.detail}{title_id}") as reply:
                                if splice_record(await reply.read(), title_id) == record:
                                    return False
                return True

            found = await asyncio.gather(*(differs(i, record) for i, record in records.items()))
            return {title_id for title_id, is_other in zip(records, found, strict=True) if is_other}

    return asyncio.run(main()), len(records)


def _refresh(lake: Path, api: Api, days: int) -> Outcome:
    api.ask(f"/__evolve?days={days}", "POST")
    api.reset()
    return run(_command("refresh", lake), api)


def _check(outcome: Outcome) -> None:
    if outcome.code:
        raise SystemExit(f"benchmarks: the command ended with {outcome.code}: {outcome.stderr}")


def measure_refresh() -> Iterator[Line]:
    """Thirty days, each with its refresh, and a gap of forty. Takes about half an hour."""
    with start_replay("--today", str(_START)) as api, temporary_lake() as lake:
        _check(run(_command("extract", lake), api))
        extraction = api.count_requests()
        requests, differing, fields, compared = [], 0, 0, 0
        for _ in range(_DAYS):
            _check(_refresh(lake, api, 1))
            requests.append(api.count_requests())
            differing += _compare_ids(lake, api)
            found, titles = _compare_fields(lake, api)
            fields, compared = fields + len(found), compared + titles
        yield Line("ids that differ, over 30 days", "0", f"{_DAYS} refreshes", str(differing), differing == 0)
        yield Line("records that differ", "0", f"{compared:,} compared", str(fields), fields == 0)
        share, most = max(requests) / extraction, max(requests)
        ours = f"{most:,} at most, {share:.1%}"
        yield Line("requests of a day's refresh", "under 10 %", f"extraction: {extraction:,}", ours, share < 0.1)
        _check(_refresh(lake, api, _GAP))
        caught = api.count_requests()
        wrong = _compare_ids(lake, api) + len(_compare_fields(lake, api)[0])
        yield Line("after a gap of 40 days, what differs", "0", f"{caught:,} requests", str(wrong), wrong == 0)
        verified = run([COMMAND, "verify", "--lake", str(lake)], api)
        yield Line("exit code of verify", "0", f"{_DAYS + 2} runs", str(verified.code), verified.code == 0)


def measure_refresh_faults() -> Iterator[Line]:
    """Ten days of refreshes with faults and kill -9. Takes some minutes."""
    luck = random.Random(20261123)  # noqa: S311 - no secret
    with start_replay("--today", str(_START), "--faults", _FAULTS) as api, temporary_lake() as lake:
        _check(run(_command("extract", lake), api))
        differing = kills = 0
        for _ in range(_FAULT_DAYS):
            api.ask("/__evolve?days=1", "POST")
            for _ in range(2):
                kill_after(_command("refresh", lake), api, luck.uniform(0.5, 4.0))
                kills += 1
            _check(run(_command("refresh", lake), api))
            differing += _compare_ids(lake, api)
        yield Line("with faults and kill -9, ids that differ", "0", f"{kills} kills", str(differing), differing == 0)
        found, titles = _compare_fields(lake, api)
        yield Line("records that differ in the end", "0", f"{titles:,} compared", str(len(found)), not found)
        verified = run([COMMAND, "verify", "--lake", str(lake)], api)
        yield Line("exit code of verify", "0", "-", str(verified.code), verified.code == 0)


def measure_refresh_series() -> Iterator[Line]:
    """Five days of series in the sandbox, whose feed omits changes; the series of the replay never change."""
    catalogue = Catalogue(10, _SERIES, seed=1, today=_START)
    with serve_here(Sandbox(catalogue, now=SystemClock().monotonic)) as api:
        yield from measure_series_days(api, _SERIES_DAYS)


def measure_series_days(api: Api, days: int) -> Iterator[Line]:
    """Some days of all series of an API that starts on _START: ids, fields and requests."""
    with temporary_lake() as lake:
        _check(run(_command("extract", lake, _ALL_SERIES), api))
        extraction = api.count_requests()
        requests, unnamed, differing, fields, compared, changed = [], set[int](), 0, 0, 0, 0
        for _ in range(days):
            unnamed.update(api.ask("/__evolve?days=1", "POST").get("unnamed", {}).get("tv", ()))
            api.reset()
            outcome = run(_command("refresh", lake, _ALL_SERIES), api)
            _check(outcome)
            requests.append(api.count_requests())
            differing += _compare_ids(lake, api, _ALL_SERIES)
            found, titles = _compare_fields(lake, api, _ALL_SERIES)
            fields, compared, changed = fields + len(found - unnamed), compared + titles, len(found & unnamed)
        verified = run([COMMAND, "verify", "--lake", str(lake)], api)
    yield Line("series whose ids differ", "0", f"{days} refreshes", str(differing), differing == 0)
    anchor, ours = f"{compared:,} compared", f"{fields}; {changed} that no feed named"
    yield Line("records that differ though the feed named them", "0", anchor, ours, fields == 0)
    share, most = max(requests) / extraction, max(requests)
    yield Line(
        "requests of a day's refresh", "under 10 %", f"extraction: {extraction:,}", f"{most:,}, {share:.1%}", share < 0.1
    )
    yield Line("exit code of verify", "0", f"{days + 1} runs", str(verified.code), verified.code == 0)
