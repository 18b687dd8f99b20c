"""A year of small days in this process: the cost of a build must not grow with the days behind it."""

import time
from collections.abc import Iterator
from datetime import timedelta
from statistics import median

from tests.support.refine.lakes import build
from tests.support.tmdb.fake_tmdb import build_film
from tests.support.tmdb.fake_world import DAY, FakeWorld

from benchmarks.harness import Line, temporary_lake
from cinelake.lake.stores.local_store import LocalStore

_DAYS, _FILMS, _CHANGES = 365, 600, 10
_MONTH = 30
_MOST_GROWTH = 1.15


def measure_year() -> Iterator[Line]:
    """365 refreshes of 600 films, each with its build and without a prune. Takes about ten minutes."""
    with temporary_lake() as lake:
        world = FakeWorld(store=LocalStore(lake))
        for n in range(1, _FILMS + 1):
            world.tmdb.films[n] = build_film(n, day=f"{1960 + n % 60}-05-01")
        world.extract()
        build(world.store)
        builds, refreshes = [], []
        for n in range(1, _DAYS + 1):
            day = DAY + timedelta(days=n)
            changed = [(n * _CHANGES + i) % _FILMS + 1 for i in range(_CHANGES)]
            for title_id in changed:
                world.tmdb.films[title_id]["title"] = f"Revised on {day}"
            world.tmdb.feed[day] = dict.fromkeys(changed, False)
            began = time.process_time()
            world.refresh(day, oldest=None)
            refreshes.append(time.process_time() - began)
            began = time.process_time()
            build(world.store)
            builds.append(time.process_time() - began)
    for name, seconds in (("builds", builds), ("refreshes", refreshes)):
        early, late = median(seconds[1 : _MONTH + 1]), median(seconds[-_MONTH:])
        growth = late / early
        is_met = name == "refreshes" or growth <= _MOST_GROWTH
        target = "-" if name == "refreshes" else f"at most {_MOST_GROWTH} times"
        anchor = f"first month: {early:.2f} s"
        yield Line(f"CPU of {name} in the last month of a year", target, anchor, f"{late:.2f} s = {growth:.2f}", is_met)
