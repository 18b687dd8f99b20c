"""A feed-only refresh fetches the stored titles that the feed newly names, and is no run of its selection."""

from datetime import timedelta
from itertools import count

import msgspec
import pytest
from tests.support.stores import Killed, WatchedStore, copy_store, read_all
from tests.support.tmdb.fake_tmdb import build_film
from tests.support.tmdb.fake_world import DAY, FakeWorld
from tests.support.tmdb.virtual import run_virtual

from cinelake.errors import IncompleteError, UsageError
from cinelake.extract.feed.documents import read_feed_state
from cinelake.extract.run_documents import list_runs, read_watermark
from cinelake.extract.status import count_status, read_status
from cinelake.lake.batches import parse_batch
from cinelake.lake.documents import write_document
from cinelake.lake.keys import FEEDS, LISTINGS, MANIFESTS, RAW, RunKey, SliceKey
from cinelake.lake.manifests import Manifest, Tombstone, list_manifests, read_manifest
from cinelake.lake.store import Store
from cinelake.refresh.change_feed import read_stored_changes
from cinelake.retention.prune import prune
from cinelake.selection.limits import Limits
from cinelake.verify.runs import verify_lake, verify_slices

ONE = timedelta(days=1)
NEXT = DAY + ONE


@pytest.fixture
def world() -> FakeWorld:
    """Films of two genres, extracted and refreshed on the next day."""
    world = FakeWorld()
    for n in range(1, 31):
        world.tmdb.films[n] = build_film(n, genres=((80,), (10752,), (80, 10752))[n % 3])
    world.extract()
    world.tmdb.feed[NEXT] = {1: False, 2: False}
    world.refresh(NEXT)
    world.tmdb.paths.clear()
    return world


def list_requests(world: FakeWorld) -> list[str]:
    """The requests since the last call: ids of details, and the names of others."""
    paths = sorted(path.rpartition("/")[2] for path in world.tmdb.paths)
    world.tmdb.paths.clear()
    return paths


def read_slice(store: Store, name: str) -> Manifest:
    """The manifest of a feed slice."""
    (key,) = (key for key in list_manifests(store) if key.name == name)
    manifest = read_manifest(store, key, 1)
    assert manifest is not None
    return manifest


def test_stored_titles_that_are_newly_named_are_fetched_into_a_slice_of_their_own(world: FakeWorld) -> None:
    world.tmdb.feed[NEXT] |= {3: False, 6: False, 999: False, None: False}
    world.tmdb.films[3]["title"] = "Revised at noon"
    report = world.read_feed(NEXT)
    assert list_requests(world) == ["3", "6", "authentication", "changes"]
    assert report.is_complete
    assert (report.since, report.named, report.titles, report.records, report.gone) == (NEXT, 3, 2, 2, 0)
    manifest = read_slice(world.store, report.slice)
    assert report.slice == f"feed-{report.number}"
    assert [batch.key for batch in manifest.batches] == [SliceKey("Movies", NEXT, report.slice).raw(1)]
    assert (manifest.number, manifest.fetched_on, manifest.tombstones) == (report.number, NEXT, ())
    stored = world.store.read(manifest.batches[0].key)
    assert stored is not None
    assert b"Revised at noon" in parse_batch(stored.data)[3]
    assert verify_lake(world.store).problems == ()


def test_the_next_refresh_folds_the_slices_of_feed_only_refreshes(world: FakeWorld) -> None:
    reports = []
    for title_id in (3, 6, 9):
        world.tmdb.feed[NEXT][title_id] = False
        reports.append(world.read_feed(NEXT))
    before = [read_slice(world.store, report.slice) for report in reports]
    world.refresh(NEXT + ONE)
    assert [read_slice(world.store, report.slice) for report in reports] == before
    folded = [entry.key for root in (MANIFESTS, LISTINGS) for entry in world.store.list_entries(f"{root}/")]
    assert [key for key in folded if ".folded-" not in key] == []
    assert verify_lake(world.store).problems == ()


