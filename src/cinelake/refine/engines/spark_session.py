"""Open a Spark session: use the active one, such as that of an AWS Glue job, or start a local one.

Invariant: an existing session keeps its settings and is not stopped. A session that is started here logs nothing, uses
only this machine, and is stopped at the end.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pyspark.errors import PySparkRuntimeError
from pyspark.sql import SparkSession

from cinelake.errors import UsageError

_MEMORY = "2g"
_QUIET = """\
status = off
rootLogger.level = off
rootLogger.appenderRef.console.ref = console
logger.gateway.name = org.apache.spark.api.python.PythonGatewayServer
logger.gateway.level = off
appender.console.type = Console
appender.console.name = console
appender.console.target = SYSTEM_ERR
appender.console.layout.type = PatternLayout
"""
"""Spark replaces a configuration without an appender by its own, and applies the level of the gateway's logger to all."""
_SQL_SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",  # the default of Spark 4: a value that does not fit is an error instead of null
    "spark.sql.caseSensitive": "false",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.parquet.compression.codec": "zstd",
    "spark.sql.parser.escapedStringLiterals": "false",
}
"""Settings on which our SQL and files depend, whatever the defaults of the cluster are."""


@contextmanager
def open_session(folder: Path) -> Iterator[SparkSession]:
    """Open a session with our SQL settings. `folder` receives spilled data.

    Raises:
        UsageError: Java does not start.
    """
    found = SparkSession.getActiveSession()
    if found is not None:
        yield _configure(found.newSession())
        return
    started = start_session(folder)
    try:
        yield _configure(started)
    finally:
        started.stop()


def start_session(folder: Path) -> SparkSession:
    """Start a session on all cores of this machine.

    Raises:
        UsageError: Java does not start.
    """
    log = folder / "log4j2.properties"
    log.write_text(_QUIET)
    settings = {
        "spark.driver.memory": _MEMORY,
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.extraJavaOptions": f'-Dlog4j2.configurationFile="{log.as_uri()}"',
        "spark.local.dir": str(folder),
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        # A folder with another Python may come first in PATH.
        "spark.pyspark.python": sys.executable,
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.shuffle.partitions": "8",
    }
    builder = SparkSession.builder.appName("cinelake").master("local[*]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    try:
        return builder.getOrCreate()
    except PySparkRuntimeError as error:
        raise UsageError(
            "Spark needs Java 17, and Java does not start",
            cause=str(error).splitlines()[0],
            hint="install it (`apt-get install openjdk-17-jre-headless`), or set JAVA_HOME to its folder",
        ) from error


def _configure(session: SparkSession) -> SparkSession:
    for name, value in _SQL_SETTINGS.items():
        session.conf.set(name, value)
    return session
