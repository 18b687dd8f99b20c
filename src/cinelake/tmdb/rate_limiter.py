"""Owns when a request may be sent: at most `limit` in any second, spaced, and less while the service asks for less.

Pure arithmetic: every instant is handed in, in seconds of a clock that never runs backwards. Invariant: of the requests
that may have reached the service within the last WINDOW_S seconds there are never more than `limit`, also right after
the start and after a stall. When a request reached it is not known, only when it left and when its answer came: one that
was answered late counts as late, since requests that pile up before a busy service arrive together.

After a refusal (429) the pace falls to just under what the service was seen to admit and climbs back along a cubic:
slowly up to the rate that was refused, a long look around it, then ever faster, so that a limit that was lifted is found
again. The shape is that of TCP CUBIC (RFC 9438), for the same reason.
"""

import math
from collections import deque
from dataclasses import dataclass

WINDOW_S = 1.012
"""A second as the client counts it: the surplus takes up jitter on the way to the service."""
CATCH_UP_S = 0.4
"""How far a late sender may catch up with its slots."""
DROP = 0.05
"""Share by which the pace falls below the refused rate."""
PLATEAU_S = 20.0
"""Seconds until the refused rate is reached again."""
LEAST_RATE = 0.5
"""Requests a second below which no refusal makes the pace fall."""
_JOURNEYS = 100
_PROMPT = 2.5
"""An answer is prompt within so many times the usual time, the lower quartile of the last answers' times."""
_REMEMBERED_S = 2.5
_FIRST_PAUSE_S = 0.25
_LONGEST_PAUSE_S = 30.0


def climb(ceiling: float, calm_s: float) -> float:
    """Requests a second allowed `calm_s` seconds after a refusal at about `ceiling` requests a second."""
    return ceiling * (1 + DROP * ((calm_s - PLATEAU_S) / PLATEAU_S) ** 3)


@dataclass(slots=True)
class Ticket:
    """One request on its way: when it left, the latest instant at which it can have reached the service, its fate."""

    sent_at: float
    reached_at: float
    is_refused: bool = False


class RateLimiter:
    """The pace of one process. `limit` is in requests a second; `math.inf` paces only after a refusal.

    `not_before`: the instant of the first request. A process that follows on another leaves that one's last second be.
    """

    def __init__(self, limit: float, not_before: float = -math.inf) -> None:
        self._limit = limit
        self._ceiling = limit
        self._cut_at = -math.inf
        self._not_before = not_before
        self._pause_s = _FIRST_PAUSE_S
        self._slot: float | None = None
        self._sent: deque[Ticket] = deque()
        self._journeys: deque[float] = deque(maxlen=_JOURNEYS)
        self._usual_s = math.inf

    def rate(self, now: float) -> float:
        """The pace at this instant, in requests a second."""
        if self._cut_at == -math.inf:
            return self._limit
        return min(self._limit, max(LEAST_RATE, climb(self._ceiling, now - self._cut_at)))

    def next_at(self, now: float) -> float:
        """The instant from which the next request may be sent; not after `now` means at once."""
        rate = self.rate(now)
        if rate == math.inf:
            return self._not_before
        slot = now if self._slot is None else self._slot
        width = math.ceil(rate)
        if len(self._sent) < width:
            return max(slot, self._not_before)
        reached = sorted(ticket.reached_at for ticket in self._sent)
        return max(slot, self._not_before, reached[-width] + width / rate * WINDOW_S)

    def note_sent(self, now: float) -> Ticket:
        """A request leaves now."""
        ticket = Ticket(now, now)
        self._sent.append(ticket)
        while self._sent[0].sent_at < now - _REMEMBERED_S:
            self._sent.popleft()
        rate = self.rate(now)
        if rate < math.inf:
            slot = now if self._slot is None else self._slot
            self._slot = max(slot, now - CATCH_UP_S) + 1 / rate
        return ticket

    def note_admitted(self, ticket: Ticket, now: float) -> None:
        """An answer other than a refusal came in."""
        self._pause_s = _FIRST_PAUSE_S
        if self.rate(now) < math.inf:
            self._note_journey(ticket, now)

    def note_refused(self, ticket: Ticket, now: float, *, retry_after_s: float | None) -> bool:
        """A request was refused. True if the pace fell, False if it had fallen since the request left."""
        ticket.is_refused = True
        if retry_after_s is not None:
            self._not_before = max(self._not_before, now + retry_after_s)
        if ticket.sent_at <= self._cut_at:
            return False
        rate = self.rate(now)
        measured = max(float(self._count_before(ticket)), LEAST_RATE)
        self._ceiling = measured if rate == math.inf else min(rate, max(measured, rate / 2))
        self._cut_at = now
        self._slot = now
        if retry_after_s is None:
            self._not_before = max(self._not_before, now + self._pause_s)
            self._pause_s = min(2 * self._pause_s, _LONGEST_PAUSE_S)
        return True

    def _count_before(self, refused: Ticket) -> int:
        """What the service seems to admit: the requests of the second before a refused one, without other refused ones."""
        since = refused.sent_at - 1
        return sum(1 for t in self._sent if since < t.sent_at <= refused.sent_at and not t.is_refused)

    def _note_journey(self, ticket: Ticket, now: float) -> None:
        """Learn how long a prompt answer takes, and take one that is later for a request that arrived late."""
        journey = now - ticket.sent_at
        if journey > _PROMPT * self._usual_s:
            ticket.reached_at = ticket.sent_at + journey - self._usual_s
            if ticket.sent_at < now - _REMEMBERED_S and ticket not in self._sent:
                self._sent.append(ticket)  # forgotten on its long way: after a stall, many such arrive together
        self._journeys.append(journey)
        self._usual_s = sorted(self._journeys)[len(self._journeys) // 4]
