"""The copies in Refined/: which version they show, whatever ends a build, and what is removed."""

import msgspec
import pytest
from tests.support.refine.lakes import build, commit, current, encode, film, lake_of, read_part
from tests.support.stores import Killed, WatchedStore, read_all

from cinelake.errors import DamagedError
from cinelake.lake.keys import REFINED
from cinelake.lake.store import Store
from cinelake.refine.publication.copied_files import COPIES, is_copy, name_copies
from cinelake.refine.publication.copies import update_copies
from cinelake.refine.publication.readme import README
from cinelake.refine.versions import Part, Pointer, Published

TITLE = "Refined/title/title.parquet"


def grow(store: Store, title_id: int) -> None:
    commit(store, f"genre-99-{1900 + 5 * title_id}-{1904 + 5 * title_id}", [encode([film(title_id)])])


def expect_copies(store: Store, pointer: Pointer) -> None:
    """Compare Refined/ with a version: the same bytes in one file for each table, and nothing else."""
    copies = {key: data for key, data in read_all(store, f"{REFINED}/").items() if key != README}
    parts = {key: store.read(part.key) for key, part in name_copies(pointer).items()}
    assert copies == {key: stored.data for key, stored in parts.items() if stored}
    text = store.read(README)
    assert text is not None
    assert f"Version {pointer.version}, built at" in text.data.decode()


def test_refined_has_the_bytes_of_each_table_of_the_current_version() -> None:
    store = lake_of(film(1), film(2))
    pointer = build(store).pointer
    expect_copies(store, pointer)
    assert TITLE in read_all(store)
    assert len(name_copies(pointer)) == sum(table.zone == "refined" for table in pointer.tables)
    grow(store, 3)
    expect_copies(store, build(store).pointer)
    assert len(read_part(store, TITLE)) == 3


def test_a_table_whose_bytes_stay_the_same_is_not_written_again() -> None:
    watched = WatchedStore(lake_of(film(1)))
    build(watched)
    grow(watched, 2)
    watched.written.clear()
    build(watched)
    written = [key for key in watched.written if key.startswith(f"{REFINED}/")]
    assert TITLE in written
    assert "Refined/agreement/agreement.parquet" not in written


@pytest.mark.parametrize("key", [TITLE, README, COPIES])
def test_a_removed_or_altered_copy_is_made_again_by_an_unchanged_build(key: str) -> None:
    store = lake_of(film(1))
    build(store)
    before = read_all(store)
    for spoil in (store.delete, lambda key: store.write(key, b"altered")):
        spoil(key)
        if key == README and store.read(key):
            continue  # its text is for people
        built = build(store)
        assert built.is_unchanged
        expect_copies(store, built.pointer)
        assert read_all(store).keys() == before.keys()


def test_a_build_killed_between_pointer_and_copies_is_completed_by_the_next() -> None:
    clean = lake_of(film(1))
    build(clean)
    grow(clean, 2)
    expected = build(clean, keep=0).pointer
    for step in range(100):
        store = lake_of(film(1))
        build(store)
        grow(store, 2)
        left = step

        def kill(method: str, key: str) -> None:
            nonlocal left
            if method in {"write", "delete"} and (key == COPIES or key.startswith(f"{REFINED}/")):
                left -= 1
                if left < 0:
                    raise Killed

        try:
            build(WatchedStore(store, kill), keep=0)
        except Killed:
            assert current(store).version == expected.version
            again = build(store, keep=0)
            assert again.is_unchanged
            expect_copies(store, expected)
        else:
            assert step > 10
            return
    pytest.fail("the build never ended")


@pytest.mark.parametrize("keep", [0, 1])
def test_of_two_builds_at_once_the_later_version_is_shown(keep: int) -> None:
    """With `keep` 0, the version that the first build copies is removed meanwhile."""
    store = lake_of(film(1))
    build(store)
    grow(store, 2)
    is_overtaken = False

    def overtake(method: str, key: str) -> None:
        nonlocal is_overtaken
        if (method, key) == ("write", TITLE) and not is_overtaken:
            is_overtaken = True
            grow(store, 3)
            build(store, keep=keep)  # publishes and copies completely before the first build copies its title

    build(WatchedStore(store, overtake))
    assert is_overtaken
    expect_copies(store, current(store))
    assert len(read_part(store, TITLE)) == 3
    assert build(store, keep=keep).is_unchanged


def test_a_missing_part_of_the_current_version_is_an_error() -> None:
    store = lake_of(film(1))
    pointer = build(store).pointer
    store.delete(pointer.parts("title")[0].key)
    store.delete(TITLE)
    with pytest.raises(DamagedError, match=r"title\.parquet"):
        update_copies(store, pointer)


def test_a_table_that_no_longer_exists_loses_its_copy_and_other_files_stay() -> None:
    store = lake_of(film(1))
    pointer = build(store).pointer
    store.write("Refined/former/former.parquet", b"old")
    store.write("Refined/snapshot/2020-01-01-Movies.parquet", b"old")
    store.write("Refined/title/notes.txt", b"mine")
    store.write("Refined/title/v=0a/part-0.parquet", b"written by version 0.6")
    assert build(store).is_unchanged
    keys = set(read_all(store, f"{REFINED}/")) - {README, *name_copies(pointer)}
    assert keys == {"Refined/title/notes.txt", "Refined/title/v=0a/part-0.parquet"}


def test_parts_that_versions_share_have_a_copy_for_each_day_and_kind() -> None:
    key = "Versions/shared/snapshot/dt=2026-11-23/Movies-0123456789abcdef.parquet"
    table = Published("snapshot", "refined", "", (), (Part(key, 1, 1, "0a"),))
    pointer = msgspec.structs.replace(build(lake_of(film(1))).pointer, tables=(table,))
    assert list(name_copies(pointer)) == ["Refined/snapshot/2026-11-23-Movies.parquet"]
    assert all(map(is_copy, name_copies(pointer)))


def test_the_readme_has_notices_and_every_table() -> None:
    store = lake_of(film(1))
    pointer = build(store).pointer
    text = read_all(store)[README].decode()
    assert "uses TMDB and the TMDB APIs but is not endorsed, certified, or otherwise approved by TMDB" in text
    assert "https://developer.imdb.com/non-commercial-datasets/" in text
    assert all(f"  {table.name} " in text for table in pointer.tables if table.zone == "refined")
    assert "trusted" not in text
    assert f"Versions/{pointer.version}/" in text
    assert max(map(len, text.splitlines())) <= 200
