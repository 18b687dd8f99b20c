"""A refresh brings the lake up to date, fetches little, and removes a title only with a known reason."""

from datetime import date, timedelta

import pytest
from tests.support.living import build_film
from tests.support.present import read_present
from tests.support.refreshing import DAY, TWO_GENRES, LivingWorld, list_genre

from cinelake.errors import IncompleteError, UsageError
from cinelake.extract.planning.decision import RefreshRequest
from cinelake.extract.planning.run_facts import read_run_facts
from cinelake.extract.run_documents import list_runs, read_watermark
from cinelake.lake.keys import RunKey, watermark
from cinelake.lake.manifests import Tombstone, list_manifests, read_manifest
from cinelake.refresh.refetch_policy import RefetchPolicy, build_stored_titles, choose_refetch
from cinelake.selection.limits import Limits

NEXT = DAY + timedelta(days=1)
STRICT = Limits()


def build_world(films: int = 60) -> LivingWorld:
    """Extract films of one genre, of the other and of both, some of them undated."""
    world = LivingWorld()
    genres = ((80,), (10752,), (80, 10752), (80, 18))
    for n in range(1, films + 1):
        day = "" if n % 10 == 0 else f"{1950 + n % 70}-0{n % 9 + 1}-1{n % 9}"
        world.service.films[n] = build_film(n, genres=genres[n % 4], day=day)
    world.extract()
    world.check_present()
    world.service.paths.clear()
    return world


def count_details(world: LivingWorld) -> list[int]:
    """List the ids whose details were requested, sorted."""
    asked = (path.rpartition("/")[2] for path in world.service.paths if path.startswith("/3/movie/"))
    return sorted(int(text) for text in asked if text != "changes")


def list_tombstones(world: LivingWorld, day: date) -> set[tuple[str, Tombstone]]:
    """List the tombstones of the refresh of a day, with their slices."""
    found = set()
    for key, revision in list_manifests(world.store).items():
        manifest = read_manifest(world.store, key, revision)
        if manifest is not None and key.run_on == day:
            found |= {(key.name, each) for each in manifest.tombstones}
    return found


def test_unchanged_titles_cost_only_listing_and_feed() -> None:
    world = build_world()
    report = world.refresh(NEXT)
    assert report.is_complete
    assert (report.records, report.batches, report.kept) == (0, 0, report.titles)
    assert count_details(world) == []
    assert sum(path == "/3/movie/changes" for path in world.service.paths) == 4  # two days before the watermark, to today
    world.check_present()


def test_titles_in_the_feed_are_fetched_once() -> None:
    world = build_world()
    world.service.films[2]["title"] = "Revised"
    world.service.feed[NEXT] = {2: False, None: False, 999_999: False, 4: False}
    report = world.refresh(NEXT)
    assert count_details(world) == [2, 4]
    assert report.is_complete
    world.check_present()


def test_edit_before_the_watermark_is_fetched() -> None:
    world = build_world()
    world.service.films[2]["title"] = "Revised late on that day"
    world.service.feed[DAY - timedelta(days=2)] = {2: False}
    world.refresh(NEXT)
    world.check_present()


def test_new_title_is_found_by_listing() -> None:
    world = build_world()
    world.service.films[1000] = build_film(1000, day="2026-03-03")
    world.refresh(NEXT)
    assert count_details(world) == [1000]
    world.check_present()


def test_vanished_title_gets_a_tombstone() -> None:
    world = build_world()
    for title_id in (4, 8):
        del world.service.films[title_id]
    world.service.feed[NEXT] = {8: True}
    report = world.refresh(NEXT)
    assert count_details(world) == [4, 8]
    assert {each for _, each in list_tombstones(world, NEXT)} == {Tombstone(4, "gone"), Tombstone(8, "merged")}
    assert report.tombstones == {"gone": 1, "merged": 1}
    world.check_present()
    again = world.refresh(NEXT + timedelta(days=1))
    assert again.tombstones == {}
    world.check_present()


def test_changed_genre_and_date_get_tombstones_left_and_moved() -> None:
    world = build_world()
    world.service.films[4]["genres"] = [{"id": 18, "name": "Drama"}]
    world.service.films[8]["release_date"] = "1911-05-05"
    world.service.films[12]["release_date"] = ""
    report = world.refresh(NEXT)  # the feed omits these changes; the listing has them
    assert report.tombstones == {"left": 1, "moved": 2}
    world.check_present()


def test_title_that_came_back_is_stored_again() -> None:
    world = build_world()
    film = world.service.films.pop(4)
    world.refresh(NEXT)
    world.service.films[4] = film | {"title": "Back"}
    world.refresh(NEXT + timedelta(days=1))
    world.check_present()


def test_film_with_an_added_genre_is_fetched_for_its_slice() -> None:
    world = build_world()
    world.service.films[4]["genres"].append({"id": 10752, "name": "War"})
    world.refresh(NEXT)
    assert count_details(world) == [4]
    assert 4 in list_genre(read_present(world.store, TWO_GENRES), 10752)


