"""The progress counters of a run."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from tests.support.runs import CRIME_AND_WAR, World, build_context, choose_extraction, choose_refresh, start_of
from tests.support.tmdb.fake_tmdb import FakeTmdb, build_film
from tests.support.tmdb.fake_world import DAY, TWO_GENRES, FakeWorld
from tests.support.tmdb.service import TODAY
from tests.support.tmdb.virtual import run_virtual

from cinelake.extract.context import Progress
from cinelake.extract.run import extract
from cinelake.log import Log
from cinelake.selection.limits import Limits
from cinelake.tmdb.client import Client
from cinelake.tmdb.rate_limiter import RateLimiter
from cinelake.tmdb.transport import Reply


def test_final_counters_match_the_report() -> None:
    async def main() -> None:
        context = World().build_context()
        report = await extract(context, choose_extraction(context.store, CRIME_AND_WAR, TODAY), Limits())
        progress = context.progress
        assert (progress.titles_done, progress.titles_total) == (report.titles, report.titles)
        assert progress.slices_listed == progress.slices_committed == progress.slices_total == len(report.slices)
        assert progress.bytes_written == report.bytes
        assert progress.step == "done"

    run_virtual(main())


@dataclass
class Watcher:
    """Records, at each detail request, how many titles are left according to the progress counters."""

    service: FakeTmdb
    progress: Progress = field(default_factory=Progress)
    left: list[int] = field(default_factory=list)

    async def send(self, path: str, params: Mapping[str, str]) -> Reply:
        if path.rpartition("/")[2].isdecimal():
            self.left.append(self.progress.titles_total - self.progress.titles_done)
        return await self.service.send(path, params)


def test_kept_titles_are_counted_before_the_first_fetch() -> None:
    world = FakeWorld()
    world.tmdb.films = {n: build_film(n, genres=(80,), day=f"{1950 + n % 70}-01-01") for n in range(1, 301)}
    world.extract()
    tomorrow, changed = DAY + timedelta(days=1), range(1, 71, 5)  # one of each slice
    world.tmdb.feed[tomorrow] = dict.fromkeys(changed, False)
    watcher, clock, log = Watcher(world.tmdb), start_of(tomorrow), Log(level="warning")

    async def main() -> None:
        context = build_context(Client(watcher, RateLimiter(float("inf")), clock, log), world.store, clock, log)
        watcher.progress = context.progress
        run = choose_refresh(world.store, TWO_GENRES, tomorrow, oldest=0, max_age_days=170)
        report = await extract(context, run, Limits())
        assert (context.progress.titles_done, context.progress.titles_total) == (report.titles, report.titles)
        assert context.progress.titles_kept == report.kept == report.titles - len(changed)

    run_virtual(main())
    assert len(watcher.left) == len(changed)
    assert watcher.left[0] == len(changed)
