"""Limits the request rate, and counts the requests.

Invariant: at most `rate` requests are admitted in any second; refused requests do not count against the rate.
"""

from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass

from cinelake.sandbox.api.replies import Reply

_OK = 200


@dataclass(frozen=True, slots=True)
class Stats:
    """Counts since the start or the last reset. `repeated_ok` counts complete successful answers that were given before."""

    requests: int
    by_status: dict[str, int]
    by_kind: dict[str, int]
    peak_requests_in_one_second: int
    peak_open_connections: int
    requests_with_key_in_url: int
    repeated_ok: int
    seconds_first_to_last: float

    def as_dict(self) -> dict[str, object]:
        """The counts by name."""
        return asdict(self)


class RequestMeter:
    """Counts requests and admits them up to the rate; `now` returns monotonic seconds."""

    def __init__(self, rate: int, now: Callable[[], float]) -> None:
        self.rate = rate
        self._now = now
        self._admitted: deque[float] = deque()
        self._arrived: deque[float] = deque()
        self._open_connections = 0
        self.reset()

    def reset(self) -> None:
        """Clear the counts, but not the requests of the last second that the rate limit needs."""
        self._by_status: Counter[int] = Counter()
        self._by_kind: Counter[str] = Counter()
        self._given: set[int] = set()
        self._repeated = self._keys_in_url = self._peak = 0
        self._peak_open = self._open_connections
        self._first: float | None = None
        self._last = 0.0

    def admit(self) -> bool:
        """Count a request; return False if it exceeds the rate."""
        now = self._now()
        self._first = now if self._first is None else self._first
        self._last = now
        self._arrived.append(now)
        _discard_older(self._arrived, now - 1)
        self._peak = max(self._peak, len(self._arrived))
        _discard_older(self._admitted, now - 1)
        if self.rate and len(self._admitted) >= self.rate:
            return False
        if self.rate:
            self._admitted.append(now)
        return True

    def note_reply(self, path: str, query: Mapping[str, str], reply: Reply) -> None:
        """Count an answer by status and kind."""
        self._by_status[reply.status] += 1
        self._by_kind[reply.kind] += 1
        self._keys_in_url += "api_key" in query
        if reply.status == _OK and reply.kind != "fault" and reply.cut is None:
            asked = hash((path, frozenset(item for item in query.items() if item[0] != "api_key")))
            self._repeated += asked in self._given
            self._given.add(asked)

    def note_connections(self, count: int) -> None:
        """Record the number of connections that are open now."""
        self._open_connections = count
        self._peak_open = max(self._peak_open, count)

    def report(self) -> Stats:
        """The counts so far."""
        return Stats(
            requests=self._by_status.total(),
            by_status={str(status): count for status, count in sorted(self._by_status.items())},
            by_kind=dict(self._by_kind),
            peak_requests_in_one_second=self._peak,
            peak_open_connections=self._peak_open,
            requests_with_key_in_url=self._keys_in_url,
            repeated_ok=self._repeated,
            seconds_first_to_last=0.0 if self._first is None else round(self._last - self._first, 3),
        )


def _discard_older(moments: deque[float], limit: float) -> None:
    while moments and moments[0] <= limit:
        moments.popleft()
