"""Choose an engine by name. Only the chosen engine is imported."""

from functools import partial
from typing import Final

from cinelake.errors import UsageError
from cinelake.installation import suggest_extra
from cinelake.lake.store import Store
from cinelake.refine.pipeline import OpenEngine

DUCKDB: Final = "duckdb"
SPARK: Final = "spark"
ENGINES: Final = (DUCKDB, SPARK)


def find_engine(name: str, store: Store) -> OpenEngine:
    """The engine of that name, for this lake.

    Raises:
        UsageError: it is not installed.
    """
    try:
        if name == SPARK:
            from cinelake.refine.engines.spark_engine import open_spark  # noqa: PLC0415 - optional dependency

            return partial(open_spark, store=store)
        from cinelake.refine.engines.duckdb_engine import open_duckdb  # noqa: PLC0415 - the same
    except ImportError as error:
        title, hint = ("Spark", suggest_extra(SPARK)) if name == SPARK else ("DuckDB", "reinstall cinelake")
        raise UsageError(f"cannot start {title}", cause=str(error), hint=hint) from error
    return open_duckdb
