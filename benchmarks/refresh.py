"""Does a refresh a day keep the lake equal to the service, at what cost, also through faults and kill -9?"""

import asyncio
import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import aiohttp
from tests.support.present import merge_slices, read_present

from benchmarks.harness import COMMAND, Line, Outcome, Service, kill_after, run, start_replay, temporary_lake
from cinelake.clock import SystemClock
from cinelake.extract.slices import Selection
from cinelake.lake.batches import splice_record
from cinelake.lake.local import LocalStore
from cinelake.tmdb.genres import Media

_GENRES = (80, 10752)
_SELECTION = Selection(Media.MOVIE, _GENRES, append=())
_FAULTS = "drift=1,burst502=1,reset=.002,truncate=.002,garbage=.001,gone=12"
_DAYS, _ROUGH_DAYS, _GAP = 30, 10, 40
_FULL_EVERY = 5
"""Each so many days every field of every title is compared; on the others the ids of each genre are."""
_START = SystemClock().now().date() - timedelta(days=_DAYS + _GAP + 5)


def _command(name: str, lake: Path, day: date) -> list[str]:
    words = [word for genre in _GENRES for word in ("--genre", str(genre))]
    pace = ("--rate", "unlimited", "--append", "none", "--run-date", str(day), "--json")
    return [COMMAND, name, *words, "--lake", str(lake), *pace]


def _compare_ids(lake: Path, service: Service) -> int:
    """Ids that either side lacks, genre by genre."""
    present = read_present(LocalStore(lake), _SELECTION)
    differing = 0
    for genre in _GENRES:
        truth = set(service.ask(f"/__truth?media=movie&with_genres={genre}")["ids"])
        held = [i for name, records in present.items() if name.startswith(f"genre-{genre}-") for i in records]
        differing += len(truth.symmetric_difference(held)) + len(held) - len(set(held))
    return differing


def _compare_fields(lake: Path, service: Service) -> tuple[int, int]:
    """Titles whose record is not byte for byte what the service answers now, and how many were compared."""
    records = merge_slices(read_present(LocalStore(lake), _SELECTION))

    async def main() -> int:
        headers = {"Authorization": f"Bearer {service.token}"}
        async with aiohttp.ClientSession(service.url, headers=headers) as session:
            places = asyncio.Semaphore(20)

            async def differs(title_id: int, record: bytes) -> bool:
                async with places, session.get(f"/3/movie/{title_id}") as reply:
                    return reply.status != 200 or splice_record(await reply.read(), title_id) != record

            return sum(await asyncio.gather(*(differs(i, record) for i, record in records.items())))

    return asyncio.run(main()), len(records)


def _refresh(lake: Path, service: Service, days: int, day: date) -> Outcome:
    service.ask(f"/__evolve?days={days}", "POST")
    service.reset()
    return run(_command("refresh", lake, day), service)


def _check(outcome: Outcome) -> None:
    if outcome.code:
        raise SystemExit(f"benchmarks: the command ended with {outcome.code}: {outcome.stderr}")


def measure_refresh() -> Iterator[Line]:
    """Thirty days, each with its refresh, and a gap of forty. Takes about a quarter of an hour."""
    with start_replay("--today", str(_START)) as service, temporary_lake() as lake:
        _check(run(_command("extract", lake, _START), service))
        harvest = service.count_requests()
        requests, seconds, differing, fields, compared = [], [], 0, 0, 0
        for n in range(1, _DAYS + 1):
            outcome = _refresh(lake, service, 1, _START + timedelta(days=n))
            _check(outcome)
            requests.append(service.count_requests())
            seconds.append(outcome.wall_s)
            differing += _compare_ids(lake, service)
            if n % _FULL_EVERY == 0:
                found, titles = _compare_fields(lake, service)
                fields, compared = fields + found, compared + titles
        yield Line("ids that differ, over 30 days", "0", f"{_DAYS} refreshes", str(differing), differing == 0)
        yield Line("records that differ", "0", f"{compared:,} compared", str(fields), fields == 0)
        share, most = max(requests) / harvest, max(requests)
        ours = f"{most:,} at most, {share:.1%}"
        yield Line("requests of a day's refresh", "under 10 %", f"harvest: {harvest:,}", ours, share < 0.1)
        end = _START + timedelta(days=_DAYS + _GAP)
        _check(_refresh(lake, service, _GAP, end))
        caught = service.count_requests()
        wrong = _compare_ids(lake, service) + _compare_fields(lake, service)[0]
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
        verified = run([COMMAND, "verify", "--lake", str(lake)], service)
        yield Line("with faults and kill -9, ids that differ", "0", f"{kills} kills", str(differing), differing == 0)
        yield Line("exit code of verify", "0", "-", str(verified.code), verified.code == 0)
