"""Other tools read Refined/ before, during and after a publication: every title once, and rows of one version only."""

import shutil
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.support.refine.lakes import build, commit, current, encode, film, read
from tests.support.refine.table_readers import TOOLS, Rows, list_ways, read_spark

from cinelake.lake.stores.local_store import LocalStore
from cinelake.refine.publication.rollback import roll_back

pytestmark = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")  # pyspark does not close its socket
_FILMS = 2_000
_PUBLICATIONS = 8
_COLUMNS = ("title_key", "title")


def _fill(store: LocalStore, version: str, revision: int) -> None:
    """Commit films whose titles name a version. Later ones are longer, so that no two files have the same layout."""
    rows = [film(n, title=f"{version} {'x' * (n % 7 * revision)}") for n in range(1, _FILMS + revision)]
    commit(store, "genre-80-2000-2004", [encode(rows)], revision=revision)


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> LocalStore:
    """A lake with two versions of thousands of films, whose titles name the version."""
    store = LocalStore(tmp_path_factory.mktemp("readers") / "lake")
    for revision, version in enumerate(("first", "second"), 1):
        _fill(store, version, revision)
        build(store)
    return store


def _expect_one_version(rows: Rows) -> str:
    """Check that the rows are those of one version, each title once. Returns the version."""
    names = {row[1].partition(" ")[0] for row in rows}
    assert len(names) == 1, f"rows of versions {names}"
    (name,) = names
    assert len(rows) == len({row[0] for row in rows}) == _FILMS + ("first", "second").index(name)
    return name


@pytest.mark.parametrize("tool", TOOLS)
def test_every_table_has_the_rows_of_the_current_version_after_several_builds(lake: LocalStore, tool: str) -> None:
    pointer = current(lake)
    for table in pointer.tables:
        if table.zone != "refined" or not table.parts:
            continue
        expected = read(lake, table.name)
        first, *_ = (*expected, {})
        columns = table.keys
        for way in list_ways(tool):
            if table.name == "snapshot" and way.endswith("{table}.parquet"):
                continue  # it has one file for each kind and day
            path = str(lake.root / "Refined" / way.format(table=table.name))
            rows = TOOLS[tool](path, columns)
            assert len(rows) == len(expected) == sum(part.rows for part in table.parts), (table.name, way)
            if first:
                assert {row[0] for row in rows} == {str(row[columns[0]]) for row in expected}, table.name


def _read_while_publishing(store: LocalStore, read_once: Callable[[], Rows], publications: int = _PUBLICATIONS) -> None:
    """Read without pause while versions are published in turns. A read succeeds with one version, or fails."""
    is_over = threading.Event()
    seen: Counter[str] = Counter()
    mixed: list[str] = []

    def read_on() -> None:
        while not is_over.is_set():
            try:
                rows = read_once()
            except Exception as error:  # noqa: BLE001 - each tool has errors of its own
                seen[f"failed: {type(error).__name__}"] += 1
                continue
            try:
                seen[_expect_one_version(rows)] += 1
            except AssertionError as error:
                mixed.append(str(error))

    with ThreadPoolExecutor(2) as pool:
        running = [pool.submit(read_on) for _ in range(2)]
        try:
            for _ in range(publications):
                roll_back(store, None)
                # This read starts after the publication.
                assert _expect_one_version(read_once()) == _name_current(store)
        finally:
            is_over.set()
        for each in running:
            each.result()
    assert mixed == []
    assert {"first", "second"} <= seen.keys(), seen


def _name_current(store: LocalStore) -> str:
    """The name in the titles of the current version."""
    return str(read(store, "title")[0]["title"]).partition(" ")[0]


_WAYS = (("duckdb", "title/*.parquet"), ("pandas", "title"), ("polars", "title/*.parquet"), ("pyarrow", "title"))
_OTHER_WAYS = tuple((tool, way.format(table="title")) for tool in TOOLS for way in list_ways(tool))


@pytest.mark.parametrize(
    ("tool", "way"), [*_WAYS, *(pytest.param(*each, marks=pytest.mark.slow) for each in _OTHER_WAYS if each not in _WAYS)]
)
def test_a_reader_during_publications_sees_one_version_or_fails(lake: LocalStore, tool: str, way: str) -> None:
    path = str(lake.root / "Refined" / way)
    _read_while_publishing(lake, lambda: TOOLS[tool](path, _COLUMNS))


def test_readers_during_real_builds(tmp_path: Path) -> None:
    """Builds replace tables in the same way as a rollback; this one also removes the previous version."""
    store = LocalStore(tmp_path)
    _fill(store, "first", 1)
    build(store, keep=0)
    path = str(tmp_path / "Refined/title/*.parquet")
    is_over = threading.Event()
    seen: list[str] = []

    def read_on() -> None:
        while not is_over.is_set():
            seen.append(_expect_one_version(TOOLS["duckdb"](path, _COLUMNS)))

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(read_on)
        _fill(store, "second", 2)
        build(store, keep=0)
        is_over.set()
        running.result()
    assert seen == sorted(seen)
    assert _expect_one_version(TOOLS["duckdb"](path, _COLUMNS)) == "second"


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str, tuple[str, ...]], Rows]]:
    """Reads with Spark."""
    pytest.importorskip("pyspark", reason="PySpark is not installed")
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java")
    from cinelake.refine.engines.spark_session import start_session  # noqa: PLC0415 - after the check

    session = start_session(tmp_path_factory.mktemp("spark"))
    yield lambda path, columns: read_spark(session, path, columns)
    session.stop()


def test_spark_reads_one_version(lake: LocalStore, spark: Callable[[str, tuple[str, ...]], Rows]) -> None:
    for way in ("title", "title/*.parquet", "*/title.parquet"):
        _expect_one_version(spark(str(lake.root / "Refined" / way), _COLUMNS))
    _read_while_publishing(lake, lambda: spark(str(lake.root / "Refined/title"), _COLUMNS), publications=4)
