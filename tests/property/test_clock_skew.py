"""Whatever the clock of this machine shows, nine days of refreshes give the same lake and the same tables."""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.support.format_1 import age
from tests.support.refine.lakes import build, read
from tests.support.runs import start_of
from tests.support.stores import Killed, read_all
from tests.support.tmdb.fake_tmdb import build_film
from tests.support.tmdb.fake_world import DAY, FakeWorld

from cinelake.extract.run_documents import list_runs, read_watermark
from cinelake.lake.keys import MANIFESTS, RAW
from cinelake.tmdb.transport import Reply, Transport
from cinelake.upgrade.upgrade import upgrade_lake
from cinelake.verify.runs import verify_lake

_DAYS = 9
_TIMES = re.compile(rb'"(committed_at|listed_at|finished_at|planned_at|built_at)": ?"[^"]*"')
_SKEWS = st.lists(st.integers(-8 * 24, 8 * 24).map(lambda hours: timedelta(hours=hours)), min_size=20, max_size=20)
_TABLES = ("title", "slice", "snapshot", "quarantine")
_LAKES: list[tuple[dict[str, bytes], dict[str, list[str]]]] = []
"""The lake and the tables of a machine whose clock is right, once they are known."""


@dataclass
class _Dying:
    """A transport whose process dies after some requests."""

    inner: Transport
    left: int

    async def send(self, path: str, params: Mapping[str, str]) -> Reply:
        self.left -= 1
        if self.left < 0:
            raise Killed
        return await self.inner.send(path, params)


def _change(world: FakeWorld, day: date, n: int) -> None:
    """What happens at TMDB on day n: a title is edited, one appears, one vanishes and returns later, one moves."""
    feed = world.tmdb.feed.setdefault(day, {})
    films = world.tmdb.films
    films[n]["title"] = f"Revised on day {n}"
    films[100 + n] = build_film(100 + n, day="1999-12-31")
    feed |= {n: False, 30: False, 100 + n: False}
    if n % 3 == 1:
        world.away = films.pop(20)  # type: ignore[attr-defined]
        feed[20] = True
    elif n % 3 == 0:
        films[20] = world.away  # type: ignore[attr-defined]
        feed[20] = False
    films[30]["release_date"] = f"{1960 + n}-01-01"


def _live_through(skews: list[timedelta]) -> FakeWorld:
    """Extract, then refresh on nine days; each process has a clock of its own, and some of them die."""
    world, clocks = FakeWorld(), iter(skews)
    for n in range(1, 41):
        world.tmdb.films[n] = build_film(n, genres=((80,), (10752,), (80, 10752))[n % 3], day=f"{1990 + n % 3 * 5}-01-01")
    world.skew = next(clocks)
    world.extract()
    for n in range(1, _DAYS + 1):
        day = DAY + timedelta(days=n)
        _change(world, day, n)
        if n % 2:
            world.skew = next(clocks)
            with suppress(Killed, BaseExceptionGroup):
                world.refresh(day, oldest=3, transport=_Dying(world.tmdb, 40 + n))
        world.skew = next(clocks)
        assert world.refresh(day, oldest=3).is_complete
        world.check_present()
    return world


def _describe(world: FakeWorld) -> tuple[dict[str, bytes], dict[str, list[str]]]:
    """Raw and the manifests without times, and the rows of the tables without the times of commits."""
    stored = read_all(world.store, RAW) | read_all(world.store, MANIFESTS)
    build(world.store)
    tables = {
        name: sorted(str({k: v for k, v in row.items() if not k.endswith("_at")}) for row in read(world.store, name))
        for name in _TABLES
    }
    return {key: _TIMES.sub(b"", data) for key, data in stored.items()}, tables


@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_SKEWS)
@example([timedelta(days=4 if n == 3 else 0) for n in range(20)])
@example([timedelta(days=8 if n % 2 else -8) for n in range(20)])
def test_any_clock_gives_the_lake_of_a_true_clock(skews: list[timedelta]) -> None:
    if not _LAKES:
        _LAKES.append(_describe(_live_through([timedelta()] * 20)))
    lake, tables = _describe(_live_through(skews))
    assert lake.keys() == _LAKES[0][0].keys()
    assert lake == _LAKES[0][0]
    assert tables == _LAKES[0][1]


