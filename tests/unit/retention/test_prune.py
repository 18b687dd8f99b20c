"""Which days go, which stay and why; and what is left of a lake whose pruning is killed anywhere."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import count

import msgspec
import pytest
from tests.support.living import build_film
from tests.support.present import read_present
from tests.support.refreshing import TWO_GENRES, LivingWorld
from tests.support.runs import CRIME, CRIME_AND_WAR, World
from tests.support.service import TODAY, build_sandbox
from tests.support.stores import Killed, WatchedStore, read_all
from tests.support.virtual import VirtualClock, run_virtual

from cinelake.clock import SystemClock
from cinelake.errors import DamagedError, UsageError
from cinelake.extract.run_documents import read_watermark
from cinelake.lake.documents import encode_document
from cinelake.lake.keys import LISTINGS, MANIFESTS, RAW, RunKey, SliceKey, parse_listing_key, watermark
from cinelake.lake.listings import Listing
from cinelake.lake.manifests import Manifest, list_manifests
from cinelake.lake.object_store import open_memory
from cinelake.lake.store import Store
from cinelake.media import Media
from cinelake.refine.engines.duckdb_engine import open_duckdb
from cinelake.refine.pipeline import build_lake
from cinelake.refine.query import open_tables
from cinelake.retention.dependencies import Holdings, read_holdings
from cinelake.retention.inventory import read_objects
from cinelake.retention.prune import Needed, Pruning, plan_prune, prune
from cinelake.selection.selection import Selection
from cinelake.verify.runs import verify_lake

DAYS = [TODAY - timedelta(days=ago) for ago in (400, 300, 200, 0)]
COMEDY = Selection(Media.MOVIE, (35,), append=())
SERIES = Selection(Media.SERIES, (80,), append=())


def build_living(films: int) -> LivingWorld:
    """Films of one genre, harvested with another on the first day."""
    world = LivingWorld()
    world.service.films = {n: build_film(n, day="1950-01-01") for n in range(1, films)}
    world.harvest(DAYS[0])
    return world


def _plan(held: Holdings, *, older_than: int = 180, keep: int | None = None) -> tuple[list[date], list[Needed]]:
    goes, needed = plan_prune(held, TODAY, older_than=older_than, keep=keep)
    return list(goes), needed


def _hold(*days: date, needs: tuple[date, ...] = (), **others: object) -> Holdings:
    return Holdings("Movies", days, dict.fromkeys(needs, "it has the newest run"), **others)  # type: ignore[arg-type]


def test_days_older_than_the_terms_allow_go_and_those_of_the_limit_stay() -> None:
    limit = TODAY - timedelta(days=180)
    assert _plan(_hold(limit - timedelta(days=1), limit, TODAY, needs=(TODAY,))) == ([limit - timedelta(days=1)], [])


def test_the_newest_days_are_kept_by_number() -> None:
    days = [TODAY - timedelta(days=ago) for ago in (5, 4, 3, 2, 1)]
    assert _plan(_hold(*days, needs=(days[-1],)), keep=2) == (days[:3], [])
    assert _plan(_hold(*days, needs=(days[-1],)), keep=9) == ([], [])


def test_what_something_newer_rests_on_stays_and_so_does_all_after_it() -> None:
    goes, needed = _plan(_hold(*DAYS, needs=(DAYS[1], DAYS[3])))
    assert goes == DAYS[:1]
    assert [(each.run_on, each.is_by_terms) for each in needed] == [(DAYS[1], True), (DAYS[2], True)]
    assert str(DAYS[1]) in needed[1].because


def test_a_day_too_many_that_is_needed_is_told_and_breaks_no_terms() -> None:
    days = [TODAY - timedelta(days=1), TODAY]
    _, (needed,) = _plan(_hold(*days, needs=tuple(days)), keep=1)
    assert (needed.run_on, needed.is_by_terms) == (days[0], False)


def test_what_the_first_version_left_goes_by_age_once_a_newer_run_is_complete() -> None:
    held = _hold(DAYS[0], TODAY, needs=(TODAY,), unproven=frozenset({DAYS[0]}))
    goes, (needed,) = _plan(held)
    assert (goes, needed.is_by_terms) == ([], True)
    assert _plan(replace(held, complete_on=TODAY)) == ([DAYS[0]], [])
    assert _plan(replace(held, complete_on=TODAY), older_than=900, keep=1) == ([], [])


def _prune(
    store: Store, *, older_than: int = 180, keep: int | None = None, forgotten: str = "", is_dry: bool = False
) -> Pruning:
    given_up = frozenset(filter(None, [forgotten]))
    return run_virtual(prune(store, TODAY, older_than=older_than, keep=keep, forgotten=given_up, is_dry=is_dry))


@pytest.fixture(scope="module")
def grown() -> World:
    """Runs of films on four days and of series on the first and last, in one lake."""
    world = World(build_sandbox(VirtualClock(), films=300, series=200))
    for day in DAYS:
        assert world.extract(CRIME_AND_WAR, today=day, is_fresh=True).is_complete
        if day in {DAYS[0], DAYS[3]}:
            assert world.extract(SERIES, today=day, is_fresh=True).is_complete
    return world


def _copy(store: Store) -> Store:
    other = open_memory()
    for key, data in read_all(store).items():
        other.write(key, data)
    return other


def _days_of(store: Store, kind: str) -> set[date]:
    return set(read_objects(store, kind))


def test_old_days_go_with_all_that_they_have_and_the_rest_is_sound(grown: World) -> None:
    store = _copy(grown.store)
    before = read_all(store)
    told = _prune(store, is_dry=True)
    assert read_all(store) == before
    done = _prune(store)
    assert done == msgspec.structs.replace(told, is_dry=False)
    after = read_all(store)
    gone = before.keys() - after.keys()
    assert (done.files, done.bytes) == (len(gone), sum(len(before[key]) for key in gone))
    assert {(each.kind, each.run_on) for each in done.removed} == {
        *(("Movies", day) for day in DAYS[:3]),
        ("Series", DAYS[0]),
    }
    assert after == {key: data for key, data in before.items() if key not in gone}
    assert not any(str(day) in key or f"{day:%Y/%m/%d}" in key for key in after for day in DAYS[:3])
    assert verify_lake(store).is_verified
    assert read_watermark(store, CRIME_AND_WAR.id) is not None
    assert _prune(store).files == 0


def test_days_are_kept_by_number_for_films_and_series_apart(grown: World) -> None:
    store = _copy(grown.store)
    assert _prune(store, older_than=9999, keep=2).is_complete
    assert (_days_of(store, "Movies"), _days_of(store, "Series")) == (set(DAYS[2:]), {DAYS[0], DAYS[3]})


def _list_moments(store: Store) -> Iterator[int]:
    deletions = _prune(store, is_dry=True).files
    yield from range(1, deletions + 1, 3)


def _kill_at(store: Store, deletion: int, forgotten: str = "") -> None:
    counter = count(1)

    def before(method: str, _key: str) -> None:
        if method == "delete" and next(counter) == deletion:
            raise Killed

    with pytest.raises((Killed, BaseExceptionGroup)):
        _prune(WatchedStore(store, before), forgotten=forgotten)


def test_killed_at_any_deletion_the_lake_is_sound_and_the_same_command_finishes(grown: World) -> None:
    whole = _copy(grown.store)
    _prune(whole)
    wanted = read_all(whole)
    for moment in _list_moments(grown.store):
        store = _copy(grown.store)
        _kill_at(store, moment)
        assert verify_lake(store).problems == ()
        assert _prune(store).is_complete
        assert read_all(store) == wanted


def test_killed_between_any_two_steps_no_reader_takes_what_is_left_for_a_slice(grown: World) -> None:
    store = _copy(grown.store)
    objects = read_objects(store, "Movies")[DAYS[0]].in_order()
    for step in objects:
        for entry in step:
            store.delete(entry.key)
        held = read_holdings(store, "Movies", read_objects(store, "Movies"))
        assert not held.unproven
        assert verify_lake(store).is_verified


def test_the_newest_run_of_a_selection_stays_however_old_it_is(grown: World) -> None:
    store = _copy(grown.store)
    World(grown.sandbox, store).extract(CRIME, today=DAYS[0], is_fresh=True)
    done = _prune(store)
    assert not done.is_complete
    assert {each.run_on for each in done.needed if each.kind == "Movies"} == set(DAYS[:3])
    assert CRIME.id in done.needed[0].because
    assert DAYS[0] in _days_of(store, "Movies")


@pytest.fixture(scope="module")
def abandoned(grown: World) -> World:
    """The same lake, and a selection in it that nobody refreshed since the first day."""
    store = _copy(grown.store)
    World(grown.sandbox, store).extract(CRIME, today=DAYS[0], is_fresh=True)
    return World(grown.sandbox, store)


def test_what_keeps_old_days_is_told_with_the_commands_that_free_them(abandoned: World) -> None:
    (remedy,) = _prune(abandoned.store, is_dry=True).remedies
    assert remedy.selection_id == CRIME.id
    assert remedy.refresh == "cinelake refresh --genre Crime --append none"
    store = _copy(abandoned.store)
    World(abandoned.sandbox, store).extract(CRIME, today=TODAY, is_fresh=True)
    assert _prune(store).is_complete


def test_a_selection_that_is_given_up_lets_its_days_go_and_takes_nothing_from_others(abandoned: World) -> None:
    store = _copy(abandoned.store)
    done = _prune(store, forgotten=CRIME.id)
    assert (done.needed, done.remedies) == ((), ())
    assert _days_of(store, "Movies") == {TODAY}
    assert verify_lake(store).is_verified
    assert (read_watermark(store, CRIME.id), read_watermark(store, CRIME_AND_WAR.id) is None) == (None, False)
    recent = _copy(abandoned.store)
    assert _prune(recent, older_than=9999, forgotten=CRIME.id).files == 0
    assert read_watermark(recent, CRIME.id) is not None


def test_giving_up_a_selection_can_be_killed_anywhere_too(abandoned: World) -> None:
    whole = _copy(abandoned.store)
    _prune(whole, forgotten=CRIME.id)
    deletions = _prune(abandoned.store, forgotten=CRIME.id, is_dry=True).files
    for moment in range(1, deletions, 7):
        store = _copy(abandoned.store)
        _kill_at(store, moment, CRIME.id)
        assert verify_lake(store).problems == ()
        assert _prune(store, forgotten=CRIME.id).is_complete
        assert read_all(store) == read_all(whole)


def test_the_newest_slices_of_a_selection_that_is_given_up_go_when_nobody_else_wants_them(grown: World) -> None:
    store = _copy(grown.store)
    World(build_sandbox(VirtualClock(), films=300), store).extract(COMEDY, today=DAYS[0], is_fresh=True)
    assert not _prune(store).is_complete
    assert _prune(store, forgotten=COMEDY.id).is_complete
    assert _days_of(store, "Movies") == {TODAY}
    assert verify_lake(store).is_verified


def test_the_newest_of_a_slice_that_is_asked_with_other_parts_stays_with_what_it_keeps() -> None:
    world = build_living(20)
    world.refresh(DAYS[1], max_age_days=999)
    other = replace(TWO_GENRES, append=("credits",))
    LivingWorld(world.service, world.store, other).harvest(TODAY)
    assert _prune(world.store, older_than=250).files == 0
    world.refresh(TODAY + timedelta(days=1), max_age_days=999)
    assert len(read_present(world.store, TWO_GENRES)["genre-80-1950-1954"]) > 0


def test_what_a_selection_that_stays_keeps_is_not_given_up_with_another_of_the_same_slices() -> None:
    world = build_living(20)
    world.refresh(DAYS[1], max_age_days=999)
    crime = LivingWorld(world.service, world.store, replace(TWO_GENRES, genre_ids=(80,)))
    crime.harvest(TODAY)
    assert _prune(world.store, older_than=350, forgotten=crime.selection.id).files == 0


def test_a_selection_that_is_not_there_cannot_be_given_up(grown: World) -> None:
    store = _copy(grown.store)
    with pytest.raises(UsageError, match=f"one of .*{CRIME_AND_WAR.id}"):
        _prune(store, forgotten=CRIME.id)
    assert read_all(store) == read_all(grown.store)


def _edit_newest(store: Store, kept: dict[str, list[int]]) -> SliceKey:
    """Make the newest manifest of a slice one of a refresh."""
    key = max(list_manifests(store, f"{MANIFESTS}/Movies"))
    manifest, listing = store.read(key.manifest(1)), store.read(key.listing())
    assert manifest is not None
    assert listing is not None
    refreshed = msgspec.structs.replace(msgspec.json.decode(manifest.data, type=Manifest), kept=1)
    store.write(key.manifest(1), encode_document(refreshed))
    store.write(
        key.listing(),
        encode_document(msgspec.structs.replace(msgspec.json.decode(listing.data, type=Listing), kept=kept)),
    )
    return key


def test_a_day_whose_records_a_refresh_keeps_stays(grown: World) -> None:
    store = _copy(grown.store)
    key = _edit_newest(store, {str(DAYS[1]): [1], str(DAYS[0]): []})
    done = _prune(store)
    assert [each.run_on for each in done.needed] == DAYS[1:3]
    assert key.name in done.needed[0].because
    assert _days_of(store, "Movies") == set(DAYS[1:])


@pytest.mark.parametrize("ruin", ["removed", "cut", "no date"])
def test_a_refresh_whose_listing_nobody_can_read_may_rest_on_all_days(grown: World, ruin: str) -> None:
    store = _copy(grown.store)
    key = _edit_newest(store, {"yesterday": [1]})
    if ruin == "removed":
        store.delete(key.listing())
    elif ruin == "cut":
        store.write(key.listing(), b"{")
    assert _prune(store).removed[0].kind == "Series"
    assert _days_of(store, "Movies") == set(DAYS)


def test_what_an_unfinished_run_goes_on_from_stays(grown: World) -> None:
    store = _copy(grown.store)
    for entry in list(store.list_entries(f"{MANIFESTS}/Movies/{TODAY:%Y/%m/%d}/")):
        store.delete(entry.key)
    store.delete(RunKey(CRIME_AND_WAR.id, TODAY).report())
    _prune(store)
    assert _days_of(store, "Movies") == {DAYS[2], DAYS[3]}


def test_lower_revisions_of_a_manifest_go_before_higher_ones(grown: World) -> None:
    store = _copy(grown.store)
    key = min(list_manifests(store, f"{MANIFESTS}/Movies"))
    first = store.read(key.manifest(1))
    assert first is not None
    store.write(key.manifest(2), first.data.replace(b'"revision": 1', b'"revision": 2'))
    deleted: list[str] = []
    _prune(WatchedStore(store, lambda method, name: deleted.append(name) if method == "delete" else None))
    assert deleted.index(key.manifest(1)) < deleted.index(key.manifest(2))


def test_batches_of_a_slice_without_listing_go_before_its_manifest(grown: World) -> None:
    store = _copy(grown.store)
    key = next(k for k in sorted(list_manifests(store, f"{MANIFESTS}/Movies")) if store.read(k.raw(1)))
    store.delete(key.listing())
    deleted: list[str] = []
    _prune(WatchedStore(store, lambda method, name: deleted.append(name) if method == "delete" else None))
    assert deleted.index(key.raw(1)) < deleted.index(key.manifest(1))


def test_files_of_others_are_left_where_they_are(grown: World) -> None:
    store = _copy(grown.store)
    other = f"{RAW}/Movies/{DAYS[0]:%Y/%m/%d}/notes.txt"
    store.write(other, b"hello")
    _prune(store)
    assert store.read(other) is not None
    assert store.read(watermark(CRIME_AND_WAR.id)) is not None


def test_a_damaged_manifest_that_decides_stops_it_before_anything_goes(grown: World) -> None:
    store = _copy(grown.store)
    key = max(list_manifests(store, f"{MANIFESTS}/Movies"))
    store.write(key.manifest(1), b"{")
    before = read_all(store)
    with pytest.raises(DamagedError):
        _prune(store)
    assert read_all(store) == before


def test_the_lake_of_the_first_version_goes_once_there_is_a_complete_run() -> None:
    world = World(build_sandbox(VirtualClock(), films=300))
    world.store.write(f"{RAW}/Movies/2024/12/27/genre-80-2020-2024-1.json", b'[{"id_tmdb":1}]')
    assert not _prune(world.store).is_complete
    world.extract(CRIME)
    assert [each.run_on for each in _prune(world.store).removed] == [date(2024, 12, 27)]
    assert verify_lake(world.store).is_verified


def test_the_next_build_shows_what_is_left(grown: World) -> None:
    store, clock = _copy(grown.store), SystemClock()
    build_lake(store, clock, open_duckdb)
    _prune(store)
    built = build_lake(store, clock, open_duckdb)
    assert not built.is_unchanged
    with open_tables(store) as tables:
        answer = tables.ask("SELECT DISTINCT collected_on FROM snapshot")
    assert [row[0] for row in answer.rows] == [TODAY]
    assert not any(
        f"dt={day}" in key for key in read_all(store, "Trusted") for day in DAYS[:3] if built.pointer.version in key
    )


def test_a_key_below_listings_that_is_none_is_no_listing() -> None:
    assert parse_listing_key(f"{LISTINGS}/Movies/2026/11/23/notes.txt") is None
    assert parse_listing_key(f"{LISTINGS}/Movies/2026/13/23/all-2020-2024.json") is None
    assert parse_listing_key(f"{LISTINGS}/Movies/2026/11/23/all-2020-2024.json") == SliceKey(
        "Movies", TODAY, "all-2020-2024"
    )
