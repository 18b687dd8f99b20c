"""The build function in the real Lambda runtime, on a lake in S3 with a Data Catalog; and its package as deployed."""

import json
import platform
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import boto3
import pytest
from tests.support.aws.lambdas import Function, start_function
from tests.support.refine.lakes import commit, encode, film, read

from cinelake.aws.glue_tables import OWNER
from cinelake.lake.store import Store
from cinelake.lake.stores.opening import open_store
from cinelake.refine.versions import read_pointer

ROOT = Path(__file__).parents[3]
HANDLER = "cinelake.aws.build_handler.build"
KEYS = {
    "AWS_ACCESS_KEY_ID": "key",
    "AWS_SECRET_ACCESS_KEY": "s3cr3t",
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
}
_SECONDS = 300


@pytest.fixture
def environment(moto_url: str, make_bucket: Callable[[str, str], None]) -> dict[str, str]:
    """The environment of the template: a lake in S3 and a database."""
    make_bucket(moto_url, "built")
    name = uuid4().hex
    aws = {**KEYS, "AWS_ENDPOINT_URL": moto_url, "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "3008"}
    return {**aws, "CINELAKE_LAKE": f"s3://built/{name}", "CINELAKE_DATABASE": f"films_{name}"}


@pytest.fixture
def store(environment: dict[str, str]) -> Store:
    """The lake, with one committed slice of two films."""
    store = open_store(environment["CINELAKE_LAKE"], environment)
    commit(store, "genre-80-2000-2004", [encode([film(1, budget=5_000_000, revenue=20_000_000), film(2)])])
    return store


@pytest.fixture
def glue(environment: dict[str, str]) -> Any:  # noqa: ANN401 - a client
    """A Glue client, with the database that the template creates."""
    keys = {"aws_access_key_id": "key", "aws_secret_access_key": "s3cr3t"}
    client = cast("Any", boto3).client("glue", "us-east-1", endpoint_url=environment["AWS_ENDPOINT_URL"], **keys)
    client.create_database(DatabaseInput={"Name": environment["CINELAKE_DATABASE"]})
    return client


@pytest.fixture
def function(emulator: Path, environment: dict[str, str], tmp_path: Path) -> Iterator[Function]:
    """The function, in an empty folder and with this environment only."""
    with start_function(emulator, HANDLER, tmp_path, environment) as function:
        yield function


def test_build_registers_the_tables_and_logs_its_steps(
    function: Function,
    store: Store,
    glue: Any,  # noqa: ANN401 - a client
    environment: dict[str, str],
) -> None:
    document = function.invoke({}).document
    assert (document["status"], document["is_unchanged"]) == ("complete", False)
    assert (document["records"], document["titles"]) == (2, 2)
    pointer = read_pointer(store)
    assert pointer is not None
    assert (document["version"], document["tables"]) == (pointer.version, len(pointer.tables))
    assert {row["id_tmdb"] for row in read(store, "title")} == {1, 2}
    pages = glue.get_paginator("get_tables").paginate(DatabaseName=environment["CINELAKE_DATABASE"])
    tables = {each["Name"]: each["Parameters"] for page in pages for each in page["TableList"]}
    assert tables["title"]["cinelake_version"] == pointer.version
    assert {each[OWNER] for each in tables.values()} == {environment["CINELAKE_LAKE"]}
    assert document["catalog"]["made"] == len(tables) == sum(bool(each.parts) for each in pointer.tables)
    logged = {event["event"]: event for event in function.read_events()}
    assert list(logged) == ["build_started", "build_finished", "catalog_updated", "dashboard_written"]
    assert logged["build_started"]["memory_mb"] == 1804
    finished = logged["build_finished"]
    assert finished["rows"] > finished["records"] == 2
    assert (finished["quarantined"], finished["checks"]) == (0, pointer.report.checks)
    stored = store.read(document["dashboard"]["key"])
    assert stored is not None
    assert len(stored.data) == document["dashboard"]["bytes"] == logged["dashboard_written"]["bytes"]
    assert {each["lake"] for each in logged.values()} == {environment["CINELAKE_LAKE"]}
    assert "s3cr3t" not in function.read_log()


def test_second_build_changes_nothing(function: Function, store: Store, glue: Any) -> None:  # noqa: ANN401
    _ = glue
    first = function.invoke({}).document
    before = {entry.key for entry in store.list_entries("")}
    again = function.invoke({}).document
    assert (again["is_unchanged"], again["version"]) == (True, first["version"])
    assert (again["catalog"]["made"], again["catalog"]["changed"], again["catalog"]["removed"]) == (0, 0, 0)
    assert {entry.key for entry in store.list_entries("")} == before
    registered = function.invoke({"register_only": True}).document
    assert (registered["status"], registered["version"]) == ("complete", first["version"])


def test_quarantined_records_make_a_build_incomplete(function: Function, store: Store, glue: Any) -> None:  # noqa: ANN401
    _ = glue
    commit(store, "genre-80-2005-2009", [encode([film(3), film(4, revenue="much")])])
    document = function.invoke({}).document
    assert (document["status"], document["quarantined"], document["titles"]) == ("incomplete", 1, 3)
    assert "genre-80-2005-2009-1.json 2: " in document["refusals"][0]


def test_failed_check_keeps_the_current_version(
    function: Function,
    store: Store,
    glue: Any,  # noqa: ANN401
) -> None:
    _ = glue
    version = function.invoke({}).document["version"]
    commit(store, "genre-80-2005-2009", [encode([film(3)])])
    key = next(entry.key for entry in store.list_entries("Raw/") if "2005-2009" in entry.key)
    store.delete(key)
    answer = function.invoke({})
    assert answer.error == "IncompleteError"
    assert "1 of " in answer.document["errorMessage"]
    assert f"{key} its manifest lists it, and it does not exist" in answer.document["errorMessage"]
    pointer = read_pointer(store)
    assert pointer is not None
    assert pointer.version == version
    failed = next(event for event in function.read_events() if event["event"] == "command_failed")
    assert failed["error"] == "IncompleteError"


@pytest.mark.parametrize("event", [{"genre": ["Crime"]}, {"register_only": 1}, "all"])
def test_invalid_event_is_refused(function: Function, event: object) -> None:
    answer = function.invoke(event)
    assert answer.error == "UsageError"
    assert "a build always covers the whole lake" in answer.document["errorMessage"]


def test_empty_lake_is_reported(function: Function) -> None:
    assert function.invoke({}).error == "IncompleteError"
    assert "has no tables yet" in function.invoke({"register_only": True}).document["errorMessage"]


def test_package_builds_in_an_empty_environment(tmp_path: Path) -> None:
    if sys.platform != "linux":
        pytest.skip("the package is built for Linux")
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    package, lake = tmp_path / "package", tmp_path / "lake"
    words = ["env", "LOCK=build.lock", str(ROOT / "infra" / "package.sh"), str(package)]
    subprocess.run([*words, platform.machine(), version], check=True, capture_output=True, timeout=_SECONDS)
    commit(open_store(str(lake), {}), "genre-80-2000-2004", [encode([film(1)])])
    code = (
        "import sys, json; sys.path.insert(0, sys.argv[1]); from cinelake.aws.build_handler import build\n"
        "class Context:\n    aws_request_id = 'x'\n    def get_remaining_time_in_millis(self): return 900_000\n"
        "print(json.dumps(build({}, Context())))"
    )
    done = subprocess.run(
        ["env", "-i", f"CINELAKE_LAKE={lake}", sys.executable, "-I", "-S", "-c", code, str(package)],
        check=True,
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert json.loads(done.stdout)["status"] == "complete"
