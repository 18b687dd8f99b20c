"""A refresh makes the lake equal to TMDB, fetches little, and removes a title only for a known reason."""

from datetime import date, timedelta

import pytest
from tests.support.refine.present import read_present
from tests.support.tmdb.fake_tmdb import build_film
from tests.support.tmdb.fake_world import DAY, TWO_GENRES, FakeWorld, list_genre
from tests.support.unfolding import unfold

from cinelake.errors import IncompleteError, UsageError
from cinelake.extract.planning.decision import RefreshRequest
from cinelake.extract.planning.run_facts import read_run_facts
from cinelake.extract.run_documents import list_runs, read_watermark
from cinelake.lake.keys import NUMBERS, RunKey, watermark
from cinelake.lake.manifests import Tombstone, list_manifests, read_manifest
from cinelake.lake.scores import list_scored, read_scores
from cinelake.refresh.refetch_policy import RefetchPolicy, build_stored_titles, choose_refetch
from cinelake.selection.limits import Limits

NEXT = DAY + timedelta(days=1)
STRICT = Limits()


def build_world(films: int = 60) -> FakeWorld:
    """Films of either genre or both, some of them undated."""
    world = FakeWorld()
    genres = ((80,), (10752,), (80, 10752), (80, 18))
    for n in range(1, films + 1):
        day = "" if n % 10 == 0 else f"{1950 + n % 70}-0{n % 9 + 1}-1{n % 9}"
        world.tmdb.films[n] = build_film(n, genres=genres[n % 4], day=day)
    world.extract()
    world.check_present()
    world.tmdb.paths.clear()
    return world


def list_details(world: FakeWorld) -> list[int]:
    """The ids whose details were requested, sorted."""
    names = (path.rpartition("/")[2] for path in world.tmdb.paths if path.startswith("/3/movie/"))
    return sorted(int(text) for text in names if text != "changes")


def list_tombstones(world: FakeWorld, day: date) -> set[tuple[str, Tombstone]]:
    """The tombstones of a day, with their slices."""
    found = set()
    for key, revision in list_manifests(world.store).items():
        manifest = read_manifest(world.store, key, revision)
        if manifest is not None and key.run_on == day:
            found |= {(key.name, each) for each in manifest.tombstones}
    return found


def test_without_changes_only_lists_and_the_feed_are_read() -> None:
    world = build_world()
    report = world.refresh(NEXT)
    assert report.is_complete
    assert (report.records, report.batches, report.kept) == (0, 0, report.titles)
    assert list_details(world) == []
    assert sum(path == "/3/movie/changes" for path in world.tmdb.paths) == 4  # two days before the watermark, to today
    world.check_present()


def test_titles_in_the_feed_are_fetched_once_and_others_are_kept() -> None:
    world = build_world()
    world.tmdb.films[2]["title"] = "Revised"
    world.tmdb.feed[NEXT] = {2: False, None: False, 999_999: False, 4: False}
    report = world.refresh(NEXT)
    assert list_details(world) == [2, 4]
    assert report.is_complete
    world.check_present()


def test_an_edit_two_days_before_the_storedis_fetched() -> None:
    world = build_world()
    world.tmdb.films[2]["title"] = "Revised late on that day"
    world.tmdb.feed[DAY - timedelta(days=2)] = {2: False}
    world.refresh(NEXT)
    world.check_present()


def test_a_new_title_is_found_by_listing() -> None:
    world = build_world()
    world.tmdb.films[1000] = build_film(1000, day="2026-03-03")
    world.refresh(NEXT)
    assert list_details(world) == [1000]
    world.check_present()


def test_a_vanished_title_is_requested_and_then_removed() -> None:
    world = build_world()
    for title_id in (4, 8):
        del world.tmdb.films[title_id]
    world.tmdb.feed[NEXT] = {8: True}
    report = world.refresh(NEXT)
    assert list_details(world) == [4, 8]
    assert {each for _, each in list_tombstones(world, NEXT)} == {Tombstone(4, "gone", 2), Tombstone(8, "merged", 2)}
    assert report.tombstones == {"gone": 1, "merged": 1}
    world.check_present()
    again = world.refresh(NEXT + timedelta(days=1))
    assert again.tombstones == {}
    world.check_present()


