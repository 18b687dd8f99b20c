"""Engines as a cluster has them, on this machine."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from cinelake.lake.local_store import LocalStore
from cinelake.refine.engines.engine import Engine
from cinelake.refine.engines.scratch import SharedPlace
from cinelake.refine.pipeline import OpenEngine

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

QUICKLY = "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=256m"
"""Java that compiles quickly instead of well: a test's queries run once."""


def open_shared(spark: "SparkSession", store: LocalStore) -> OpenEngine:
    """Spark that reads the lake where it lies and works in it, as it does where the lake is in S3."""
    from cinelake.refine.engines.spark_engine import SparkEngine  # noqa: PLC0415 - who imports this may do without Spark
    from cinelake.refine.engines.spark_session import open_session  # noqa: PLC0415 - the same

    @contextmanager
    def opened(folder: Path, _: int = 0) -> Iterator[Engine]:
        place = SharedPlace(store, repr(store))
        with open_session(folder) as session:
            yield SparkEngine(session, folder, place)
        place.clear()

    return opened
