"""Parts of the current version that are damaged without a change of their size: a build repairs them."""

from datetime import date
from pathlib import Path

import pytest
from tests.support.refine.lakes import build, commit, current, encode, film, read
from tests.support.stores import read_all

from cinelake.errors import DamagedError
from cinelake.lake.keys import LAKE_FORMAT, MANIFESTS, RAW, REFINED
from cinelake.lake.store import Store
from cinelake.lake.stores.local_store import LocalStore
from cinelake.lake.stores.object_store import open_memory
from cinelake.refine.part_hashes import DamagedPartError
from cinelake.refine.publication.copied_files import COPIES
from cinelake.refine.publication.copies import update_copies
from cinelake.refine.publication.rollback import roll_back
from cinelake.refine.publication.views import DATABASE
from cinelake.refine.versions import name_state


@pytest.fixture(params=["memory", "folder"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    store: Store = open_memory() if request.param == "memory" else LocalStore(tmp_path)
    commit(store, "genre-80-2000-2004", [encode([film(1), film(2)])])
    build(store)
    return store


def flip(store: Store, key: str) -> None:
    """Change every byte of an object, and keep its size."""
    stored = store.read(key)
    assert stored is not None
    store.write(key, bytes(each ^ 1 for each in stored.data))


def grow(store: Store, title_id: int = 3) -> None:
    """Commit a film on another day, so that the earlier part of Trusted stays valid."""
    commit(store, f"genre-{title_id}-2000-2004", [encode([film(title_id)])], day=date(2026, 11, 24))


def expect_intact(store: Store) -> None:
    """Compare every table with those of a lake that was built once."""
    clean = open_memory()
    for key, data in read_all(store).items():
        if key.startswith((f"{RAW}/", f"{MANIFESTS}/", LAKE_FORMAT)):
            clean.write(key, data)
    build(clean)
    for table in current(clean).tables:
        assert read(store, table.name) == read(clean, table.name), table.name
    assert build(store).is_unchanged


@pytest.mark.parametrize("name", ["title_source", "record_kept", "imdb_refused"])
def test_a_damaged_internal_table_is_computed_again(store: Store, name: str) -> None:
    flip(store, name_state(current(store).version, f"{name}.parquet"))
    grow(store)
    assert not build(store).is_unchanged
    expect_intact(store)


def test_a_damaged_part_of_trusted_is_typed_again_when_it_is_read(store: Store) -> None:
    (part,) = current(store).parts("trusted_movies")
    flip(store, part.key)
    store.delete(name_state(current(store).version, "title_source.parquet"))  # so that the build reads all titles again
    grow(store)
    build(store)
    expect_intact(store)


def test_a_damaged_merged_table_is_computed_again(store: Store) -> None:
    flip(store, current(store).parts("title_cast")[0].key)
    grow(store)
    build(store)
    expect_intact(store)


@pytest.mark.parametrize("table", ["title", "snapshot"])
def test_a_damaged_published_part_is_built_again_and_never_copied(store: Store, table: str) -> None:
    before = read_all(store, f"{REFINED}/{table}/")
    flip(store, current(store).parts(table)[0].key)
    for key in before:
        store.delete(key)
    built = build(store)
    assert not built.is_unchanged
    assert read_all(store, f"{REFINED}/{table}/") == before
    expect_intact(store)


def test_a_copy_of_a_part_that_stays_damaged_is_refused(store: Store) -> None:
    pointer = current(store)
    flip(store, pointer.parts("title")[0].key)
    store.delete(COPIES)
    before = read_all(store, f"{REFINED}/")
    with pytest.raises(DamagedPartError, match=r"title\.parquet"):
        update_copies(store, pointer)
    assert read_all(store, f"{REFINED}/") == before


@pytest.mark.parametrize("table", ["title", "trusted_movies"])
def test_a_part_that_duckdb_cannot_read_for_its_views_is_built_again(tmp_path: Path, table: str) -> None:
    store = LocalStore(tmp_path)
    commit(store, "genre-80-2000-2004", [encode([film(1)])])
    build(store)
    flip(store, current(store).parts(table)[0].key)
    store.delete(DATABASE)
    assert not build(store).is_unchanged
    assert store.read(DATABASE)
    expect_intact(store)


def test_a_damaged_version_is_not_made_current_again(store: Store) -> None:
    first = current(store)
    grow(store)
    second = build(store).pointer.version
    flip(store, first.parts("title")[0].key)
    with pytest.raises(DamagedError, match=f'version "{first.version}" are damaged'):
        roll_back(store, None)
    assert current(store).version == second
