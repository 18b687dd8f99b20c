"""A lake that cinelake 0.6 wrote is upgraded once, and can be taken back."""

from collections.abc import Callable
from datetime import date, timedelta
from itertools import count

import pytest
from tests.support.format_1 import OLD_TABLES, age
from tests.support.pruning import prune_lake
from tests.support.refine.present import read_present
from tests.support.stores import Killed, WatchedStore, copy_store, read_all
from tests.support.tmdb.fake_tmdb import build_film
from tests.support.tmdb.fake_world import DAY, TWO_GENRES, FakeWorld
from tests.support.tmdb.virtual import START, VirtualClock, run_virtual
from tests.support.unfolding import read_unfolded

from cinelake.errors import UsageError
from cinelake.extract.planning.decision import RefreshRequest
from cinelake.extract.run_documents import list_runs, read_plan, read_report, read_watermark, sort_runs
from cinelake.extract.status import count_status
from cinelake.lake.keys import KEPT_ASIDE, MANIFESTS, RAW, RunKey, watermark
from cinelake.lake.lake_format import FORMAT, is_old, read_format
from cinelake.lake.listings import read_any_listing
from cinelake.lake.manifests import list_manifests, read_manifest
from cinelake.lake.scores import list_scored
from cinelake.lake.store import Store
from cinelake.log import Log
from cinelake.media import Media
from cinelake.selection.listing_source import ListingSource
from cinelake.selection.selection import Selection
from cinelake.upgrade.numbering import PlannedRun, number_runs
from cinelake.upgrade.on_demand import undo
from cinelake.upgrade.record import State, read_record
from cinelake.upgrade.undo import undo_upgrade
from cinelake.upgrade.upgrade import needs_upgrade, upgrade_lake
from cinelake.verify.runs import verify_lake

REFRESHES = 10
SIXTIES = Selection(Media.MOVIE, (80, 10752), date(1960, 1, 1), date(1969, 12, 31), append=())
INGEST = "Raw/Local/CSV/Movies/2026/03/02/movies.csv"


def _say(_text: str) -> None:
    """Ignore the progress."""


def _upgrade(store: Store, *, with_tables: bool = True) -> None:
    upgrade_lake(store, START, _say, with_tables=with_tables)


def _grow(films: int, refreshes: int, selection: Selection = TWO_GENRES) -> FakeWorld:
    """A lake that is extracted and refreshed while films change, appear and vanish."""
    world = FakeWorld(selection=selection)
    genres = ((80,), (10752,), (80, 10752))
    for n in range(1, films + 1):
        world.tmdb.films[n] = build_film(n, genres=genres[n % 3], day="" if n % 10 == 0 else f"{1960 + n % 50}-01-01")
    world.extract()
    for n in range(1, refreshes + 1):
        day = DAY + timedelta(days=n)
        world.tmdb.films[n]["title"] = f"Revised {n}"
        world.tmdb.feed[day] = {n: False}
        world.tmdb.films.pop(films - n)
        world.tmdb.films[1000 + n] = build_film(1000 + n, day="1999-01-01")
        world.refresh(day)
    return world


@pytest.fixture(scope="module")
def grown() -> FakeWorld:
    """An extraction, ten refreshes, an IMDb file and tables, all in format 1; tests must not change it."""
    world = _grow(60, REFRESHES)
    age(world.store)
    world.store.write(INGEST, b"tconst\n")
    return world


@pytest.fixture
def old(grown: FakeWorld) -> FakeWorld:
    """A copy of that lake."""
    return FakeWorld(grown.tmdb, copy_store(grown.store))


