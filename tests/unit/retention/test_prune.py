"""Removal of days, and what is left when a prune is killed."""

from datetime import date

import msgspec
import pytest
from tests.support.pruning import CRIME_AND_WAR, DAYS, kill_prune, list_days, list_deletions, prune_lake
from tests.support.runs import World
from tests.support.stores import copy_store, read_all
from tests.support.tmdb.service import TODAY
from tests.support.unfolding import read_unfolded, unfold

from cinelake.clock import SystemClock
from cinelake.errors import DamagedError
from cinelake.extract.run_documents import read_watermark
from cinelake.lake.folding.owners import release_owners
from cinelake.lake.keys import MANIFESTS, OWN, RAW, watermark
from cinelake.lake.manifests import list_manifests
from cinelake.lake.store import Store
from cinelake.refine.engines.duckdb_engine import open_duckdb
from cinelake.refine.pipeline import build_lake
from cinelake.refine.query import open_tables
from cinelake.retention.dependencies import read_dependencies
from cinelake.retention.inventory import read_objects
from cinelake.verify.runs import verify_lake


def test_old_days_go_with_all_their_objects(grown: Store) -> None:
    before, documents = read_all(grown), read_unfolded(grown, OWN)
    expected = prune_lake(grown, is_dry=True)
    assert read_all(grown) == before
    result = prune_lake(grown)
    assert result == msgspec.structs.replace(expected, is_dry=False)
    after = read_all(grown)
    gone = before.keys() - after.keys()
    assert (result.files, result.bytes) == (len(gone), sum(len(before[key]) for key in gone))
    assert {(each.kind, each.run_on) for each in result.removed} == {
        *(("Movies", day) for day in DAYS[:3]),
        ("Series", DAYS[0]),
    }
    assert read_all(grown, RAW) == {key: data for key, data in before.items() if key in after and key.startswith(RAW)}
    left = read_unfolded(grown, OWN)  # listings that referred to a removed day have the ids themselves now
    assert left == {key: documents[key] for key in left}
    assert not any(str(day) in key or f"{day:%Y/%m/%d}" in key for key in after for day in DAYS[:3])
    assert verify_lake(grown).is_verified
    assert read_watermark(grown, CRIME_AND_WAR.id) is not None
    assert prune_lake(grown).files == 0


def test_films_and_series_keep_their_own_number_of_days(grown: Store) -> None:
    assert prune_lake(grown, older_than=9999, keep=2).is_complete
    assert (list_days(grown, "Movies"), list_days(grown, "Series")) == (set(DAYS[2:]), {DAYS[0], DAYS[3]})


@pytest.mark.parametrize("is_folded", [True, False])
def test_prune_killed_at_any_deletion_is_finished_by_the_next(grown: Store, *, is_folded: bool) -> None:
    if not is_folded:
        unfold(grown)
    pruned = copy_store(grown)
    deletions = prune_lake(pruned).files
    assert deletions > 30
    for deletion in range(1, deletions + 1):
        store = copy_store(grown)
        kill_prune(store, deletion)
        assert verify_lake(store).problems == ()
        assert prune_lake(store).is_complete
        assert read_all(store) == read_all(pruned)


@pytest.mark.parametrize("is_folded", [True, False])
def test_partial_day_is_never_taken_for_a_slice(grown: Store, *, is_folded: bool) -> None:
    if not is_folded:
        unfold(grown)
    objects = read_objects(grown, "Movies")[DAYS[0]]
    release_owners(grown, "Movies", {entry.key for step in objects.listings() for entry in step})
    for step in objects.in_order():
        for entry in step:
            grown.delete(entry.key)
        assert not read_dependencies(grown, "Movies", read_objects(grown, "Movies")).unproven
        assert verify_lake(grown).is_verified


def test_lower_revisions_of_a_manifest_go_first(grown: Store) -> None:
    key = min(list_manifests(unfold(grown), f"{MANIFESTS}/Movies"))
    first = grown.read(key.manifest(1))
    assert first is not None
    grown.write(key.manifest(2), first.data.replace(b'"revision": 1', b'"revision": 2'))
    deleted = list_deletions(grown)
    assert deleted.index(key.manifest(1)) < deleted.index(key.manifest(2))


def test_batches_without_a_listing_go_before_their_manifest(grown: Store) -> None:
    key = next(each for each in sorted(list_manifests(unfold(grown), f"{MANIFESTS}/Movies")) if grown.read(each.raw(1)))
    grown.delete(key.listing())
    deleted = list_deletions(grown)
    assert deleted.index(key.raw(1)) < deleted.index(key.manifest(1))


def test_files_of_other_programs_stay(grown: Store) -> None:
    other = f"{RAW}/Movies/{DAYS[0]:%Y/%m/%d}/notes.txt"
    grown.write(other, b"hello")
    prune_lake(grown)
    assert grown.read(other) is not None
    assert grown.read(watermark(CRIME_AND_WAR.id)) is not None


def test_damaged_manifest_stops_the_prune_before_any_deletion(grown: Store) -> None:
    key = max(list_manifests(unfold(grown), f"{MANIFESTS}/Movies"))
    grown.write(key.manifest(1), b"{")
    before = read_all(grown)
    with pytest.raises(DamagedError):
        prune_lake(grown)
    assert read_all(grown) == before


def test_lake_of_version_1_goes_after_a_complete_run() -> None:
    world = World()
    world.store.write(f"{RAW}/Movies/2024/12/27/genre-80-2020-2024-1.json", b'[{"id_tmdb":1}]')
    assert not prune_lake(world.store).is_complete
    world.extract(CRIME_AND_WAR)
    assert [each.run_on for each in prune_lake(world.store).removed] == [date(2024, 12, 27)]
    assert verify_lake(world.store).is_verified


def test_next_build_has_only_the_days_that_are_left(grown: Store) -> None:
    clock = SystemClock()
    build_lake(grown, clock, open_duckdb)
    prune_lake(grown)
    built = build_lake(grown, clock, open_duckdb)
    assert not built.is_unchanged
    with open_tables(grown) as tables:
        answer = tables.query("SELECT DISTINCT collected_on FROM snapshot")
    assert [row[0] for row in answer.rows] == [TODAY]
    current = [key for key in read_all(grown, "Trusted") if built.pointer.version in key]
    assert not any(f"dt={day}" in key for key in current for day in DAYS[:3])
