"""A client that calls a sandbox directly, without a network."""

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from tests.support.tmdb.service import TODAY

from cinelake.sandbox import Catalogue, Faults, Reply, Sandbox
from cinelake.sandbox.app import Behaviour

BEARER = {"Authorization": f"Bearer {Sandbox.TOKEN}"}


@cache
def build_catalogue(films: int, series: int, seed: int = 3) -> Catalogue:
    """A catalogue as of TODAY, built once for each size and seed."""
    return Catalogue(films, series, seed, TODAY)


class ManualClock:
    """Monotonic seconds that a test changes."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        """The current second."""
        return self.seconds


@dataclass(frozen=True, slots=True)
class SandboxClient:
    """Sends authorised GET requests to a sandbox; query parameters with a dot in their name come as a dict."""

    sandbox: Sandbox

    def send(self, path: str, parameters: dict[str, str] | None = None, **query: str) -> Reply:
        """The reply to a request."""
        return self.sandbox.answer("GET", path, {**(parameters or {}), **query}, BEARER)

    def read(self, path: str, parameters: dict[str, str] | None = None, **query: str) -> Any:  # noqa: ANN401 - any JSON
        """The decoded body of a successful answer."""
        reply = self.send(path, parameters, **query)
        assert reply.status == 200, reply.body
        return json.loads(reply.body)

    def read_error(self, path: str, parameters: dict[str, str] | None = None, **query: str) -> tuple[int, int]:
        """The HTTP status and the TMDB code of an error."""
        return decode_error(self.send(path, parameters, **query))

    def read_rows(self, path: str, parameters: dict[str, str] | None = None, **query: str) -> list[dict[str, Any]]:
        """The rows of all pages."""
        first = self.read(path, parameters, **query)
        others = [self.read(path, parameters, **query, page=str(n)) for n in range(2, first["total_pages"] + 1)]
        rows = [row for page in (first, *others) for row in page["results"]]
        assert len(rows) == first["total_results"]
        return rows

    def advance(self, days: int = 1) -> Any:  # noqa: ANN401 - any JSON
        """Advance the sandbox by some days; the decoded answer."""
        reply = self.sandbox.answer("POST", "/__evolve", {"days": str(days)}, {})
        assert reply.status == 200
        return json.loads(reply.body)


def decode_error(reply: Reply) -> tuple[int, int]:
    """The HTTP status and the TMDB code of an error."""
    body = json.loads(reply.body)
    assert body["success"] is False
    assert body["status_message"]
    return reply.status, body["status_code"]


def build_client(
    catalogue: Catalogue,
    *,
    now: ManualClock | None = None,
    rate: int = 0,
    faults: str = "",
    behaviour: Behaviour | None = None,
) -> SandboxClient:
    """A client of a new sandbox."""
    clock = now or ManualClock()
    return SandboxClient(Sandbox(catalogue, now=clock, rate=rate, faults=Faults.parse(faults), behaviour=behaviour))
