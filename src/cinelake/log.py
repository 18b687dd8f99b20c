"""Owns the log: events with fields, from one list of names, to stderr.

At a terminal and in files the lines are for people; with CINELAKE_LOG=json, and on Lambda, each line is one JSON object.
The root handlers of the host (Lambda installs one) are left alone: structlog writes by itself.
"""

import io
import sys
from enum import StrEnum
from typing import Any, TextIO, cast

import structlog


class Event(StrEnum):
    """Every event that cinelake logs."""

    RUN_STARTED = "run_started"
    RUN_RESUMED = "run_resumed"
    RUN_FINISHED = "run_finished"
    RUN_PROGRESS = "run_progress"
    RUN_STOPPING = "run_stopping"
    SLICE_LISTED = "slice_listed"
    SLICE_COMMITTED = "slice_committed"
    SLICE_AMENDED = "slice_amended"
    LISTING_UNPROVEN = "listing_unproven"
    REQUEST_RETRIED = "request_retried"
    PACE_SLOWED = "pace_slowed"
    RECORD_QUARANTINED = "record_quarantined"
    BATCH_REFETCHED = "batch_refetched"
    LEASE_TAKEN_OVER = "lease_taken_over"


_LEVELS = {"debug": 10, "info": 20, "warning": 30}


class _Stderr(io.TextIOBase):
    """Whatever sys.stderr is at the moment: a live display takes its place for a while and shows lines above itself."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


class Log:
    """Writes events. `level` is the least that is shown: debug, info or warning."""

    def __init__(self, stream: TextIO | None = None, *, log_format: str = "auto", level: str = "warning") -> None:
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
                renderer,
            ],
            wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        )

    def debug(self, event: Event, **fields: object) -> None:
        """For the person who looks for one request."""
        self._logger.debug(event.value, **fields)

    def info(self, event: Event, **fields: object) -> None:
        """A step was done."""
        self._logger.info(event.value, **fields)

    def warning(self, event: Event, **fields: object) -> None:
        """Something that a person may want to act on."""
        self._logger.warning(event.value, **fields)
