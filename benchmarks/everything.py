"""A selection of all titles: requests of a harvest, of daily refreshes and of feed-only refreshes."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from tests.support.refine.present import merge_slices, read_present

from benchmarks.harness import COMMAND, Api, Line, Outcome, run, start_sandbox, temporary_lake
from cinelake.clock import SystemClock
from cinelake.lake.local_store import LocalStore
from cinelake.media import Media
from cinelake.selection.selection import Selection

_FILMS = 200_000
_DAYS = 4
_START = SystemClock().now().date() - timedelta(days=_DAYS + 5)
_EVERYTHING = Selection(Media.MOVIE, append=())
_TARGET = 0.02
_FEED_EXTRA = 10


def measure_everything(films: int = _FILMS) -> Iterator[Line]:
    """All films of the sandbox: a harvest, refreshes one day apart, and a feed-only refresh. Takes about ten minutes."""
    with start_sandbox(films, today=_START) as api, temporary_lake() as lake:
        planned = _send(api, lake, "plan", _START, "--rate", "40")
        asked = api.count_requests()
        yield Line("requests of a plan of everything", "at most 5", "-", str(asked), asked <= 5)
        estimate = int(planned.report["requests"])
        harvest = _count(api, lake, "extract", _START)
        share = abs(estimate - harvest) / harvest
        yield Line(
            "requests of the harvest", "estimate within 1 %", f"estimate: {estimate:,}", f"{harvest:,}", share < 0.01
        )
        for day in range(1, _DAYS + 1):
            api.ask("/__evolve?days=1", "POST")
            requests = _count(api, lake, "refresh", _START + timedelta(days=day))
            name = f"requests of the refresh of day {day + 1}"
            if day == 1:  # the extraction read no change feed, so the days before it count fully
                yield Line(name, "-", f"harvest: {harvest:,}", f"{requests:,}, {requests / harvest:.2%}", is_met=True)
                continue
            is_met = requests <= _TARGET * harvest
            yield Line(name, "at most 2 %", f"harvest: {harvest:,}", f"{requests:,}, {requests / harvest:.2%}", is_met)
        stored = set(merge_slices(read_present(LocalStore(lake), _EVERYTHING)))
        differing = len(stored ^ set(api.ask("/__truth?media=movie")["ids"]))
        yield Line("ids that differ in the end", "0", f"{len(stored):,} films", str(differing), differing == 0)


def _count(api: Api, lake: Path, name: str, day: date, *words: str) -> int:
    """The requests that a command sends."""
    api.reset()
    _send(api, lake, name, day, *words)
    return api.count_requests()


def _send(api: Api, lake: Path, name: str, day: date, *words: str) -> Outcome:
    rate = () if "--rate" in words else ("--rate", "unlimited")
    options = ("--append", "none", "--run-date", str(day), "--json", *rate)
    outcome = run([COMMAND, name, "--lake", str(lake), *options, *words], api)
    if outcome.code:
        raise SystemExit(f"benchmarks: {name} ended with {outcome.code}: {outcome.stderr}")
    json.loads(outcome.stdout)
    return outcome
