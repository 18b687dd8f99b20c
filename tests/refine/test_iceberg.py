"""Iceberg tables over the Parquet files of a lake in a folder, read with PyIceberg and Polars."""

import json
import shutil
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from click.testing import CliRunner, Result
from tests.support.refine.lakes import build, commit, current, encode, film, read
from tests.support.stores import Killed, WatchedStore, read_all

from cinelake.cli.catalog import catalog as command
from cinelake.errors import UsageError
from cinelake.lake.stores.local_store import LocalStore
from cinelake.lake.stores.object_store import open_memory
from cinelake.refine.iceberg import connection, register, replacement
from cinelake.refine.iceberg.catalog_document import IcebergCatalog, find_address
from cinelake.refine.iceberg.connection import build_properties
from cinelake.refine.iceberg.register import register_iceberg, update_iceberg
from cinelake.refine.publication.rollback import roll_back
from cinelake.refine.publish import list_previous, publish_pointer, read_pointer_tag
from cinelake.refine.versions import Part, Pointer, parse_version, read_pinned

pytest.importorskip("pyiceberg", reason="needs the extra iceberg")
from pyiceberg.catalog import Catalog, load_catalog

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyiceberg.table import Table


def _grow(store: LocalStore, *title_ids: int, keep: int = 1) -> str:
    for title_id in title_ids:
        commit(store, f"genre-{title_id}-2000-2004", [encode([film(title_id)])])
    return build(store, keep=keep).pointer.version


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    """A built lake of two films, in a folder with a space in its name."""
    opened = LocalStore(tmp_path / "my lake")
    _grow(opened, 1, 2)
    return opened


@contextmanager
def _open(store: LocalStore) -> "Iterator[Catalog]":
    uri = f"sqlite:///{store.root}/_cinelake/iceberg/catalog.db"
    opened = load_catalog("cinelake", type="sql", uri=uri)
    try:
        yield opened
    finally:
        opened.close()


@contextmanager
def _load(store: LocalStore, name: str = "title") -> "Iterator[Table]":
    with _open(store) as opened:
        yield opened.load_table(("cinelake", name))


def _versions(table: "Table") -> list[str]:
    """The versions that the live snapshots of a table name, in order."""
    return [each.summary.additional_properties["cinelake.version"] for each in table.snapshots() if each.summary]


def _ids(table: "Table", **scan: Any) -> list[int]:
    return sorted(table.scan(**scan).to_arrow()["id_tmdb"].to_pylist())


def test_every_table_with_rows_is_readable_and_no_file_is_written_again(store: LocalStore) -> None:
    before = {key: data for key, data in read_all(store).items() if key.endswith(".parquet")}
    done = register_iceberg(store)
    pointer = current(store)
    full = {table.name for table in pointer.tables if sum(part.rows for part in table.parts)}
    assert (set(done.states), set(done.states.values())) == (full, {"created"})
    assert set(done.left_out) == {table.name for table in pointer.tables} - full
    with _open(store) as opened:
        for name in full:
            table = opened.load_table(("cinelake", name))
            found, expected = table.scan().to_arrow().to_pylist(), read(store, name)
            for row in (*found, *expected):  # PyIceberg reads a null list of structs as an empty one
                row.update({column: None for column, value in row.items() if value == []})
            assert sorted(map(str, found)) == sorted(map(str, expected)), name
    assert {key: data for key, data in read_all(store).items() if key.endswith(".parquet")} == before


def test_a_table_whose_metadata_is_lost_is_created_again(store: LocalStore) -> None:
    register_iceberg(store)
    shutil.rmtree(store.root / "_cinelake/iceberg/title")
    assert register_iceberg(store).states["title"] == "created"
    with _load(store) as table:
        assert _ids(table) == [1, 2]


def test_an_unchanged_build_restores_a_lost_database(store: LocalStore) -> None:
    register_iceberg(store)
    (store.root / "_cinelake/iceberg/catalog.db").unlink()
    assert update_iceberg(store, current(store)) == ()
    with _load(store) as table:
        assert _ids(table) == [1, 2]


