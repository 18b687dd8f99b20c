"""How people read a table in Refined/ with other tools: by its folder, its file and patterns that come to mind."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

Rows = list[tuple[str, ...]]
"""Some columns of each row, as texts."""
PATTERNS = (
    "{table}",
    "{table}/{table}.parquet",
    "{table}/*.parquet",
    "{table}/*",
    "*/{table}.parquet",
    "**/{table}.parquet",
)


def _read_duckdb(path: str, columns: tuple[str, ...]) -> Rows:
    duckdb = pytest.importorskip("duckdb")
    with duckdb.connect() as connection:
        listed = ", ".join(f'CAST("{name}" AS VARCHAR)' for name in columns)
        rows = connection.execute(f"SELECT {listed} FROM read_parquet(?)", [path]).fetchall()  # noqa: S608
    return [tuple(map(str, row)) for row in rows]


def _read_pandas(path: str, columns: tuple[str, ...]) -> Rows:
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    frame = pandas.read_parquet(path, columns=list(columns))
    return list(zip(*(map(str, frame[name]) for name in columns), strict=True))


def _read_polars(path: str, columns: tuple[str, ...]) -> Rows:
    polars = pytest.importorskip("polars", reason="Polars is not installed")
    frame = polars.scan_parquet(path).select(columns).collect()
    return [tuple(map(str, row)) for row in frame.rows()]


def _read_pyarrow(path: str, columns: tuple[str, ...]) -> Rows:
    dataset = pytest.importorskip("pyarrow.dataset", reason="PyArrow is not installed")
    found = dataset.dataset(path, format="parquet").to_table(columns=list(columns))
    return list(zip(*(map(str, found[name].to_pylist()) for name in columns), strict=True))


TOOLS: Mapping[str, Callable[[str, tuple[str, ...]], Rows]] = {
    "duckdb": _read_duckdb,
    "pandas": _read_pandas,
    "polars": _read_polars,
    "pyarrow": _read_pyarrow,
}
FOLDERS_ONLY = ("pandas", "pyarrow")
"""Tools that read a folder or a file, and know no patterns."""


def list_ways(tool: str) -> tuple[str, ...]:
    """The patterns that a tool understands."""
    if tool == "duckdb":
        return PATTERNS[1:]
    return PATTERNS[:2] if tool in FOLDERS_ONLY else PATTERNS


def read_spark(session: "SparkSession", path: str, columns: tuple[str, ...]) -> Rows:
    """Read with Spark."""
    frame = session.read.parquet(path).select(*columns)
    return [tuple(map(str, row)) for row in frame.collect()]
