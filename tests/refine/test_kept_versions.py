"""Which earlier versions a build keeps: those with a description, and without anything of a pruned day."""

from datetime import date

import pytest
from tests.support.refine.lakes import build, commit, current, encode, film
from tests.support.stores import read_all

from cinelake.errors import UsageError
from cinelake.lake.keys import MANIFESTS, RAW
from cinelake.lake.store import Store
from cinelake.lake.stores.object_store import open_memory
from cinelake.refine.iceberg.catalog_document import write_pinned
from cinelake.refine.publication.rollback import roll_back
from cinelake.refine.versions import name_description

DAYS = [date(2026, 11, day) for day in (23, 24, 25)]


def grow(store: Store, number: int) -> str:
    """Commit a film on another day, build, and return the name of the version."""
    commit(store, f"genre-{number}-2000-2004", [encode([film(number)])], day=DAYS[number - 1])
    return build(store, keep=2).pointer.version


def spoil(store: Store, key: str, how: str) -> None:
    if how == "lost":
        store.delete(key)
    else:
        store.write(key, b"{")


@pytest.mark.parametrize("how", ["lost", "damaged"])
def test_an_unchanged_build_writes_a_lost_description_again(how: str) -> None:
    store = open_memory()
    key = name_description(grow(store, 1))
    before = read_all(store, key)
    spoil(store, key, how)
    assert build(store).is_unchanged
    assert read_all(store, key) == before


@pytest.mark.parametrize("how", ["lost", "damaged"])
def test_a_version_without_description_is_no_longer_kept(how: str) -> None:
    store = open_memory()
    first, second = grow(store, 1), grow(store, 2)
    spoil(store, name_description(first), how)
    third = grow(store, 3)
    assert [each.version for each in current(store).previous] == [second]
    assert {key.split("/")[1] for key in read_all(store, "Versions/")} == {second, third, "shared"}


def test_shared_parts_stay_while_iceberg_names_a_version_without_description() -> None:
    store = open_memory()
    first = grow(store, 1)
    shared = {part.key for part in current(store).parts("trusted_movies")} | read_all(store, "Versions/shared/").keys()
    write_pinned(store, {first})
    grow(store, 2)
    prune_day(store, DAYS[0])
    spoil(store, name_description(first), "damaged")
    build(store, keep=0)
    assert shared <= read_all(store).keys()


def prune_day(store: Store, day: date) -> None:
    """Remove what a day added, as a prune does."""
    for root in (RAW, MANIFESTS):
        for key in [key for key in read_all(store, f"{root}/") if f"{day:%Y/%m/%d}" in key]:
            store.delete(key)


def test_a_version_with_a_pruned_day_is_no_longer_kept() -> None:
    store = open_memory()
    grow(store, 1)
    grow(store, 2)
    pruned = {key for key in read_all(store) if f"dt={DAYS[0]}" in key}
    assert pruned
    prune_day(store, DAYS[0])
    build(store, keep=2)
    assert current(store).previous == ()
    assert not pruned & read_all(store).keys()
    with pytest.raises(UsageError, match="no version is kept"):
        roll_back(store, None)
