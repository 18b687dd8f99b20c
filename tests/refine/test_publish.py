from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
from tests.support.refine.lakes import build, commit, current, encode, film, lake_of, one, put, read
from tests.support.stores import Killed, WatchedStore, read_all
from tests.support.tmdb.virtual import VirtualClock

from cinelake.errors import IncompleteError, OvertakenError
from cinelake.lake.keys import POINTER, STATUS
from cinelake.lake.store import Entry, Store
from cinelake.lake.stores.local_store import LocalStore
from cinelake.lake.stores.object_store import open_memory
from cinelake.refine.engines.duckdb_engine import DuckDbEngine, open_duckdb
from cinelake.refine.engines.engine import Engine
from cinelake.refine.pipeline import build_lake
from cinelake.refine.publication.copied_files import COPIES
from cinelake.refine.publish import delete_unused, publish_pointer, read_pointer_tag
from cinelake.refine.versions import SHARED, Part, Published, name_state, read_version


def grow(store: Store, title_id: int) -> None:
    commit(store, f"genre-99-{1900 + 5 * title_id}-{1904 + 5 * title_id}", [encode([film(title_id)])])


def versions(store: Store) -> set[str]:
    return {entry.key.split("/")[1] for entry in store.list_entries("Versions/")} - {"shared"}


def published(store: Store) -> dict[str, bytes]:
    """Every object of a table. The order of rows in internal tables does not matter."""
    return {key: data for key, data in read_all(store).items() if "/_state/" not in key and not key.startswith("_")}


def test_the_same_raw_gives_the_same_bytes() -> None:
    first, second = (lake_of(*(film(n, budget=n * 1000, revenue=n * 999) for n in range(1, 50))) for _ in range(2))
    assert build(first).pointer.version == build(second).pointer.version
    assert read_all(first, "Refined/") == read_all(second, "Refined/")
    assert read_all(first, "Trusted/") == read_all(second, "Trusted/")


def test_an_unchanged_build_writes_nothing() -> None:
    watched = WatchedStore(lake_of(film(1)))
    first = build(watched)
    watched.written.clear()
    second = build(watched)
    assert second.is_unchanged
    assert second.pointer == first.pointer
    assert watched.written == []


def test_a_removed_object_is_built_again() -> None:
    store = lake_of(film(1))
    key = build(store).pointer.parts("title")[0].key
    store.delete(key)
    assert not build(store).is_unchanged
    assert one(store, "title")["id_tmdb"] == 1


def test_new_contents_of_a_file_without_manifest_are_built() -> None:
    store = open_memory()
    put(store, "genre-80-2000-2004-1", encode([film(1, title="A")]))
    build(store)
    put(store, "genre-80-2000-2004-1", encode([film(1, title="B")]))
    assert not build(store).is_unchanged
    assert one(store, "title")["title"] == "B"


def test_the_pointer_is_written_after_every_object_that_it_lists_and_before_the_copies() -> None:
    watched = WatchedStore(lake_of(film(1), film(2)))
    pointer = build(watched).pointer
    end = watched.written.index(POINTER)
    named = {part.key for table in pointer.tables for part in table.parts}
    internal = {key for key in watched.written if key.startswith(f"Versions/{pointer.version}/_state/")}
    assert named == set(watched.written[: end - 1]) - internal
    assert name_state(pointer.version, "state.json") in internal
    assert watched.written[end - 1] == f"Versions/{pointer.version}/version.json"
    assert {key.partition("/")[0] for key in watched.written[end + 1 : -2]} == {"Refined"}
    assert watched.written[-2:] == [COPIES, STATUS]
    assert all(part.rows == len(read(watched, table.name)) for table in current(watched).tables for part in table.parts)


@pytest.mark.parametrize("keep", [0, 1, 2])
def test_keep_limits_earlier_versions(keep: int) -> None:
    store = open_memory()
    built = []
    for title_id in range(1, 5):
        grow(store, title_id)
        built.append(build(store, keep=keep).pointer.version)
    assert versions(store) == set(built[-1 - keep :])
    assert [each.version for each in current(store).previous] == list(reversed(built[-1 - keep : -1]))


