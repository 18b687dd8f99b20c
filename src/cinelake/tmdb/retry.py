"""Owns what an answer means for the next step, and how long to wait before another try. Pure.

Retried: 5xx, resets, time-outs, bodies that are cut or not JSON. A 429 slows everything (see pacing) and is asked again.
Never retried: other 4xx. A 404 is data.
"""

from enum import Enum, auto
from http import HTTPStatus

ATTEMPTS = 6
"""Failed tries of one request, with good answers to others in between, after which it counts as unobtainable."""
OUTAGE_S = 120.0
"""Seconds without one good answer, after which the service counts as down."""
FIRST_CONTACT_S = 5.0
"""The same where nothing was heard of the service yet: no connection at all, or another language than its own."""
_FIRST_DELAY_S = 0.25
_LONGEST_DELAY_S = 2.0


class Verdict(Enum):
    """What to do with an answer."""

    ACCEPT = auto()
    GONE = auto()
    SLOW_DOWN = auto()
    RETRY = auto()
    UNAUTHORISED = auto()
    REJECTED = auto()


def classify_status(status: int) -> Verdict:
    """The verdict on an HTTP status."""
    if status == HTTPStatus.OK:
        return Verdict.ACCEPT
    if status == HTTPStatus.NOT_FOUND:
        return Verdict.GONE
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return Verdict.SLOW_DOWN
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return Verdict.UNAUTHORISED
    if HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR and status != HTTPStatus.REQUEST_TIMEOUT:
        return Verdict.REJECTED
    return Verdict.RETRY


def is_hindered(status: int) -> bool:
    """Whether a status says that something is there, and cannot answer just now."""
    return status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.REQUEST_TIMEOUT


def delay_s(attempt: int, luck: float) -> float:
    """Seconds to wait after failed try number `attempt` (from 1); `luck` in 0..1 spreads the waits."""
    return min(_LONGEST_DELAY_S, _FIRST_DELAY_S * 2.0 ** (attempt - 1)) * (0.5 + 0.5 * luck)


def parse_retry_after(value: str | None) -> float | None:
    """Seconds of a Retry-After header; None when absent or not a number of seconds."""
    if value is None or not value.strip().isdigit():
        return None
    return float(min(int(value), 300))
