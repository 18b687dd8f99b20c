"""The trace of a process: joining buckets loses no request, and the size of a trace is limited."""

import math
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cinelake.extract.tracing.recorder import Recorder
from cinelake.extract.tracing.trace import MOST_BUCKETS, STEP, Trace, percentile_ms, read_traces, step_of, write_trace
from cinelake.lake.keys import RunKey
from cinelake.lake.stores.object_store import open_memory
from cinelake.tmdb.executor import Attempt, Outcome

STARTED_AT = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
RUN = RunKey("movie-80-x", STARTED_AT.date())
_ATTEMPTS = st.lists(
    st.builds(Attempt, st.floats(0, 8000), st.floats(0.001, 30), st.sampled_from(Outcome)), min_size=1, max_size=60
)


def _record(attempts: list[Attempt]) -> Trace:
    recorder = Recorder(0.0, STARTED_AT, limit=40.0)
    for attempt in attempts:
        recorder.note(attempt)
    return recorder.build(9000.0, "complete")


@given(_ATTEMPTS)
def test_every_request_is_counted_in_the_bucket_of_its_second(attempts: list[Attempt]) -> None:
    trace = _record(attempts)
    assert sum(bucket.sent for bucket in trace.buckets) == len(attempts)
    for outcome, name in ((Outcome.REFUSED, "refused"), (Outcome.FAILED, "failed")):
        assert sum(getattr(b, name) for b in trace.buckets) == sum(a.outcome is outcome for a in attempts)
    answered = sum(sum(bucket.latencies.values()) for bucket in trace.buckets)
    assert answered == sum(attempt.outcome is Outcome.ANSWERED for attempt in attempts)
    starts = [bucket.at_s for bucket in trace.buckets]
    assert starts == sorted(set(starts))
    assert all(at_s % trace.bucket_s == 0 for at_s in starts)


def test_joined_buckets_keep_the_busiest_second() -> None:
    attempts = [Attempt(float(second), 0.05, Outcome.ANSWERED) for second in range(3 * MOST_BUCKETS)]
    attempts[100:100] = [Attempt(100.5, 0.05, Outcome.ANSWERED)] * 36
    trace = _record(attempts)
    assert len(trace.buckets) <= MOST_BUCKETS
    assert trace.bucket_s == 4
    assert sum(bucket.sent for bucket in trace.buckets) == len(attempts)
    assert max(bucket.peak for bucket in trace.buckets) == 37
    assert [bucket.at_s for bucket in trace.buckets] == list(range(0, 3 * MOST_BUCKETS, 4))


@given(st.lists(st.floats(0.001, 30), min_size=1, max_size=200), st.sampled_from([0.5, 0.95, 0.99]))
def test_percentile_is_accurate_to_one_step(seconds: list[float], share: float) -> None:
    counts: dict[int, int] = {}
    for each in seconds:
        counts[step_of(each)] = counts.get(step_of(each), 0) + 1
    true_ms = sorted(seconds)[math.ceil(share * len(seconds)) - 1] * 1000
    found = percentile_ms(counts, share)
    assert found is not None
    assert true_ms / STEP <= found <= true_ms * STEP


def test_percentile_without_answers_is_none() -> None:
    assert percentile_ms({}, 0.5) is None


def test_traces_are_read_in_order_of_their_start() -> None:
    store = open_memory()
    one = _record([Attempt(1.0, 0.1, Outcome.ANSWERED)])
    write_trace(store, RUN, "b", one)
    write_trace(store, RUN, "a", Trace(datetime(2026, 11, 25, tzinfo=UTC), None, 512, 1.0, 1, "stopped", []))
    assert [trace.ending for trace in read_traces(store, RUN)] == ["complete", "stopped"]
    assert read_traces(store, RUN)[0] == one


@pytest.mark.parametrize("limit", [40.0, math.inf])
def test_trace_has_the_rate_limit_if_there_is_one(limit: float) -> None:
    assert Recorder(0.0, STARTED_AT, limit=limit).build(1.0).limit == (None if limit == math.inf else limit)
