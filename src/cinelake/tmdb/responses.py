"""Owns what a reply is: an answer, the word that there is no such title, a rejection, or a failure. Pure.

Invariant: an answer is whole and sound, in the service's own words; whatever is less is a failure, which says whether
waiting can mend it.
"""

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import TypeVar

from cinelake.errors import CredentialsError
from cinelake.tmdb.retry import Verdict, classify_status, is_hindered
from cinelake.tmdb.transport import NoConnectionError, Reply, TransportError
from cinelake.tmdb.validation import parse_refusal

_GZIP_MAGIC = b"\x1f\x8b"
_EXCERPT = 80
_MOST_BYTES = 64_000_000
"""What a body may unpack to: several times what a batch may hold, and no bomb."""
_DAMAGES = (ValueError, EOFError, OSError, RecursionError, zlib.error)
"""What a body that is cut, not JSON, or of another shape raises."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Gone:
    """The service answered 404: there is no such title."""


@dataclass(frozen=True, slots=True)
class FailedRequest:
    """Every try failed while the service answered others; `reason` is the last failure."""

    reason: str


@dataclass(frozen=True, slots=True)
class Failure:
    """A try that brought nothing to go on with.

    Attributes:
        is_refusal: a 429, which is no fault of the request.
        is_passing: something is there and was hindered (5xx, reset, time-out). Else nothing was there, or what is there
            speaks another language, as at a wrong address.
    """

    reason: str
    is_refusal: bool = False
    is_passing: bool = False


def classify_transport_error(error: TransportError) -> Failure:
    """What a request without a reply is."""
    return Failure(str(error), is_passing=not isinstance(error, NoConnectionError))


def classify_reply(path: str, reply: Reply, parse: Callable[[bytes], _T]) -> _T | Gone | FailedRequest | Failure:
    """What a reply is; `parse` makes the answer of a body, and raises ValueError where it is none.

    Raises:
        CredentialsError: the service refuses the token.
    """
    match classify_status(reply.status):
        case Verdict.SLOW_DOWN:
            return Failure(f"{reply.status} on {path}", is_refusal=True, is_passing=True)
        case Verdict.UNAUTHORISED if _is_own_refusal(reply):
            raise CredentialsError(
                "token",
                f"the service refused it ({reply.status} on {path})",
                "a valid v4 read access token in TMDB_TOKEN, or a v3 key in TMDB_API_KEY (not in TMDB_TOKEN)",
                "check it at themoviedb.org under Settings > API",
            )
        case Verdict.ACCEPT | Verdict.GONE as verdict:
            is_gone = verdict is Verdict.GONE
            try:
                body = _inflate(reply.body)
                return _parse_gone(body) if is_gone else parse(body)
            except _DAMAGES as error:
                what = "404, but" if is_gone else "the body of"
                return Failure(f"{what} {path} is not usable ({error}): {_excerpt(reply.body)}")
        case Verdict.REJECTED:
            return FailedRequest(f"{reply.status} on {path}: {_excerpt(reply.body)}")
        case _:
            return Failure(f"{reply.status} on {path}", is_passing=is_hindered(reply.status))


def _is_own_refusal(reply: Reply) -> bool:
    """Whether it is the service that refuses the token: a 403 may also be a network in between that blocks everybody."""
    if reply.status == HTTPStatus.UNAUTHORIZED:
        return True
    try:
        parse_refusal(_inflate(reply.body))
    except _DAMAGES:
        return False
    return True


def _parse_gone(body: bytes) -> Gone:
    """The service's own word that there is no such title; a page of something in between is none."""
    parse_refusal(body)
    return Gone()


def _inflate(body: bytes) -> bytes:
    """The body, unpacked if it is gzip: the service has sent that without saying so in the header."""
    if not body.startswith(_GZIP_MAGIC):
        return body
    unpacker = zlib.decompressobj(wbits=31)
    data = unpacker.decompress(body, _MOST_BYTES)
    if not unpacker.eof:
        raise ValueError(f"it is cut, or more than {_MOST_BYTES} bytes unpacked")
    return data


def _excerpt(body: bytes) -> str:
    text = body[:_EXCERPT].decode("utf-8", "replace")
    return repr(text + ("…" if len(body) > _EXCERPT else ""))