def test_an_earlier_version_keeps_its_trusted_objects() -> None:
    store = lake_of(film(1))
    build(store)
    earlier = [part.key for table in current(store).tables for part in table.parts]
    grow(store, 2)
    build(store, keep=1)
    assert all(store.read(key) for key in earlier)
    build(store, keep=0)
    now = {part.key for table in current(store).tables for part in table.parts}
    assert not any(store.read(key) for key in earlier if key not in now)


def test_of_two_builds_at_once_the_slower_publishes_nothing() -> None:
    store = lake_of(film(1))
    build(store)
    grow(store, 2)

    @contextmanager
    def open_slow(folder: Path, size: int) -> Iterator[Engine]:
        with open_duckdb(folder, size) as engine:
            grow(store, 3)
            build(store)  # starts later, reads more and finishes first
            yield engine

    with pytest.raises(OvertakenError, match="another build of this lake published"):
        build_lake(store, VirtualClock(), open_slow)
    assert len(read(store, "title")) == 3
    assert build(store).is_unchanged


def test_a_build_with_removed_objects_publishes_nothing() -> None:
    store = lake_of(film(1))
    build(store)
    tag, pointer = read_pointer_tag(store), current(store)
    store.delete(pointer.parts("title")[0].key)
    with pytest.raises(OvertakenError):
        publish_pointer(store, pointer, tag)


def test_unused_trusted_objects_are_removed() -> None:
    store = lake_of(film(1))
    build(store)
    grow(store, 2)
    build(store, keep=0)
    keys = [entry.key for entry in store.list_entries("Trusted/")]
    tables = [table for table in current(store).tables if table.zone == "trusted"]
    assert keys == sorted(part.key for table in tables for part in table.parts)
    assert len([key for key in keys if key.startswith("Trusted/TMDB/")]) == 1


def test_other_objects_are_not_removed() -> None:
    store = lake_of(film(1))
    for key in ("Refined/title/notes.txt", "Trusted/Local/Parquet/Movies/part-0.parquet"):
        store.write(key, b"mine")
    build(store)
    assert {key for key, data in read_all(store).items() if data == b"mine"} == {
        "Refined/title/notes.txt",
        "Trusted/Local/Parquet/Movies/part-0.parquet",
    }


def test_a_build_killed_at_any_write_can_be_repeated() -> None:
    clean = lake_of(film(1))
    build(clean)
    grow(clean, 2)
    expected = build(clean, keep=0).pointer.version
    steps = 0
    while True:
        store = lake_of(film(1))
        previous = build(store).pointer
        grow(store, 2)
        seen = 0

        def kill(method: str, _key: str, limit: int = steps) -> None:
            nonlocal seen
            if method in {"write", "delete"}:
                seen += 1
                if seen > limit:
                    raise Killed

        try:
            build(WatchedStore(store, kill), keep=0)
            break
        except Killed:
            pointer = current(store)
            assert pointer.version in {previous.version, expected}
            assert len(read(store, "title")) == (1 if pointer == previous else 2)
        assert build(store, keep=0).pointer.version == expected
        assert published(store) == published(clean)
        steps += 5
    assert steps > 20


@pytest.mark.parametrize("is_moved", [False, True])
def test_a_build_killed_around_publishing_can_be_repeated(is_moved: bool) -> None:
    store = lake_of(film(1))
    previous = build(store).pointer
    grow(store, 2)

    def kill(method: str, key: str) -> None:
        if (method == "delete") if is_moved else (method, key) == ("swap", POINTER):
            raise Killed

    with pytest.raises(Killed):
        build(WatchedStore(store, kill), keep=0)
    assert len(versions(store)) == 2
    assert (current(store) == previous) is not is_moved
    assert len(read(store, "title")) == 1 + is_moved
    repaired = build(store, keep=0)
    assert repaired.is_unchanged is is_moved
    assert versions(store) == {repaired.pointer.version}
    assert len(read(store, "title")) == 2