def test_one_refresh_closes_a_gap_of_forty_days() -> None:
    world = build_world()
    for n in range(40):
        title_id = n % 50 + 1
        if title_id in world.service.films:
            world.service.films[title_id]["vote_count"] += 7
            world.service.feed[DAY + timedelta(days=n)] = {title_id: False}
    report = world.refresh(DAY + timedelta(days=40))
    assert report.is_complete
    world.check_present()


def test_oldest_records_are_refetched_in_rotation() -> None:
    world = build_world(films=40)
    asked: list[int] = []
    for n in range(1, 5):
        world.service.paths.clear()
        world.refresh(DAY + timedelta(days=n), oldest=10)
        asked += count_details(world)
    assert sorted(asked) == sorted(world.service.films)  # each once in four days
    world.check_present()


def test_records_older_than_the_maximum_age_are_all_refetched() -> None:
    world = build_world(films=40)
    world.refresh(DAY + timedelta(days=100), oldest=5)
    world.service.paths.clear()
    world.refresh(DAY + timedelta(days=171), oldest=0)
    assert len(count_details(world)) == 35
    world.check_present()


def test_too_many_removals_stop_the_refresh_and_leave_the_lake_unchanged() -> None:
    world = build_world()
    kept = dict(world.service.films)
    for title_id in range(1, 11):
        del world.service.films[title_id]
    before = {entry.key for entry in world.store.list_entries("")}
    with pytest.raises(IncompleteError, match=r"10 of 60 titles.*--max-removals.*--allow-removals"):
        world.refresh(NEXT, limits=STRICT)
    assert count_details(world) == []
    assert {entry.key for entry in world.store.list_entries("")} == before
    world.service.films = kept
    assert world.refresh(NEXT, limits=STRICT).is_complete  # the API has recovered
    world.check_present()


def test_allowed_removals_are_applied() -> None:
    world = build_world()
    for title_id in range(1, 11):
        del world.service.films[title_id]
    assert world.refresh(NEXT, limits=Limits(allows_removals=True)).tombstones["gone"] >= 10
    world.check_present()


def test_404_for_every_listed_title_stops_the_refresh() -> None:
    world = build_world()
    world.service.feed[NEXT] = dict.fromkeys(world.service.films, False)
    world.service.lost = set(world.service.films)
    with pytest.raises(IncompleteError, match=r"4 of 60 titles are gone.*--allow-removals"):
        world.refresh(NEXT, limits=STRICT)


def test_unproven_listing_removes_no_titles() -> None:
    world = build_world()
    world.service.hidden = {4, 8}  # counted and never shown
    report = world.refresh(NEXT, limits=Limits(tolerance=1.0))
    assert report.unproven >= 2
    assert report.tombstones == {}
    assert count_details(world) == []
    world.check_present()


def test_failed_detail_keeps_the_watermark() -> None:
    world = build_world()
    world.service.films[4]["title"] = "Revised"
    world.service.feed[NEXT] = {4: False}
    world.service.broken = {4}
    report = world.refresh(NEXT)
    assert not report.is_complete
    stored = read_watermark(world.store, TWO_GENRES.id)
    assert stored is not None
    assert stored.complete_to == DAY
    world.service.broken = set()
    world.service.feed = {}  # the next feed does not repeat it; the run resumes
    assert world.refresh(NEXT).is_complete
    world.check_present()


def test_next_refresh_completes_an_incomplete_one() -> None:
    world = build_world()
    world.service.films[4]["title"] = "Revised"
    world.service.feed[NEXT] = {4: False}
    world.service.broken = {4}
    world.refresh(NEXT)
    world.service.broken = set()
    assert world.refresh(NEXT + timedelta(days=9)).is_complete
    world.check_present()


def test_second_refresh_of_the_day_sends_nothing() -> None:
    world = build_world()
    first = world.refresh(NEXT)
    world.service.paths.clear()
    assert world.refresh(NEXT) == first
    assert world.service.paths == []


def test_refresh_without_extraction_is_refused() -> None:
    with pytest.raises(UsageError, match=r"no complete extraction of Crime \+ War") as refused:
        LivingWorld().refresh(NEXT)
    assert refused.value.hint == "run `cinelake extract --genre Crime --genre War --append none`"


def test_slice_without_titles_keeps_its_tombstones() -> None:
    world = build_world()
    world.service.films[2000] = build_film(2000, day="2041-01-01")
    world.extract(NEXT)
    world.service.films[2000]["release_date"] = "2031-01-01"
    report = world.refresh(NEXT + timedelta(days=1))
    assert report.tombstones == {"moved": 1}
    world.check_present()