def test_an_hour_later_only_what_was_named_since_is_fetched(world: FakeWorld) -> None:
    world.tmdb.feed[NEXT][3] = False
    world.read_feed(NEXT)
    list_requests(world)
    before = read_all(world.store, RAW)
    assert world.read_feed(NEXT).slice == ""
    assert list_requests(world) == ["authentication", "changes"]
    assert read_all(world.store, RAW) == before
    world.tmdb.feed[NEXT][4] = False
    world.tmdb.feed[NEXT + ONE] = {3: False}
    report = world.read_feed(NEXT + ONE)
    assert list_requests(world) == ["3", "4", "authentication", "changes", "changes"]
    assert report.since == NEXT


def test_the_next_refresh_counts_as_if_there_had_been_none(world: FakeWorld) -> None:
    day = NEXT + ONE
    world.tmdb.feed[NEXT][3] = False
    world.tmdb.feed[day] = {4: False, 6: False}
    del world.tmdb.films[6]
    alone = FakeWorld(world.tmdb, copy_store(world.store), world.selection)
    for _ in range(2):
        world.read_feed(NEXT)
        world.read_feed(day)
    assert read_watermark(world.store, world.selection.id) == read_watermark(alone.store, world.selection.id)
    assert [run.run_on for run in list_runs(world.store)] == [DAY, NEXT]
    list_requests(world)
    reports = [each.refresh(day) for each in (world, alone)]
    requests = list_requests(world)
    assert requests == sorted(2 * requests[: len(requests)])[::2]
    assert reports[0].tombstones == reports[1].tombstones == {"gone": 1}
    for each in (world, alone):
        each.check_present()
    assert world.read_feed(day).titles == 0  # the refresh has read the feed since


def test_a_deleted_title_gets_a_tombstone(world: FakeWorld) -> None:
    world.tmdb.feed[NEXT] |= {3: False, 4: True}
    del world.tmdb.films[3], world.tmdb.films[4]
    report = world.read_feed(NEXT, limits=Limits(allows_removals=True))
    assert (report.gone, report.records, report.is_complete) == (2, 0, True)
    manifest = read_slice(world.store, report.slice)
    assert manifest.tombstones == (Tombstone(3, "gone", report.number), Tombstone(4, "merged", report.number))
    assert verify_lake(world.store).problems == ()


def test_too_many_deleted_titles_stop_it_and_leave_no_tombstone(world: FakeWorld) -> None:
    world.tmdb.feed[NEXT] |= dict.fromkeys(range(3, 13), False)
    world.tmdb.lost = set(range(3, 13))
    with pytest.raises(IncompleteError, match="of 30 titles"):
        world.read_feed(NEXT)
    world.tmdb.lost.clear()
    report = world.read_feed(NEXT)
    assert (report.titles, report.records, report.gone) == (10, 10, 0)
    assert verify_lake(world.store).problems == ()


def test_a_title_that_cannot_be_fetched_is_tried_again(world: FakeWorld) -> None:
    world.tmdb.feed[NEXT] |= {3: False, 4: False}
    world.tmdb.broken = {3}
    report = world.read_feed(NEXT)
    assert (report.is_complete, report.quarantined, report.records) == (False, (3,), 1)
    assert verify_lake(world.store).problems == ()
    world.tmdb.broken.clear()
    list_requests(world)
    assert world.read_feed(NEXT).is_complete
    assert list_requests(world) == ["3", "authentication", "changes"]


def test_a_lake_without_a_complete_run_is_refused() -> None:
    world = FakeWorld()
    world.tmdb.films = {1: build_film(1), 2: build_film(2)}
    with pytest.raises(UsageError, match="no complete extraction"):
        world.read_feed(DAY)
    world.tmdb.broken = {2}
    world.extract()
    with pytest.raises(UsageError, match="no complete extraction"):
        world.read_feed(DAY)


def test_after_an_extraction_the_feed_is_read_from_its_day(world: FakeWorld) -> None:
    world.extract(NEXT + ONE)
    world.tmdb.feed[NEXT + ONE] = {7: False}
    list_requests(world)
    assert world.read_feed(NEXT + ONE).since == NEXT + ONE
    assert list_requests(world) == ["7", "authentication", "changes"]


