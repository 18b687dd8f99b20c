"""Classify responses: a result, a title that does not exist, a rejection, or a failed attempt. Pure.

Invariant: a result is complete, valid and TMDB's own. Anything else is a failed attempt, which records whether the
failure is transient.
"""

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import TypeVar

from cinelake.errors import CredentialsError
from cinelake.tmdb.retry import StatusClass, classify_status, is_transient
from cinelake.tmdb.transport import NoConnectionError, Reply, TransportError
from cinelake.tmdb.validation import parse_error_code

_GZIP_MAGIC = b"\x1f\x8b"
_EXCERPT = 80
_MOST_BYTES = 64_000_000
"""The largest decompressed body: several times the size of a batch, and small enough to stop a decompression bomb."""
_INVALID = (ValueError, EOFError, OSError, RecursionError, zlib.error)
"""What a body raises that is truncated, not JSON, or of another shape."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Gone:
    """TMDB responded with 404: the title does not exist."""


@dataclass(frozen=True, slots=True)
class FailedRequest:
    """A request that failed for good: rejected, or out of attempts. `reason` is the last failure."""

    reason: str


@dataclass(frozen=True, slots=True)
class FailedAttempt:
    """An attempt without a usable response.

    Attributes:
        reason: the status or the error, and the path.
        is_rate_limited: the status was 429, which is no fault of the request.
        is_transient: a server is there and could not respond (429, 5xx, reset, timeout). Otherwise there was no
            connection, or the response is not TMDB's, as from a wrong address.
    """

    reason: str
    is_rate_limited: bool = False
    is_transient: bool = False


def classify_transport_error(error: TransportError) -> FailedAttempt:
    """Return the failure of an attempt that got no response."""
    return FailedAttempt(str(error), is_transient=not isinstance(error, NoConnectionError))


def classify_reply(path: str, reply: Reply, parse: Callable[[bytes], _T]) -> _T | Gone | FailedRequest | FailedAttempt:
    """Classify a response; `parse` returns the result of a valid body, and raises ValueError for any other.

    Raises:
        CredentialsError: TMDB refused the token.
    """
    match classify_status(reply.status):
        case StatusClass.RATE_LIMITED:
            return FailedAttempt(f"{reply.status} on {path}", is_rate_limited=True, is_transient=True)
        case StatusClass.UNAUTHORISED if _is_refused_by_tmdb(reply):
            raise CredentialsError(
                f"TMDB refused the token ({reply.status} on {path})",
                hint="check it at themoviedb.org under Settings > API: TMDB_TOKEN takes the read access token (v4), "
                "TMDB_API_KEY the API key (v3)",
            )
        case StatusClass.OK | StatusClass.NOT_FOUND as status_class:
            is_gone = status_class is StatusClass.NOT_FOUND
            try:
                body = _decompress(reply.body)
                return _parse_gone(body) if is_gone else parse(body)
            except _INVALID as error:
                return FailedAttempt(f"{reply.status} on {path} with an invalid body ({error}): {_excerpt(reply.body)}")
        case StatusClass.REJECTED:
            return FailedRequest(f"{reply.status} on {path}: {_excerpt(reply.body)}")
        case _:
            return FailedAttempt(f"{reply.status} on {path}", is_transient=is_transient(reply.status))


def _is_refused_by_tmdb(reply: Reply) -> bool:
    """Whether a 401 or 403 comes from TMDB: a 403 may also come from a proxy or firewall that blocks every request."""
    if reply.status == HTTPStatus.UNAUTHORIZED:
        return True
    try:
        parse_error_code(_decompress(reply.body))
    except _INVALID:
        return False
    return True


def _parse_gone(body: bytes) -> Gone:
    """Return Gone if the body is TMDB's own JSON error; a 404 page of a proxy raises instead."""
    parse_error_code(body)
    return Gone()


def _decompress(body: bytes) -> bytes:
    """Return the body, decompressed if it is gzip: TMDB has sent gzip without a Content-Encoding header."""
    if not body.startswith(_GZIP_MAGIC):
        return body
    decompressor = zlib.decompressobj(wbits=31)
    data = decompressor.decompress(body, _MOST_BYTES)
    if not decompressor.eof:
        raise ValueError(f"truncated, or larger than {_MOST_BYTES} bytes when decompressed")
    return data


def _excerpt(body: bytes) -> str:
    text = body[:_EXCERPT].decode("utf-8", "replace")
    return repr(text + ("…" if len(body) > _EXCERPT else ""))