def test_a_title_without_its_genre_has_left_and_one_with_a_new_date_has_moved() -> None:
    world = build_world()
    world.tmdb.films[4]["genres"] = [{"id": 18, "name": "Drama"}]
    world.tmdb.films[8]["release_date"] = "1911-05-05"
    world.tmdb.films[12]["release_date"] = ""
    report = world.refresh(NEXT)  # the feed says nothing of it: the lists do
    assert report.tombstones == {"left": 1, "moved": 2}
    world.check_present()


def test_a_title_that_returns_is_stored_again() -> None:
    world = build_world()
    film = world.tmdb.films.pop(4)
    world.refresh(NEXT)
    world.tmdb.films[4] = film | {"title": "Back"}
    world.refresh(NEXT + timedelta(days=1))
    world.check_present()


def test_a_film_with_a_new_genre_is_fetched_for_its_slice() -> None:
    world = build_world()
    world.tmdb.films[4]["genres"].append({"id": 10752, "name": "War"})
    world.refresh(NEXT)
    assert list_details(world) == [4]
    assert 4 in list_genre(read_present(world.store, TWO_GENRES), 10752)


def test_one_refresh_catches_up_after_forty_days() -> None:
    world = build_world()
    for n in range(40):
        title_id = n % 50 + 1
        if title_id in world.tmdb.films:
            world.tmdb.films[title_id]["vote_count"] += 7
            world.tmdb.feed[DAY + timedelta(days=n)] = {title_id: False}
    report = world.refresh(DAY + timedelta(days=40))
    assert report.is_complete
    world.check_present()


def test_the_oldest_records_are_refetched_in_rotation() -> None:
    world = build_world(films=40)
    fetched: list[int] = []
    for n in range(1, 5):
        world.tmdb.paths.clear()
        world.refresh(DAY + timedelta(days=n), oldest=10)
        fetched += list_details(world)
    assert sorted(fetched) == sorted(world.tmdb.films)  # each once in four days
    world.check_present()


def test_records_above_the_maximum_age_are_refetched() -> None:
    world = build_world(films=40)
    world.refresh(DAY + timedelta(days=100), oldest=5)
    world.tmdb.paths.clear()
    world.refresh(DAY + timedelta(days=171), oldest=0)
    assert len(list_details(world)) == 35
    world.check_present()


def _list_keys(world: FakeWorld) -> set[str]:
    """Every key but the counter of run numbers, which each process moves."""
    return {entry.key for entry in world.store.list_entries("") if not entry.key.startswith(NUMBERS)}


def test_too_many_removals_stop_the_refresh_and_leave_the_lake_unchanged() -> None:
    world = build_world()
    kept = dict(world.tmdb.films)
    for title_id in range(1, 11):
        del world.tmdb.films[title_id]
    before = _list_keys(world)
    with pytest.raises(IncompleteError, match=r"10 of 60 titles.*--max-removals.*--allow-removals"):
        world.refresh(NEXT, limits=STRICT)
    assert list_details(world) == []
    assert _list_keys(world) == before
    world.tmdb.films = kept
    assert world.refresh(NEXT, limits=STRICT).is_complete  # TMDB lists the films again
    world.check_present()


def test_allowed_removals_are_made() -> None:
    world = build_world()
    for title_id in range(1, 11):
        del world.tmdb.films[title_id]
    assert world.refresh(NEXT, limits=Limits(allows_removals=True)).tombstones["gone"] >= 10
    world.check_present()