def test_one_date_in_the_future_hides_no_later_changes(world: FakeWorld) -> None:
    world.read_feed(NEXT + 30 * ONE)
    for n in range(3):
        day = NEXT + n * ONE
        world.tmdb.feed.setdefault(day, {})[3 + n] = False
        report = world.read_feed(day)
        assert (report.since, report.titles) == (max(NEXT, day - ONE), 1)
    assert verify_lake(world.store).problems == ()


def test_changes_read_until_a_date_in_the_future_do_not_count(world: FakeWorld) -> None:
    key = RunKey(world.selection.id, NEXT)
    changes = read_stored_changes(world.store, key)
    assert changes is not None
    write_document(world.store, key.changes(), msgspec.structs.replace(changes, until=NEXT + 30 * ONE))
    world.tmdb.feed[NEXT + ONE] = {4: False}
    report = world.read_feed(NEXT + ONE)
    assert (report.since, report.titles) == (NEXT, 3)


def test_it_may_be_killed_anywhere(world: FakeWorld) -> None:
    world.tmdb.feed[NEXT] |= {3: False, 4: False, 5: False}
    del world.tmdb.films[4]
    whole = FakeWorld(world.tmdb, copy_store(world.store), world.selection)
    expected = whole.read_feed(NEXT)
    operations = 0
    for operation in count(1):
        store, counter = copy_store(world.store), count(1)

        def before(method: str, _key: str, counter: "count[int]" = counter, operation: int = operation) -> None:
            if method in {"write", "swap", "delete"} and next(counter) == operation:
                raise Killed

        killed = FakeWorld(world.tmdb, WatchedStore(store, before), world.selection)
        try:
            killed.read_feed(NEXT)
        except (Killed, BaseExceptionGroup):
            pass
        else:
            operations = operation
            break
        after = FakeWorld(world.tmdb, store, world.selection)
        problems = {problem.kind for problem in verify_lake(store).problems}
        assert not problems
        report = after.read_feed(NEXT)
        if report.titles:  # else the killed one had stored how far it had read
            assert (report.titles, report.records, report.gone) == (expected.titles, expected.records, expected.gone)
        listed = {entry.key.rpartition("/")[2] for entry in store.list_entries(f"{LISTINGS}/") if "feed-" in entry.key}
        committed = {key.name + ".json" for key in list_manifests(store, MANIFESTS) if key.name.startswith("feed-")}
        assert listed == committed
        assert verify_lake(store).problems == ()
        assert after.refresh(NEXT + ONE).is_complete
        after.check_present()
    assert operations > 6


def test_status_shows_the_last_one(world: FakeWorld) -> None:
    world.tmdb.feed[NEXT][3] = False
    report = world.read_feed(NEXT)
    assert count_status(world.store).feeds == (report,)
    assert read_status(world.store).feeds == (report,)
    state = read_feed_state(world.store, world.selection.id)
    assert state is not None
    assert (state.until, state.named) == (NEXT, (1, 2, 3))


def test_its_slices_are_pruned_with_their_day(world: FakeWorld) -> None:
    world.tmdb.feed[NEXT][3] = False
    report = world.read_feed(NEXT)
    later = NEXT + timedelta(days=200)
    assert world.refresh(later, max_age_days=170).is_complete
    result = run_virtual(prune(world.store, later))
    assert {each.run_on for each in result.removed} == {DAY, NEXT}
    assert result.is_complete
    assert not any(report.slice in entry.key for entry in world.store.list_entries(""))
    world.check_present()


def test_abandoning_the_selection_removes_what_it_knows_of_the_feed(world: FakeWorld) -> None:
    world.read_feed(NEXT)
    run_virtual(prune(world.store, NEXT + timedelta(days=200), abandoned=frozenset({world.selection.id})))
    assert not list(world.store.list_entries(f"{FEEDS}/"))


def test_one_slice_is_verified_alone(world: FakeWorld) -> None:
    world.tmdb.feed[NEXT][3] = False
    report = world.read_feed(NEXT, limits=Limits())
    key = SliceKey("Movies", NEXT, report.slice)
    result = verify_slices(world.store, {key})
    assert (result.slices, result.records, result.problems) == (1, 1, ())
    world.store.write(key.raw(1), b"[]")
    assert "truncated object" in {problem.kind for problem in verify_slices(world.store, {key}).problems}
