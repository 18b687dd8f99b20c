"""Owns what the picture of a run shows, as values: `gather` fills them from a lake, `draw` makes a page of them."""

from datetime import date, datetime

import msgspec


class SlicePicture(msgspec.Struct, frozen=True):
    """One slice. `state` is complete, short, listed (not committed yet) or waiting (not listed yet).

    Attributes:
        genre: its English name, or "all titles"; window: such as 2020-2024, -1899 or undated.
        expected: titles that the plan counted; listed: ids found; fetched: records in committed batches.
        kept: titles that were not due, whose records are those of former runs.
        gone: answered with 404; quarantined: could not be had; unproven: counted by the service, but in no list.
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
    def held(self) -> int:
        """Titles whose records the lake has."""
        return self.fetched + self.kept


class Lost(msgspec.Struct, frozen=True):
    """A title that could not be had: its id, its slice, and the reason."""

    id: int
    slice: str
    reason: str


class ProcessPicture(msgspec.Struct, frozen=True):
    """One process that worked on the run; `memory_mb` is that of the Lambda function, None elsewhere.

    `ending` is complete, short, stopped, failed, or running (also: killed).
    """

    started_at: datetime
    seconds: float
    memory_mb: int | None
    requests: int
    refused: int
    failed: int
    ending: str


class Series(msgspec.Struct, frozen=True):
    """Lists of one length: a point for each bucket of each process, and one of None behind each process.

    Attributes:
        at: seconds since 1970, the middle of the bucket; never falls within one process.
        sent, refused, failed: requests a second, averaged over the bucket; peak: its busiest second.
        p50, p95, p99: latency of the answers in milliseconds, None where there were none.
    """

    at: list[float]
    sent: list[float | None]
    peak: list[int | None]
    refused: list[float | None]
    failed: list[float | None]
    p50: list[float | None]
    p95: list[float | None]
    p99: list[float | None]


class Cost(msgspec.Struct, frozen=True):
    """What the run cost on AWS, or would have cost (`is_measured` is False: no process of it ran there).

    GB-seconds of the functions, objects written to S3, and dollars for each and in all (list prices, us-east-1).
    """

    is_measured: bool
    gb_seconds: float
    lambda_dollars: float
    puts: int
    puts_dollars: float
    dollars: float


class Picture(msgspec.Struct, frozen=True):
    """All that the page shows of one run.

    Attributes:
        title: the selection in words, such as "Crime and War films, all dates".
        state: complete, short or unfinished.
        limit: requests a second that were allowed; None: not limited.
        used: share (0..1) of the permitted requests that were sent and not refused; None if not limited.
        seconds: that processes worked, added up.
        p50, p95, p99: latency of all answers, in milliseconds.
        busiest: requests in the busiest second.
    """

    title: str
    selection_id: str
    run_on: date
    state: str
    planned_at: datetime
    finished_at: datetime | None
    drawn_at: datetime
    limit: float | None
    requests: int
    refused: int
    failed: int
    seconds: float
    used: float | None
    busiest: int
    p50: float | None
    p95: float | None
    p99: float | None
    slices: tuple[SlicePicture, ...]
    lost: tuple[Lost, ...]
    processes: tuple[ProcessPicture, ...]
    series: Series
    cost: Cost
