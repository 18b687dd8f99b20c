"""A selection of all titles is listed from the id export, in blocks of ids; discover proves it once a month."""

from datetime import date, timedelta

import pytest
from tests.support.runs import build_context, start_of
from tests.support.stores import Killed, WatchedStore
from tests.support.tmdb.fake_tmdb import build_film
from tests.support.tmdb.fake_world import DAY, FakeWorld
from tests.support.tmdb.virtual import run_virtual

from cinelake.errors import IncompleteError, ServiceError, UsageError
from cinelake.extract.planning.counting import count_selection
from cinelake.extract.planning.decision import Resume
from cinelake.extract.planning.plan import Plan
from cinelake.extract.run import extract
from cinelake.extract.run_documents import RunReport, read_plan
from cinelake.lake.documents import write_document
from cinelake.lake.keys import LISTINGS, SNAPSHOTS, WINDOWS, RunKey, SliceKey
from cinelake.lake.listings import read_listing
from cinelake.lake.manifests import Manifest, list_manifests, read_manifest
from cinelake.lake.scores import list_scored
from cinelake.log import Log
from cinelake.media import Media
from cinelake.selection.limits import Limits
from cinelake.selection.listing_source import ListingSource
from cinelake.selection.selection import Selection
from cinelake.tmdb.client import Client
from cinelake.tmdb.id_exports import Line, name_export
from cinelake.tmdb.rate_limiter import RateLimiter

ALL = Selection(Media.MOVIE, append=())
NEXT = DAY + timedelta(days=1)
FIRST, SECOND, EMPTY = "all-ids-0-99999", "all-ids-100000-199999", "all-ids-200000-299999"
STRICT = Limits()


@pytest.fixture
def world() -> FakeWorld:
    """Films in two blocks, some of them undated, adult or videos."""
    world = FakeWorld(selection=ALL)
    for n in (*range(1, 41), *range(100_000, 100_020)):
        world.tmdb.films[n] = build_film(n, genres=(80,) if n % 2 else (), day="" if n % 10 == 0 else "1999-03-31")
    world.tmdb.films[7]["adult"] = world.tmdb.films[8]["video"] = True
    return world


def read_slice(world: FakeWorld, name: str, day: date) -> Manifest:
    """The manifest of a slice."""
    key = SliceKey("Movies", day, name)
    manifest = read_manifest(world.store, key, list_manifests(world.store)[key])
    assert manifest is not None
    return manifest


def list_paths(world: FakeWorld) -> list[str]:
    """The kinds of requests that were sent since the last call; details by their ids."""
    paths = [path.removeprefix("/3/movie/").removeprefix("/3/") for path in world.tmdb.paths]
    world.tmdb.paths.clear()
    return sorted(paths)


def test_an_extraction_lists_the_lines_of_the_export_without_a_request(world: FakeWorld) -> None:
    report = world.extract()
    assert report.is_complete
    assert (report.export, report.source, report.proof) == (name_export(Media.MOVIE, DAY), ListingSource.EXPORT, None)
    assert [(each.slice, each.total, each.listed) for each in report.slices] == [
        (FIRST, 38, 38),
        (SECOND, 20, 20),
        (EMPTY, 0, 0),
    ]
    assert not any(path.startswith("discover") for path in list_paths(world))
    listing = read_listing(world.store, SliceKey("Movies", DAY, SECOND), ALL.request)
    assert listing is not None
    assert (listing.export, listing.total) == (report.export, len(listing.ids))
    assert not list(world.store.list_entries(f"{SNAPSHOTS}/"))  # popularity and votes come from details only
    world.check_present()


def test_switches_filter_by_the_flags_of_the_export(world: FakeWorld) -> None:
    world.selection = Selection(Media.MOVIE, append=(), include_adult=True, include_video=True)
    assert world.extract().titles == 60


