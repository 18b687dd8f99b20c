"""The Glue Data Catalog (moto): tables of a lake are registered, updated and removed; other tables are left alone."""

import re
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import boto3
import duckdb
import pytest
from tests.support.refine.lakes import build, commit, encode, film, read_part
from tests.support.stores import read_all

from cinelake.aws.glue_catalog import register_lake
from cinelake.aws.glue_tables import ADDRESSES, OWNER, parse_database
from cinelake.errors import CredentialsError, UnreachableError, UsageError
from cinelake.lake.store import Store
from cinelake.lake.stores.object_store import open_memory
from cinelake.lake.stores.opening import open_store
from cinelake.refine.versions import read_pointer

DATABASE = "films"
KEYS = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "us-east-1"}
Tables = dict[str, dict[str, Any]]


@pytest.fixture
def glue(moto_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A Glue client of an account without the database."""
    for name, value in {**KEYS, "AWS_ENDPOINT_URL": moto_url, "AWS_DEFAULT_REGION": "us-east-1"}.items():
        monkeypatch.setenv(name, value)
    client = cast("Any", boto3.client("glue"))
    yield client
    for database in client.get_databases()["DatabaseList"]:
        client.delete_database(Name=database["Name"])


@pytest.fixture(scope="module")
def built() -> dict[str, bytes]:
    """The objects of a built lake of two films; a build takes longer than a copy."""
    store = open_memory()
    commit(store, "genre-80-2000-2004", [encode([film(1, budget=5_000_000), film(2)])])
    build(store)
    return read_all(store)


@pytest.fixture
def open_lake(moto_url: str, make_bucket: Callable[[str, str], None]) -> Callable[..., Store]:
    """Opens a lake with some objects in a bucket, below its own prefix."""
    make_bucket(moto_url, "catalogued")

    def open_lake(objects: Mapping[str, bytes] = {}) -> Store:
        store = open_store(f"s3://catalogued/{uuid4().hex}", {**KEYS, "AWS_ENDPOINT_URL": moto_url})
        for key, data in objects.items():
            store.write(key, data)
        return store

    return open_lake


@pytest.fixture
def store(open_lake: Callable[..., Store], built: dict[str, bytes]) -> Store:
    """A built lake of two films."""
    return open_lake(built)


def _list(glue: Any, database: str = DATABASE) -> Tables:  # noqa: ANN401 - a client
    pages = glue.get_paginator("get_tables").paginate(DatabaseName=database)
    return {each["Name"]: each for page in pages for each in page["TableList"]}


def _read_addresses(store: Store, table: dict[str, Any]) -> list[str]:
    """The objects that Athena reads: those in the list of addresses, or all below the location."""
    descriptor = table["StorageDescriptor"]
    folder = descriptor["Location"].removeprefix(f"{store!r}/")
    assert folder.endswith("/")
    below = [entry.key for entry in store.list_entries(folder)]
    if "Symlink" not in descriptor["InputFormat"]:
        return below
    (key,) = below
    stored = store.read(key)
    assert stored is not None
    return [line.removeprefix(f"{store!r}/") for line in stored.data.decode().splitlines()]


def test_registered_tables_point_to_their_current_objects(glue: Any, store: Store) -> None:  # noqa: ANN401
    done = register_lake(store, DATABASE)
    pointer = read_pointer(store)
    assert pointer is not None
    assert "trusted_series" in done.left_out
    assert done.left_out == tuple(each.name for each in pointer.tables if not each.parts)
    tables = _list(glue)
    assert set(tables) == set(done.changes.made) == {each.name for each in pointer.tables if each.parts}
    for each in pointer.tables:
        if each.parts:
            table = tables[each.name]
            assert _read_addresses(store, table) == [part.key for part in each.parts], each.name
            assert table["Description"] == each.about
            assert table["TableType"] == "EXTERNAL_TABLE"
            assert table["Parameters"]["classification"] == "parquet"
            assert int(table["Parameters"]["recordCount"]) == sum(part.rows for part in each.parts)
            assert table["Parameters"][OWNER] == repr(store)
            assert table["Parameters"]["cinelake_version"] == pointer.version
            library = table["StorageDescriptor"]["SerdeInfo"]["SerializationLibrary"]
            assert library == "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"


def test_columns_have_the_order_and_types_of_the_objects(glue: Any, store: Store) -> None:  # noqa: ANN401
    register_lake(store, DATABASE)
    pointer = read_pointer(store)
    assert pointer is not None
    seen = set[str]()
    for name, table in _list(glue).items():
        key = pointer.parts(name)[0].key
        columns = {each["Name"]: each["Type"] for each in table["StorageDescriptor"]["Columns"]}
        assert list(columns) == _read_names(store, key), name
        assert all(re.fullmatch(r"[a-z][a-z0-9_]*", column) for column in columns), name
        seen.update(columns.values())
        for row in read_part(store, key):
            unfit = {column: (kind, row[column]) for column, kind in columns.items() if not _fits(kind, row[column])}
            assert unfit == {}, name
    assert {"bigint", "string", "double", "date", "boolean", "array<string>", "decimal(13,12)"} <= seen


def _read_names(store: Store, key: str) -> list[str]:
    """The columns of an object, from its schema: a tree in depth-first order, of which the root is no column."""
    stored = store.read(key)
    assert stored is not None
    with tempfile.NamedTemporaryFile(suffix=".parquet") as file, duckdb.connect() as connection:
        Path(file.name).write_bytes(stored.data)
        nodes = connection.execute("SELECT name, num_children FROM parquet_schema(?)", [file.name]).fetchall()
    names, depths = [], [1]
    for name, children in nodes:
        depths[-1] -= 1
        names += [name] if len(depths) == 2 else []
        depths.append(children or 0)
        while depths and depths[-1] == 0:
            depths.pop()
    return names


def _fits(kind: str, value: object) -> bool:
    """Whether a value has a Hive type."""
    if value is None:
        return True
    named = {"bigint": "int", "int": "int", "smallint": "int", "string": "str", "double": "float", "timestamp": "datetime"}
    expected = {**named, "date": "date", "boolean": "bool", "array": "list", "struct": "dict", "decimal": "Decimal"}
    return expected[re.split(r"[<(]", kind)[0]] == type(value).__name__


def test_second_call_changes_nothing(glue: Any, store: Store) -> None:  # noqa: ANN401
    register_lake(store, DATABASE)
    before = {name: table.get("UpdateTime") for name, table in _list(glue).items()}
    done = register_lake(store, DATABASE)
    assert (done.changes.made, done.changes.changed, done.changes.removed) == ((), (), ())
    assert set(done.changes.kept) == set(before)
    assert {name: table.get("UpdateTime") for name, table in _list(glue).items()} == before


def test_new_version_replaces_the_addresses_of_the_previous_one(glue: Any, store: Store) -> None:  # noqa: ANN401
    first = register_lake(store, DATABASE)
    commit(store, "genre-80-2005-2009", [encode([film(3)])])
    build(store, keep=1)
    second = register_lake(store, DATABASE)
    lists = [entry.key for entry in store.list_entries(ADDRESSES)]
    assert {key.split("/")[-2] for key in lists} == {
        f"v={first.version}",
        f"v={second.version}",
    }  # a query of the previous version may be running
    build(store, keep=0)
    register_lake(store, DATABASE)
    assert first.version != second.version
    assert set(second.changes.changed) == set(first.changes.made)
    tables = _list(glue)
    assert int(tables["title"]["Parameters"]["recordCount"]) == 3
    for name, table in tables.items():
        pointer = read_pointer(store)
        assert pointer is not None
        assert _read_addresses(store, table) == [part.key for part in pointer.parts(name)]
    assert [entry.key for entry in store.list_entries(ADDRESSES)] == [
        f"{ADDRESSES}/{name}/v={second.version}/addresses"
        for name in sorted(tables)
        if name.startswith("trusted_") or name == "snapshot"
    ]


def test_old_part_beside_the_current_one_is_not_read(glue: Any, store: Store) -> None:  # noqa: ANN401
    """A build that is killed before its clean-up leaves such an object."""
    pointer = read_pointer(store)
    assert pointer is not None
    (part,) = pointer.parts("trusted_movies")
    stored = store.read(part.key)
    assert stored is not None
    store.write(part.key.rpartition("/")[0] + "/00000000.parquet", stored.data)
    register_lake(store, DATABASE)
    assert _read_addresses(store, _list(glue)["trusted_movies"]) == [part.key]


def test_only_tables_of_this_lake_are_removed(
    glue: Any,  # noqa: ANN401
    store: Store,
    open_lake: Callable[..., Store],
    built: dict[str, bytes],
) -> None:
    register_lake(store, DATABASE)
    for name, parameters in (("old", {OWNER: repr(store)}), ("other", {OWNER: "s3://elsewhere"}), ("mine", {"a": "b"})):
        glue.create_table(DatabaseName=DATABASE, TableInput={"Name": name, "Parameters": parameters})
    assert register_lake(store, DATABASE).changes.removed == ("old",)
    assert {"other", "mine"} <= set(_list(glue))
    elsewhere = open_lake(built)
    with pytest.raises(UsageError, match=repr(store)):
        register_lake(elsewhere, DATABASE)
    assert register_lake(elsewhere, "more").changes.made
    assert register_lake(store, DATABASE).changes.changed == ()


def test_missing_and_changed_tables_are_repaired(glue: Any, store: Store) -> None:  # noqa: ANN401
    register_lake(store, DATABASE)
    found = _list(glue)
    glue.delete_table(DatabaseName=DATABASE, Name="title")
    words = {name: found["genre"][name] for name in ("Name", "Parameters", "StorageDescriptor")}
    words["StorageDescriptor"] = {**words["StorageDescriptor"], "Location": "s3://catalogued/nowhere/"}
    glue.update_table(DatabaseName=DATABASE, TableInput=words)
    done = register_lake(store, DATABASE)
    assert (done.changes.made, done.changes.changed) == (("title",), ("genre",))
    assert _list(glue)["genre"]["StorageDescriptor"] == found["genre"]["StorageDescriptor"]


def test_dry_run_changes_nothing(glue: Any, store: Store) -> None:  # noqa: ANN401
    done = register_lake(store, DATABASE, is_dry_run=True)
    assert "title" in done.changes.made
    assert glue.get_databases()["DatabaseList"] == []
    assert list(store.list_entries(ADDRESSES)) == []


def test_lake_that_cannot_be_registered_is_refused(glue: Any, open_lake: Callable[..., Store]) -> None:  # noqa: ANN401
    _ = glue
    with pytest.raises(UsageError, match="has no tables yet; run `cinelake build`"):
        register_lake(open_lake(), DATABASE)
    with pytest.raises(UsageError, match="is not in S3"):
        register_lake(open_store("memory://", {}), DATABASE)
    with pytest.raises(UsageError, match='invalid --database "my films"'):
        parse_database("my films")
    assert parse_database("Films_2") == "films_2"


class _Refusing(BaseHTTPRequestHandler):
    """Responds like AWS to a user without permissions."""

    def do_POST(self) -> None:
        body = b'{"__type": "AccessDeniedException", "Message": "User nobody is not authorized to perform glue:GetTables"}'
        self.send_response(400)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
        """Log nothing."""


def test_missing_permission_is_reported(
    glue: Any,  # noqa: ANN401
    store: Store,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _ = glue
    with HTTPServer(("127.0.0.1", 0), _Refusing) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
        with pytest.raises(CredentialsError) as failed:
            register_lake(store, DATABASE)
        server.shutdown()
        thread.join()
    assert failed.value.message == 'database "films": AWS refuses access'
    assert "AccessDeniedException User nobody is not authorized to perform" in failed.value.cause
    assert "check the AWS_… variables" in failed.value.hint
    assert "secret" not in str(failed.value)


def test_unreachable_account_is_reported(glue: Any, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ANN401
    _ = glue
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(UnreachableError, match="AWS cannot be reached"):
        register_lake(store, DATABASE)
