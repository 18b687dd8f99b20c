"""The trace of a process: the requests sent in each second, their outcome and their latency.

A trace has at most MOST_BUCKETS buckets: before it grows longer, its buckets are joined in pairs, and `peak` keeps the
count of the busiest second. Latencies are counted in steps of 10 %, so a percentile is accurate to 5 %. Invariant: a trace
contains no title, address or secret.
"""

import gzip
import math
import zlib
from datetime import datetime

import msgspec

from cinelake.lake.documents import read_document, write_document
from cinelake.lake.folding.folded_document import build_damaged
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


_FOLDED = msgspec.json.Decoder(dict[str, Trace])


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
    return sorted(_read_by_name(store, run).values(), key=lambda trace: trace.started_at)


def fold_traces(store: Store, run: RunKey) -> None:
    """Store the traces of a run in one object, which is written and read back before the others are deleted.

    Raises:
        DamagedError: a trace cannot be read; nothing was changed.
    """
    keys = [entry.key for entry in store.list_entries(run.traces())]
    if len(keys) <= 1:
        return
    traces = _read_by_name(store, run)
    store.write(run.folded_traces(), gzip.compress(msgspec.json.encode(traces), mtime=0))
    if _read_folded(store, run) != traces:
        raise build_damaged(run.folded_traces(), "the store returned something else than was written")
    for key in keys:
        if key != run.folded_traces():
            store.delete(key)


def unfold_traces(store: Store, run: RunKey) -> None:
    """Store the traces of a run in objects of their own again.

    Raises:
        DamagedError: they cannot be read; nothing was changed.
    """
    loose = {entry.key for entry in store.list_entries(run.traces())}
    if run.folded_traces() in loose:
        for name, trace in _read_folded(store, run).items():
            if run.trace(name) not in loose:
                write_trace(store, run, name, trace)
        store.delete(run.folded_traces())


def _read_by_name(store: Store, run: RunKey) -> dict[str, Trace]:
    """The traces by name: first the folded ones, then loose ones, which may be left over from folding."""
    traces = _read_folded(store, run)
    for entry in store.list_entries(run.traces()):
        if entry.key != run.folded_traces():
            hint = f"remove {entry.key}; the report is complete without it"
            trace = read_document(store, entry.key, Trace, hint=hint)
            name = entry.key.removeprefix(run.traces()).removesuffix(".json")
            traces |= {name: trace} if trace is not None else {}
    return traces or _read_folded(store, run)  # folded between two reads


def _read_folded(store: Store, run: RunKey) -> dict[str, Trace]:
    stored = store.read(run.folded_traces())
    try:
        return _FOLDED.decode(gzip.decompress(stored.data)) if stored else {}
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, OSError, EOFError, zlib.error) as error:
        raise build_damaged(run.folded_traces(), str(error)) from error