def test_a_tombstone_under_a_skewed_clock_does_not_remove_a_living_title() -> None:
    """A machine that is four days ahead finds a film gone; the film returns on the next day of a true clock."""
    world = FakeWorld()
    world.tmdb.films = {n: build_film(n, day="1990-01-01") for n in range(1, 41)}
    world.extract()
    film = world.tmdb.films.pop(7)
    world.tmdb.feed[DAY + timedelta(days=1)] = {7: True}
    world.skew = timedelta(days=4)
    assert world.refresh(DAY + timedelta(days=1)).tombstones == {"merged": 1}
    world.skew = timedelta()
    world.tmdb.films[7] = film
    world.tmdb.feed[DAY + timedelta(days=2)] = {7: False}
    assert world.refresh(DAY + timedelta(days=2)).is_complete
    build(world.store)
    assert {row["id_tmdb"] for row in read(world.store, "title")} == set(range(1, 41))
    assert verify_lake(world.store).problems == ()


def test_a_machine_four_days_ahead_makes_nothing_stale_and_stops_no_build() -> None:
    world = FakeWorld()
    world.tmdb.films = {n: build_film(n, day="1990-01-01") for n in range(1, 41)}
    world.extract()
    for n, days_ahead in enumerate((4, 0, 0, -4, 0), 1):
        day = DAY + timedelta(days=n)
        world.tmdb.films[n]["title"] = "Revised"
        world.tmdb.feed[day] = {n: False}
        world.skew = timedelta(days=days_ahead)
        report = world.refresh(day)
        assert (report.run_on, report.fetched_on, report.records > 0) == (day, day, True)
        mark = read_watermark(world.store, world.selection.id)
        assert mark is not None
        assert (mark.complete_to, mark.number) == (day, report.number)
        world.check_present()
        build(world.store)
        titles = {row["id_tmdb"]: row["title"] for row in read(world.store, "title")}
        assert {i for i, title in titles.items() if title == "Revised"} == set(range(1, n + 1))


def _refresh_for(world: FakeWorld, first: date, days: int) -> None:
    """Refresh on some days on which a film changes, each twice; the second time there is nothing to do."""
    for n in range(days):
        day = first + timedelta(days=n)
        world.tmdb.films[n + 1]["title"] = f"Revised on {day}"
        world.tmdb.feed[day] = {n + 1: False}
        report = world.refresh(day)
        assert (report.fetched_on, report.is_complete, report.records > 0) == (day, True, True)
        assert world.refresh(day) == report
        mark = read_watermark(world.store, world.selection.id)
        assert mark is not None
        assert (mark.complete_to, mark.number) == (day, report.number)
        world.check_present()


def test_days_that_a_lake_of_0_6_has_labelled_ahead_are_refreshed() -> None:
    """The machine of 0.6 was four days ahead, so the labels of three days to come are taken when the lake is upgraded."""
    world = FakeWorld()
    world.tmdb.films = {n: build_film(n, day="1990-01-01") for n in range(1, 41)}
    world.extract(DAY + timedelta(days=4))
    world.refresh(DAY + timedelta(days=5))
    world.refresh(DAY + timedelta(days=6))
    age(world.store)
    upgrade_lake(world.store, start_of(DAY).now(), lambda _: None, with_tables=True)
    labels = {run.run_on for run in list_runs(world.store)}
    _refresh_for(world, DAY + timedelta(days=4), 4)
    assert {DAY + timedelta(days=n) for n in (4, 5, 6)} <= labels
    assert len(list_runs(world.store)) == len(labels) + 4


def test_a_run_of_a_wrong_api_date_blocks_no_refresh_of_that_date(capsys: pytest.CaptureFixture[str]) -> None:
    world = FakeWorld()
    world.tmdb.films = {n: build_film(n, day="1990-01-01") for n in range(1, 41)}
    world.extract()
    world.refresh(DAY + timedelta(days=3))
    _refresh_for(world, DAY + timedelta(days=1), 4)
    assert f"a run of another day has the date {DAY + timedelta(days=3)}" in capsys.readouterr().err
    assert [run.run_on for run in list_runs(world.store)] == [DAY + timedelta(days=n) for n in range(-1, 5)]