def test_polars_reads_the_same_rows(store: LocalStore, monkeypatch: pytest.MonkeyPatch) -> None:
    polars = pytest.importorskip("polars", reason="needs polars")
    monkeypatch.setenv("POLARS_ICEBERG_PLANNER", "pyiceberg")  # its own planner is another package
    register_iceberg(store)
    with _load(store) as table:
        assert sorted(polars.scan_iceberg(table).collect()["id_tmdb"].to_list()) == [1, 2]


def test_a_publication_makes_one_snapshot_and_expires_those_of_removed_versions(store: LocalStore) -> None:
    register_iceberg(store)
    built = [current(store).version]
    for title_id in (3, 4, 5):
        built.append(_grow(store, title_id))
        with _load(store) as table:
            assert _versions(table) == built[-2:]
            assert _ids(table) == list(range(1, title_id + 1))
            first = table.snapshots()[0]
            assert _ids(table, snapshot_id=first.snapshot_id) == list(range(1, title_id))
    assert {parse_version(key) for key in read_all(store, "Versions/")} - {None} == set(built[-2:])


def test_metadata_does_not_pile_up(store: LocalStore) -> None:
    register_iceberg(store)
    counts = []
    for title_id in range(3, 12):
        _grow(store, title_id, keep=0)
        counts.append(len([key for key in read_all(store, "_cinelake/iceberg/title/") if key.endswith(".avro")]))
    assert counts[-1] == counts[2]


def test_many_manifests_of_a_growing_table_become_one(store: LocalStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replacement, "_MOST_MANIFESTS", 3)
    register_iceberg(store)
    for title_id in range(3, 9):
        commit(store, f"genre-{title_id}-2000-2004", [encode([film(title_id)])], day=date(2026, 12, title_id))
        build(store)
        with _load(store, "trusted_movies") as table:
            snapshot = table.current_snapshot()
            assert snapshot is not None
            assert len(snapshot.manifests(table.io)) <= 5
            assert len({each.file.file_path for each in table.scan().plan_files()}) == len(
                current(store).parts("trusted_movies")
            )
            assert set(_ids(table)) == set(range(1, title_id + 1))


