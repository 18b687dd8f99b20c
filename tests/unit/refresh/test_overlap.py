"""Days of the change feed that overlap: what the reading before saw of a day that was over is not fetched again."""

from datetime import timedelta

from tests.support.tmdb.fake_tmdb import build_film
from tests.support.tmdb.fake_world import DAY, FakeWorld

from cinelake.extract.planning.decision import RefreshRequest
from cinelake.lake.documents import write_document
from cinelake.lake.keys import RunKey
from cinelake.refresh.change_feed import Changes, read_stored_changes, subtract_read
from cinelake.refresh.refetch_policy import RefetchPolicy, build_stored_titles, choose_oldest
from cinelake.tmdb.validation import Change

ONE = timedelta(days=1)


def build_world() -> FakeWorld:
    """Films that are extracted and refreshed once; the feed names one of them on each day."""
    world = FakeWorld()
    for n in range(1, 9):
        world.tmdb.films[n] = build_film(n)
    for ago in range(-2, 4):
        world.tmdb.feed[DAY + ago * ONE] = {ago + 3: False}
    world.extract()
    return world


def refresh(world: FakeWorld, days: int) -> list[int]:
    """Refresh that many days after the extraction; the ids that were requested."""
    world.tmdb.paths.clear()
    assert world.refresh(DAY + days * ONE).is_complete
    world.check_present()
    names = (path.rpartition("/")[2] for path in world.tmdb.paths if path.startswith("/3/movie/"))
    return sorted(int(name) for name in names if name != "changes")


def test_days_that_were_over_count_only_what_was_not_named_then() -> None:
    world = build_world()
    assert refresh(world, 1) == [1, 2, 3, 4]  # the extraction has read no day
    assert refresh(world, 2) == [4, 5]  # the day of the last reading counts fully, and so does today
    world.tmdb.feed[DAY + ONE][8] = False  # a page that came late
    assert refresh(world, 3) == [5, 6, 8]


def test_second_change_on_the_day_of_a_reading_is_fetched() -> None:
    world = build_world()
    refresh(world, 1)
    world.tmdb.films[4]["title"] = "Revised after the refresh of that day, which named it already"
    assert 4 in refresh(world, 2)


def test_reading_of_a_run_that_is_not_complete_does_not_count() -> None:
    world = build_world()
    refresh(world, 1)
    world.tmdb.broken = {5}
    assert not world.refresh(DAY + 2 * ONE).is_complete
    world.tmdb.broken.clear()
    assert refresh(world, 4) == [4, 5, 6]  # day 4 names nothing


def test_only_the_last_days_of_a_reading_are_stored() -> None:
    world = build_world()
    refresh(world, 3)
    stored = read_stored_changes(world.store, RunKey(world.selection.id, DAY + 3 * ONE))
    assert stored is not None
    assert stored.named == {str(DAY + n * ONE): (n + 3,) for n in (1, 2, 3)}
    assert stored.ids == (1, 2, 3, 4, 5, 6)


def test_reading_of_version_0_6_counts_every_day_fully() -> None:
    world = build_world()
    key = RunKey(world.selection.id, DAY)
    write_document(world.store, key.changes(), Changes(DAY - 2 * ONE, DAY, (1, 2), ()))
    assert refresh(world, 1) == [1, 2, 3, 4]
    assert world.refresh(DAY + ONE).selection == RefreshRequest(world.selection).selection


def test_null_ids_are_ignored() -> None:
    previous = Changes(DAY, DAY + ONE, (), (), named={str(DAY): (1,)})
    rows = {DAY: [Change(1), Change(2), Change(None)], DAY + ONE: [Change(1)]}
    assert subtract_read(rows, None) == {1, 2}
    assert subtract_read(rows, previous) == {1, 2}  # 1 on the day of the reading
    assert subtract_read({DAY: rows[DAY]}, previous) == {2}


def test_changed_titles_come_first_among_records_of_the_same_age() -> None:
    day = DAY.toordinal()
    stored = [build_stored_titles({1: day - 9, 2: day - 9, 3: day - 9, 4: day - 8}, DAY)]
    policy = RefetchPolicy(DAY, oldest=2)
    assert choose_oldest(stored, policy, DAY) == {1, 2}
    assert choose_oldest(stored, policy, DAY, {3, 4}) == {1, 3}
