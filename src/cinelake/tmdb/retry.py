"""Decide what an HTTP status means, and how long to wait before the next attempt. Pure.

Retried: 5xx, resets, timeouts, and bodies that are truncated or not JSON. A 429 slows every request (see rate_limiter)
and is retried. Other 4xx are never retried. A 404 is data.
"""

from enum import Enum, auto
from http import HTTPStatus

ATTEMPTS = 6
"""Failed attempts after which a request has failed for good. Only failures while other requests succeed count."""
_FIRST_DELAY_S = 0.25
_LONGEST_DELAY_S = 2.0
_LONGEST_RETRY_AFTER_S = 300


class StatusClass(Enum):
    """What the client does with a response of a status."""

    OK = auto()
    NOT_FOUND = auto()
    RATE_LIMITED = auto()
    RETRYABLE = auto()
    UNAUTHORISED = auto()
    REJECTED = auto()


def classify_status(status: int) -> StatusClass:
    """Return the class of an HTTP status."""
    if status == HTTPStatus.OK:
        return StatusClass.OK
    if status == HTTPStatus.NOT_FOUND:
        return StatusClass.NOT_FOUND
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return StatusClass.RATE_LIMITED
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return StatusClass.UNAUTHORISED
    if HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR and status != HTTPStatus.REQUEST_TIMEOUT:
        return StatusClass.REJECTED
    return StatusClass.RETRYABLE


def is_transient(status: int) -> bool:
    """Whether a status shows a server that exists and cannot respond at the moment."""
    return status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.REQUEST_TIMEOUT


def delay_s(attempt: int, jitter: float) -> float:
    """Return the seconds to wait after failed attempt number `attempt` (from 1); `jitter` in 0..1 spreads the waits."""
    return min(_LONGEST_DELAY_S, _FIRST_DELAY_S * 2.0 ** (attempt - 1)) * (0.5 + 0.5 * jitter)


def parse_retry_after(value: str | None) -> float | None:
    """Return the seconds of a Retry-After header, at most 300; None if it is absent or not a number of seconds."""
    if value is None or not value.strip().isdigit():
        return None
    return float(min(int(value), _LONGEST_RETRY_AFTER_S))
