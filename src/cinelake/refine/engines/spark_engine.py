"""Owns Spark as the engine: each table is written down as Parquet in the engine's place as soon as it is made.

That cuts the lineage, which would otherwise hold every model once for each path that leads to it, and survives a worker
that dies. Invariant: the same values as on DuckDB; what would need other words in a model has them there, on both engines.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec
from py4j.protocol import Py4JJavaError  # type: ignore[import-untyped]
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession

from cinelake.errors import IncompleteError
from cinelake.lake.store import Store
from cinelake.refine.engines.scratch import LocalPlace, Place, SharedPlace
from cinelake.refine.engines.spark_lines import read_pieces, split_lines
from cinelake.refine.engines.spark_session import open_session
from cinelake.refine.engines.spark_sql import quote, translate, translate_columns, translate_ordered, translate_type

_RAW_PATH = "REPLACE(URL_DECODE(REPLACE(INPUT_FILE_NAME(), '+', '%2B')), 'file://', '')"
"""The address that was given: Spark tells it as a URL with escapes."""


class SparkEngine:
    """Tables as temporary views over Parquet in a place that driver and workers share."""

    def __init__(self, session: SparkSession, folder: Path, place: Place) -> None:
        self._session = session
        self._folder = folder
        self.place = place

    def load_files(self, table: str, columns: Mapping[str, str], paths: Sequence[str]) -> None:
        """A table from files of one kind, JSON lists of records or Parquet, with `raw_path` as a further column."""
        if not paths:
            self._keep(table, self._make_empty({**columns, "raw_path": "VARCHAR"}))
            return
        reader = self._session.read.option("recursiveFileLookup", "true")  # a folder named a=b is no column
        escaped = [_escape(path) for path in paths]
        with _translated(f"table {table}"):
            if paths[0].endswith(".parquet"):
                read = reader.parquet(*escaped)
            else:
                options = {"multiLine": "true", "mode": "FAILFAST", "encoding": "UTF-8"}
                read = reader.options(**options).schema(translate_columns(columns)).json(escaped)
            self._keep(table, read.selectExpr(*_cast(columns), f"{_RAW_PATH} AS raw_path"))

    def load_lines(self, table: str, columns: Sequence[str], path: str | None, separator: str) -> None:
        r"""A table of texts from a file of lines, or an empty one; also `line`, where it stands (the header is 1)."""
        if path is None:
            self._keep(table, self._make_empty(dict.fromkeys(("line", *columns), "VARCHAR") | {"line": "BIGINT"}))
            return
        pieces = f"{table}_pieces"
        with _translated(f"table {table}"):
            self._keep(pieces, read_pieces(self._session, _escape(path)))
            self._keep(table, split_lines(self._session, pieces, columns, separator))

    def load_rows(self, table: str, columns: Mapping[str, str], rows: Sequence[tuple[object, ...]]) -> None:
        """A table from values that JSON can carry."""
        if not rows:
            self._keep(table, self._make_empty(columns))
            return
        path = self._folder / f"{table}.ndjson"
        encoder = msgspec.json.Encoder()
        path.write_bytes(b"\n".join(encoder.encode(dict(zip(columns, row, strict=True))) for row in rows))
        texts = translate_columns(dict.fromkeys(columns, "VARCHAR"))
        read = self._session.read.option("mode", "FAILFAST").schema(texts).json(_escape(self.place.share(path)))
        with _translated(f"table {table}"):
            self._keep(table, read.selectExpr(*_cast(columns)))

    def build(self, table: str, sql: str) -> None:
        """A table from a SELECT over tables that exist."""
        with _translated(f"model {table}"):
            self._keep(table, self._session.sql(translate(sql)))

    def drop(self, table: str) -> None:
        """Forget a table; what was written down goes with the place."""
        self._session.catalog.dropTempView(table)

    def query(self, sql: str) -> list[tuple[object, ...]]:
        """The rows of a SELECT."""
        with _translated("a question of the build"):
            return [tuple(row) for row in self._session.sql(translate(sql)).collect()]

    def write(self, sql: str, path: Path) -> None:
        """The rows of a SELECT as one Parquet file, in their order."""
        body, order = translate_ordered(sql)
        view, folder = "rows_to_write", f"written/{path.stem}"
        with _translated(f"table {path.stem}"):
            self._session.sql(body).coalesce(1).createOrReplaceTempView(view)
            rows = self._session.sql(f"SELECT * FROM {view} {order}")  # noqa: S608 - our own names
            rows.write.mode("overwrite").parquet(self.place.name(folder))
        self.place.fetch(folder, path)

    def _keep(self, table: str, rows: DataFrame) -> None:
        """Write a table down, and let its name mean what is written."""
        address = self.place.name(f"tables/{table}")
        rows.write.parquet(address)
        written = self._session.read.option("recursiveFileLookup", "true").schema(rows.schema).parquet(_escape(address))
        written.createOrReplaceTempView(table)

    def _make_empty(self, columns: Mapping[str, str]) -> DataFrame:
        return self._session.createDataFrame([], translate_columns(columns))


@contextmanager
def open_spark(folder: Path, _: int = 0, *, store: Store | None = None) -> Iterator[SparkEngine]:
    """An engine for the length of a build, however much that reads; on a cluster it works in the lake of `store`.

    Raises:
        UsageError: there is no Java to run it.
    """
    with open_session(folder) as session:
        is_here = str(session.sparkContext.master).startswith("local")
        place = LocalPlace(folder) if is_here or store is None else SharedPlace(store, repr(store))
        try:
            yield SparkEngine(session, folder, place)
        finally:
            place.clear()


@contextmanager
def _translated(thing: str) -> Iterator[None]:
    try:
        yield
    except (PySparkException, Py4JJavaError) as error:
        raise IncompleteError(
            thing,
            f"Spark could not build it ({_find_reason(error)})",
            "records as the service sends them",
            "look at the file it names; `cinelake verify` tells whether it is as it was written",
        ) from error


def _find_reason(error: PySparkException | Py4JJavaError) -> str:
    """The first line of what was wrong in the first place: a failed task comes wrapped several times."""
    if isinstance(error, PySparkException):
        return str(error).splitlines()[0]
    cause = error.java_exception
    while cause.getCause() is not None:
        cause = cause.getCause()
    return str(cause.getMessage()).splitlines()[0]


def _cast(columns: Mapping[str, str]) -> list[str]:
    return [f"CAST({quote(name)} AS {translate_type(kind)}) AS {quote(name)}" for name, kind in columns.items()]


def _escape(path: str) -> str:
    """A path in which nothing is a pattern."""
    return "".join(f"\\{letter}" if letter in "\\{}[]*?" else letter for letter in path)
