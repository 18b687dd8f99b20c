"""The contract of an engine, for DuckDB, for local Spark, and for Spark with a scratch directory in the lake."""

import hashlib
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from tests.support.refine.engines import open_shared

from cinelake.errors import IncompleteError
from cinelake.lake.stores.local_store import LocalStore
from cinelake.refine.engines.duckdb_engine import open_duckdb
from cinelake.refine.engines.engine import Engine

pytestmark = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")  # pyspark does not close its socket
_COLUMNS = {
    "id": "BIGINT",
    "name": "VARCHAR",
    "on": "DATE",
    "at": "TIMESTAMP",
    "share": "DECIMAL(12, 6)",
    "mean": "DOUBLE",
    "is_it": "BOOLEAN",
}
_NOTHING = (None,) * len(_COLUMNS)


@pytest.fixture(params=["duckdb", "spark", "spark in the lake"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    folder = tmp_path / "work"
    folder.mkdir()
    if request.param == "duckdb":
        opened: Any = open_duckdb
    else:
        spark = request.getfixturevalue("spark")
        from cinelake.refine.engines.spark_engine import open_spark  # noqa: PLC0415 - DuckDB is tested without Spark

        opened = open_spark if request.param == "spark" else open_shared(spark, LocalStore(tmp_path / "lake"))
    with opened(folder) as found:
        yield found


def put(engine: Engine, path: Path, data: bytes) -> str:
    """A file where the engine can read it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return engine.scratch.share(path)


def read(path: Path) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Types and rows of a Parquet file."""
    with duckdb.connect() as connection:
        found = connection.read_parquet(str(path))
        return [f"{name} {kind}" for name, kind in zip(found.columns, found.types, strict=True)], found.fetchall()


def test_load_rows_keeps_types(engine: Engine) -> None:
    row = (2**63 - 1, 'é "\\\n\u2028😀', "2024-02-29", "2024-02-29 23:59:59.123456", "-1.500000", 5e-324, True)
    engine.load_rows("thing", _COLUMNS, [row, _NOTHING])
    there = (*row[:2], date(2024, 2, 29), datetime(2024, 2, 29, 23, 59, 59, 123456), Decimal("-1.500000"), *row[5:])  # noqa: DTZ001
    assert engine.query("SELECT * FROM thing ORDER BY id") == [there, _NOTHING]


def test_empty_tables_have_columns(engine: Engine) -> None:
    engine.load_rows("thing", _COLUMNS, [])
    engine.load_files("file", {"a": "BIGINT"}, [])
    engine.load_lines("line", ("a",), None, "|")
    sql = 'SELECT t.id, t."on", f.raw_path, l.line, l.a FROM thing AS t CROSS JOIN file AS f CROSS JOIN line AS l'
    assert engine.query(sql) == []


def test_records_have_the_address_of_their_file(engine: Engine, tmp_path: Path) -> None:
    columns = {"id": "BIGINT", "tags": "VARCHAR[]", "of": 'STRUCT("order" BIGINT, "cast" STRUCT(name VARCHAR)[])'}
    first = put(engine, tmp_path / "a b%20+[1].json", b'[{"id": 9007199254740993, "tags": [], "other": {}}, {}]')
    second = put(
        engine, tmp_path / "c=d{e}.json", '[\n{"id": 2, "of": {"order": 1, "cast": [{"name": "Zoë"}]}}\n]'.encode()
    )
    engine.load_files("record", columns, [first, second])
    select = 'SELECT id, ARRAY_LENGTH(tags) AS tags, "of"."order" AS n, "of"."cast"[1].name AS name, raw_path FROM record'
    assert engine.query(f"{select} ORDER BY raw_path, id") == [
        (9007199254740993, 0, None, None, first),
        (None, None, None, None, first),
        (2, None, 1, "Zoë", second),
    ]


def test_parquet_is_cast_to_the_requested_types(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT 'tt1' AS imdb_id, 7 AS rating, 'x' AS more) TO '{path}'")
    address = engine.scratch.share(path)
    engine.load_files("rated", {"rating": "DOUBLE", "imdb_id": "VARCHAR"}, [address])
    assert engine.query("SELECT * FROM rated") == [(7.0, "tt1", address)]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("separator", ["|", "\t"])
def test_lines_are_numbered_texts(engine: Engine, tmp_path: Path, end: str, separator: str) -> None:
    rows = [("id", "name"), ("1", '"quoted'), (r"\N", "\\"), ("", "a,'b"), ("4", "é\u2028")]
    text = "\ufeff" + "".join(separator.join(row) + end for row in rows)
    engine.load_lines("line", ("id", "name"), put(engine, tmp_path / "lines.txt", text.encode()), separator)
    found = engine.query("SELECT line, id, name FROM line ORDER BY line")
    assert found == [(2, "1", '"quoted'), (3, None, "\\"), (4, None, "a,'b"), (5, "4", "é\u2028")]


def test_lines_of_a_large_file_keep_their_numbers(engine: Engine, tmp_path: Path) -> None:
    count = 400_000
    text = "id|name\n" + "".join(f"{number}|{'x' * (number % 50)}\n" for number in range(2, count + 2))
    engine.load_lines("line", ("id", "name"), put(engine, tmp_path / "many.txt", text.encode()), "|")
    found = engine.query("SELECT COUNT(*), COUNT(CASE WHEN CAST(line AS VARCHAR) = id THEN 1 END) FROM line")
    assert found == [(count, count)]


def test_build_sorts_nulls_last(engine: Engine) -> None:
    engine.load_rows("thing", {"id": "BIGINT", "name": "VARCHAR"}, [(1, "b"), (2, None), (3, "B"), (4, "é"), (5, "z")])
    engine.build("first", "SELECT id, name, ROW_NUMBER() OVER (ORDER BY name) AS number FROM thing")
    engine.build("second", "SELECT MIN(name) AS least, MAX(number) AS most FROM first")
    assert engine.query("SELECT name, number FROM first ORDER BY name") == [
        ("B", 1),
        ("b", 2),
        ("z", 3),
        ("é", 4),
        (None, 5),
    ]
    assert engine.query("SELECT least, most FROM second") == [("B", 5)]


def test_write_keeps_order_and_types(engine: Engine, tmp_path: Path) -> None:
    rows = [(number, f"2001-01-{1 + number % 28:02}") for number in range(5_000)]
    engine.load_rows("thing", {"id": "BIGINT", "on": "DATE"}, rows)
    counted = (
        'SELECT id, YEAR("on") AS year, 1 AS one, CAST(id AS DECIMAL(13, 2)) AS money, [id] AS ids, '
        "ROW_NUMBER() OVER (ORDER BY id) AS number, CAST(NULL AS BOOLEAN) AS is_it FROM thing"
    )
    engine.build("counted", counted)
    engine.write("SELECT * FROM counted ORDER BY id DESC", tmp_path / "counted.parquet")
    types, found = read(tmp_path / "counted.parquet")
    wanted = ["BIGINT", "BIGINT", "INTEGER", "DECIMAL(13,2)", "BIGINT[]", "BIGINT", "BOOLEAN"]
    assert [each.split(" ", 1)[1] for each in types] == wanted
    assert [row[0] for row in found] == list(reversed(range(5_000)))
    assert found[0] == (4_999, 2001, 1, Decimal("4999.00"), [4_999], 5_000, None)


def test_write_is_deterministic(engine: Engine, tmp_path: Path) -> None:
    engine.load_rows("thing", {"id": "BIGINT"}, [(number * 7919 % 5_000,) for number in range(5_000)])
    written = []
    for name in ("one", "two"):
        engine.write("SELECT * FROM thing ORDER BY id", tmp_path / f"{name}.parquet")
        written.append(hashlib.sha256((tmp_path / f"{name}.parquet").read_bytes()).hexdigest())
    assert written[0] == written[1]


def test_an_empty_table_is_written_with_its_columns(engine: Engine, tmp_path: Path) -> None:
    engine.load_rows("thing", {"id": "BIGINT", "name": "VARCHAR"}, [])
    engine.write("SELECT * FROM thing WHERE id = 1 ORDER BY id", tmp_path / "thing.parquet")
    assert read(tmp_path / "thing.parquet") == (["id BIGINT", "name VARCHAR"], [])


def test_errors_name_the_table(engine: Engine, tmp_path: Path) -> None:
    engine.load_rows("thing", {"name": "VARCHAR"}, [("x",)])
    with pytest.raises(IncompleteError, match="cannot build model wrong"):
        engine.build("wrong", "SELECT CAST(name AS BIGINT) AS number FROM thing")
    with pytest.raises(IncompleteError, match="cannot build table record"):
        engine.load_files("record", {"id": "BIGINT"}, [put(engine, tmp_path / "a.json", b'[{"id": "much"}]')])
