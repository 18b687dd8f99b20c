"""Rollback: a kept version becomes current again, with everything that shows it."""

import json
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result
from tests.support.refine.lakes import build, commit, current, encode, film, read, read_part
from tests.support.stores import read_all

from cinelake.cli.rollback import rollback
from cinelake.errors import DamagedError, UsageError
from cinelake.lake.store import Store
from cinelake.lake.stores.local_store import LocalStore
from cinelake.lake.stores.object_store import open_memory
from cinelake.refine.publication.rollback import list_versions, roll_back


def _build(store: Store, *title_ids: int, keep: int = 1) -> list[str]:
    built = []
    for title_id in title_ids:
        commit(store, f"genre-{title_id}-2000-2004", [encode([film(title_id)])])
        built.append(build(store, keep=keep).pointer.version)
    return built


def _run(lake: Path, *words: str) -> Result:
    return CliRunner().invoke(rollback, ["--lake", str(lake), *words])


def test_the_newest_kept_version_is_current_again_everywhere(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    first, second = _build(store, 1, 2)
    earlier = read_all(store, f"Versions/{first}/")
    done = roll_back(store, None)
    assert (done.pointer.version, done.replaced, current(store).version) == (first, second, first)
    assert len(read(store, "title")) == len(read_part(store, "Refined/title/title.parquet")) == 1
    readme = read_all(store)["Refined/README.txt"].decode()
    assert f"Version {first}, " in readme
    with duckdb.connect(tmp_path / "lake.duckdb", read_only=True) as connection:
        connection.execute("SET file_search_path = ?", [str(tmp_path)])
        assert connection.execute("SELECT count(*) FROM title").fetchall() == [(1,)]
    assert read_all(store, f"Versions/{first}/") == earlier


def test_a_rollback_is_undone_by_another_one_and_by_the_next_build() -> None:
    store = open_memory()
    first, second = _build(store, 1, 2)
    roll_back(store, None)
    assert roll_back(store, None).pointer.version == second
    roll_back(store, first)
    built = build(store)
    assert (built.is_unchanged, built.pointer.version) == (False, second)
    assert [each.version for each in built.pointer.previous] == [first]
    assert build(store).is_unchanged


def test_the_next_build_after_a_rollback_computes_nothing_if_raw_is_unchanged() -> None:
    store = open_memory()
    _build(store, 1, 2)
    before = read_all(store, "Versions/")
    roll_back(store, None)
    build(store)
    assert read_all(store, "Versions/") == before


def test_a_version_is_named_by_its_beginning() -> None:
    store = open_memory()
    built = _build(store, 1, 2, 3, keep=2)
    assert roll_back(store, built[0][:6]).pointer.version == built[0]
    assert [each.version for each in current(store).previous] == [built[2], built[1]]


def test_an_unknown_or_current_version_is_refused() -> None:
    store = open_memory()
    with pytest.raises(UsageError, match="no tables in lake"):
        roll_back(store, None)
    (first,) = _build(store, 1)
    with pytest.raises(UsageError, match="no version is kept besides the current one"):
        roll_back(store, None)
    (second,) = _build(store, 2)
    with pytest.raises(UsageError, match="is the current one"):
        roll_back(store, second)
    with pytest.raises(UsageError, match='no kept version begins with "zz"') as caught:
        roll_back(store, "zz")
    assert caught.value.hint == f"the kept versions are {first}"
    with pytest.raises(UsageError) as caught:
        roll_back(store, f"x{first[1:]}")
    assert caught.value.hint == f"did you mean {first}?"
    with pytest.raises(UsageError, match='no kept version begins with ""'):
        roll_back(store, "")


@pytest.mark.parametrize("lost", ["title/title.parquet", "version.json"])
def test_a_version_without_all_its_objects_is_refused(lost: str) -> None:
    store = open_memory()
    first, second = _build(store, 1, 2)
    store.delete(f"Versions/{first}/{lost}")
    with pytest.raises(DamagedError, match=f'objects of version "{first}" do not exist'):
        roll_back(store, None)
    assert current(store).version == second
    assert [(each.is_current, each.is_usable) for each in list_versions(store)] == [(True, True), (False, False)]


def test_the_command_lists_versions_and_reports_a_rollback(tmp_path: Path) -> None:
    first, second = _build(LocalStore(tmp_path), 1, 2)
    listed = json.loads(_run(tmp_path, "--list", "--json").stdout)["versions"]
    assert [(each["version"], each["is_current"]) for each in listed] == [(second, True), (first, False)]
    text = _run(tmp_path, "--list").stdout
    assert text.index(second) < text.index(first)
    done = _run(tmp_path, first[:8])
    assert done.exit_code == 0
    assert f"version {first} of 2" in done.stdout
    assert f"version {second} is kept. The next build publishes the newest state" in done.stdout
    assert json.loads(_run(tmp_path, "--json").stdout)["replaced"] == first
    assert _run(tmp_path, "--list", first).exit_code == 2
