"""The format of a lake: written once, and newer ones are refused."""

from pathlib import Path

import pytest
from tests.support.stores import WatchedStore, read_all
from tests.support.tmdb.virtual import START

from cinelake.errors import DamagedError, UsageError
from cinelake.lake.keys import INGESTS, LAKE_FORMAT, LEASE, MANIFESTS, POINTER, RUNS, WATERMARKS
from cinelake.lake.lake_format import FORMAT, LakeFormat, check_format, is_old, read_format, write_format
from cinelake.lake.numbered_keys import number_key
from cinelake.lake.stores.object_store import open_memory
from cinelake.lake.stores.opening import open_lake
from cinelake.settings import read_settings


def test_new_lake_gets_the_document_once() -> None:
    store = WatchedStore(open_memory())
    assert read_format(store) is None
    for _ in range(2):
        write_format(store, START)
    assert read_format(store) == LakeFormat(FORMAT, START)
    assert store.written == [LAKE_FORMAT]
    check_format(store)
    assert not is_old(store)


@pytest.mark.parametrize("key", [f"{RUNS}/a/plan.json", f"{WATERMARKS}/a.json", f"{INGESTS}/a", POINTER, f"{MANIFESTS}/a"])
def test_lake_with_documents_and_without_format_is_old(key: str) -> None:
    store = open_memory()
    store.write(key, b"{}")
    assert is_old(store)
    write_format(store, START)
    assert set(read_all(store)) == {key}  # the upgrade writes it


def test_lease_counter_and_version_1_files_do_not_make_a_lake_old() -> None:
    store = open_memory()
    for key in (LEASE, number_key(3), "Raw/TMDB/JSON/Movies/2020/01/01/genre-80-2020-2024-1.json"):
        store.write(key, b"{}")
    assert not is_old(store)


def test_newer_format_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "_cinelake").mkdir()
    (tmp_path / LAKE_FORMAT).write_text('{"format": 3, "created_at": "2027-01-01T00:00:00Z", "more": 1}')
    with pytest.raises(UsageError) as caught:
        open_lake(read_settings(tmp_path), str(tmp_path))
    assert caught.value.format() == (
        "error: this lake has format 3, and this cinelake reads up to format 2\n  hint: upgrade cinelake\n"
    )


def test_damaged_document_is_reported(tmp_path: Path) -> None:
    (tmp_path / "_cinelake").mkdir()
    (tmp_path / LAKE_FORMAT).write_text("format 2")
    with pytest.raises(DamagedError, match="damaged lake format"):
        open_lake(read_settings(tmp_path), str(tmp_path))
