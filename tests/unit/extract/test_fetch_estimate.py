"""What a plan reports of a run that others have begun, or that builds on earlier ones."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from tests.support.runs import start_of
from tests.support.tmdb.fake_tmdb import build_film
from tests.support.tmdb.fake_world import DAY, TWO_GENRES, FakeWorld
from tests.support.tmdb.virtual import run_virtual

from cinelake.errors import UsageError
from cinelake.extract.planning.decision import ExtractRequest, RefreshRequest, Resume, RunRequest, UpToDate
from cinelake.extract.planning.estimate import RunEstimate
from cinelake.extract.planning.fetch_estimate import PlannedRun, plan_ahead
from cinelake.extract.planning.run_facts import read_decision
from cinelake.lake.keys import MANIFESTS
from cinelake.log import Log
from cinelake.tmdb.client import Client
from cinelake.tmdb.rate_limiter import RateLimiter

NEXT = DAY + timedelta(days=1)
EXTRACT, REFRESH = ExtractRequest(TWO_GENRES), RefreshRequest(TWO_GENRES, oldest=0)


@pytest.fixture
def world() -> FakeWorld:
    """Crime and War films, a third of them both, and some undated."""
    world = FakeWorld()
    genres = ((80,), (10752,), (80, 10752))
    for n in range(1, 91):
        world.tmdb.films[n] = build_film(n, genres=genres[n % 3], day="" if n % 10 == 0 else f"{1950 + n % 70}-01-01")
    return world


def plan(world: FakeWorld, request: RunRequest, day: date) -> PlannedRun | UpToDate:
    """What `plan` finds out."""

    async def main() -> PlannedRun | UpToDate:
        decision = read_decision(world.store, request, day)
        if isinstance(decision, UpToDate):
            return decision
        clock = start_of(day)
        client = Client(world.tmdb, RateLimiter(float("inf")), clock, Log())
        return await plan_ahead(client, world.store, decision, rate=40, now=clock.now())

    return run_virtual(main())


def estimate(world: FakeWorld, request: RunRequest, day: date) -> RunEstimate:
    """The estimate of a run; the requests of the plan itself are not counted."""
    planned = plan(world, request, day)
    assert isinstance(planned, PlannedRun)
    world.tmdb.paths.clear()
    return planned.estimate


def test_titles_of_two_genres_are_fetched_once(world: FakeWorld) -> None:
    expected = estimate(world, EXTRACT, DAY)
    assert (expected.titles, expected.detail_requests) == (120, 90)
    world.extract()
    assert len(world.tmdb.paths) == pytest.approx(expected.requests, abs=3)


def test_a_complete_run_of_the_day_leaves_nothing_to_do(world: FakeWorld) -> None:
    world.extract()
    world.tmdb.paths.clear()
    assert isinstance(plan(world, EXTRACT, DAY), UpToDate)
    assert isinstance(plan(world, REFRESH, DAY), UpToDate)
    assert world.tmdb.paths == []


def test_a_refresh_fetches_new_changed_and_lost_titles(world: FakeWorld) -> None:
    world.extract()
    world.tmdb.films[1000] = build_film(1000, day="2026-03-03")
    world.tmdb.films[1001] = build_film(1001, day="2026-03-03")
    del world.tmdb.films[3]
    world.tmdb.feed[NEXT] = {3: True, 6: False, 9: False, 77_777: False}
    expected = estimate(world, REFRESH, NEXT)
    assert expected.refresh is not None
    assert (expected.refresh.since, expected.refresh.stored) == (DAY, 90)
    assert (expected.refresh.new, expected.refresh.old, expected.refresh.changed) == (2, 0, 3)
    assert expected.detail_requests == 5
    assert expected.change_requests == 4
    world.refresh(NEXT)
    assert len(world.tmdb.paths) == pytest.approx(expected.requests, abs=3)


def test_an_incomplete_run_has_its_failed_titles_left(world: FakeWorld) -> None:
    world.tmdb.broken = {5, 7}
    assert not world.extract().is_complete
    planned = plan(world, EXTRACT, DAY)
    assert isinstance(planned, PlannedRun)
    assert isinstance(planned.run, Resume)
    assert (planned.estimate.list_requests, planned.estimate.detail_requests) == (1, 2)
    assert planned.estimate.refresh is None
    world.tmdb.paths.clear()
    world.tmdb.broken = set()
    world.extract()
    assert len(world.tmdb.paths) == planned.estimate.requests


def test_slices_that_another_selection_committed_that_day_are_not_fetched_again(world: FakeWorld) -> None:
    crime = replace(TWO_GENRES, genre_ids=(80,))
    FakeWorld(world.tmdb, world.store, crime).extract()
    expected = estimate(world, EXTRACT, DAY)
    assert expected.detail_requests == 30
    world.extract()
    assert len(world.tmdb.paths) == pytest.approx(expected.requests, abs=3)


def test_a_plan_refuses_other_parts_as_the_run_does(world: FakeWorld) -> None:
    world.extract()
    other = ExtractRequest(replace(TWO_GENRES, append=("credits",)))
    with pytest.raises(UsageError):
        plan(world, other, DAY)


def test_a_plan_changes_nothing(world: FakeWorld) -> None:
    world.extract()
    before = {entry.key for entry in world.store.list_entries("")}
    plan(world, REFRESH, NEXT)
    assert {entry.key for entry in world.store.list_entries("")} == before
    assert any(key.startswith(MANIFESTS) for key in before)