class _FaultyEngine(DuckDbEngine):
    """An engine that builds one table with duplicate rows."""

    def build(self, table: str, sql: str) -> None:
        super().build(table, sql)
        if table == "title_genre":
            self._connection.execute("INSERT INTO title_genre SELECT * FROM title_genre")


@contextmanager
def open_faulty(folder: Path, _: int) -> Iterator[_FaultyEngine]:
    engine = _FaultyEngine(folder)
    try:
        yield engine
    finally:
        engine.close()


def test_a_failed_check_publishes_nothing_and_shows_rows() -> None:
    store = lake_of(film(1, budget=5_000, revenue=9_000))
    previous = build(store).pointer
    for title_id in range(2, 30):
        grow(store, title_id)
    before = read_all(store)
    with pytest.raises(IncompleteError) as caught:
        build_lake(store, VirtualClock(), open_faulty)
    text = caught.value.cause
    assert "'title_genre: one row per title_key, genre_id' fails for 29 rows" in text
    assert "'title_genre: the weights of each title are above 0 and add up to 1' fails for 29 rows" in text
    assert "'title_genre: the weighted sums of budget, revenue, budget_real, revenue_real equal the sums in title'" in text
    assert text.count("  movie-") == 20
    assert current(store) == previous
    assert read_all(store) == before


class _ReversedStore(WatchedStore):
    """A store that lists its objects in reverse order."""

    def list_entries(self, prefix: str) -> Iterator[Entry]:
        return reversed(list(super().list_entries(prefix)))


def test_the_order_of_files_does_not_matter(tmp_path: Path) -> None:
    slices = [
        (
            f"genre-{genre}-2000-2004",
            [encode([film(n, title=f"{genre}", budget=n * 1000 + genre) for n in range(start, 9)])],
        )
        for genre, start in ((80, 1), (99, 5), (18, 3), (16, 7))
    ]
    there, back = LocalStore(tmp_path / "a"), _ReversedStore(LocalStore(tmp_path / "b"))
    for store, order in ((there, slices), (back, reversed(slices))):
        for name, files in order:
            commit(store, name, files)
        put(store, "all-2000-2004-1", encode([film(1, title="without a manifest")]))
        build(store)
    assert current(there).version == current(back).version
    assert read_all(there, "Refined/") == read_all(LocalStore(tmp_path / "b"), "Refined/")
    assert read_all(there, "Trusted/") == read_all(LocalStore(tmp_path / "b"), "Trusted/")


def test_a_lake_in_memory_gives_the_same_tables(tmp_path: Path) -> None:
    folder, memory = LocalStore(tmp_path / "it's a lake"), open_memory()
    for store in (folder, memory):
        commit(store, "genre-80-2000-2004", [encode([film(1), {"id": 7}]), encode([film(2)])])
        build_lake(store, VirtualClock(), open_duckdb)
    assert read_all(folder, "Refined/") == read_all(memory, "Refined/")
    assert read_all(folder, "Trusted/") == read_all(memory, "Trusted/")


def test_a_part_that_versions_share_stays_as_long_as_a_kept_version_names_it() -> None:
    store = lake_of(film(1))
    build(store)
    shared = f"{SHARED}/snapshot/dt=2026-11-23"
    named, unnamed = f"{shared}/Movies-{'0' * 16}.parquet", f"{shared}/Movies-{'1' * 16}.parquet"
    for key in (named, unnamed):
        store.write(key, b"rows")
    pointer = current(store)
    table = Published("snapshot", "refined", "", (), (Part(named, 1, 4, ""),))
    first = msgspec.structs.replace(pointer, tables=(*pointer.tables, table))
    tag = publish_pointer(store, first, read_pointer_tag(store))
    delete_unused(store, first, tag)
    assert store.read(named)
    assert not store.read(unnamed)
    grow(store, 2)
    build(store, keep=1)
    assert store.read(named)
    build(store, keep=0)
    assert not store.read(named)


def test_a_description_names_the_version_as_it_was_published() -> None:
    store = lake_of(film(1))
    first = build(store).pointer
    grow(store, 2)
    second = build(store).pointer
    for pointer in (first, second):
        assert read_version(store, pointer.version) == msgspec.structs.replace(pointer, previous=())
