"""One lake built by both engines, compared value by value in order. Tests that need Java are skipped without it."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest
from tests.support.refine.engines import QUICKLY, open_shared
from tests.support.refine.invalid_values import fill_with_edge_cases
from tests.support.refine.lakes import commit, current, encode, film
from tests.support.servers import program
from tests.support.stores import WatchedStore
from tests.support.tmdb.virtual import VirtualClock

from cinelake.errors import UsageError
from cinelake.installation import suggest_extra
from cinelake.lake.stores.local_store import LocalStore
from cinelake.refine.engines.choice import find_engine
from cinelake.refine.engines.duckdb_engine import open_duckdb
from cinelake.refine.engines.scratch import WORKBENCH
from cinelake.refine.pipeline import build_lake
from cinelake.refine.versions import Pointer

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")  # pyspark does not close its socket
_NAMES = ("a=b c", "50%", "x+y", "[z]", "é{1}")
"""Folder names with characters that are special to an engine."""
_LEFT = f"{WORKBENCH}/0123456789abcdef/tables/title/part-0.parquet"
_GENRES = ("80", "10752")


@dataclass(frozen=True, slots=True)
class Lake:
    """A lake and its current version."""

    folder: Path
    pointer: Pointer

    def read(self, table: str) -> tuple[list[str], list[str]]:
        """Columns with their types, and rows in order as texts, in which -0.0 differs from 0.0."""
        paths = [str(self.folder / part.key) for part in self.pointer.parts(table)]
        if not paths:
            return [], []
        with duckdb.connect() as connection:
            found = connection.read_parquet(paths, hive_partitioning=False)
            columns = [f"{name} {kind}" for name, kind in zip(found.columns, found.types, strict=True)]
            return columns, [repr(row) for row in found.fetchall()]


def expect_same(one: Lake, other: Lake) -> None:
    """Compare columns, types, values and order of every table."""
    assert [table.name for table in one.pointer.tables] == [table.name for table in other.pointer.tables]
    for table in one.pointer.tables:
        (columns, rows), (columns_there, rows_there) = one.read(table.name), other.read(table.name)
        assert columns == columns_there, table.name
        assert len(rows) == len(rows_there), table.name
        assert [pair for pair in zip(rows, rows_there, strict=True) if pair[0] != pair[1]] == [], table.name


@pytest.fixture(scope="module")
def built_twice(spark: "SparkSession", tmp_path_factory: pytest.TempPathFactory) -> tuple[Lake, Lake]:
    """A lake of edge cases, built by DuckDB, and by Spark with a scratch directory in the lake as on a cluster."""
    folder = tmp_path_factory.mktemp("engines").joinpath(*_NAMES)
    store = LocalStore(folder / "duckdb")
    fill_with_edge_cases(store)
    shutil.copytree(folder / "duckdb", folder / "spark")
    by_duckdb = build_lake(store, VirtualClock(), open_duckdb)
    shared = LocalStore(folder / "spark")
    shared.write(_LEFT, b"left by a killed build")
    by_spark = build_lake(shared, VirtualClock(), open_shared(spark, shared))
    return Lake(folder / "duckdb", by_duckdb.pointer), Lake(folder / "spark", by_spark.pointer)


def test_both_engines_give_the_same_tables(built_twice: tuple[Lake, Lake]) -> None:
    expect_same(*built_twice)
    assert all(part.rows for table in built_twice[0].pointer.tables for part in table.parts), (
        "an empty table compares nothing"
    )
    assert all(table.parts for table in built_twice[0].pointer.tables)


def test_both_engines_give_the_same_report_and_version(built_twice: tuple[Lake, Lake]) -> None:
    by_duckdb, by_spark = built_twice
    assert by_duckdb.pointer.report == by_spark.pointer.report
    assert by_duckdb.pointer.version == by_spark.pointer.version


def test_duckdb_does_not_rebuild_what_spark_built(built_twice: tuple[Lake, Lake]) -> None:
    watched = WatchedStore(LocalStore(built_twice[1].folder))
    assert build_lake(watched, VirtualClock(), open_duckdb).is_unchanged
    assert watched.written == []


def test_the_scratch_directory_is_removed(built_twice: tuple[Lake, Lake]) -> None:
    assert list(LocalStore(built_twice[1].folder).list_entries(WORKBENCH)) == []


def _run(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TMDB_", "CINELAKE_", "AWS_"))}  # noqa: TID251 - handed on
    environment = {**kept, **variables}
    return subprocess.run([program("cinelake"), *words], env=environment, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_both_engines_give_the_same_tables_of_the_replay(
    java: str, replay: Callable[..., str], replay_token: str, shared: Path, tmp_path: Path
) -> None:
    lake, other = tmp_path / "duckdb", tmp_path / "spark"
    selection = [word for genre in _GENRES for word in ("--genre", genre)]
    rest = ["--rate", "unlimited", "--append", "none"]
    found = _run("extract", *selection, *rest, "--lake", str(lake), TMDB_BASE_URL=replay(), TMDB_TOKEN=replay_token)
    assert found.returncode == 0, found.stderr
    files = [str(path) for path in sorted((shared / "imdb").glob("*.gz"))]
    ingested = _run("ingest", *files, "--lake", str(lake))
    assert ingested.returncode == 0, ingested.stderr
    shutil.copytree(lake, other)
    build_lake(LocalStore(lake), VirtualClock(), open_duckdb)
    built = _run("build", "--engine", "spark", "--lake", str(other), "--json", SPARK_SUBMIT_OPTS=QUICKLY)
    assert built.returncode == 0, built.stderr
    assert json.loads(built.stdout)["version"] == current(LocalStore(lake)).version
    one, there = Lake(lake, current(LocalStore(lake))), Lake(other, current(LocalStore(other)))
    assert one.pointer.report.count("movie", 1, "distinct titles") == 45_704
    expect_same(one, there)


def test_missing_java_is_reported(tmp_path: Path) -> None:
    commit(LocalStore(tmp_path / "lake"), "genre-80-2000-2004", [encode([film(1)])])
    found = _run("build", "--engine", "spark", "--lake", str(tmp_path / "lake"), JAVA_HOME=str(tmp_path / "none"))
    assert found.returncode == 2
    assert "Spark needs Java 17, and Java does not start" in found.stderr
    assert "JAVA_HOME" in found.stderr
    assert not (tmp_path / "lake" / "Refined").exists()


@pytest.mark.parametrize(
    ("name", "module", "hint"),
    [("spark", "pyspark", suggest_extra("spark")), ("duckdb", "duckdb", "reinstall cinelake")],
)
def test_a_missing_engine_is_reported(
    name: str, module: str, hint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for loaded in [each for each in sys.modules if each.startswith((f"{module}.", f"cinelake.refine.engines.{name}"))]:
        monkeypatch.delitem(sys.modules, loaded)
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(UsageError) as caught:
        find_engine(name, LocalStore(tmp_path))
    assert module in caught.value.cause
    assert hint in caught.value.hint