def test_too_many_listed_titles_that_answer_404_stop_the_refresh() -> None:
    world = build_world()
    world.tmdb.feed[NEXT] = dict.fromkeys(world.tmdb.films, False)
    world.tmdb.lost = set(world.tmdb.films)
    with pytest.raises(IncompleteError, match=r"4 of 60 titles are gone.*--allow-removals"):
        world.refresh(NEXT, limits=STRICT)


def test_an_unproven_listing_removes_nothing() -> None:
    world = build_world()
    world.tmdb.hidden = {4, 8}  # counted and never shown
    report = world.refresh(NEXT, limits=Limits(tolerance=1.0))
    assert report.unproven >= 2
    assert report.tombstones == {}
    assert list_details(world) == []
    world.check_present()


def test_a_failed_detail_keeps_the_watermark() -> None:
    world = build_world()
    world.tmdb.films[4]["title"] = "Revised"
    world.tmdb.feed[NEXT] = {4: False}
    world.tmdb.broken = {4}
    report = world.refresh(NEXT)
    assert not report.is_complete
    stored = read_watermark(world.store, TWO_GENRES.id)
    assert stored is not None
    assert stored.complete_to == DAY
    world.tmdb.broken = set()
    world.tmdb.feed = {}  # the feed of the next day does not repeat it; the run is resumed
    assert world.refresh(NEXT).is_complete
    world.check_present()


def test_the_next_refresh_completes_an_incomplete_one_of_days_ago() -> None:
    world = build_world()
    world.tmdb.films[4]["title"] = "Revised"
    world.tmdb.feed[NEXT] = {4: False}
    world.tmdb.broken = {4}
    world.refresh(NEXT)
    world.tmdb.broken = set()
    assert world.refresh(NEXT + timedelta(days=9)).is_complete
    world.check_present()


def test_a_second_refresh_of_the_day_only_asks_for_the_date() -> None:
    world = build_world()
    first = world.refresh(NEXT)
    world.tmdb.paths.clear()
    assert world.refresh(NEXT) == first
    assert world.tmdb.paths == ["/3/authentication"]


def test_a_selection_that_was_never_extracted_cannot_be_refreshed() -> None:
    with pytest.raises(UsageError, match=r"no complete extraction of Crime \+ War") as refused:
        FakeWorld().refresh(NEXT)
    assert refused.value.hint == "run `cinelake extract --genre Crime --genre War --append none`"


def test_an_emptied_slice_is_still_accounted_for() -> None:
    world = build_world()
    world.tmdb.films[2000] = build_film(2000, day="2041-01-01")
    world.extract(NEXT)
    world.tmdb.films[2000]["release_date"] = "2031-01-01"
    report = world.refresh(NEXT + timedelta(days=1))
    assert report.tombstones == {"moved": 1}
    world.check_present()


def test_an_extraction_of_a_later_day_removes_vanished_titles() -> None:
    world = build_world()
    del world.tmdb.films[4]
    report = world.extract(NEXT)
    assert (report.is_complete, report.tombstones) == (True, {"gone": 1})
    world.check_present()


def test_each_run_stores_popularity_and_votes_of_its_listings() -> None:
    world = build_world()
    world.tmdb.films[4]["vote_count"] = 4321
    world.refresh(NEXT)
    for day, votes in ((DAY, [10]), (NEXT, [4321])):
        stored = [read_scores(world.store, key) for key in list_scored(world.store, f"Movies/{day:%Y/%m/%d}")]
        assert [row.vote_count for rows in stored for row in rows or () if row.id_tmdb == 4] == votes


def test_runs_are_listed_in_order() -> None:
    world = build_world()
    world.refresh(NEXT)
    assert list_runs(world.store) == [RunKey(TWO_GENRES.id, DAY), RunKey(TWO_GENRES.id, NEXT)]


def test_a_refresh_starts_from_the_last_complete_run_without_a_watermark() -> None:
    world = build_world()
    world.store.delete(watermark(TWO_GENRES.id))
    assert world.refresh(NEXT).since == DAY


