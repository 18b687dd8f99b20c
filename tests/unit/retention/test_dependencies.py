"""The days that newer runs still need."""

from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest
from tests.support.pruning import CRIME, CRIME_AND_WAR, DAYS, list_days, prune_lake
from tests.support.refine.present import read_present
from tests.support.runs import World
from tests.support.tmdb.fake_tmdb import build_film
from tests.support.tmdb.fake_world import TWO_GENRES, FakeWorld
from tests.support.tmdb.service import TODAY
from tests.support.unfolding import unfold

from cinelake.lake.documents import encode_document
from cinelake.lake.keys import LISTINGS, MANIFESTS, RunKey, SliceKey, parse_listing_key
from cinelake.lake.listings import Listing
from cinelake.lake.manifests import Manifest, list_manifests
from cinelake.lake.store import Store


@pytest.fixture
def refreshed() -> FakeWorld:
    """Films of two genres, extracted on the first day, and a refresh on the second that keeps all of them."""
    world = FakeWorld()
    world.tmdb.films = {n: build_film(n, day="1950-01-01") for n in range(1, 20)}
    world.extract(DAYS[0])
    world.refresh(DAYS[1], max_age_days=999)
    return world


def _edit_newest(store: Store, kept: dict[str, list[int]]) -> SliceKey:
    """Change the newest manifest and listing of a slice into those of a refresh."""
    key = max(list_manifests(unfold(store), f"{MANIFESTS}/Movies"))
    manifest, listing = store.read(key.manifest(1)), store.read(key.listing())
    assert manifest is not None
    assert listing is not None
    refreshed = msgspec.structs.replace(msgspec.json.decode(manifest.data, type=Manifest), kept=1)
    store.write(key.manifest(1), encode_document(refreshed))
    edited = msgspec.structs.replace(msgspec.json.decode(listing.data, type=Listing), kept=kept)
    store.write(key.listing(), encode_document(edited))
    return key


def test_newest_run_of_a_selection_stays_at_any_age(stale_world: World) -> None:
    result = prune_lake(stale_world.store, is_dry=True)
    assert not result.is_complete
    assert {each.run_on for each in result.blocked if each.kind == "Movies"} == set(DAYS[:3])
    assert CRIME.id in result.blocked[0].blocked_by
    assert [each.kind for each in result.removed] == ["Series"]


def test_day_whose_records_a_refresh_keeps_stays(grown: Store) -> None:
    key = _edit_newest(grown, {str(DAYS[1]): [1], str(DAYS[0]): []})
    result = prune_lake(grown)
    assert [each.run_on for each in result.blocked] == DAYS[1:3]
    assert key.name in result.blocked[0].blocked_by
    assert list_days(grown, "Movies") == set(DAYS[1:])


@pytest.mark.parametrize("damage", ["removed", "cut", "no date"])
def test_refresh_without_a_readable_listing_keeps_all_days(grown: Store, damage: str) -> None:
    key = _edit_newest(grown, {"yesterday": [1]})
    if damage == "removed":
        grown.delete(key.listing())
    elif damage == "cut":
        grown.write(key.listing(), b"{")
    assert prune_lake(grown).removed[0].kind == "Series"
    assert list_days(grown, "Movies") == set(DAYS)


def test_run_before_an_unfinished_one_stays(grown: Store) -> None:
    for entry in list(unfold(grown).list_entries(f"{MANIFESTS}/Movies/{TODAY:%Y/%m/%d}/")):
        grown.delete(entry.key)
    grown.delete(RunKey(CRIME_AND_WAR.id, TODAY).report())
    prune_lake(grown)
    assert list_days(grown, "Movies") == {DAYS[2], DAYS[3]}


def test_slice_with_other_parts_is_needed_by_its_own_refresh(refreshed: FakeWorld) -> None:
    other = replace(TWO_GENRES, append=("credits",))
    FakeWorld(refreshed.tmdb, refreshed.store, other).extract(TODAY)
    assert prune_lake(refreshed.store, older_than=250).files == 0
    refreshed.refresh(TODAY + timedelta(days=1), max_age_days=999)
    assert read_present(refreshed.store, TWO_GENRES)["genre-80-1950-1954"]


def test_abandoning_a_selection_keeps_records_that_another_needs(refreshed: FakeWorld) -> None:
    crime = FakeWorld(refreshed.tmdb, refreshed.store, replace(TWO_GENRES, genre_ids=(80,)))
    crime.extract(TODAY)
    assert prune_lake(refreshed.store, older_than=350, abandon=crime.selection.id).files == 0


def test_only_listing_keys_are_parsed_as_such() -> None:
    assert parse_listing_key(f"{LISTINGS}/Movies/2026/11/23/notes.txt") is None
    assert parse_listing_key(f"{LISTINGS}/Movies/2026/13/23/all-2020-2024.json") is None
    key = SliceKey("Movies", TODAY, "all-2020-2024")
    assert parse_listing_key(f"{LISTINGS}/Movies/2026/11/23/all-2020-2024.json") == key
