"""The database lake.duckdb in the folder of a lake."""

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from tests.support.refine.lakes import build, commit, encode, film
from tests.support.stores import WatchedStore, read_all

from cinelake.lake.stores.local_store import LocalStore
from cinelake.lake.stores.object_store import open_memory
from cinelake.refine.publication.views import DATABASE

_QUERY = """
import duckdb
with duckdb.connect("lake.duckdb", read_only=True) as connection:
    print(sorted(name for name, in connection.execute("SHOW TABLES").fetchall()))
    print(connection.execute("SELECT count(*), min(title) FROM title").fetchone())
"""


def _query(lake: Path) -> tuple[str, str]:
    done = subprocess.run([sys.executable, "-c", _QUERY], cwd=lake, check=True, capture_output=True, text=True)
    tables, titles = done.stdout.splitlines()
    return tables, titles


def _fill(lake: Path, title_id: int) -> LocalStore:
    store = LocalStore(lake)
    commit(store, f"genre-{title_id}-2000-2004", [encode([film(title_id)])])
    return store


@pytest.mark.parametrize("name", ["lake", "João's lake, [one]"])
def test_views_are_valid_in_the_folder_of_the_lake_also_after_it_was_moved(tmp_path: Path, name: str) -> None:
    pointer = build(_fill(tmp_path / name, 1)).pointer
    (tmp_path / name).rename(tmp_path / "moved")
    tables, titles = _query(tmp_path / "moved")
    assert tables == str(sorted(table.name for table in pointer.tables if table.parts))
    assert titles == "(1, 'Invented 1')"


def test_views_show_the_version_of_the_last_build_and_an_open_database_the_previous_one(tmp_path: Path) -> None:
    store = _fill(tmp_path, 1)
    build(store)
    with duckdb.connect(tmp_path / DATABASE, read_only=True) as before:
        before.execute("SET file_search_path = ?", [str(tmp_path)])
        _fill(tmp_path, 2)
        build(store)
        assert before.execute("SELECT count(*) FROM title").fetchall() == [(1,)]
    assert _query(tmp_path)[1] == "(2, 'Invented 1')"


def test_a_lost_database_is_made_again_and_a_log_of_another_one_removed(tmp_path: Path) -> None:
    store = _fill(tmp_path, 1)
    build(store)
    store.delete(DATABASE)
    store.write(f"{DATABASE}.wal", b"written by someone")
    assert build(store).is_unchanged
    assert _query(tmp_path)[1] == "(1, 'Invented 1')"
    assert not (tmp_path / f"{DATABASE}.wal").exists()


def test_a_bucket_gets_no_database() -> None:
    store = WatchedStore(open_memory())
    commit(store, "genre-80-2000-2004", [encode([film(1)])])
    build(store)
    assert not any(DATABASE in key for key in read_all(store))
