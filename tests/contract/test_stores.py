"""The promises of a store, checked for every implementation."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.contract.conftest import s3_options
from tests.support.servers import free_port

from cinelake.errors import StoreError
from cinelake.lake.store import Entry, Store
from cinelake.lake.stores.object_store import open_s3
from cinelake.lake.stores.opening import open_store

KEY = "Raw/TMDB/JSON/Movies/2026/11/23/genre-80--1899-1.json"


def test_absent_object_is_none(store: Store) -> None:
    assert store.read(KEY) is None
    assert list(store.list_entries("")) == []
    store.delete(KEY)


@pytest.mark.parametrize("size", [0, 1, 10_000_000])
def test_object_reads_back_byte_for_byte(store: Store, open_again: Callable[[], Store], size: int) -> None:
    data = (bytes(range(256)) * (size // 256 + 1))[:size]
    store.write(KEY, data)
    stored = open_again().read(KEY)
    assert stored is not None
    assert stored.data == data


def test_second_write_replaces_the_object_and_its_version(store: Store) -> None:
    store.write(KEY, b"one")
    first = store.read(KEY)
    store.write(KEY, b"two")
    second = store.read(KEY)
    assert first is not None
    assert second is not None
    assert (second.data, second.version != first.version) == (b"two", True)


@pytest.mark.parametrize("size", [0, 1, 12_345_678])
def test_pieces_add_up_to_the_object(store: Store, open_again: Callable[[], Store], size: int) -> None:
    data = (bytes(range(256)) * (size // 256 + 1))[:size]
    assert store.read_pieces(KEY) is None
    store.write(KEY, data)
    pieces = open_again().read_pieces(KEY)
    assert pieces is not None
    assert b"".join(pieces) == data


@pytest.mark.parametrize("size", [0, 1, 5 * 1024 * 1024, 12_345_678])
def test_file_is_written_byte_for_byte_in_one_part_or_many(
    store: Store, open_again: Callable[[], Store], tmp_path: Path, size: int
) -> None:
    data = (bytes(range(256)) * (size // 256 + 1))[:size]
    (tmp_path / "given").write_bytes(data)
    store.write(KEY, b"old")
    old = store.read(KEY)
    store.write_file(KEY, tmp_path / "given")
    stored = open_again().read(KEY)
    assert stored is not None
    assert old is not None
    assert (stored.data, stored.version != old.version) == (data, True)
    assert list(store.list_entries("")) == [Entry(KEY, size)]
    assert (tmp_path / "given").read_bytes() == data


def test_unreadable_file_keeps_the_old_object(store: Store, tmp_path: Path) -> None:
    store.write(KEY, b"old")
    for name in ("absent", "."):
        with pytest.raises(OSError, match=r"No such file|Is a directory"):
            store.write_file(KEY, tmp_path / name)
    stored = store.read(KEY)
    assert stored is not None
    assert stored.data == b"old"


@pytest.mark.parametrize("size", [0, 1, 12_345_678])
def test_copy_has_the_bytes_of_its_source_and_a_version_of_its_own(
    store: Store, open_again: Callable[[], Store], size: int
) -> None:
    data = (bytes(range(256)) * (size // 256 + 1))[:size]
    store.write(KEY, data)
    store.write("Refined/title/title.parquet", b"old")
    version = store.copy(KEY, "Refined/title/title.parquet")
    store.delete(KEY)
    stored = open_again().read("Refined/title/title.parquet")
    assert stored is not None
    assert (stored.data, stored.version) == (data, version)
    assert [entry.version for entry in store.list_entries("")] == [version]


def test_copy_of_an_absent_object_keeps_the_target(store: Store) -> None:
    store.write("target", b"old")
    assert store.copy(KEY, "target") is None
    assert store.copy(KEY, "other") is None
    assert [(entry.key, entry.size) for entry in store.list_entries("")] == [("target", 3)]


def test_entries_are_listed_by_prefix_in_order_of_keys(store: Store) -> None:
    for name in ("genre-80-2020-2024-1", "genre-80-2020-2024-10", "genre-80-2020-2024-2", "genre-800-2020-2024-1"):
        store.write(f"Raw/a/{name}.json", name.encode())
    store.write("Raw/b/x.json", b"x")
    found = list(store.list_entries("Raw/a/genre-80-"))
    assert found == [
        Entry("Raw/a/genre-80-2020-2024-1.json", 20),
        Entry("Raw/a/genre-80-2020-2024-10.json", 21),
        Entry("Raw/a/genre-80-2020-2024-2.json", 20),
    ]
    assert [entry.key for entry in store.list_entries("")][-1] == "Raw/b/x.json"
    assert list(store.list_entries("Raw/c/")) == []


def test_more_entries_than_one_page_are_listed(store: Store) -> None:
    keys = [f"many/{n:04}" for n in range(1_100)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda key: store.write(key, b""), keys))
    assert [entry.key for entry in store.list_entries("many/")] == keys


def test_deleted_object_is_absent(store: Store) -> None:
    store.write(KEY, b"x")
    store.delete(KEY)
    store.delete(KEY)
    assert store.read(KEY) is None


def test_swap_creates_only_an_absent_object(store: Store) -> None:
    version = store.swap(KEY, b"first", None)
    assert version is not None
    assert store.swap(KEY, b"second", None) is None
    stored = store.read(KEY)
    assert stored is not None
    assert (stored.data, stored.version) == (b"first", version)


def test_swap_replaces_only_the_version_that_was_read(store: Store) -> None:
    first = store.swap(KEY, b"1", None)
    assert first is not None
    second = store.swap(KEY, b"2", first)
    assert second is not None
    assert store.swap(KEY, b"3", first) is None
    stored = store.read(KEY)
    assert stored is not None
    assert stored.data == b"2"


def test_swap_of_a_deleted_object_fails(store: Store) -> None:
    version = store.swap(KEY, b"1", None)
    store.delete(KEY)
    assert version is not None
    assert store.swap(KEY, b"2", version) is None


def test_one_of_several_simultaneous_swaps_succeeds(
    store: Store, open_again: Callable[[], Store], request: pytest.FixtureRequest
) -> None:
    stores = [open_again() for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        won = [v for v in pool.map(lambda n: stores[n].swap(KEY, b"%d" % n, None), range(8)) if v is not None]
    if "s3-signed" in request.node.name:  # this server ignores conditions, so the lease reads back what it wrote
        assert won
    else:
        assert len(won) == 1


@pytest.mark.parametrize(
    ("bucket", "secret", "is_running", "cause"),
    [
        ("lakes", "a-wrong-secret", True, "the secret key is wrong"),
        ("no-such-bucket", None, True, "the bucket does not exist"),
        ("lakes", None, False, "the store is unreachable"),
    ],
)
def test_refusal_is_reported_without_credentials(
    rclone_url: str, bucket: str, secret: str | None, is_running: bool, cause: str
) -> None:
    url = rclone_url if is_running else f"http://127.0.0.1:{free_port()}"
    options = s3_options(url, secret) if secret else s3_options(url)
    with pytest.raises(StoreError) as caught:
        open_store(f"s3://{bucket}/x", options).write(KEY, b"x")
    assert (caught.value.cause, caught.value.subject) == (cause, KEY)
    assert f"s3://{bucket}/x" in str(caught.value)
    assert not any(value in str(caught.value) for name, value in options.items() if "ACCESS" in name)


@pytest.mark.parametrize(("key", "expected"), [("Dashboard/index.html", "text/html; charset=utf-8"), (KEY, None)])
def test_page_in_a_bucket_has_the_type_that_a_browser_shows(
    moto_url: str, make_bucket: Callable[[str, str], None], key: str, expected: str | None
) -> None:
    make_bucket(moto_url, "pages")
    opened = open_s3("pages", "films", s3_options(moto_url))
    opened.write(key, b"<!doctype html>")
    content_type = opened._store.get(key).attributes.get("Content-Type", "")
    assert content_type == expected if expected else "html" not in content_type
