"""Owns the log: events with fields, from one list of names, to stderr.

At a terminal and in files the lines are for people; with CINELAKE_LOG=json, and on Lambda, each line is one JSON object.
The root handlers of the host (Lambda installs one) are left alone: structlog writes by itself. Metrics go into the same
log, in CloudWatch's embedded metric format, which AWS reads and everybody else may: the figures stand in it by name.
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

    RUN_STARTED = "run_started"
    RUN_RESUMED = "run_resumed"
    RUN_PLANNED = "run_planned"
    RUN_FINISHED = "run_finished"
    RUN_UNCHANGED = "run_unchanged"
    UNFINISHED_RUN_FOUND = "unfinished_run_found"
    RUN_PROGRESS = "run_progress"
    RUN_STOPPING = "run_stopping"
    REFRESH_ESTIMATE_FAILED = "refresh_estimate_failed"
    SLICE_LISTED = "slice_listed"
    SLICE_COMMITTED = "slice_committed"
    SLICE_AMENDED = "slice_amended"
    LISTING_UNPROVEN = "listing_unproven"
    REQUEST_RETRIED = "request_retried"
    API_UNAVAILABLE = "api_unavailable"
    RATE_SLOWED = "rate_slowed"
    RECORD_QUARANTINED = "record_quarantined"
    BATCH_REFETCHED = "batch_refetched"
    BATCH_DAMAGED = "batch_damaged"
    LEASE_RELEASE_FAILED = "lease_release_failed"
    LEASE_HELD = "lease_held"
    LEASE_TAKEN_OVER = "lease_taken_over"
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
"""Figures by name, each with its unit (Count, Seconds)."""


def _stamp_metrics(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """The instant of a line of metrics once more, as AWS wants it: milliseconds since 1970."""
    if "_aws" in event:
        at = datetime.fromisoformat(event["timestamp"])
        event["_aws"] = {"Timestamp": int(at.timestamp() * 1000), **event["_aws"]}
    return event


class _Stderr(io.TextIOBase):
    """Whatever sys.stderr is at the moment: a live display takes its place for a while and shows lines above itself."""

    def write(self, text: str) -> int:
        with suppress(OSError):  # nobody listens any more, which is no reason to end
            sys.stderr.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            sys.stderr.flush()


class Log:
    """Writes events. `level` is the least that is shown: info or warning."""

    def __init__(self, stream: TextIO | None = None, *, log_format: str = "auto", level: str = "warning") -> None:
        self.is_json = log_format == "json"
        self._dimensions: dict[str, str] = {}
        out = stream or cast("TextIO", _Stderr())
        has_colors = log_format == "auto" and (stream or sys.stderr).isatty()
        renderer: structlog.typing.Processor = (
            structlog.processors.JSONRenderer()
            if log_format == "json"
            else structlog.dev.ConsoleRenderer(colors=has_colors, pad_event_to=20)
        )
        self._logger: Any = structlog.wrap_logger(
            structlog.PrintLogger(out),
            processors=[
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                _stamp_metrics,
                renderer,
            ],
            wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        )

    def bind(self, *, lake: str | None = None, **fields: object) -> Self:
        """The same log with further fields on each line; `lake` is also the dimension of its metrics."""
        bound = copy(self)
        bound._logger = self._logger.bind(**fields, **({} if lake is None else {"lake": lake}))  # noqa: SLF001 - our own
        bound._dimensions = self._dimensions if lake is None else {"Lake": lake}  # noqa: SLF001 - the same
        return bound

    def measure(self, metrics: Metrics) -> None:
        """Report figures, where a machine reads the log."""
        if not self.is_json:
            return
        names = [{"Name": name, "Unit": unit} for name, (_, unit) in metrics.items()]
        directive = {"Namespace": _NAMESPACE, "Dimensions": [sorted(self._dimensions)], "Metrics": names}
        values = {name: value for name, (value, _) in metrics.items()}
        self._logger.info(Event.METRICS.value, _aws={"CloudWatchMetrics": [directive]}, **self._dimensions, **values)

    def info(self, event: Event, **fields: object) -> None:
        """A step was done."""
        self._logger.info(event.value, **fields)

    def warning(self, event: Event, **fields: object) -> None:
        """Something that a person may want to act on."""
        self._logger.warning(event.value, **fields)

    def error(self, event: Event, **fields: object) -> None:
        """Work that failed."""
        self._logger.error(event.value, **fields)
