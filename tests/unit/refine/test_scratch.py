"""Where an engine and what drives it meet."""

from pathlib import Path

import pytest
from tests.support.stores import read_all

from cinelake.errors import DamagedError
from cinelake.lake.local_store import LocalStore
from cinelake.lake.object_store import open_memory
from cinelake.lake.store import Store
from cinelake.refine.engines.scratch import WORKBENCH, LocalPlace, SharedPlace

LAKE = "s3://bucket/films"
KEY = "Raw/TMDB/JSON/Movies/2026/11/23/genre-80-2000-2004-1.json"


def write(store: Store, address: str, data: bytes) -> None:
    """As a worker does, which knows addresses and no keys."""
    store.write(address.removeprefix(f"{LAKE}/"), data)


def test_on_one_machine_a_lake_in_a_folder_is_read_where_it_lies_and_no_other(tmp_path: Path) -> None:
    place = LocalPlace(tmp_path / "work")
    assert place.find(LocalStore(tmp_path / "lake"), KEY) == str(tmp_path / "lake" / KEY)
    assert place.find(open_memory(), KEY) is None
    assert place.share(tmp_path / "clean.json") == str(tmp_path / "clean.json")


def test_a_cluster_reads_every_object_of_its_lake_by_its_url() -> None:
    store = open_memory()
    assert SharedPlace(store, f"{LAKE}/").find(store, KEY) == f"{LAKE}/{KEY}"


def test_what_is_shared_with_a_cluster_is_in_the_lake_until_it_is_cleared(tmp_path: Path) -> None:
    store = open_memory()
    store.write(KEY, b"[]")
    place = SharedPlace(store, LAKE)
    (tmp_path / "7.json").write_bytes(b"clean")
    shared = place.share(tmp_path / "7.json").removeprefix(f"{LAKE}/")
    write(store, f"{place.name('tables')}_$folder$", b"")
    assert shared.startswith(f"{WORKBENCH}/")
    assert read_all(store)[shared] == b"clean"
    place.clear()
    assert list(read_all(store)) == [KEY]


def test_what_a_killed_build_left_goes_when_the_next_one_begins() -> None:
    store = open_memory()
    left = SharedPlace(store, LAKE)
    write(store, f"{left.name('tables/title')}/part-0.parquet", b"x")
    SharedPlace(store, LAKE)
    assert list(store.list_entries(WORKBENCH)) == []


def test_the_one_parquet_file_of_a_folder_is_fetched(tmp_path: Path) -> None:
    store = open_memory()
    place = SharedPlace(store, LAKE)
    write(store, f"{place.name('written/title')}/_SUCCESS", b"")
    write(store, f"{place.name('written/title')}/part-0.parquet", b"rows")
    write(store, f"{place.name('written/title_genre')}/part-0.parquet", b"others")
    place.fetch("written/title", tmp_path / "title.parquet")
    assert (tmp_path / "title.parquet").read_bytes() == b"rows"


@pytest.mark.parametrize("count", [0, 2])
def test_none_or_several_files_where_one_should_be_are_told(tmp_path: Path, count: int) -> None:
    store = open_memory()
    shared, local = SharedPlace(store, LAKE), LocalPlace(tmp_path)
    (tmp_path / "written").mkdir()
    for number in range(count):
        write(store, f"{shared.name('written')}/part-{number}.parquet", b"rows")
        Path(local.name("written"), f"part-{number}.parquet").write_bytes(b"rows")
    for place in (shared, local):
        with pytest.raises(DamagedError, match=f"the engine left {count} files"):
            place.fetch("written", tmp_path / "title.parquet")
