"""Records what this process sends, second by second, and makes a trace of it."""

import math
from datetime import datetime

import msgspec

from cinelake.extract.tracing.trace import MOST_BUCKETS, Bucket, Trace, join_buckets, step_of
from cinelake.tmdb.executor import Attempt, Outcome

_REMEMBERED = 120
"""Seconds whose requests are still counted one by one: a request ends well within that time."""


class Recorder:
    """Makes the trace of this process. `started` is the instant, on the client's clock, that the trace counts from."""

    def __init__(self, started: float, started_at: datetime, *, limit: float, memory_mb: int | None = None) -> None:
        self._started = started
        self._head = Trace(started_at, None if limit == math.inf else limit, memory_mb, 0.0, 1, "running", [])
        self._width = 1
        self._buckets: dict[int, Bucket] = {}
        self._seconds: dict[int, int] = {}

    def note(self, attempt: Attempt) -> None:
        """Count one request that has come to its end."""
        second = max(0, int(attempt.sent_at - self._started))
        sent = self._seconds[second] = self._seconds.get(second, 0) + 1
        if len(self._seconds) > _REMEMBERED:
            del self._seconds[next(iter(self._seconds))]
        bucket = self._bucket(second)
        bucket.sent += 1
        bucket.peak = max(bucket.peak, sent)
        match attempt.outcome:
            case Outcome.REFUSED:
                bucket.refused += 1
            case Outcome.FAILED:
                bucket.failed += 1
            case Outcome.ANSWERED:
                step = step_of(attempt.seconds)
                bucket.latencies[step] = bucket.latencies.get(step, 0) + 1

    def build(self, now: float, ending: str = "running") -> Trace:
        """The trace as of now."""
        buckets = [self._buckets[n] for n in sorted(self._buckets)]
        seconds = round(now - self._started, 1)
        return msgspec.structs.replace(self._head, seconds=seconds, bucket_s=self._width, ending=ending, buckets=buckets)

    def _bucket(self, second: int) -> Bucket:
        number = second // self._width
        if number not in self._buckets and len(self._buckets) >= MOST_BUCKETS:
            self._width *= 2
            self._buckets = join_buckets(self._buckets, self._width)
            number = second // self._width
        return self._buckets.setdefault(number, Bucket(number * self._width))
