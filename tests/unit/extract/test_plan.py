"""Counting a selection, and estimating an extraction of it."""

import json
from datetime import date

import msgspec
import pytest
from tests.support.runs import CRIME_AND_WAR, World
from tests.support.tmdb.discover import Discover, Title
from tests.support.tmdb.service import TODAY, ScriptedTransport
from tests.support.tmdb.virtual import START, VirtualClock, run_virtual

from cinelake.extract.planning.counting import count_selection
from cinelake.extract.planning.estimate import estimate_run
from cinelake.extract.planning.plan import Plan
from cinelake.log import Log
from cinelake.media import Media
from cinelake.selection.selection import Selection
from cinelake.selection.slices import Slice
from cinelake.tmdb.client import Client
from cinelake.tmdb.rate_limiter import RateLimiter


def _plan(selection: Selection, titles: list[Title]) -> tuple[Plan, list[dict[str, str]]]:
    async def main() -> tuple[Plan, list[dict[str, str]]]:
        transport = ScriptedTransport(Discover(titles).answer)
        client = Client(transport, RateLimiter(float("inf")), VirtualClock(), Log())
        plan = await count_selection(client, selection, run_on=TODAY, now=START)
        return plan, [params for _, params in transport.requests]

    return run_virtual(main())


def test_a_plan_counts_every_title_with_counting_requests_only() -> None:
    async def main() -> None:
        world = World()
        context = world.build_context()
        plan = await count_selection(context.client, CRIME_AND_WAR, run_on=TODAY, now=START)
        assert set(world.paths) == {"/3/discover/movie"}
        for genre_id in CRIME_AND_WAR.genre_ids:
            truth = world.sandbox.answer("GET", "/__truth", {"media": "movie", "with_genres": str(genre_id)}, {}).body
            counted = sum(p.total for p in plan.slices if p.slice.genre_id == genre_id)
            assert counted == len(json.loads(truth)["ids"])
        assert len(world.paths) <= len(plan.slices) + 4

    run_virtual(main())


def test_titles_far_ahead_get_windows_of_their_own() -> None:
    days = ["1899-01-01", "2020-05-05", "2049-12-31", "2999-01-01", ""]
    plan, requests = _plan(Selection(Media.MOVIE, (80,)), [Title(n, day) for n, day in enumerate(days, 1)])
    found = {p.slice.window_name: p.total for p in plan.slices if p.total}
    assert found == {"-1899": 1, "2020-2024": 1, "2045-2049": 1, "2995-2999": 1, "undated": 1}
    assert all(params["page"] == "1" for params in requests)


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        (date(2019, 6, 1), date(9999, 12, 31), {"20190601-20191231": 0, "2020-2024": 1, "2995-2999": 1}),
        (date(2998, 1, 1), None, {"2998-2999": 1}),
        (None, date(1899, 12, 31), {"-1899": 1}),
        (date(2500, 1, 1), date(2600, 1, 1), {}),
    ],
)
def test_dates_limit_the_windows_far_ahead(since: date | None, until: date | None, expected: dict[str, int]) -> None:
    titles = [Title(n, day) for n, day in enumerate(["1899-01-01", "2020-05-05", "2999-01-01", ""], 1)]
    plan, _ = _plan(Selection(Media.MOVIE, (80,), since, until), titles)
    found = {p.slice.window_name: p.total for p in plan.slices}
    assert {name: total for name, total in found.items() if total or name in expected} == expected


def test_an_estimate_follows_from_the_counts() -> None:
    titles = [Title(n, "2020-05-05") for n in range(1, 1_001)]
    plan, _ = _plan(Selection(Media.MOVIE, (80,), append=()), titles)
    estimate = estimate_run(plan, 40)
    assert (estimate.titles, estimate.detail_requests, estimate.files) == (1000, 1000, 10)
    assert 1000 / 20 <= estimate.list_requests <= 1000 / 20 + 2 * len(plan.slices) + 10
    assert estimate.minutes == pytest.approx(estimate.requests / 40 / 60)
    assert estimate.lambda_gb_seconds == pytest.approx(estimate.requests / 40 * 0.5)
    assert estimate.lambda_dollars == pytest.approx(estimate.lambda_gb_seconds * 0.0000133334)
    assert estimate.megabytes == pytest.approx(1.2)
    assert estimate_run(plan, 20).minutes == pytest.approx(2 * estimate.minutes)


@pytest.mark.parametrize(
    ("media", "append", "megabytes"),
    [
        (Media.SERIES, (), 2.0),
        (Media.SERIES, ("external_ids", "content_ratings"), 2.45),
        (Media.SERIES, ("season/1", "season/12"), 42.0),
        (Media.MOVIE, ("watch/providers",), 4.2),
    ],
)
def test_the_size_depends_on_the_media_and_each_part(media: Media, append: tuple[str, ...], megabytes: float) -> None:
    titles = [Title(n, "2020-05-05") for n in range(1, 1_001)]
    plan, _ = _plan(Selection(Media.MOVIE, (80,), append=()), titles)
    other = msgspec.structs.replace(plan, selection=Selection(media, (80,), append=append))
    assert estimate_run(other, 40).megabytes == pytest.approx(megabytes)


def test_slices_are_in_order_of_time_then_genre_with_the_undated_last() -> None:
    plan, _ = _plan(Selection(Media.MOVIE, (80, 10752)), [Title(1, "2020-01-01", genres=frozenset({80, 10752}))])
    names = [p.slice for p in plan.slices]
    assert names[0] == Slice(Media.MOVIE, 80, None, date(1899, 12, 31))
    assert names[1] == Slice(Media.MOVIE, 10752, None, date(1899, 12, 31))
    assert [s.is_undated for s in names[-3:]] == [False, True, True]


def test_an_estimate_is_near_the_requests_of_a_run() -> None:
    world = World()

    async def main() -> Plan:
        return await count_selection(world.build_context().client, CRIME_AND_WAR, run_on=TODAY, now=START)

    estimate = estimate_run(run_virtual(main()), 40)
    world.paths.clear()
    world.extract(CRIME_AND_WAR)
    assert 0.8 * estimate.requests <= len(world.paths) <= 1.2 * estimate.requests
