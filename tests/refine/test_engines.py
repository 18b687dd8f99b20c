"""One lake built by both engines: every table, value by value, in its order. What needs Java skips where there is none."""

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
from tests.support.engines import QUICKLY, open_shared
from tests.support.refine.invalid_values import fill_oddly
from tests.support.refine.lakes import commit, current, encode, film
from tests.support.servers import program
from tests.support.stores import WatchedStore
from tests.support.virtual import VirtualClock

from cinelake.errors import UsageError
from cinelake.lake.local_store import LocalStore
from cinelake.refine.engines.choice import find_engine
from cinelake.refine.engines.duckdb_engine import open_duckdb
from cinelake.refine.engines.scratch import WORKBENCH
from cinelake.refine.pipeline import build_lake
from cinelake.refine.publish import Pointer

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.filterwarnings(
    "ignore:unclosed <socket:ResourceWarning"
)  # pyspark leaves its own to the collector
_NAMES = ("a=b c", "50%", "x+y", "[z]", "é{1}")
"""Names of folders that mean something to somebody."""
_LEFT = f"{WORKBENCH}/0123456789abcdef/tables/title/part-0.parquet"
_GENRES = ("80", "10752")


@dataclass(frozen=True, slots=True)
class Lake:
    """A lake with its tables."""

    folder: Path
    pointer: Pointer

    def read(self, table: str) -> tuple[list[str], list[str]]:
        """Columns with their types, and rows in their order; as texts, so that -0.0 is not 0.0."""
        paths = [str(self.folder / part.key) for part in self.pointer.parts(table)]
        if not paths:
            return [], []
        with duckdb.connect() as connection:
            found = connection.read_parquet(paths, hive_partitioning=False)
            columns = [f"{name} {kind}" for name, kind in zip(found.columns, found.types, strict=True)]
            return columns, [repr(row) for row in found.fetchall()]


def expect_same(one: Lake, other: Lake) -> None:
    """Every table: columns, types, values and order."""
    assert [table.name for table in one.pointer.tables] == [table.name for table in other.pointer.tables]
    for table in one.pointer.tables:
        (columns, rows), (columns_there, rows_there) = one.read(table.name), other.read(table.name)
        assert columns == columns_there, table.name
        assert len(rows) == len(rows_there), table.name
        assert [pair for pair in zip(rows, rows_there, strict=True) if pair[0] != pair[1]] == [], table.name


@pytest.fixture(scope="module")
def odd(spark: "SparkSession", tmp_path_factory: pytest.TempPathFactory) -> tuple[Lake, Lake]:
    """The odd lake, by DuckDB, and by Spark as a cluster has to do it: with nothing but the lake between its processes."""
    folder = tmp_path_factory.mktemp("engines").joinpath(*_NAMES)
    store = LocalStore(folder / "duckdb")
    fill_oddly(store)
    shutil.copytree(folder / "duckdb", folder / "spark")
    by_duckdb = build_lake(store, VirtualClock(), open_duckdb)
    shared = LocalStore(folder / "spark")
    shared.write(_LEFT, b"of a build that was killed")
    by_spark = build_lake(shared, VirtualClock(), open_shared(spark, shared))
    return Lake(folder / "duckdb", by_duckdb.pointer), Lake(folder / "spark", by_spark.pointer)


def test_an_odd_lake_has_the_same_values_in_every_table_whichever_engine_built_it(odd: tuple[Lake, Lake]) -> None:
    expect_same(*odd)
    assert all(part.rows for table in odd[0].pointer.tables for part in table.parts), "an empty table compares nothing"
    assert all(table.parts for table in odd[0].pointer.tables)


def test_the_report_and_the_version_are_the_same_too(odd: tuple[Lake, Lake]) -> None:
    by_duckdb, by_spark = odd
    assert by_duckdb.pointer.report == by_spark.pointer.report
    assert by_duckdb.pointer.version == by_spark.pointer.version


def test_what_spark_built_duckdb_does_not_build_again(odd: tuple[Lake, Lake]) -> None:
    watched = WatchedStore(LocalStore(odd[1].folder))
    assert build_lake(watched, VirtualClock(), open_duckdb).is_unchanged
    assert watched.written == []


def test_nothing_that_a_cluster_passed_on_is_left_in_the_lake_nor_what_a_killed_build_left(odd: tuple[Lake, Lake]) -> None:
    assert list(LocalStore(odd[1].folder).list_entries(WORKBENCH)) == []


def _run(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TMDB_", "CINELAKE_", "AWS_"))}  # noqa: TID251 - handed on
    environment = {**kept, **variables}
    return subprocess.run([program("cinelake"), *words], env=environment, capture_output=True, text=True, check=False)


def test_the_replays_films_have_the_same_values_in_every_table_and_the_command_says_nothing_but_its_result(
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
    assert (built.returncode, built.stderr) == (0, "")
    assert json.loads(built.stdout)["version"] == current(LocalStore(lake)).version
    one, there = Lake(lake, current(LocalStore(lake))), Lake(other, current(LocalStore(other)))
    assert one.pointer.report.count("movie", 1, "distinct titles") == 45_704
    expect_same(one, there)


def test_without_java_the_command_says_what_to_install(tmp_path: Path) -> None:
    commit(LocalStore(tmp_path / "lake"), "genre-80-2000-2004", [encode([film(1)])])
    found = _run("build", "--engine", "spark", "--lake", str(tmp_path / "lake"), JAVA_HOME=str(tmp_path / "none"))
    assert found.returncode == 2
    assert "engine spark: Java did not start" in found.stderr
    assert "install a Java runtime" in found.stderr
    assert not (tmp_path / "lake" / "Refined").exists()


@pytest.mark.parametrize(("name", "module", "extra"), [("spark", "pyspark", "spark"), ("duckdb", "duckdb", "refine")])
def test_an_engine_that_is_not_installed_is_named_with_what_installs_it(
    name: str, module: str, extra: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for loaded in [each for each in sys.modules if each.startswith((f"{module}.", f"cinelake.refine.{name}"))]:
        monkeypatch.delitem(sys.modules, loaded)
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(UsageError, match=rf"is not installed \({module}.*pip install 'cinelake\[{extra}\]'"):
        find_engine(name, LocalStore(tmp_path))
