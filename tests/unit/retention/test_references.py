"""Listings that refer to a day that is pruned get the ids first, whenever the prune is killed."""

import gzip
import json
from datetime import timedelta
from itertools import count

import pytest
from tests.support.stores import Killed, WatchedStore, copy_store, read_all
from tests.support.tmdb.fake_tmdb import build_film
from tests.support.tmdb.fake_world import DAY, FakeWorld
from tests.support.tmdb.virtual import run_virtual

from cinelake.lake.keys import LISTINGS
from cinelake.lake.listings import read_any_listing
from cinelake.lake.manifests import list_manifests
from cinelake.lake.store import Store
from cinelake.retention.prune import prune
from cinelake.verify.runs import verify_lake

LAST = DAY + timedelta(days=2)


@pytest.fixture(scope="module")
def grown() -> Store:
    """Three days of extractions whose listings are the same."""
    world = FakeWorld()
    world.tmdb.films = {n: build_film(n, day="1950-01-01") for n in range(1, 40)}
    for n in range(3):
        world.extract(DAY + timedelta(days=n))
    return world.store


def _prune(store: Store) -> None:
    run_virtual(prune(store, LAST, keep=2))


def _list_owners(store: Store) -> list[list[str]]:
    documents = [json.loads(gzip.decompress(data)) for _, data in sorted(read_all(store, f"{LISTINGS}/").items())]
    return [document["owners"] for document in documents]


def test_oldest_reference_becomes_the_owner(grown: Store) -> None:
    first, second, _ = sorted(read_all(grown, f"{LISTINGS}/"))
    assert _list_owners(grown) == [[], [first], [first]]
    store = copy_store(grown)
    expected = {key: read_any_listing(grown, key) for key in list_manifests(grown) if key.run_on > DAY}
    _prune(store)
    assert _list_owners(store) == [[], [second]]
    assert {key: read_any_listing(store, key) for key in list_manifests(store)} == expected
    assert verify_lake(store).problems == ()


def test_prune_killed_at_any_change_leaves_readable_listings(grown: Store) -> None:
    pruned = copy_store(grown)
    _prune(pruned)
    for operation in count(1):
        store, counter = copy_store(grown), count(1)

        def before(method: str, _key: str, counter: "count[int]" = counter, operation: int = operation) -> None:
            if method in {"write", "delete"} and next(counter) == operation:
                raise Killed

        try:
            _prune(WatchedStore(store, before))
        except (Killed, BaseExceptionGroup):
            assert verify_lake(store).problems == ()
            _prune(store)
            assert read_all(store) == read_all(pruned)
        else:
            break
    assert operation > 5