def test_a_refresh_lists_without_a_request_and_requests_what_the_export_lost(world: FakeWorld) -> None:
    world.extract()
    list_paths(world)
    del world.tmdb.films[3]
    world.tmdb.films[41] = build_film(41)
    world.tmdb.films[5]["title"] = "Revised"
    world.tmdb.films[6] = build_film(6) | {"video": True}
    world.tmdb.feed[NEXT] = {5: False, 3: True}
    report = world.refresh(NEXT)
    assert list_paths(world) == ["3", "41", "5", "6", "authentication", *["changes"] * 4]
    assert report.tombstones == {"left": 1, "merged": 1}
    assert not list(world.store.list_entries(f"{SNAPSHOTS}/"))
    world.check_present()


def test_titles_that_are_newer_than_the_export_come_from_the_change_feed(world: FakeWorld) -> None:
    world.extract()
    world.tmdb.exports[name_export(Media.MOVIE, DAY)] = world.tmdb.list_lines()
    for new in (41, 200_001, 42, 43):
        world.tmdb.films[new] = build_film(new)
    world.tmdb.films[43] |= {"video": True}
    # 42 is adult by the feed, 44 answers 404, 45 vanished, 900000 lies beyond the planned blocks, 8 is an exported video.
    world.tmdb.feed[NEXT] = {41: False, 43: False, 44: False, 45: True, 200_001: False, 900_000: False, 8: False}
    list_paths(world)
    report = world.refresh(NEXT)
    assert list_paths(world) == ["200001", "41", "43", "44", "authentication", *["changes"] * 4]
    assert report.is_complete
    assert report.tombstones == {"left": 1}
    manifest = read_slice(world, FIRST, NEXT)
    assert (manifest.gone, [each.id for each in manifest.tombstones]) == ((44,), [43])
    del world.tmdb.films[42]
    world.check_present()
    world.tmdb.exports.clear()
    assert world.refresh(NEXT + timedelta(days=1)).is_complete
    world.check_present()


def test_too_many_titles_that_the_export_lacks_stop_the_refresh(world: FakeWorld) -> None:
    world.extract()
    world.tmdb.exports[name_export(Media.MOVIE, NEXT)] = world.tmdb.list_lines()[:30]
    with pytest.raises(IncompleteError, match="no longer lists 30 of 58 titles"):
        world.refresh(NEXT, limits=STRICT)
    world.tmdb.exports.clear()
    assert world.refresh(NEXT, limits=STRICT).is_complete
    world.check_present()


def test_without_an_export_of_the_last_days_nothing_starts(world: FakeWorld) -> None:
    world.tmdb.exports["movie_ids_01_01_2020.json.gz"] = [Line(1)]
    with pytest.raises(ServiceError, match="no id export"):
        world.extract()


def test_a_run_that_is_resumed_on_the_next_day_reads_the_export_of_that_day(world: FakeWorld) -> None:
    def before(method: str, key: str) -> None:
        if method == "write" and key.startswith(LISTINGS):
            raise Killed

    whole, world.store = world.store, WatchedStore(world.store, before)
    with pytest.raises((Killed, BaseExceptionGroup)):
        world.extract()
    world.store = whole
    world.tmdb.films[41] = build_film(41)
    world.tmdb.exports[name_export(Media.MOVIE, NEXT)] = world.tmdb.list_lines()
    report = world.extract(NEXT)
    assert (report.run_on, report.titles, report.is_complete) == (DAY, 59, True)
    listing = read_listing(world.store, SliceKey("Movies", DAY, FIRST), ALL.request)
    assert listing is not None
    assert listing.export == name_export(Media.MOVIE, NEXT)
    world.check_present()


def test_a_refresh_after_thirty_days_compares_the_export_with_discover(world: FakeWorld) -> None:
    world.extract()
    day = DAY + timedelta(days=30)
    assert world.refresh(day).proof is None
    day += timedelta(days=1)
    world.tmdb.films[50] = build_film(50)
    world.tmdb.exports[name_export(Media.MOVIE, day)] = [
        *(line for line in world.tmdb.list_lines() if line.id != 50),
        Line(60),
    ]
    report = world.refresh(day)
    assert report.is_complete
    assert report.proof is not None
    assert (report.proof.only_in_export, report.proof.only_in_discover, report.proof.unproven) == (1, 1, 0)
    assert (report.proof.examples_in_export, report.proof.examples_in_discover) == ((60,), (50,))
    assert list_scored(world.store) == {SliceKey("Movies", day, name) for name in (FIRST, SECOND)}
    assert not list(world.store.list_entries(f"{WINDOWS}/"))
    world.check_present()
    world.tmdb.exports.clear()
    assert world.refresh(day + timedelta(days=1)).proof is None