def test_a_version_stays_as_long_as_a_live_snapshot_names_it(store: LocalStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """A build without the extra cannot change the catalog, so what the catalog shows must stay readable."""
    register_iceberg(store)
    shown = current(store).version
    monkeypatch.setattr(register, "is_installed", lambda: False)
    for title_id in (3, 4, 5):
        commit(store, f"genre-{title_id}-2000-2004", [encode([film(title_id)])])
        built = build(store, keep=0)
        assert "the Iceberg catalog does not show this version" in built.warnings[0]
        with _load(store) as table:
            assert (_versions(table), _ids(table)) == ([shown], [1, 2])
    monkeypatch.undo()
    assert build(store, keep=0).is_unchanged
    with _load(store) as table:
        assert _ids(table) == [1, 2, 3, 4, 5]
    assert {parse_version(key) for key in read_all(store, "Versions/")} - {None} == {current(store).version}
    assert read_pinned(store).versions == (current(store).version,)


def test_an_unchanged_build_and_a_second_call_change_nothing(store: LocalStore) -> None:
    register_iceberg(store)
    before = read_all(store)
    assert build(store).is_unchanged
    assert set(register_iceberg(store).states.values()) == {"unchanged"}
    assert read_all(store) == before


def test_a_lake_without_a_catalog_gets_none_from_a_build(store: LocalStore) -> None:
    _grow(store, 3)
    assert not read_all(store, "_cinelake/iceberg/")


def test_a_rollback_is_a_snapshot_too(store: LocalStore) -> None:
    register_iceberg(store)
    first = current(store).version
    second = _grow(store, 3)
    roll_back(store, None)
    with _load(store) as table:
        assert (_versions(table), _ids(table)) == ([first, second, first], [1, 2])


def _publish_changed(store: LocalStore, select: str, version: str) -> Pointer:
    """Publish a version whose table title has other columns, as a later release would."""
    import duckdb  # noqa: PLC0415 - only here

    pointer = current(store)
    (part,) = pointer.parts("title")
    key = f"Versions/{version}/title/title.parquet"
    path = store.root / key
    path.parent.mkdir(parents=True)
    source = f"read_parquet('{store.root / part.key}')"
    duckdb.sql(f"COPY (SELECT {select} FROM {source}) TO '{path}' (FORMAT parquet)")  # noqa: S608 - our own
    changed = Part(key, part.rows, path.stat().st_size, "0" * 64)
    tables = tuple(msgspec.structs.replace(t, parts=(changed,)) if t.name == "title" else t for t in pointer.tables)
    later = msgspec.structs.replace(pointer, version=version, tables=tables, previous=list_previous(pointer, version))
    publish_pointer(store, later, read_pointer_tag(store))
    return later


@pytest.mark.parametrize(
    ("select", "added", "removed"),
    [
        ("*, id_tmdb + 1 AS next_id, [{'a': 1}] AS parts", {"next_id", "parts"}, set[str]()),
        ("* EXCLUDE (title)", set[str](), {"title"}),
        ("* REPLACE (CAST(id_tmdb AS VARCHAR) AS id_tmdb)", set[str](), set[str]()),
    ],
)
def test_columns_follow_those_of_the_files(store: LocalStore, select: str, added: set[str], removed: set[str]) -> None:
    register_iceberg(store)
    with _load(store) as table:
        before = {field.name for field in table.schema().fields}
    assert update_iceberg(store, _publish_changed(store, select, "f" * 16)) == ()
    with _load(store) as table:
        assert {field.name for field in table.schema().fields} == before - removed | added
        rows = table.scan().to_arrow().to_pylist()
        assert sorted(int(row["id_tmdb"]) for row in rows) == [1, 2]
        assert all(row["next_id"] == row["id_tmdb"] + 1 and row["parts"] == [{"a": 1}] for row in rows if added)


def test_an_earlier_snapshot_is_readable_after_a_new_column(store: LocalStore) -> None:
    register_iceberg(store)
    update_iceberg(store, _publish_changed(store, "*, 7 AS seven", "f" * 16))
    with _load(store) as table:
        old, new = table.snapshots()
        assert "seven" not in table.scan(snapshot_id=old.snapshot_id).to_arrow().column_names
        assert table.scan(snapshot_id=new.snapshot_id).to_arrow()["seven"].to_pylist() == [7, 7]


def test_a_table_that_is_no_longer_published_is_removed(store: LocalStore) -> None:
    register_iceberg(store)
    pointer = current(store)
    later = msgspec.structs.replace(
        pointer, version="f" * 16, tables=tuple(t for t in pointer.tables if t.name != "calendar")
    )
    publish_pointer(store, later, read_pointer_tag(store))
    assert register_iceberg(store).states["calendar"] == "removed"
    with _open(store) as opened:
        assert not opened.table_exists(("cinelake", "calendar"))
    assert not read_all(store, "_cinelake/iceberg/calendar/")


def test_a_killed_update_is_completed_by_the_next_build(store: LocalStore) -> None:
    register_iceberg(store)
    earlier = current(store).version
    commit(store, "genre-3-2000-2004", [encode([film(3)])])

    class _Dying(LocalStore):
        def delete(self, key: str) -> None:
            if key.startswith("_cinelake/iceberg/"):
                raise Killed
            super().delete(key)

    with pytest.raises(Killed):
        build(_Dying(store.root), keep=0)
    assert set(read_pinned(store).versions) >= {earlier, current(store).version}
    assert build(store, keep=0).is_unchanged
    with _open(store) as opened:
        for name in ("title", "title_genre", "coverage"):
            assert _versions(opened.load_table(("cinelake", name))) == [current(store).version]


def test_a_moved_lake_gets_a_new_catalog_with_its_new_address(store: LocalStore, tmp_path: Path) -> None:
    register_iceberg(store)
    shutil.move(store.root, tmp_path / "moved")
    moved = LocalStore(tmp_path / "moved")
    assert build(moved).is_unchanged
    with _load(moved) as table:
        assert _ids(table) == [1, 2]
        assert table.location().startswith(find_address(moved))


def test_a_table_of_another_owner_is_not_changed(store: LocalStore) -> None:
    register_iceberg(store)
    with _load(store) as table, table.transaction() as transaction:
        transaction.set_properties({"cinelake.lake": "s3://bucket/other"})
    with pytest.raises(UsageError, match=r'"cinelake.title" belongs to the lake s3://bucket/other'):
        register_iceberg(store)


def test_failures_are_warnings_of_a_build_and_errors_of_the_command(
    store: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    register_iceberg(store)
    (store.root / "_cinelake/iceberg/catalog.db").write_bytes(b"no database at all, but some text" * 100)
    commit(store, "genre-3-2000-2004", [encode([film(3)])])
    built = build(store)
    assert not built.is_unchanged
    assert "the Iceberg catalog does not show this version: cannot update the Iceberg catalog" in built.warnings[0]
    done = _run(store.root)
    assert done.exit_code == 5
    assert "error: cannot update the Iceberg catalog" in done.output
    monkeypatch.setitem(__import__("sys").modules, "pyiceberg.catalog", None)
    done = _run(store.root)
    assert done.exit_code == 2
    assert "error: cannot write Iceberg metadata" in done.output


def _run(lake: Path, *words: str) -> Result:
    return CliRunner().invoke(command, ["--format", "iceberg", "--lake", str(lake), *words])


def test_the_command_lists_what_it_did(store: LocalStore) -> None:
    dry = json.loads(_run(store.root, "--dry-run", "--json").stdout)
    assert dry["tables"]["title"] == "created"
    assert not (store.root / "_cinelake/iceberg").exists()
    document = json.loads(_run(store.root, "--json").stdout)
    assert document["tables"] == dry["tables"]
    assert (document["catalog"], document["database"]) == ("sql", "cinelake")
    assert json.loads(_run(store.root, "--dry-run", "--json").stdout)["tables"]["title"] == "unchanged"
    text = _run(store.root).stdout
    assert "unchanged" in text
    assert f"version {current(store).version} of file://{store.root}" in text.replace("\n", "")


def test_lakes_that_can_have_no_catalog_are_refused(tmp_path: Path, store: LocalStore) -> None:
    with pytest.raises(UsageError, match="has no tables yet"):
        register_iceberg(LocalStore(tmp_path / "empty"))
    with pytest.raises(UsageError, match="which a REST catalog cannot reach"):
        register_iceberg(store, uri="http://127.0.0.1:8181")
    memory = open_memory()
    for key, data in read_all(store).items():
        memory.write(key, data)
    with pytest.raises(UsageError, match="cannot have an Iceberg catalog"):
        register_iceberg(WatchedStore(memory))
    assert CliRunner().invoke(command, ["--uri", "http://x", "--lake", str(store.root)]).exit_code == 2


def test_properties_of_each_kind_of_catalog() -> None:
    options = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_REGION": "eu-west-1", "AWS_PROFILE": "x"}
    glue = build_properties(IcebergCatalog("glue", "films", "s3://b/lake"), options)
    assert glue == {
        "type": "glue",
        "warehouse": "s3://b/lake/_cinelake/iceberg",
        "s3.access-key-id": "a",
        "s3.secret-access-key": "b",
        "s3.region": "eu-west-1",
        "glue.region": "eu-west-1",
    }
    rest = build_properties(IcebergCatalog("rest", "films", "s3://b/lake", "https://catalog.example.org"), {})
    assert rest == {"type": "rest", "uri": "https://catalog.example.org"}
    sql = build_properties(IcebergCatalog("sql", "films", "file:///data/lake"), {})
    assert sql["uri"] == "sqlite:////data/lake/_cinelake/iceberg/catalog.db"
    assert connection.NAME == "cinelake"
