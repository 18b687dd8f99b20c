"""Does a refresh a day keep the lake equal to the service, at what cost, also through faults and kill -9?"""

import asyncio
import random
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import aiohttp
from tests.support.present import merge_slices, read_present

from benchmarks.harness import (
    ALL_SERIES,
    COMMAND,
    Line,
    Outcome,
    Service,
    kill_after,
    run,
    serve_here,
    start_replay,
    temporary_lake,
)
from cinelake.clock import SystemClock
from cinelake.lake.batches import splice_record
from cinelake.lake.local_store import LocalStore
from cinelake.media import Media
from cinelake.sandbox import Catalogue, Sandbox
from cinelake.selection.selection import Selection

_FAULTS = "drift=1,burst502=1,reset=.002,truncate=.002,garbage=.001,gone=12"
_DAYS, _ROUGH_DAYS, _GAP = 30, 10, 40
_SERIES_DAYS, _SERIES = 5, 6000
_TRIES = 6
"""A service with faults hinders some answers; a stale record differs from each of them."""
_START = SystemClock().now().date() - timedelta(days=_DAYS + _GAP + 5)


@dataclass(frozen=True, slots=True)
class _Subject:
    """What is kept up to date: a selection, and how the service is asked for its truth and its titles."""

    selection: Selection
    truth: str
    detail: str


_FILMS = _Subject(Selection(Media.MOVIE, (80, 10752), append=()), "media=movie", "/3/movie/")
_ALL_SERIES = _Subject(Selection(Media.SERIES, append=()), ALL_SERIES.truth, "/3/tv/")


def _command(name: str, lake: Path, day: date, subject: _Subject = _FILMS) -> list[str]:
    selection = subject.selection
    words = [word for genre in selection.genre_ids for word in ("--genre", str(genre))]
    pace = ("--rate", "unlimited", "--append", "none", "--run-date", str(day), "--json")
    return [COMMAND, name, "--media", selection.media.value, *words, "--lake", str(lake), *pace]


def _compare_ids(lake: Path, service: Service, subject: _Subject = _FILMS) -> int:
    """Ids that either side lacks, genre by genre."""
    present = read_present(LocalStore(lake), subject.selection)
    differing = 0
    for genre in subject.selection.genres:
        filtered, prefix = (f"&with_genres={genre}", f"genre-{genre}-") if genre else ("", "all-")
        truth = set(service.ask(f"/__truth?{subject.truth}{filtered}")["ids"])
        held = [i for name, records in present.items() if name.startswith(prefix) for i in records]
        differing += len(truth.symmetric_difference(held)) + len(held) - len(set(held))
    return differing


def _compare_fields(lake: Path, service: Service, subject: _Subject = _FILMS) -> tuple[set[int], int]:
    """Titles whose record is not byte for byte what the service answers now, and how many were compared."""
    records = merge_slices(read_present(LocalStore(lake), subject.selection))

    async def main() -> set[int]:
        headers = {"Authorization": f"Bearer {service.token}"}
        async with aiohttp.ClientSession(service.url, headers=headers) as session:
            places = asyncio.Semaphore(20)

            async def differs(title_id: int, record: bytes) -> bool:
                async with places:
                    for _ in range(_TRIES):
                        with suppress(aiohttp.ClientError):
                            async with session.get(f"{subject.detail}{title_id}") as reply:
                                if splice_record(await reply.read(), title_id) == record:
                                    return False
                return True

            found = await asyncio.gather(*(differs(i, record) for i, record in records.items()))
            return {title_id for title_id, is_other in zip(records, found, strict=True) if is_other}

    return asyncio.run(main()), len(records)


def _refresh(lake: Path, service: Service, days: int, day: date) -> Outcome:
    service.ask(f"/__evolve?days={days}", "POST")
    service.reset()
    return run(_command("refresh", lake, day), service)


def _check(outcome: Outcome) -> None:
    if outcome.code:
        raise SystemExit(f"benchmarks: the command ended with {outcome.code}: {outcome.stderr}")