def test_upgrade_numbers_runs_in_their_order_and_changes_no_value(old: FakeWorld) -> None:
    store = old.store
    before, present = read_unfolded(store, MANIFESTS), read_present(store, TWO_GENRES)
    verified, status, scored = verify_lake(store), count_status(store), list_scored(store)
    listings = {key: read_any_listing(store, key) for key in list_manifests(store)}
    assert is_old(store)
    _upgrade(store)
    assert (read_format(store) is not None, is_old(store)) == (True, False)
    runs = list_runs(store)
    numbers = [plan.number for run in runs if (plan := read_plan(store, run))]
    assert (
        numbers == [report.number for run in runs if (report := read_report(store, run))] == list(range(1, len(runs) + 1))
    )
    assert len(runs) == REFRESHES + 1
    mark = read_watermark(store, TWO_GENRES.id)
    assert mark is not None
    assert mark.number == len(runs)
    for key, revision in list_manifests(store).items():
        manifest, listing, original = read_manifest(store, key, revision), read_any_listing(store, key), listings[key]
        assert manifest is not None
        assert listing is not None
        assert original is not None
        number = (key.run_on - DAY).days + 1
        assert {manifest.number, listing.number, *(batch.number for batch in manifest.batches)} == {number}
        assert {each.number for each in manifest.tombstones} <= {number}
        assert (listing.ids, listing.kept, listing.windows) == (original.ids, original.kept, original.windows)
    assert read_unfolded(store, MANIFESTS).keys() == before.keys()
    assert (verify_lake(store), list_scored(store)) == (verified, scored)
    assert count_status(store).runs == status.runs
    assert read_present(store, TWO_GENRES) == present


def test_upgrade_leaves_raw_and_keeps_tables_out_of_the_way(old: FakeWorld) -> None:
    raw = read_all(old.store, "Raw/")
    _upgrade(old.store)
    assert read_all(old.store, "Raw/") == raw
    after = read_all(old.store)
    for key, data in OLD_TABLES.items():
        assert after[f"{KEPT_ASIDE}/{key}"] == data
    assert not any(key.startswith(("Refined/", "Trusted/", "_cinelake/refined/")) for key in after)
    assert len([key for key in after if key.startswith(f"{MANIFESTS}/")]) == REFRESHES + 1


def test_second_upgrade_writes_nothing(old: FakeWorld) -> None:
    _upgrade(old.store)
    watched = WatchedStore(old.store)
    assert not needs_upgrade(watched, with_tables=True)
    _upgrade(watched)
    assert watched.written == []


def test_tables_stay_until_a_build_moves_them(old: FakeWorld) -> None:
    _upgrade(old.store, with_tables=False)
    assert not needs_upgrade(old.store, with_tables=False)
    assert needs_upgrade(old.store, with_tables=True)
    assert all(old.store.read(key) is not None for key in OLD_TABLES)
    before = read_all(old.store, f"{KEPT_ASIDE}/")
    undo_upgrade(old.store, _say)
    assert before
    assert is_old(old.store)


@pytest.mark.parametrize("with_tables", [True, False])
def test_undo_gives_the_same_bytes_back(grown: FakeWorld, old: FakeWorld, *, with_tables: bool) -> None:
    _upgrade(old.store, with_tables=with_tables)
    if with_tables:  # a build
        old.store.write("Versions/1/title/title.parquet", b"new")
        old.store.write("Refined/title/title.parquet", b"new")
        old.store.write("Refined/README.txt", b"new")
        old.store.write("_cinelake/refined/current.json", b"new")
    undo_upgrade(old.store, _say)
    assert read_all(old.store) == read_all(grown.store)


def test_undo_keeps_newer_runs_as_loose_documents(grown: FakeWorld, old: FakeWorld) -> None:
    _upgrade(old.store)
    day = DAY + timedelta(days=REFRESHES + 1)
    old.tmdb.films[7]["title"] = "After the upgrade"
    old.tmdb.feed[day] = {7: False}
    assert old.refresh(day).is_complete
    present = read_present(old.store, TWO_GENRES)
    undo_upgrade(old.store, _say)
    before, after = read_all(grown.store), read_all(old.store)
    changed = {key for key in before if after.get(key) != before[key]}
    assert changed == {watermark(TWO_GENRES.id)}
    assert not any(".folded-" in key or key.endswith(".gz") for key in after)
    assert is_old(old.store)
    assert read_present(old.store, TWO_GENRES) == present
    assert verify_lake(old.store).problems == ()
    _upgrade(old.store)
    assert len({plan.number for run in list_runs(old.store) if (plan := read_plan(old.store, run))}) == REFRESHES + 2
    assert read_present(old.store, TWO_GENRES) == present
    old.tmdb.films[7]["title"] = grown.tmdb.films[7]["title"] = "Invented 7"


