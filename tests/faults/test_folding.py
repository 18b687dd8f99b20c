"""A finished run folds its documents; killed anywhere, it loses nothing, and the next run finishes it."""

import gzip
import json
from datetime import date, timedelta
from itertools import count

import msgspec
import pytest
from tests.support.stores import Killed, WatchedStore, copy_store, read_all
from tests.support.tmdb.fake_tmdb import build_film
from tests.support.tmdb.fake_world import DAY, TWO_GENRES, FakeWorld
from tests.support.tmdb.virtual import START
from tests.support.unfolding import read_unfolded, unfold

from cinelake.extract.run_documents import list_runs
from cinelake.extract.status import count_status
from cinelake.lake.folding.fold_slices import FinishedRun, fold_slices
from cinelake.lake.folding.folded_view import list_parts
from cinelake.lake.keys import LISTINGS, MANIFESTS, OWN, RAW, SNAPSHOTS, SliceKey
from cinelake.lake.listings import read_any_listing
from cinelake.lake.manifests import list_manifests, read_manifest
from cinelake.lake.scores import read_scores
from cinelake.lake.store import Store
from cinelake.run_report.collect import collect_summary
from cinelake.verify.runs import verify_lake

NEXT = DAY + timedelta(days=1)


@pytest.fixture(scope="module")
def grown() -> FakeWorld:
    """Films of two genres, extracted and refreshed while one changes; tests must not change it."""
    world = FakeWorld()
    for n in range(1, 400):
        world.tmdb.films[n] = build_film(n, genres=((80,), (10752,))[n % 2], day=f"{1960 + n % 9}-01-01")
    world.extract()
    world.tmdb.films[7]["title"] = "Revised"
    world.tmdb.feed[NEXT] = {7: False}
    world.refresh(NEXT)
    return world


def _read_values(store: Store) -> list[object]:
    """Everything that readers get of the documents of slices."""
    revisions = sorted(list_manifests(store).items())
    return [
        [read_manifest(store, key, revision) for key, revision in revisions],
        [read_any_listing(store, key) for key, _ in revisions],
        [read_scores(store, key) for key, _ in revisions],
        {root: list_parts(store, root) for root in (MANIFESTS, LISTINGS, SNAPSHOTS)},
        verify_lake(store),
        count_status(store).runs,
        [msgspec.structs.replace(collect_summary(store, run, START), cost=None) for run in list_runs(store)],
    ]


def test_refresh_leaves_at_most_twelve_objects_and_few_bytes(grown: FakeWorld) -> None:
    before, after = FakeWorld(grown.tmdb), read_all(grown.store, f"{OWN}/")
    before.extract()
    new = after.keys() - read_all(before.store, f"{OWN}/").keys() | {key for key in after if str(NEXT) in key}
    assert len(new) <= 12
    assert len([key for key in after if f"{NEXT:%Y/%m/%d}" in key]) == 3
    folded = sum(len(after[key]) for key in new if ".folded-" in key)
    raw = sum(len(data) for key, data in read_all(grown.store, RAW).items() if f"{NEXT:%Y/%m/%d}" in key)
    listed = sum(len(each.ids) for key in list_manifests(grown.store) if (each := read_any_listing(grown.store, key)))
    assert folded <= 20 * listed / 2 + raw / 10


def test_folded_documents_have_the_values_of_loose_ones(grown: FakeWorld) -> None:
    loose = unfold(copy_store(grown.store))
    assert not any(".folded-" in key for key in read_all(loose))
    assert _read_values(loose) == _read_values(grown.store)


def test_unchanged_listings_refer_to_the_run_that_has_their_ids(grown: FakeWorld) -> None:
    documents = {key: json.loads(gzip.decompress(data)) for key, data in read_all(grown.store, f"{LISTINGS}/").items()}
    owner, second = sorted(documents)
    assert documents[second]["owners"] == [owner]
    assert all(part.get("owner") == owner and "ids" not in part for part in documents[second]["parts"].values())
    store = copy_store(grown.store)
    store.delete(owner)
    broken = verify_lake(store).problems
    assert {problem.kind for problem in broken} >= {"damaged listing"}


@pytest.mark.parametrize("day", [DAY, NEXT])
def test_folding_killed_at_any_change_is_finished_by_the_next(grown: FakeWorld, day: date) -> None:
    loose = unfold(copy_store(grown.store))
    names = {key.name for key in list_manifests(loose) if key.run_on == day}
    run = FinishedRun("Movies", day, TWO_GENRES.id, names)
    documents, verified = read_unfolded(loose, f"{OWN}/"), verify_lake(loose)
    expected = copy_store(loose)
    fold_slices(expected, run)
    assert sum(".folded-" in key for key in read_all(expected)) == 3
    kills = 0
    for operation in count(1, 5):
        store = copy_store(loose)
        if not _kill_at(operation, store, run):
            break
        kills += 1
        assert verify_lake(store) == verified
        assert read_unfolded(store, f"{OWN}/") == documents
        fold_slices(store, run)
        assert read_all(store) == read_all(expected)
    assert kills > 10


def _kill_at(operation: int, store: Store, run: FinishedRun) -> bool:
    counter = count(1)

    def before(method: str, _key: str) -> None:
        if method in {"write", "delete"} and next(counter) == operation:
            raise Killed

    try:
        fold_slices(WatchedStore(store, before), run)
    except Killed:
        return True
    return False


def test_slice_that_is_amended_is_folded_again(grown: FakeWorld) -> None:
    world = FakeWorld(grown.tmdb)
    world.tmdb.broken = {8}
    assert not world.extract().is_complete
    world.tmdb.broken = set()
    assert world.extract().is_complete
    folded = [key for key in read_all(world.store, f"{MANIFESTS}/") if ".folded-" in key]
    assert len(folded) == 1
    assert max(list_manifests(world.store).values()) == 2
    assert len(read_all(world.store, f"{MANIFESTS}/")) == 1
    assert verify_lake(world.store).problems == ()


def test_reader_finds_a_document_that_is_folded_while_it_reads(grown: FakeWorld) -> None:
    store = unfold(copy_store(grown.store))
    watched = WatchedStore(store)
    revisions = list_manifests(watched)
    key = max(revisions)
    expected = read_any_listing(watched, key)
    fold_slices(store, FinishedRun("Movies", key.run_on, TWO_GENRES.id, {each.name for each in revisions}))
    assert store.read(key.listing()) is None
    assert read_any_listing(watched, key) == expected
    assert read_manifest(watched, key, revisions[key]) is not None
    assert read_any_listing(watched, SliceKey("Movies", key.run_on, "genre-1-2000-2004")) is None
