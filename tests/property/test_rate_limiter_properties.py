"""Properties of the rate limiter in any order of events."""

import math
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from cinelake.tmdb.rate_limiter import LEAST_RATE, RateLimiter, SentRequest

GAPS = st.lists(st.one_of(st.floats(0, 0.05), st.floats(0, 3)), min_size=1, max_size=300)


@dataclass
class _Drive:
    """Sends as soon as the rate limiter allows; the test advances the time."""

    rate_limiter: RateLimiter
    now: float = 100.0
    sent_at: list[float] = field(default_factory=list)
    requests: list[SentRequest] = field(default_factory=list)

    def send(self) -> SentRequest:
        self.now = max(self.now, self.rate_limiter.next_at(self.now))
        self.sent_at.append(self.now)
        self.requests.append(self.rate_limiter.note_sent(self.now))
        return self.requests[-1]


@given(st.integers(1, 50), GAPS)
def test_sent_requests_stay_within_the_limit_in_any_second(limit: int, gaps: list[float]) -> None:
    drive = _Drive(RateLimiter(limit))
    for gap in gaps:
        drive.now += gap  # a stall of the process, or nothing
        drive.send()
    assert all(b - a > 1 for a, b in zip(drive.sent_at, drive.sent_at[limit:], strict=False))


@given(st.integers(2, 50), st.integers(20, 60), st.floats(0.2, 0.5))
def test_arrivals_stay_within_the_limit_after_a_stall(limit: int, count: int, late_s: float) -> None:
    """TMDB stalls: the requests sent meanwhile arrive together when the stall ends."""
    drive, round_trip_s = _Drive(RateLimiter(limit)), 0.05
    arrivals = []
    for _ in range(count):
        sent = drive.send()
        arrivals.append(drive.now)
        drive.rate_limiter.note_admitted(sent, drive.now + round_trip_s)
    stalled = [drive.send() for _ in range(limit // 2)]
    end = drive.now + late_s
    arrivals += [end] * len(stalled)
    drive.now = end + round_trip_s
    for sent in stalled:
        drive.rate_limiter.note_admitted(sent, drive.now)
    for _ in range(2 * limit):
        drive.send()
        arrivals.append(drive.now)
    arrivals.sort()
    assert all(b - a >= 1 for a, b in zip(arrivals, arrivals[limit:], strict=False))


@given(st.integers(1, 50), st.integers(1, 60), st.none() | st.floats(0, 20))
def test_refusal_lowers_the_rate_which_then_recovers(limit: int, before: int, waits: float | None) -> None:
    drive = _Drive(RateLimiter(limit))
    for _ in range(before):
        sent = drive.send()
    assert drive.rate_limiter.note_refused(sent, drive.now, retry_after_s=waits)
    assert drive.rate_limiter.next_at(drive.now) >= drive.now + (waits or 0)
    assert LEAST_RATE <= drive.rate_limiter.rate(drive.now) <= limit
    rates = [drive.rate_limiter.rate(drive.now + seconds) for seconds in range(600)]
    assert rates == sorted(rates)
    assert rates[-1] == limit
    assert rates[0] < limit or limit <= LEAST_RATE


@given(st.integers(1, 50), st.integers(2, 60))
def test_refusals_of_requests_under_way_slow_only_once(limit: int, count: int) -> None:
    drive = _Drive(RateLimiter(limit))
    requests = [drive.send() for _ in range(count)]
    assert [drive.rate_limiter.note_refused(request, drive.now + 0.1, retry_after_s=None) for request in requests] == (
        [True] + [False] * (count - 1)
    )


@given(st.lists(st.sampled_from(["send", "admit", "refuse"]), max_size=200), st.sampled_from([1.0, 25.0, 40.0, math.inf]))
def test_rate_stays_within_its_bounds(steps: list[str], limit: float) -> None:
    drive = _Drive(RateLimiter(limit))
    for step in steps:
        drive.now += 0.01
        if step == "send" or not drive.requests:
            drive.send()
        elif step == "admit":
            drive.rate_limiter.note_admitted(drive.requests[-1], drive.now)
        else:
            drive.rate_limiter.note_refused(drive.requests[-1], drive.now, retry_after_s=None)
        assert LEAST_RATE <= drive.rate_limiter.rate(drive.now) <= limit
        assert drive.rate_limiter.next_at(drive.now) - drive.now <= 40  # no long standstill


def test_without_a_limit_only_a_refusal_delays() -> None:
    rate_limiter = RateLimiter(math.inf)
    requests = [rate_limiter.note_sent(5.0) for _ in range(1000)]
    assert rate_limiter.next_at(5.0) <= 5.0
    rate_limiter.note_refused(requests[99], 5.1, retry_after_s=None)
    assert rate_limiter.rate(5.1) < math.inf
    assert rate_limiter.next_at(5.1) > 5.1


def test_catching_up_never_bursts_for_a_second() -> None:
    drive = _Drive(RateLimiter(40))
    drive.send()
    drive.now += 10
    drive.sent_at.clear()
    for _ in range(41):
        drive.send()
    assert sum(1 for at in drive.sent_at if at == drive.sent_at[0]) <= 20
