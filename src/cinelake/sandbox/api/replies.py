"""Replies as values, and TMDB's errors by their documented codes.

Invariant: the HTTP status, code and message of an error always belong together.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from cinelake.sandbox.catalogue.json_text import render_value

_JSON = {"Content-Type": "application/json;charset=utf-8"}
_HTML = {"Content-Type": "text/html"}
_ERRORS = {
    5: (422, "Invalid parameters: Your request parameters are incorrect."),
    7: (401, "Invalid API key: You must be granted a valid key."),
    11: (500, "Internal error: Something went wrong, contact TMDB."),
    20: (422, "Invalid date range: Should be a range no longer than 14 days."),
    22: (400, "Invalid page: Pages start at 1 and max at 500. They are expected to be an integer."),
    23: (400, "Invalid date: Format needs to be YYYY-MM-DD."),
    24: (504, "Your request to the backend server timed out. Try again."),
    27: (400, "Too many append to response objects: The maximum number of remote calls is 20."),
    34: (404, "The resource you requested could not be found."),
    42: (405, "This request method is not supported for this resource."),
}


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer. `cut` says how the connection breaks; `kind` is its category in the statistics."""

    status: int
    body: bytes
    kind: str
    headers: Mapping[str, str] = field(default_factory=lambda: _JSON)
    cut: Literal["reset", "truncate"] | None = None
    delay_s: float = 0.0


def build_reply(text: str, kind: str) -> Reply:
    """A successful answer with JSON text."""
    return Reply(200, text.encode(), kind)


def build_error(code: int, kind: str = "bad") -> Reply:
    """The error with this TMDB code."""
    status, message = _ERRORS[code]
    return Reply(status, _render_error(code, message), kind)


def build_limited(count: int, rate: int, *, has_retry_after: bool) -> Reply:
    """The answer to a request above the rate limit."""
    message = f"Your request count ({count}) is over the allowed limit of ({rate})."
    headers = _JSON | {"Retry-After": "1"} if has_retry_after else _JSON
    return Reply(429, _render_error(25, message), "limited", headers)


def build_page(status: int, title: str) -> Reply:
    """An HTML page instead of JSON."""
    text = f"<html><head><title>{title}</title></head><body><center><h1>{title}</h1></center></body></html>"
    return Reply(status, text.encode(), "fault", _HTML)


def _render_error(code: int, message: str) -> bytes:
    return render_value({"success": False, "status_code": code, "status_message": message}).encode()