def test_the_export_alone_is_used_on_request(world: FakeWorld) -> None:
    world.extract()
    day = DAY + timedelta(days=31)
    assert world.refresh(day, source=ListingSource.EXPORT).proof is None
    assert world.refresh(day + timedelta(days=1)).proof is not None  # still overdue


def test_discover_lists_blocks_on_request(world: FakeWorld) -> None:
    report = world.extract(source=ListingSource.DISCOVER)
    assert report.is_complete
    assert report.proof is not None
    assert report.proof.in_discover == report.proof.in_export == 58
    assert {each.slice for each in report.slices} == {FIRST, SECOND, EMPTY}
    world.check_present()


def test_a_full_listing_that_proves_nothing_leaves_the_run_incomplete(world: FakeWorld) -> None:
    world.extract()
    world.tmdb.hidden = {1, 2, 4}
    report = world.refresh(NEXT, source=ListingSource.DISCOVER)
    assert not report.is_complete
    assert "does not prove the id export" in report.reason_incomplete
    world.check_present(is_complete=False)


def extract_windows(world: FakeWorld) -> RunReport:
    """Extract as version 0.6 did: windows of discover, planned without a source."""

    async def main() -> RunReport:
        clock = start_of(DAY)
        client = Client(world.tmdb, RateLimiter(float("inf")), clock, Log(level="warning"))
        context = build_context(client, world.store, clock)
        plan = await count_selection(client, ALL, run_on=DAY, now=clock.now())
        write_document(world.store, RunKey(ALL.id, DAY).plan(), plan)
        return await extract(context, Resume(ALL, RunKey(ALL.id, DAY)), Limits())

    return run_virtual(main())


def test_a_lake_of_windows_stays_so_until_it_is_extracted(world: FakeWorld) -> None:
    assert extract_windows(world).is_complete
    with pytest.raises(UsageError, match="--list export cannot update it"):
        world.refresh(NEXT, source=ListingSource.EXPORT)
    report = world.refresh(NEXT)
    assert report.source is ListingSource.DISCOVER
    assert "all-undated" in {each.slice for each in report.slices}
    world.check_present()
    list_paths(world)

    day = NEXT + timedelta(days=1)
    del world.tmdb.films[3]
    world.tmdb.films[41] = build_film(41)
    report = world.extract(day)
    assert report.is_complete
    assert report.tombstones == {"gone": 1, "moved": 58}
    assert list_paths(world).count("1") == 1  # no title is fetched twice
    world.check_present()

    day += timedelta(days=1)
    report = world.refresh(day)
    assert [each.slice for each in report.slices] == [FIRST, SECOND, EMPTY]
    world.check_present()
    plan = read_plan(world.store, RunKey(ALL.id, day))
    assert isinstance(plan, Plan)
    assert (plan.has_blocks, plan.retired, plan.proven_on) == (True, (), day - timedelta(days=1))


@pytest.mark.parametrize("days", [0, 5])
def test_an_incomplete_extraction_of_blocks_is_resumed_or_followed_by_another(world: FakeWorld, days: int) -> None:
    extract_windows(world)
    world.tmdb.broken = {2}
    report = world.extract(NEXT)
    assert not report.is_complete
    assert report.tombstones == {"moved": 57}  # the window keeps the title that its block could not fetch
    world.check_present(is_complete=False)
    world.tmdb.broken.clear()
    report = world.extract(NEXT + timedelta(days=days))
    assert report.is_complete
    assert report.tombstones == {"moved": 1 if days else 58}
    world.check_present()