def measure_refresh() -> Iterator[Line]:
    """Thirty days, each with its refresh, and a gap of forty. Takes about half an hour."""
    with start_replay("--today", str(_START)) as service, temporary_lake() as lake:
        _check(run(_command("extract", lake, _START), service))
        harvest = service.count_requests()
        requests, differing, fields, compared = [], 0, 0, 0
        for n in range(1, _DAYS + 1):
            _check(_refresh(lake, service, 1, _START + timedelta(days=n)))
            requests.append(service.count_requests())
            differing += _compare_ids(lake, service)
            found, titles = _compare_fields(lake, service)
            fields, compared = fields + len(found), compared + titles
        yield Line("ids that differ, over 30 days", "0", f"{_DAYS} refreshes", str(differing), differing == 0)
        yield Line("records that differ", "0", f"{compared:,} compared", str(fields), fields == 0)
        share, most = max(requests) / harvest, max(requests)
        ours = f"{most:,} at most, {share:.1%}"
        yield Line("requests of a day's refresh", "under 10 %", f"harvest: {harvest:,}", ours, share < 0.1)
        end = _START + timedelta(days=_DAYS + _GAP)
        _check(_refresh(lake, service, _GAP, end))
        caught = service.count_requests()
        wrong = _compare_ids(lake, service) + len(_compare_fields(lake, service)[0])
        yield Line("after a gap of 40 days, what differs", "0", f"{caught:,} requests", str(wrong), wrong == 0)
        verified = run([COMMAND, "verify", "--lake", str(lake)], service)
        yield Line("exit code of verify", "0", f"{_DAYS + 2} runs", str(verified.code), verified.code == 0)


def measure_rough_days() -> Iterator[Line]:
    """Ten days of refreshes with faults and kill -9. Takes some minutes."""
    luck = random.Random(20261123)  # noqa: S311 - spreads kills
    with start_replay("--today", str(_START), "--faults", _FAULTS) as service, temporary_lake() as lake:
        _check(run(_command("extract", lake, _START), service))
        differing = kills = 0
        for n in range(1, _ROUGH_DAYS + 1):
            day = _START + timedelta(days=n)
            service.ask("/__evolve?days=1", "POST")
            for _ in range(2):
                kill_after(_command("refresh", lake, day), service, luck.uniform(0.5, 4.0))
                kills += 1
            _check(run(_command("refresh", lake, day), service))
            differing += _compare_ids(lake, service)
        yield Line("with faults and kill -9, ids that differ", "0", f"{kills} kills", str(differing), differing == 0)
        found, titles = _compare_fields(lake, service)
        yield Line("records that differ in the end", "0", f"{titles:,} compared", str(len(found)), not found)
        verified = run([COMMAND, "verify", "--lake", str(lake)], service)
        yield Line("exit code of verify", "0", "-", str(verified.code), verified.code == 0)


def measure_refresh_series() -> Iterator[Line]:
    """Five days of series in the sandbox, whose feed leaves changes out: the replay's own series never change."""
    catalogue = Catalogue(10, _SERIES, seed=1, today=_START)
    with serve_here(Sandbox(catalogue, now=SystemClock().monotonic)) as service:
        yield from measure_series_days(service, _SERIES_DAYS)


def measure_series_days(service: Service, days: int) -> Iterator[Line]:
    """So many days of all series of a service that begins on _START: ids, fields, cost."""
    with temporary_lake() as lake:
        _check(run(_command("extract", lake, _START, _ALL_SERIES), service))
        harvest = service.count_requests()
        requests, unnamed, differing, fields, compared, changed = [], set[int](), 0, 0, 0, 0
        for n in range(1, days + 1):
            unnamed.update(service.ask("/__evolve?days=1", "POST").get("unnamed", {}).get("tv", ()))
            service.reset()
            outcome = run(_command("refresh", lake, _START + timedelta(days=n), _ALL_SERIES), service)
            _check(outcome)
            requests.append(service.count_requests())
            differing += _compare_ids(lake, service, _ALL_SERIES)
            found, titles = _compare_fields(lake, service, _ALL_SERIES)
            fields, compared, changed = fields + len(found - unnamed), compared + titles, len(found & unnamed)
        verified = run([COMMAND, "verify", "--lake", str(lake)], service)
    yield Line("series whose ids differ", "0", f"{days} refreshes", str(differing), differing == 0)
    anchor, ours = f"{compared:,} compared", f"{fields}; {changed} that no feed named"
    yield Line("records that differ though the feed named them", "0", anchor, ours, fields == 0)
    share, most = max(requests) / harvest, max(requests)
    yield Line("requests of a day's refresh", "under 10 %", f"harvest: {harvest:,}", f"{most:,}, {share:.1%}", share < 0.1)
    yield Line("exit code of verify", "0", f"{days + 1} runs", str(verified.code), verified.code == 0)
