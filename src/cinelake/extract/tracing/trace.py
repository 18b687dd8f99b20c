"""The trace of a process: the requests sent in each second, their outcome and their latency.

A trace has at most MOST_BUCKETS buckets: before it grows longer, its buckets are joined in pairs, and `peak` keeps the
count of the busiest second. Latencies are counted in steps of 10 %, so a percentile is accurate to 5 %. Invariant: a trace
contains no title, address or secret.
"""

import math
from datetime import datetime

import msgspec

from cinelake.lake.documents import read_document, write_document
from cinelake.lake.keys import RunKey
from cinelake.lake.store import Store

MOST_BUCKETS = 1800
STEP = 1.1
"""Ratio of one latency step to the one before; step 0 is one millisecond."""


class Bucket(msgspec.Struct):
    """The requests of one or more seconds.

    Attributes:
        at_s: seconds from the start of the trace to the start of the bucket.
        sent: requests; peak: requests of the busiest second.
        refused: answered with 429; failed: no usable answer.
        latencies: number of answers by latency step (step n: STEP ** n milliseconds).
    """

    at_s: int
    sent: int = 0
    peak: int = 0
    refused: int = 0
    failed: int = 0
    latencies: dict[int, int] = msgspec.field(default_factory=dict)


class Trace(msgspec.Struct):
    """What one process did for a run.

    Attributes:
        limit: the rate limit in requests per second; None if there was none.
        memory_mb: of the Lambda function; None elsewhere.
        seconds: from the start of the process until the trace was written.
        bucket_s: the length of a bucket.
        ending: complete, incomplete, stopped (on request), failed (by an error), or running (also: killed).
    """

    started_at: datetime
    limit: float | None
    memory_mb: int | None
    seconds: float
    bucket_s: int
    ending: str
    buckets: list[Bucket]


def join_buckets(buckets: dict[int, Bucket], width: int) -> dict[int, Bucket]:
    """The buckets joined in pairs; `width` is the new length of a bucket in seconds."""
    joined: dict[int, Bucket] = {}
    for number, bucket in sorted(buckets.items()):
        into = joined.setdefault(number // 2, Bucket(number // 2 * width))
        into.sent += bucket.sent
        into.peak = max(into.peak, bucket.peak)
        into.refused += bucket.refused
        into.failed += bucket.failed
        for step, count in bucket.latencies.items():
            into.latencies[step] = into.latencies.get(step, 0) + count
    return joined


def step_of(seconds: float) -> int:
    """The latency step of a duration."""
    return max(0, round(math.log(max(seconds * 1000, 1.0), STEP)))


def percentile_ms(latencies: dict[int, int], share: float) -> float | None:
    """The latency in milliseconds within which `share` (0 to 1) of the answers arrived; None without answers."""
    left = share * sum(latencies.values())
    for step, count in sorted(latencies.items()):
        left -= count
        if left <= 0:
            return float(STEP**step)
    return None


def write_trace(store: Store, run: RunKey, name: str, trace: Trace) -> None:
    """Store a trace beside its run; replaces the one stored under the same name."""
    write_document(store, run.trace(name), trace)


def read_traces(store: Store, run: RunKey) -> list[Trace]:
    """The traces of all processes that worked on a run, in order of their start times.

    Raises:
        DamagedError: one cannot be read.
    """
    keys = [entry.key for entry in store.list_entries(run.traces())]
    read = (read_document(store, key, Trace, hint=f"remove {key}; the report is complete without it") for key in keys)
    return sorted((trace for trace in read if trace is not None), key=lambda trace: trace.started_at)