def test_removals_by_earlier_processes_of_the_run_count_towards_the_limit() -> None:
    world = build_world()
    world.tmdb.feed[NEXT] = dict.fromkeys(world.tmdb.films, False)
    world.tmdb.lost = {1, 2, 3}
    world.tmdb.broken = {60}
    assert not world.refresh(NEXT, limits=STRICT).is_complete  # 3 of 60 are as many as may go; one title is missing
    world.tmdb.broken, world.tmdb.lost = set(), {1, 2, 3, 60}
    with pytest.raises(IncompleteError, match=r"4 of 60 titles are gone"):
        world.refresh(NEXT, limits=STRICT)


def test_a_slice_whose_newest_manifest_was_deleted_is_fetched_again() -> None:
    world = build_world()
    world.tmdb.films[2]["title"] = "Revised between the two refreshes"
    world.tmdb.feed[DAY + timedelta(days=3)] = {2: False}
    second = DAY + timedelta(days=10)
    world.refresh(second)
    unfold(world.store)
    newest = {key: revision for key, revision in list_manifests(world.store).items() if key.run_on == second}
    for key, revision in newest.items():
        world.store.delete(key.manifest(revision))
    world.refresh(second + timedelta(days=10))
    present = read_present(world.store, world.selection)
    records = [record for name in present for title_id, record in present[name].items() if title_id == 2]
    assert len(records) == 2
    assert all(b"Revised" in record for record in records)


def test_titles_of_a_deleted_day_are_fetched_again() -> None:
    world = build_world()
    world.refresh(NEXT)
    unfold(world.store)
    for key, revision in list_manifests(world.store).items():
        if key.run_on == DAY:
            world.store.delete(key.manifest(revision))
    world.refresh(NEXT + timedelta(days=1))
    assert {i for each in read_present(world.store, TWO_GENRES).values() for i in each} == set(world.tmdb.films)


def test_a_stored_title_that_failed_and_then_vanished_is_removed() -> None:
    world = build_world()
    world.tmdb.feed[NEXT] = {4: False}
    world.tmdb.broken = {4}
    world.refresh(NEXT)
    del world.tmdb.films[4]
    world.tmdb.broken, world.tmdb.feed = set(), {}
    report = world.refresh(NEXT + timedelta(days=9))
    assert (report.is_complete, report.tombstones) == (True, {"gone": 1})
    world.check_present()


def test_a_run_dated_in_the_future_does_not_block_a_refresh() -> None:
    world = build_world()
    world.refresh(DAY + timedelta(days=400))
    world.tmdb.films[4]["title"] = "Revised"
    world.tmdb.feed[NEXT] = {4: False}
    report = world.refresh(NEXT)
    assert (report.run_on, report.since, report.records > 0) == (NEXT, DAY, True)
    stored = read_watermark(world.store, TWO_GENRES.id)
    assert stored is not None
    assert stored.complete_to == NEXT


def test_a_storedin_the_future_does_not_count() -> None:
    world = FakeWorld()
    world.tmdb.films = {1: build_film(1, genres=(80,), day="1990-01-01")}
    world.extract(DAY + timedelta(days=400))
    assert _read_complete_to(world) is None
    with pytest.raises(UsageError, match="run `cinelake extract"):
        world.refresh(DAY)
    assert world.extract(DAY).is_complete
    assert _read_complete_to(world) == DAY


def _read_complete_to(world: FakeWorld) -> date | None:
    return read_run_facts(world.store, RefreshRequest(world.selection), DAY).complete_to


def test_failed_and_outdated_titles_are_refetched_besides_old_ones() -> None:
    day = DAY.toordinal()
    old, recent = (
        build_stored_titles({1: day - 200, 2: day}, DAY),
        build_stored_titles({3: day, 4: day}, DAY, failed=[4, 5]),
    )
    unfollowed = build_stored_titles({6: day}, DAY - timedelta(days=9))
    assert choose_refetch([old, recent, unfollowed], RefetchPolicy(DAY, oldest=0), NEXT) == {1, 4, 6}