def test_runs_since_an_upgrade_stay_the_newest_after_an_undo(old: FakeWorld) -> None:
    """A run with an early label removes a title, which does not return with the second upgrade."""
    _upgrade(old.store)
    day = DAY + timedelta(days=REFRESHES + 1)
    film = old.tmdb.films.pop(7)
    old.tmdb.feed[day] = {7: True}
    report = old.work(RefreshRequest(old.selection, date(2026, 1, 1), 0, 170), day)
    assert (report.is_complete, report.fetched_on) == (True, day)
    present = read_present(old.store, TWO_GENRES)
    undo_upgrade(old.store, _say)
    _upgrade(old.store)
    assert read_present(old.store, TWO_GENRES) == present
    mark, last = read_watermark(old.store, TWO_GENRES.id), sort_runs(old.store, list_runs(old.store))[-1]
    assert mark is not None
    assert (mark.complete_to, mark.number, last.run_on) == (day, REFRESHES + 2, date(2026, 1, 1))
    old.tmdb.films[7] = film


def test_order_of_runs_with_and_without_numbers() -> None:
    """Two runs of 0.6, two of this version with early labels, one of 0.6 after an undo, one of this version again."""
    early = date(2026, 1, 1)
    runs = [(DAY, 0), (DAY + timedelta(days=1), 0), (early + timedelta(days=1), 4), (early, 6),
            (early - timedelta(days=1), 0), (early - timedelta(days=2), 9)]  # fmt: skip
    planned = [
        PlannedRun("Movies", label, "movies", START + timedelta(hours=n), frozenset(), number)
        for n, (label, number) in enumerate(runs)
    ]
    assert [run.run_on for run in number_runs(reversed(planned), {}, [])] == [label for label, _ in runs]


def _kill_at(operation: int, store: Store, work: Callable[[Store], None]) -> bool:
    """Work until the change of that number, and end the process there; False if there are fewer."""
    counter = count(1)

    def before(method: str, _key: str) -> None:
        if method not in {"read", "list"} and next(counter) == operation:
            raise Killed

    try:
        work(WatchedStore(store, before))
    except Killed:
        return True
    return False


@pytest.fixture(scope="module")
def small() -> FakeWorld:
    """A small lake of format 1 with an unfinished run: one slice is committed, another is listed."""
    world = _grow(12, 2, SIXTIES)
    run = RunKey(SIXTIES.id, DAY + timedelta(days=2))
    age(world.store)
    world.store.delete(run.report())
    names = sorted(key for key in read_all(world.store, f"{MANIFESTS}/") if f"{run.run_on:%Y/%m/%d}" in key)
    world.store.delete(names[-1])
    return world


def test_upgrade_killed_at_any_change_is_finished_by_the_next(small: FakeWorld) -> None:
    expected = copy_store(small.store)
    _upgrade(expected)
    for operation in count(1):
        store = copy_store(small.store)
        if not _kill_at(operation, store, _upgrade):
            break
        assert needs_upgrade(store, with_tables=True) or operation == 1
        _upgrade(store)
        assert read_all(store) == read_all(expected)
    assert operation > 100


