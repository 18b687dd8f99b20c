"""Engines as on a cluster, on this machine."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from cinelake.lake.stores.local_store import LocalStore
from cinelake.refine.engines.engine import Engine
from cinelake.refine.engines.scratch import SharedScratch
from cinelake.refine.pipeline import OpenEngine

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

QUICKLY = "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=256m"
"""Java options for fast compilation instead of fast code: a test runs each query once."""


def open_shared(spark: "SparkSession", store: LocalStore) -> OpenEngine:
    """Spark with a scratch directory in the lake, as for a lake in S3."""
    from cinelake.refine.engines.spark_engine import SparkEngine  # noqa: PLC0415 - other users of this module need no Spark
    from cinelake.refine.engines.spark_session import open_session  # noqa: PLC0415 - the same

    @contextmanager
    def opened(folder: Path, _: int = 0) -> Iterator[Engine]:
        scratch = SharedScratch(store, repr(store))
        with open_session(folder) as session:
            yield SparkEngine(session, folder, scratch)
        scratch.clear()

    return opened
