"""Decide when the next request may be sent: evenly spaced, at most `limit` in any second, fewer after a refusal.

Pure arithmetic: every instant is passed in, in seconds of a monotonic clock. Invariant: of the requests that may have
reached TMDB within the last WINDOW_S seconds there are never more than `limit`, also right after the start and after a
stall. The client knows when a request was sent and when its response came, not when it arrived. A late response means a
late arrival: requests that wait in front of a busy server arrive together.

After a refusal (429) the rate falls to just below what TMDB was seen to admit. It then recovers along a cubic: slowly up
to the refused rate, long around it, then ever faster, so that a limit that was lifted is found again. TCP CUBIC
(RFC 9438) has this shape for the same reason.
"""

import math
from collections import deque
from dataclasses import dataclass

WINDOW_S = 1.012
"""One second as the client counts it: the surplus absorbs jitter of the network."""
CATCH_UP_S = 0.4
"""How much of a delay the next requests may make up for."""
BACKOFF = 0.05
"""Share by which the rate falls below the refused rate."""
PLATEAU_S = 20.0
"""Seconds until the rate is back at the refused rate."""
LEAST_RATE = 0.5
"""Requests per second; no refusal lowers the rate below this."""
_LATENCIES = 100
_PROMPT = 2.5
"""A response is prompt within this multiple of the typical latency, which is the lower quartile of the last ones."""
_REMEMBERED_S = 2.5
_FIRST_PAUSE_S = 0.25
_LONGEST_PAUSE_S = 30.0


def recovery_rate(refused_rate: float, since_refusal_s: float) -> float:
    """Return the rate allowed some seconds after a refusal at about `refused_rate`, both in requests per second."""
    return refused_rate * (1 + BACKOFF * ((since_refusal_s - PLATEAU_S) / PLATEAU_S) ** 3)


@dataclass(slots=True)
class SentRequest:
    """One request: when it was sent, the latest instant at which it can have reached TMDB, whether it was refused."""

    sent_at: float
    reached_at: float
    is_refused: bool = False


class RateLimiter:
    """The rate limit of one process.

    Args:
        limit: requests per second; with `math.inf` there is no limit until a refusal.
        not_before: the earliest instant of the first request, so that a process leaves the last second of the process
            before it alone.
    """

    def __init__(self, limit: float, not_before: float = -math.inf) -> None:
        self._limit = limit
        self._refused_rate = limit
        self._slowed_at = -math.inf
        self._not_before = not_before
        self._pause_s = _FIRST_PAUSE_S
        self._next_slot: float | None = None
        self._sent: deque[SentRequest] = deque()
        self._latencies: deque[float] = deque(maxlen=_LATENCIES)
        self._typical_s = math.inf

    def rate(self, now: float) -> float:
        """Return the rate at an instant, in requests per second."""
        if self._slowed_at == -math.inf:
            return self._limit
        return min(self._limit, max(LEAST_RATE, recovery_rate(self._refused_rate, now - self._slowed_at)))

    def next_at(self, now: float) -> float:
        """Return the instant from which the next request may be sent; an instant up to `now` means immediately."""
        rate = self.rate(now)
        if rate == math.inf:
            return self._not_before
        slot = now if self._next_slot is None else self._next_slot
        per_window = math.ceil(rate)
        if len(self._sent) < per_window:
            return max(slot, self._not_before)
        reached = sorted(sent.reached_at for sent in self._sent)
        return max(slot, self._not_before, reached[-per_window] + per_window / rate * WINDOW_S)

    def leave_window(self, now: float) -> None:
        """Allow no request within the window from now on, because another process may have used the rate until now."""
        if self._limit < math.inf:
            self._not_before = max(self._not_before, now + WINDOW_S)

    def note_sent(self, now: float) -> SentRequest:
        """Record that a request is sent now."""
        sent = SentRequest(now, now)
        self._sent.append(sent)
        while self._sent[0].sent_at < now - _REMEMBERED_S:
            self._sent.popleft()
        rate = self.rate(now)
        if rate < math.inf:
            slot = now if self._next_slot is None else self._next_slot
            self._next_slot = max(slot, now - CATCH_UP_S) + 1 / rate
        return sent

    def note_admitted(self, sent: SentRequest, now: float) -> None:
        """Record a response other than a refusal."""
        self._pause_s = _FIRST_PAUSE_S
        if self.rate(now) < math.inf:
            self._note_latency(sent, now)

    def note_refused(self, sent: SentRequest, now: float, *, retry_after_s: float | None) -> bool:
        """Record a refusal. False if the rate was already lowered after the request was sent."""
        sent.is_refused = True
        if retry_after_s is not None:
            self._not_before = max(self._not_before, now + retry_after_s)
        if sent.sent_at <= self._slowed_at:
            return False
        rate = self.rate(now)
        measured = max(float(self._count_admitted(sent)), LEAST_RATE)
        self._refused_rate = measured if rate == math.inf else min(rate, max(measured, rate / 2))
        self._slowed_at = now
        self._next_slot = now
        if retry_after_s is None:
            self._not_before = max(self._not_before, now + self._pause_s)
            self._pause_s = min(2 * self._pause_s, _LONGEST_PAUSE_S)
        return True

    def _count_admitted(self, refused: SentRequest) -> int:
        """Return the requests of the second before a refused one, other refused ones excluded."""
        since = refused.sent_at - 1
        return sum(1 for sent in self._sent if since < sent.sent_at <= refused.sent_at and not sent.is_refused)

    def _note_latency(self, sent: SentRequest, now: float) -> None:
        """Update the typical latency; a request with a much later response counts as one that arrived late."""
        latency = now - sent.sent_at
        if latency > _PROMPT * self._typical_s:
            sent.reached_at = sent.sent_at + latency - self._typical_s
            if sent.sent_at < now - _REMEMBERED_S and sent not in self._sent:
                self._sent.append(sent)  # it was removed while under way; after a stall, many such requests arrive together
        self._latencies.append(latency)
        self._typical_s = sorted(self._latencies)[len(self._latencies) // 4]
