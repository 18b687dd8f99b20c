"""Records what this process sends, second by second, and stores the trace of it beside the run."""

import asyncio
import math
import secrets
from contextlib import suppress
from datetime import datetime

import msgspec

from cinelake.clock import Clock
from cinelake.errors import DamagedError
from cinelake.extract.tracing.trace import MOST_BUCKETS, Bucket, Trace, fold_traces, join_buckets, step_of, write_trace
from cinelake.lake.keys import RunKey
from cinelake.lake.store import Store
from cinelake.tmdb.executor import Attempt, Outcome

_WRITE_S = 30.0
_REMEMBERED = 120
"""Seconds for which single requests are counted, longer than any request takes."""


class Recorder:
    """Counts the requests of this process. `started` is the instant, on the client's clock, at which the trace starts."""

    def __init__(self, started: float, started_at: datetime, *, limit: float, memory_mb: int | None = None) -> None:
        self._started = started
        self._head = Trace(started_at, None if limit == math.inf else limit, memory_mb, 0.0, 1, "running", [])
        self._width = 1
        self._buckets: dict[int, Bucket] = {}
        self._seconds: dict[int, int] = {}

    def note(self, attempt: Attempt) -> None:
        """Count one finished request."""
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


class TraceWriter:
    """Stores the trace of this process under one key, which a later write replaces."""

    def __init__(self, recorder: Recorder, store: Store, clock: Clock, run: RunKey) -> None:
        self._recorder = recorder
        self._store = store
        self._clock = clock
        self._run = run
        self._name = f"{clock.now():%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"

    async def write(self, ending: str) -> None:
        """Store the trace as of now."""
        trace = self._recorder.build(self._clock.monotonic(), ending)
        await asyncio.to_thread(write_trace, self._store, self._run, self._name, trace)

    async def fold(self) -> None:
        """Join the traces of a finished run into one object; one that is damaged stays, for `cinelake report` to name."""
        with suppress(DamagedError):
            await asyncio.to_thread(fold_traces, self._store, self._run)

    async def write_regularly(self) -> None:
        """Store the trace every 30 seconds until cancelled, so that a killed process leaves one."""
        while True:
            await self._clock.sleep(_WRITE_S)
            await self.write("running")
