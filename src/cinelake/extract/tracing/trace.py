"""Owns the trace of a process at work: how many requests left in each second, what came of them, how long it took.

A trace never grows past MOST_BUCKETS: when it would, its buckets are joined two by two, and `peak` keeps what the busiest
single second had. Latencies are counted in steps of a tenth, so a percentile is right to within 5 %. Nothing in a trace
tells a title, an address or a secret.
"""

import math
from datetime import datetime

import msgspec

from cinelake.lake.documents import read_document, write_document
from cinelake.lake.keys import RunKey
from cinelake.lake.store import Store

MOST_BUCKETS = 1800
STEP = 1.1
"""Each step of latency is so many times the one before; step 0 is one millisecond."""


class Bucket(msgspec.Struct):
    """Some seconds of a process.

    Attributes:
        at_s: seconds from the start of the trace to that of the bucket.
        sent: requests that left; peak: those of its busiest second.
        refused: answered with 429; failed: no answer, or none that could be used.
        latencies: answers by step of latency (step n: STEP ** n milliseconds).
    """

    at_s: int
    sent: int = 0
    peak: int = 0
    refused: int = 0
    failed: int = 0
    latencies: dict[int, int] = msgspec.field(default_factory=dict)


class Trace(msgspec.Struct):
    """What one process did.

    Attributes:
        limit: requests a second that it was allowed; None if it was not limited.
        memory_mb: of the Lambda function, None elsewhere.
        seconds: from its start until the trace was written; bucket_s: the length of a bucket.
        ending: complete, short, stopped (in good order), failed (an error ended it), or running (also: killed).
    """

    started_at: datetime
    limit: float | None
    memory_mb: int | None
    seconds: float
    bucket_s: int
    ending: str
    buckets: list[Bucket]


def join_buckets(buckets: dict[int, Bucket], width: int) -> dict[int, Bucket]:
    """The buckets by twos; `width` is the new length, in seconds."""
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
    """The step of a latency."""
    return max(0, round(math.log(max(seconds * 1000, 1.0), STEP)))


def percentile_ms(latencies: dict[int, int], share: float) -> float | None:
    """The latency, in milliseconds, within which `share` (0..1) of the answers came; None if there are none."""
    left = share * sum(latencies.values())
    for step, count in sorted(latencies.items()):
        left -= count
        if left <= 0:
            return float(STEP**step)
    return None


def write_trace(store: Store, run: RunKey, name: str, trace: Trace) -> None:
    """Put a trace beside its run, replacing its former state."""
    write_document(store, run.trace(name), trace)


def read_traces(store: Store, run: RunKey) -> list[Trace]:
    """The traces of all processes that worked on a run, in order of their start.

    Raises:
        DamagedError: one cannot be read.
    """
    keys = [entry.key for entry in store.list_entries(run.traces())]
    read = (read_document(store, key, Trace, hint=f"remove {key}: the report is drawn without it") for key in keys)
    return sorted((trace for trace in read if trace is not None), key=lambda trace: trace.started_at)