def test_later_extraction_writes_tombstones() -> None:
    world = build_world()
    del world.service.films[4]
    report = world.extract(NEXT)
    assert (report.is_complete, report.tombstones) == (True, {"gone": 1})
    world.check_present()


def test_each_run_stores_a_snapshot_of_popularity_and_votes() -> None:
    world = build_world()
    world.service.films[4]["vote_count"] = 4321
    world.refresh(NEXT)
    keys = [entry.key for entry in world.store.list_entries("_cinelake/snapshots/")]
    texts = [stored.data for key in keys if "2026/03/03" in key and (stored := world.store.read(key))]
    assert sum(b'"id_tmdb":4,' in text and b'"vote_count":4321' in text for text in texts) == 1


def test_runs_are_listed_in_order() -> None:
    world = build_world()
    world.refresh(NEXT)
    assert list_runs(world.store) == [RunKey(TWO_GENRES.id, DAY), RunKey(TWO_GENRES.id, NEXT)]


def test_missing_watermark_is_restored_first() -> None:
    world = build_world()
    world.store.delete(watermark(TWO_GENRES.id))
    assert world.refresh(NEXT).since == DAY


def test_removals_of_earlier_processes_count_towards_the_limit() -> None:
    world = build_world()
    world.service.feed[NEXT] = dict.fromkeys(world.service.films, False)
    world.service.lost = {1, 2, 3}
    world.service.broken = {60}
    assert not world.refresh(NEXT, limits=STRICT).is_complete  # 3 of 60 removals are allowed; one title is missing
    world.service.broken, world.service.lost = set(), {1, 2, 3, 60}
    with pytest.raises(IncompleteError, match=r"4 of 60 titles are gone"):
        world.refresh(NEXT, limits=STRICT)


def test_slice_without_its_newest_manifest_is_refetched() -> None:
    world = build_world()
    world.service.films[2]["title"] = "Revised between the two refreshes"
    world.service.feed[DAY + timedelta(days=3)] = {2: False}
    second = DAY + timedelta(days=10)
    world.refresh(second)
    manifests = {key: revision for key, revision in list_manifests(world.store).items() if key.run_on == second}
    for key, revision in manifests.items():
        world.store.delete(key.manifest(revision))
    world.refresh(second + timedelta(days=10))
    present = read_present(world.store, world.selection)
    records = [record for name in present for title_id, record in present[name].items() if title_id == 2]
    assert len(records) == 2
    assert all(b"Revised" in record for record in records)


def test_titles_of_a_removed_day_are_refetched() -> None:
    world = build_world()
    world.refresh(NEXT)
    for key, revision in list_manifests(world.store).items():
        if key.run_on == DAY:
            world.store.delete(key.manifest(revision))
    world.refresh(NEXT + timedelta(days=1))
    assert {i for each in read_present(world.store, TWO_GENRES).values() for i in each} == set(world.service.films)


def test_title_that_failed_and_then_vanished_gets_a_tombstone() -> None:
    world = build_world()
    world.service.feed[NEXT] = {4: False}
    world.service.broken = {4}
    world.refresh(NEXT)
    del world.service.films[4]
    world.service.broken, world.service.feed = set(), {}
    report = world.refresh(NEXT + timedelta(days=9))
    assert (report.is_complete, report.tombstones) == (True, {"gone": 1})
    world.check_present()


def test_run_dated_in_the_future_does_not_block_a_refresh() -> None:
    world = build_world()
    world.refresh(DAY + timedelta(days=400))
    world.service.films[4]["title"] = "Revised"
    world.service.feed[NEXT] = {4: False}
    report = world.refresh(NEXT)
    assert (report.run_on, report.since, report.records > 0) == (NEXT, DAY, True)
    stored = read_watermark(world.store, TWO_GENRES.id)
    assert stored is not None
    assert stored.complete_to == NEXT


def test_watermark_in_the_future_is_ignored() -> None:
    world = LivingWorld()
    world.service.films = {1: build_film(1, genres=(80,), day="1990-01-01")}
    world.extract(DAY + timedelta(days=400))
    assert _read_complete_to(world) is None
    with pytest.raises(UsageError, match="run `cinelake extract"):
        world.refresh(DAY)
    assert world.extract(DAY).is_complete
    assert _read_complete_to(world) == DAY


def _read_complete_to(world: LivingWorld) -> date | None:
    return read_run_facts(world.store, RefreshRequest(world.selection), DAY).complete_to


def test_titles_without_a_trusted_run_are_refetched_with_the_oldest() -> None:
    day = DAY.toordinal()
    old, recent = (
        build_stored_titles({1: day - 200, 2: day}, DAY),
        build_stored_titles({3: day, 4: day}, DAY, failed=[4, 5]),
    )
    unfollowed = build_stored_titles({6: day}, DAY - timedelta(days=9))
    assert choose_refetch([old, recent, unfollowed], RefetchPolicy(DAY, oldest=0), NEXT) == {1, 4, 6}
