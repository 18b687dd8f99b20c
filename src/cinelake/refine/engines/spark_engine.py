"""Spark as an engine: each table is written to Parquet in the scratch directory as soon as it is built.

This cuts the lineage, which would otherwise repeat every model once per path that leads to it, and survives the loss of a
worker. Invariant: the values are the same as with DuckDB. The models use only SQL that both engines interpret alike.
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
from cinelake.refine.engines.scratch import LocalScratch, Scratch, SharedScratch
from cinelake.refine.engines.spark_lines import read_pieces, split_lines
from cinelake.refine.engines.spark_session import open_session
from cinelake.refine.engines.spark_sql import quote, translate, translate_columns, translate_ordered, translate_type

_RAW_PATH = "REPLACE(URL_DECODE(REPLACE(INPUT_FILE_NAME(), '+', '%2B')), 'file://', '')"
"""The address of the file as it was given. Spark returns a URL with escapes."""


class SparkEngine:
    """Tables as temporary views over Parquet in a scratch directory that driver and workers share."""

    def __init__(self, session: SparkSession, folder: Path, scratch: Scratch) -> None:
        self._session = session
        self._folder = folder
        self.release = f"spark {session.version}"
        self.scratch = scratch
        self._written = 0

    def load_files(self, table: str, columns: Mapping[str, str], paths: Sequence[str]) -> None:
        """Create a table from files of one kind, JSON lists of records or Parquet, with the added column `raw_path`."""
        if not paths:
            self._store(table, self._make_empty({**columns, "raw_path": "VARCHAR"}))
            return
        reader = self._session.read.option("recursiveFileLookup", "true")  # a folder named a=b is not a partition
        escaped = [_escape(path) for path in paths]
        with _translated(f"build table {table}"):
            if paths[0].endswith(".parquet"):
                read = reader.parquet(*escaped)
            else:
                options = {"multiLine": "true", "mode": "FAILFAST", "encoding": "UTF-8"}
                read = reader.options(**options).schema(translate_columns(columns)).json(escaped)
            self._store(table, read.selectExpr(*_cast(columns), f"{_RAW_PATH} AS raw_path"))

    def open_parquet(self, table: str, paths: Sequence[str]) -> None:
        """Name the rows of at least one Parquet file with the same columns, without reading them yet."""
        with _translated(f"build table {table}"):
            read = self._session.read.option("recursiveFileLookup", "true").parquet(*map(_escape, paths))
            read.createOrReplaceTempView(table)

    def load_lines(self, table: str, columns: Sequence[str], path: str | None, separator: str) -> None:
        """Create a table of texts from a text file, or an empty one, with the column `line`: its number (header: 1)."""
        if path is None:
            self._store(table, self._make_empty(dict.fromkeys(("line", *columns), "VARCHAR") | {"line": "BIGINT"}))
            return
        pieces = f"{table}_pieces"
        with _translated(f"build table {table}"):
            self._store(pieces, read_pieces(self._session, _escape(path)))
            self._store(table, split_lines(self._session, pieces, columns, separator))

    def load_rows(self, table: str, columns: Mapping[str, str], rows: Sequence[tuple[object, ...]]) -> None:
        """Create a table from values that JSON can represent."""
        if not rows:
            self._store(table, self._make_empty(columns))
            return
        path = self._folder / f"{table}.ndjson"
        encoder = msgspec.json.Encoder()
        path.write_bytes(b"\n".join(encoder.encode(dict(zip(columns, row, strict=True))) for row in rows))
        texts = translate_columns(dict.fromkeys(columns, "VARCHAR"))
        read = self._session.read.option("mode", "FAILFAST").schema(texts).json(_escape(self.scratch.share(path)))
        with _translated(f"build table {table}"):
            self._store(table, read.selectExpr(*_cast(columns)))

    def build(self, table: str, sql: str) -> None:
        """Create a table from a SELECT over existing tables."""
        with _translated(f"build model {table}"):
            self._store(table, self._session.sql(translate(sql)))

    def define(self, table: str, sql: str) -> None:
        """Name a SELECT over existing tables, which is evaluated whenever it is read."""
        with _translated(f"build model {table}"):
            self._session.sql(translate(sql)).createOrReplaceTempView(table)

    def rename(self, table: str, name: str) -> None:
        """Point another name to the written file."""
        self._session.table(table).createOrReplaceTempView(name)
        self.drop(table)

    def drop(self, table: str) -> None:
        """Drop the view. Its Parquet file is removed with the scratch directory."""
        self._session.catalog.dropTempView(table)

    def query(self, sql: str) -> list[tuple[object, ...]]:
        """The rows of a SELECT."""
        with _translated("run a query of the build"):
            return [tuple(row) for row in self._session.sql(translate(sql)).collect()]

    def write(self, sql: str, path: Path) -> None:
        """Write the rows of a SELECT in their order to one Parquet file."""
        body, order = translate_ordered(sql)
        view, folder = "rows_to_write", f"written/{path.stem}"
        with _translated(f"build table {path.stem}"):
            self._session.sql(body).coalesce(1).createOrReplaceTempView(view)
            rows = self._session.sql(f"SELECT * FROM {view} {order}")  # noqa: S608 - our own names
            rows.write.mode("overwrite").parquet(self.scratch.folder_address(folder))
        self.scratch.fetch(folder, path)

    def _store(self, table: str, rows: DataFrame) -> None:
        """Write a table to Parquet, and point its name to the written file."""
        self._written += 1  # a name may be given to several tables in turn
        address = self.scratch.folder_address(f"tables/{table}-{self._written}")
        rows.write.parquet(address)
        written = self._session.read.option("recursiveFileLookup", "true").schema(rows.schema).parquet(_escape(address))
        written.createOrReplaceTempView(table)

    def _make_empty(self, columns: Mapping[str, str]) -> DataFrame:
        return self._session.createDataFrame([], translate_columns(columns))


@contextmanager
def open_spark(folder: Path, _: int = 0, *, store: Store | None = None) -> Iterator[SparkEngine]:
    """Open an engine for one build. On a cluster, its scratch directory is in the lake of `store`.

    Raises:
        UsageError: Java does not start.
    """
    with open_session(folder) as session:
        is_local = str(session.sparkContext.master).startswith("local")
        scratch = LocalScratch(folder) if is_local or store is None else SharedScratch(store, repr(store))
        try:
            yield SparkEngine(session, folder, scratch)
        finally:
            scratch.clear()


@contextmanager
def _translated(action: str) -> Iterator[None]:
    try:
        yield
    except (PySparkException, Py4JJavaError) as error:
        raise IncompleteError(
            f"Spark cannot {action}",
            cause=_find_reason(error),
            hint="run `cinelake verify` to find out whether a file in Raw was altered",
        ) from error


def _find_reason(error: PySparkException | Py4JJavaError) -> str:
    """The first line of the innermost cause. Spark wraps the error of a failed task several times."""
    if isinstance(error, PySparkException):
        return str(error).splitlines()[0]
    cause = error.java_exception
    while cause.getCause() is not None:
        cause = cause.getCause()
    return str(cause.getMessage()).splitlines()[0]


def _cast(columns: Mapping[str, str]) -> list[str]:
    return [f"CAST({quote(name)} AS {translate_type(kind)}) AS {quote(name)}" for name, kind in columns.items()]


def _escape(path: str) -> str:
    """A path with its pattern characters escaped."""
    return "".join(f"\\{letter}" if letter in "\\{}[]*?" else letter for letter in path)
