"""Scratch directories of an engine: local, and shared through the lake."""

from pathlib import Path

import pytest
from tests.support.stores import read_all

from cinelake.errors import DamagedError
from cinelake.lake.store import Store
from cinelake.lake.stores.local_store import LocalStore
from cinelake.lake.stores.object_store import open_memory
from cinelake.refine.engines.scratch import WORKBENCH, LocalScratch, SharedScratch

LAKE = "s3://bucket/films"
KEY = "Raw/TMDB/JSON/Movies/2026/11/23/genre-80-2000-2004-1.json"


def write(store: Store, address: str, data: bytes) -> None:
    """Write to an address, as a worker does."""
    store.write(address.removeprefix(f"{LAKE}/"), data)


def test_local_scratch_reads_a_local_lake_in_place(tmp_path: Path) -> None:
    scratch = LocalScratch(tmp_path / "work")
    assert scratch.locate(LocalStore(tmp_path / "lake"), KEY) == str(tmp_path / "lake" / KEY)
    assert scratch.locate(open_memory(), KEY) is None
    assert scratch.share(tmp_path / "clean.json") == str(tmp_path / "clean.json")


def test_shared_scratch_reads_every_object_by_url() -> None:
    store = open_memory()
    assert SharedScratch(store, f"{LAKE}/").locate(store, KEY) == f"{LAKE}/{KEY}"


def test_clear_removes_shared_files(tmp_path: Path) -> None:
    store = open_memory()
    store.write(KEY, b"[]")
    scratch = SharedScratch(store, LAKE)
    (tmp_path / "7.json").write_bytes(b"clean")
    shared = scratch.share(tmp_path / "7.json").removeprefix(f"{LAKE}/")
    write(store, f"{scratch.folder_address('tables')}_$folder$", b"")
    assert shared.startswith(f"{WORKBENCH}/")
    assert read_all(store)[shared] == b"clean"
    scratch.clear()
    assert list(read_all(store)) == [KEY]


def test_a_new_build_removes_what_a_killed_one_left() -> None:
    store = open_memory()
    killed = SharedScratch(store, LAKE)
    write(store, f"{killed.folder_address('tables/title')}/part-0.parquet", b"x")
    SharedScratch(store, LAKE)
    assert list(store.list_entries(WORKBENCH)) == []


def test_fetch_copies_the_parquet_file_of_a_folder(tmp_path: Path) -> None:
    store = open_memory()
    scratch = SharedScratch(store, LAKE)
    write(store, f"{scratch.folder_address('written/title')}/_SUCCESS", b"")
    write(store, f"{scratch.folder_address('written/title')}/part-0.parquet", b"rows")
    write(store, f"{scratch.folder_address('written/title_genre')}/part-0.parquet", b"others")
    scratch.fetch("written/title", tmp_path / "title.parquet")
    assert (tmp_path / "title.parquet").read_bytes() == b"rows"


@pytest.mark.parametrize("count", [0, 2])
def test_fetch_requires_exactly_one_file(tmp_path: Path, count: int) -> None:
    store = open_memory()
    shared, local = SharedScratch(store, LAKE), LocalScratch(tmp_path)
    (tmp_path / "written").mkdir()
    for number in range(count):
        write(store, f"{shared.folder_address('written')}/part-{number}.parquet", b"rows")
        Path(local.folder_address("written"), f"part-{number}.parquet").write_bytes(b"rows")
    for scratch in (shared, local):
        with pytest.raises(DamagedError, match=f"wrote {count} files"):
            scratch.fetch("written", tmp_path / "title.parquet")
