"""The values on the page about one run: `collect` reads them from a lake, `html` draws them."""

from datetime import date, datetime

import msgspec


class SliceSummary(msgspec.Struct, frozen=True):
    """One slice. `state` is complete, incomplete, listed (not committed yet) or waiting (not listed yet).

    Attributes:
        genre: its English name, or "all titles"; window: for example 2020-2024, -1899 or undated.
        expected: titles that the plan counted; listed: ids found; fetched: records in committed batches.
        kept: titles that a refresh did not fetch again, because earlier runs stored them.
        gone: answered with 404; quarantined: could not be fetched; unproven: counted by TMDB, but in none of its lists.
    """

    name: str
    genre: str
    window: str
    state: str
    expected: int
    listed: int
    fetched: int
    gone: int
    quarantined: int
    unproven: int
    files: int
    bytes: int
    kept: int = 0

    @property
    def stored(self) -> int:
        """Titles whose records are in the lake."""
        return self.fetched + self.kept


class QuarantinedTitle(msgspec.Struct, frozen=True):
    """A title that could not be fetched: its id, its slice, and the reason."""

    id: int
    slice: str
    reason: str


class ProcessSummary(msgspec.Struct, frozen=True):
    """One process that worked on the run.

    Attributes:
        memory_mb: memory of the Lambda function; None for a process that did not run on AWS.
        ending: complete, incomplete, stopped, failed, or running (also: killed).
    """

    started_at: datetime
    seconds: float
    memory_mb: int | None
    requests: int
    refused: int
    failed: int
    ending: str


class Timeline(msgspec.Struct, frozen=True):
    """Lists of one length, with a point for each bucket of each process and one of None after each process.

    Attributes:
        at: seconds since 1970 at the middle of the bucket; ascending within a process.
        sent, refused, failed: requests per second, averaged over the bucket; peak: its busiest second.
        p50, p95, p99: latency of the responses in milliseconds, None where there were none.
    """

    at: list[float]
    sent: list[float | None]
    peak: list[int | None]
    refused: list[float | None]
    failed: list[float | None]
    p50: list[float | None]
    p95: list[float | None]
    p99: list[float | None]


class RunCost(msgspec.Struct, frozen=True):
    """What the run cost on AWS in list prices of us-east-1; an estimate if no process of it ran there.

    Attributes:
        gb_seconds: of the functions; puts: objects written to S3.
    """

    is_measured: bool
    gb_seconds: float
    lambda_dollars: float
    puts: int
    puts_dollars: float
    dollars: float


class RunSummary(msgspec.Struct, frozen=True):
    """Everything on the page about one run.

    Attributes:
        title: the selection in words, for example "Crime and War films, all dates".
        state: complete, incomplete or unfinished.
        rate_limit: in requests per second, or None.
        limit_used: share (0 to 1) of the allowed requests that were sent and not refused; None without a limit.
        seconds: working time of all processes together.
        p50, p95, p99: latency of all responses in milliseconds.
        busiest_second: requests in it.
    """

    title: str
    selection_id: str
    run_on: date
    state: str
    planned_at: datetime
    finished_at: datetime | None
    created_at: datetime
    rate_limit: float | None
    requests: int
    refused: int
    failed: int
    seconds: float
    limit_used: float | None
    busiest_second: int
    p50: float | None
    p95: float | None
    p99: float | None
    slices: tuple[SliceSummary, ...]
    quarantined: tuple[QuarantinedTitle, ...]
    processes: tuple[ProcessSummary, ...]
    timeline: Timeline
    cost: RunCost
