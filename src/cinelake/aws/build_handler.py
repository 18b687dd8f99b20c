"""The Lambda function that builds: Raw to Trusted to Refined on DuckDB, then the catalog and the dashboard.

It has a package of its own, so that the functions that extract carry no query engine. A build that was stopped starts again
from the beginning. It may be called at any time; over unchanged Raw it changes nothing.
"""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from cinelake.aws.documents import Document
from cinelake.aws.glue_catalog import register_lake
from cinelake.aws.glue_tables import parse_database
from cinelake.aws.handlers import Context, log_failure
from cinelake.clock import SystemClock
from cinelake.concurrency import run_async
from cinelake.dashboard.writer import DASHBOARD, build_dashboard
from cinelake.errors import CinelakeError, UsageError
from cinelake.lake.store import Store
from cinelake.lake.stores.opening import open_lake
from cinelake.log import Event, Log
from cinelake.refine.engines.duckdb_engine import MOST_MB, open_duckdb
from cinelake.refine.pipeline import Built, build_lake
from cinelake.refine.versions import read_pointer
from cinelake.settings import Settings, read_settings
from cinelake.upgrade.on_demand import upgrade_if_old

_SHARE = 0.6
"""Share of the function's memory for DuckDB; Python validates Raw in the rest."""
_KINDS = ("movie", "series")
_LENGTH = 2_000


def build(event: object, context: Context) -> Document:
    """Build the whole lake; with {"register_only": true} only update the catalog and the dashboard.

    Returns:
        status (complete; incomplete: records are in quarantine), version, is_unchanged, counts, changes of the catalog,
        and figures of the dashboard.
    """
    settings = read_settings(Path.cwd())
    log = Log(log_format=settings.log_format, level="info").bind(request_id=context.aws_request_id)
    try:
        is_register_only = _parse_event(event)
        store = open_lake(settings)
        log = log.bind(lake=repr(store))
        built = _find_built(store) if is_register_only else _build(store, settings, log)
        document = describe_build(built)
        log.info(Event.BUILD_FINISHED, **document)
        return document | _register(store, settings, log) | _draw(store, log)
    except CinelakeError as error:
        log_failure(log, error)
        raise


def describe_build(built: Built) -> Document:
    """A build in figures."""
    pointer, report = built.pointer, built.pointer.report
    return {
        "status": "complete" if report.is_complete else "incomplete",
        "version": pointer.version,
        "is_unchanged": built.is_unchanged,
        "files": report.files,
        "records": sum(report.count(kind, 1, "records in Raw") for kind in _KINDS),
        "titles": sum(report.count(kind, 1, "distinct titles") for kind in _KINDS),
        "tables": len(pointer.tables),
        "rows": sum(part.rows for table in pointer.tables for part in table.parts),
        "checks": report.checks,
        "quarantined": report.quarantined,
        "refusals": [f"{each.key} {each.position}: {each.reason}"[:_LENGTH] for each in report.refusals],
        "seconds": round(built.seconds, 1),
    }


def _build(store: Store, settings: Settings, log: Log) -> Built:
    run_async(upgrade_if_old(store, SystemClock(), log, with_tables=True))
    most_mb = int(settings.memory_mb * _SHARE) if settings.memory_mb else MOST_MB
    log.info(Event.BUILD_STARTED, engine="duckdb", memory_mb=most_mb)
    return build_lake(store, SystemClock(), partial(open_duckdb, most_mb=most_mb))


def _find_built(store: Store) -> Built:
    """The current version, which another engine built."""
    pointer = read_pointer(store)
    if pointer is None:
        raise UsageError(
            f"the lake {store!r} has no tables yet", hint="call the function with an empty event to build them"
        )
    return Built(pointer, is_unchanged=True, seconds=0.0)


def _register(store: Store, settings: Settings, log: Log) -> Document:
    if settings.database is None:
        return {}
    done = register_lake(store, parse_database(settings.database))
    changes = {"made": len(done.changes.made), "changed": len(done.changes.changed), "removed": len(done.changes.removed)}
    log.info(Event.CATALOG_UPDATED, database=done.database, version=done.version, tables=len(done.entries), **changes)
    return {"catalog": {"database": done.database, "tables": len(done.entries), **changes}}


def _draw(store: Store, log: Log) -> Document:
    drawn = build_dashboard(store, SystemClock())
    figures = {"version": drawn.version, "kept": drawn.kept, "bytes": drawn.bytes, "seconds": round(drawn.seconds, 1)}
    log.info(Event.DASHBOARD_WRITTEN, key=DASHBOARD, titles=drawn.titles, **figures)
    return {"dashboard": {"key": DASHBOARD, **figures}}


def _parse_event(event: object) -> bool:
    """Whether the event asks for catalog and dashboard only."""
    words = event if isinstance(event, Mapping) else {"": event}
    is_register_only = words.get("register_only", False)
    if words.keys() - {"register_only"} or not isinstance(is_register_only, bool):
        keys = ", ".join(sorted(map(str, words))) or "nothing"
        raise UsageError(
            f"invalid event: unknown keys {keys}",
            hint='send an empty event or {"register_only": true}; a build always covers the whole lake',
        )
    return is_register_only
