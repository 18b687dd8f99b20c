"""Write events with fields to stderr, and metrics where a machine reads the log.

With CINELAKE_LOG=json, and on Lambda, each line is one JSON object; otherwise the lines are for people. Metrics use
CloudWatch's embedded metric format, in the same log. Invariant: the root handlers of the host are left unchanged (Lambda
installs one); structlog writes directly.
"""

import io
import sys
from collections.abc import Mapping
from contextlib import suppress
from copy import copy
from datetime import datetime
from enum import StrEnum
from typing import Any, Self, TextIO, cast

import structlog


class Event(StrEnum):
    """Every event that cinelake logs."""

    FEED_STARTED = "feed_started"
    FEED_FINISHED = "feed_finished"
    RUN_STARTED = "run_started"
    RUN_RESUMED = "run_resumed"
    RUN_PLANNED = "run_planned"
    RUN_FINISHED = "run_finished"
    RUN_UNCHANGED = "run_unchanged"
    RUN_DATE_TAKEN = "run_date_taken"
    UNFINISHED_RUN_FOUND = "unfinished_run_found"
    RUN_PROGRESS = "run_progress"
    RUN_STOPPING = "run_stopping"
    ESTIMATE_FAILED = "estimate_failed"
    SLICE_LISTED = "slice_listed"
    SLICE_COMMITTED = "slice_committed"
    SLICE_AMENDED = "slice_amended"
    TRACE_WRITE_FAILED = "trace_write_failed"
    STATUS_RECORD_FAILED = "status_record_failed"
    LISTING_UNPROVEN = "listing_unproven"
    REQUEST_RETRIED = "request_retried"
    API_UNAVAILABLE = "api_unavailable"
    CLOCK_DIFFERS = "clock_differs"
    RATE_SLOWED = "rate_slowed"
    RECORD_QUARANTINED = "record_quarantined"
    BATCH_REFETCHED = "batch_refetched"
    BATCH_DAMAGED = "batch_damaged"
    LEASE_RELEASE_FAILED = "lease_release_failed"
    LEASE_HELD = "lease_held"
    LEASE_TAKEN_OVER = "lease_taken_over"
    LAKE_UPGRADED = "lake_upgraded"
    LAKE_VERIFIED = "lake_verified"
    COMPARISON_STARTED = "comparison_started"
    BUILD_STARTED = "build_started"
    BUILD_FINISHED = "build_finished"
    CATALOG_UPDATED = "catalog_updated"
    DASHBOARD_WRITTEN = "dashboard_written"
    SIGNAL_RECEIVED = "signal_received"
    COMMAND_FAILED = "command_failed"
    METRICS = "metrics"


_LEVELS = {"info": 20, "warning": 30}
_NAMESPACE = "cinelake"

Metrics = Mapping[str, tuple[float, str]]
"""Values by name, each with its unit (Count, Seconds)."""


def _add_metrics_timestamp(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Add the time to a line of metrics in the form that CloudWatch requires: milliseconds since 1970."""
    if "_aws" in event:
        at = datetime.fromisoformat(event["timestamp"])
        event["_aws"] = {"Timestamp": int(at.timestamp() * 1000), **event["_aws"]}
    return event


class _Stderr(io.TextIOBase):
    """The current sys.stderr: a live display replaces it for a while, to print lines above itself."""

    def write(self, text: str) -> int:
        with suppress(OSError):  # a closed stderr is no reason to stop
            sys.stderr.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            sys.stderr.flush()


class Log:
    """A log of events. `level` is the lowest level that is written: info or warning."""

    def __init__(self, stream: TextIO | None = None, *, log_format: str = "auto", level: str = "warning") -> None:
        self.is_json = log_format == "json"
        self._dimensions: dict[str, str] = {}
        has_colors = log_format == "auto" and (stream or sys.stderr).isatty()
        renderer: structlog.typing.Processor = (
            structlog.processors.JSONRenderer()
            if self.is_json
            else structlog.dev.ConsoleRenderer(colors=has_colors, pad_event_to=20, sort_keys=False)
        )
        self._logger: Any = structlog.wrap_logger(
            structlog.PrintLogger(stream or cast("TextIO", _Stderr())),
            processors=[
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="iso" if self.is_json else "%Y-%m-%d %H:%M:%SZ", utc=True),
                _add_metrics_timestamp,
                renderer,
            ],
            wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        )

    def bind(self, *, lake: str | None = None, **fields: object) -> Self:
        """Return the same log with further fields on each line; `lake` is also the dimension of the metrics."""
        bound = copy(self)
        bound._logger = self._logger.bind(**fields, **({} if lake is None else {"lake": lake}))  # noqa: SLF001 - our own
        bound._dimensions = self._dimensions if lake is None else {"Lake": lake}  # noqa: SLF001 - the same
        return bound

    def measure(self, metrics: Metrics) -> None:
        """Write metrics, but only to a log in JSON."""
        if not self.is_json:
            return
        names = [{"Name": name, "Unit": unit} for name, (_, unit) in metrics.items()]
        directive = {"Namespace": _NAMESPACE, "Dimensions": [sorted(self._dimensions)], "Metrics": names}
        values = {name: value for name, (value, _) in metrics.items()}
        self._logger.info(Event.METRICS.value, _aws={"CloudWatchMetrics": [directive]}, **self._dimensions, **values)

    def info(self, event: Event, **fields: object) -> None:
        """Report a completed step."""
        self._logger.info(event.value, **fields)

    def warning(self, event: Event, **fields: object) -> None:
        """Report something that a person may want to act on."""
        self._logger.warning(event.value, **fields)

    def error(self, event: Event, **fields: object) -> None:
        """Report a failure."""
        self._logger.error(event.value, **fields)
