"""Owns when a request may be sent: at most `limit` in any second, spaced, and less while the service asks for less.

Pure arithmetic: every instant is handed in, in seconds of a clock that never runs backwards. Invariant: between any two
sends that lie `limit` sends apart at least WINDOW_S passes, also right after the start and after a stall.

After a refusal (429) the pace falls to just under what the service was seen to admit and climbs back along a cubic: slowly
up to the rate that was refused, a long look around it, then ever faster, so that a limit that was lifted is found again.
The shape is that of TCP CUBIC (RFC 9438), for the same reason.
"""

import math
from collections import deque

WINDOW_S = 1.012
"""A second as the client counts it: the surplus takes up jitter on the way to the service."""
CATCH_UP_S = 0.1
"""How far a late sender may catch up with its slots."""
DROP = 0.05
"""Share by which the pace falls below the refused rate."""
PLATEAU_S = 15.0
"""Seconds until the refused rate is reached again."""
LEAST_RATE = 0.5
"""Requests a second below which the pace never falls."""
_FIRST_PAUSE_S = 0.25
_LONGEST_PAUSE_S = 30.0


def climb(ceiling: float, calm_s: float) -> float:
    """Requests a second allowed `calm_s` seconds after a refusal at about `ceiling` requests a second."""
    return ceiling * (1 + DROP * ((calm_s - PLATEAU_S) / PLATEAU_S) ** 3)


class Pacer:
    """The pace of one process. `limit` is in requests a second; `math.inf` paces only after a refusal."""

    def __init__(self, limit: float) -> None:
        self._limit = limit
        self._ceiling = limit
        self._cut_at = -math.inf
        self._not_before = -math.inf
        self._pause_s = _FIRST_PAUSE_S
        self._slot: float | None = None
        self._sent: deque[float] = deque()
        self._admitted: deque[float] = deque()

    def rate(self, now: float) -> float:
        """The pace at this instant, in requests a second."""
        if self._cut_at == -math.inf:
            return self._limit
        return max(LEAST_RATE, min(self._limit, climb(self._ceiling, now - self._cut_at)))

    def next_at(self, now: float) -> float:
        """The instant from which the next request may be sent; not after `now` means at once."""
        rate = self.rate(now)
        if rate == math.inf:
            return self._not_before
        slot = now if self._slot is None else self._slot
        width = max(1, int(rate))
        if len(self._sent) >= width:
            return max(slot, self._not_before, self._sent[-width] + width / rate * WINDOW_S)
        return max(slot, self._not_before)

    def note_sent(self, now: float) -> None:
        """A request leaves now."""
        rate = self.rate(now)
        slot = now if self._slot is None else self._slot
        self._slot = max(slot, now - CATCH_UP_S) + (0.0 if rate == math.inf else 1 / rate)
        self._sent.append(now)
        while self._sent[0] < now - 2 * WINDOW_S and len(self._sent) > 1:
            self._sent.popleft()

    def note_admitted(self, now: float) -> None:
        """An answer other than a refusal came in."""
        self._pause_s = _FIRST_PAUSE_S
        self._admitted.append(now)
        while self._admitted[0] <= now - 1:
            self._admitted.popleft()

    def note_refused(self, now: float, *, sent_at: float, retry_after_s: float | None) -> bool:
        """The request sent at `sent_at` was refused. True if the pace fell, False if it had fallen since."""
        if retry_after_s is not None:
            self._not_before = max(self._not_before, now + retry_after_s)
        if sent_at <= self._cut_at:
            return False
        rate = self.rate(now)
        seen = sum(1 for at in self._admitted if at > now - 1)
        measured = max(float(seen), LEAST_RATE)
        self._ceiling = measured if rate == math.inf else min(rate, max(measured, rate / 2))
        self._cut_at = now
        self._slot = now
        if retry_after_s is None:
            self._not_before = max(self._not_before, now + self._pause_s)
            self._pause_s = min(2 * self._pause_s, _LONGEST_PAUSE_S)
        return True