def test_undo_killed_at_any_change_is_finished_by_the_next(small: FakeWorld) -> None:
    upgraded = copy_store(small.store)
    _upgrade(upgraded)
    for operation in count(1):
        store = copy_store(upgraded)
        if not _kill_at(operation, store, lambda each: undo_upgrade(each, _say)):
            break
        record = read_record(store)
        if record is not None and record.state in {State.UNDOING, State.CLEANING}:
            with pytest.raises(UsageError, match="an undo of the upgrade was interrupted"):
                _upgrade(store)
        undo_upgrade(store, _say)
        assert read_all(store) == read_all(small.store)
    assert operation > 50


def test_unfinished_run_continues_after_the_upgrade(small: FakeWorld) -> None:
    world = FakeWorld(small.tmdb, copy_store(small.store), SIXTIES)
    _upgrade(world.store)
    day = DAY + timedelta(days=2)
    assert world.refresh(day).is_complete
    assert verify_lake(world.store).problems == ()
    numbers = {manifest.number for key, revision in list_manifests(world.store).items() if key.run_on == day
               if (manifest := read_manifest(world.store, key, revision))}  # fmt: skip
    assert min(numbers) == 3
    assert max(numbers) > 3


def test_damaged_document_stays_as_it_is(old: FakeWorld) -> None:
    key = min(read_all(old.store, f"{MANIFESTS}/"))
    old.store.write(key, b"{")
    before = read_all(old.store)
    _upgrade(old.store)
    assert read_all(old.store)[key] == b"{"
    assert {problem.where for problem in verify_lake(old.store).problems if problem.kind == "damaged manifest"} == {key}
    undo_upgrade(old.store, _say)
    assert read_all(old.store) == before


def test_prune_removes_what_was_kept_aside_and_undo_is_refused(old: FakeWorld) -> None:
    _upgrade(old.store)
    old.extract(date(2026, 11, 23))
    result = prune_lake(old.store)
    assert result.removed
    assert result.kept_aside > 0
    assert read_all(old.store, f"{KEPT_ASIDE}/") == {}
    before = read_all(old.store)
    with pytest.raises(UsageError, match="files of format 1 were removed"):
        undo_upgrade(old.store, _say)
    assert read_all(old.store) == before
    assert verify_lake(old.store).problems == ()


def test_undo_of_a_lake_that_was_not_upgraded_is_refused(old: FakeWorld) -> None:
    before = read_all(old.store)
    with pytest.raises(UsageError, match="was not upgraded"):
        undo_upgrade(old.store, _say)
    with pytest.raises(UsageError, match="was not upgraded"):
        run_virtual(undo(old.store, VirtualClock(), Log(), _say))
    assert read_all(old.store) == before


def _refuse_undo(store: Store, cause: str) -> None:
    """Assert that an undo is refused and changes nothing."""
    before = read_all(store)
    with pytest.raises(UsageError, match=r"cannot be undone: cinelake 0\.6 cannot read") as refused:
        undo_upgrade(store, _say)
    assert refused.value.cause == cause
    assert read_all(store) == before


def test_undo_after_a_feed_only_refresh_is_refused(old: FakeWorld) -> None:
    _upgrade(old.store)
    day = DAY + timedelta(days=REFRESHES + 1)
    old.tmdb.feed[day] = {7: False}
    assert old.read_feed(day).titles == 1
    _refuse_undo(old.store, "a feed-only refresh fetched it")


def test_undo_after_a_run_that_was_listed_by_blocks_is_refused() -> None:
    world = FakeWorld(selection=Selection(append=()))
    world.tmdb.films = {n: build_film(n, day="1990-01-01") for n in range(1, 13)}
    world.extract(source=ListingSource.DISCOVER)
    age(world.store)
    _upgrade(world.store)
    assert world.extract(DAY + timedelta(days=1), source=ListingSource.EXPORT).is_complete
    _refuse_undo(world.store, "it was listed by blocks of ids")


def test_format_is_the_current_one(old: FakeWorld) -> None:
    _upgrade(old.store)
    found = read_format(old.store)
    assert found is not None
    assert found.format == FORMAT
    assert all(key.startswith(RAW) for key in read_all(old.store, RAW))
