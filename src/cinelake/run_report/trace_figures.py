"""Figures from the traces of the processes that worked on a run: timeline, use of the rate limit, cost. Pure."""

from collections import Counter
from collections.abc import Sequence

from cinelake.extract.planning.aws_prices import EXTRACT_GB, LAMBDA_ARM_GB_S, S3_PUT
from cinelake.extract.tracing.trace import Bucket, Trace, percentile_ms
from cinelake.run_report.values import ProcessSummary, RunCost, Timeline

_ENDINGS = {"short": "incomplete"}
"""Endings in the traces of earlier versions, and their present names."""


def summarise_process(trace: Trace) -> ProcessSummary:
    """One process, from its trace."""
    return ProcessSummary(
        trace.started_at,
        trace.seconds,
        trace.memory_mb,
        sum(bucket.sent for bucket in trace.buckets),
        sum(bucket.refused for bucket in trace.buckets),
        sum(bucket.failed for bucket in trace.buckets),
        _ENDINGS.get(trace.ending, trace.ending),
    )


def count_latencies(traces: Sequence[Trace]) -> Counter[int]:
    """Responses of all processes by step of latency, as in a bucket."""
    latencies: Counter[int] = Counter()
    for trace in traces:
        for bucket in trace.buckets:
            latencies.update(bucket.latencies)
    return latencies


def build_timeline(traces: Sequence[Trace]) -> Timeline:
    """The traces as lists over time, with a gap after each process."""
    timeline = Timeline([], [], [], [], [], [], [], [])
    for trace in traces:
        began = trace.started_at.timestamp()
        for bucket in _fill_buckets(trace):
            _append_point(timeline, began + bucket.at_s + trace.bucket_s / 2, bucket, trace.bucket_s)
        _append_point(timeline, max(began + trace.seconds, *timeline.at[-1:], began), None, trace.bucket_s)
    return timeline


def calculate_limit_used(traces: Sequence[Trace]) -> float | None:
    """Requests that were sent and not refused, as a share of those that the rate limit allowed meanwhile."""
    allowed = good = 0.0
    for trace in traces:
        if trace.limit is None or not trace.buckets:
            continue
        first, last = trace.buckets[0], trace.buckets[-1]
        allowed += trace.limit * min(last.at_s + trace.bucket_s - first.at_s, trace.seconds - first.at_s)
        good += sum(bucket.sent - bucket.refused for bucket in trace.buckets)
    return good / allowed if allowed else None


def build_cost(traces: Sequence[Trace], puts: int) -> RunCost:
    """The cost of the processes on AWS or, if none ran there, of the same time on the standard function.

    `puts` counts the objects that the run left; objects that were written and removed again are unknown.
    """
    on_lambda = [trace for trace in traces if trace.memory_mb]
    gb_seconds = (
        sum(t.seconds * (t.memory_mb or 0) / 1024 for t in on_lambda) or sum(t.seconds for t in traces) * EXTRACT_GB
    )
    lambda_dollars, puts_dollars = gb_seconds * LAMBDA_ARM_GB_S.dollars, puts * S3_PUT.dollars
    return RunCost(bool(on_lambda), gb_seconds, lambda_dollars, puts, puts_dollars, lambda_dollars + puts_dollars)


def _fill_buckets(trace: Trace) -> list[Bucket]:
    """The buckets of a trace, and empty ones for the time in which nothing was sent."""
    known = {bucket.at_s: bucket for bucket in trace.buckets}
    last = max(known, default=-trace.bucket_s)
    return [known.get(at_s) or Bucket(at_s) for at_s in range(0, last + 1, trace.bucket_s)]


def _append_point(timeline: Timeline, at: float, bucket: Bucket | None, width: int) -> None:
    timeline.at.append(round(at, 1))
    timeline.sent.append(None if bucket is None else bucket.sent / width)
    timeline.peak.append(None if bucket is None else bucket.peak)
    timeline.refused.append(None if bucket is None else bucket.refused / width)
    timeline.failed.append(None if bucket is None else bucket.failed / width)
    for values, share in ((timeline.p50, 0.5), (timeline.p95, 0.95), (timeline.p99, 0.99)):
        values.append(None if bucket is None else percentile_ms(bucket.latencies, share))
