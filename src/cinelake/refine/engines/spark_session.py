"""Owns the life of a Spark session: one that is there already (an AWS Glue job's) is borrowed, else one is started.

Invariant: a borrowed session keeps its settings and goes on; one of ours is quiet, stays on this machine, and is stopped.
"""

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
"""Without an appender it would count as none, and Spark brings its own; the gateway's level becomes everybody's."""
_MEANING = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",  # the default of Spark 4: what does not fit is an error and no null
    "spark.sql.caseSensitive": "false",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.parquet.compression.codec": "zstd",
    "spark.sql.parser.escapedStringLiterals": "false",
}
"""What our SQL and our files rely on, whatever the cluster's defaults are."""


@contextmanager
def open_session(folder: Path) -> Iterator[SparkSession]:
    """A session with our meaning of SQL; `folder` takes what does not fit into memory.

    Raises:
        UsageError: there is no Java to run it.
    """
    found = SparkSession.getActiveSession()
    if found is not None:
        yield _settle(found.newSession())
        return
    started = start_session(folder)
    try:
        yield _settle(started)
    finally:
        started.stop()


def start_session(folder: Path) -> SparkSession:
    """A session on all cores of this machine, for whoever has none.

    Raises:
        UsageError: there is no Java to run it.
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
        reason = str(error).splitlines()[0]
        todo = "install a Java runtime (apt-get install openjdk-17-jre-headless), or name one in JAVA_HOME"
        raise UsageError("engine spark", f"Java did not start ({reason})", "Java 17", todo) from error


def _settle(session: SparkSession) -> SparkSession:
    for name, value in _MEANING.items():
        session.conf.set(name, value)
    return session
