"""The sandbox in this process as the transport of the real client, without a network."""

import gzip
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from http import HTTPStatus

import msgspec

from cinelake.clock import Clock
from cinelake.log import Log
from cinelake.sandbox import Catalogue, Faults, Sandbox
from cinelake.tmdb.client import Client
from cinelake.tmdb.id_exports import Line
from cinelake.tmdb.rate_limiter import RateLimiter
from cinelake.tmdb.transport import Reply, TransportError

TODAY = date(2026, 11, 23)


class SandboxTransport:
    """Sends requests to a sandbox in this process. Its cut responses become transport errors, its delays become sleep."""

    def __init__(self, sandbox: Sandbox, clock: Clock, *, round_trip_s: float = 0.0) -> None:
        self._sandbox = sandbox
        self._clock = clock
        self._round_trip_s = round_trip_s
        self.paths: list[str] = []

    async def send(self, path: str, params: Mapping[str, str]) -> Reply:
        self.paths.append(path)
        await self._clock.sleep(self._round_trip_s / 2)
        reply = self._sandbox.answer("GET", path, params, {"Authorization": f"Bearer {Sandbox.TOKEN}"})
        await self._clock.sleep(reply.delay_s + self._round_trip_s / 2)
        if reply.cut is not None:
            raise TransportError(f"{reply.cut} on {path}")
        sent_at = datetime.combine(self._sandbox.today, self._clock.now().time(), UTC)
        return Reply(reply.status, reply.body, reply.headers.get("Retry-After"), sent_at, is_simulated=True)


@dataclass(frozen=True, slots=True)
class SandboxExports:
    """The id exports of a sandbox in this process."""

    sandbox: Sandbox
    fetched: list[str] = field(default_factory=list)

    async def fetch(self, name: str, take: Callable[[Line], None]) -> bool:
        """Pass the lines of an export to `take`."""
        reply = self.sandbox.answer("GET", f"/p/exports/{name}", {}, {})
        if reply.status != HTTPStatus.OK:
            return False
        self.fetched.append(name)
        for line in gzip.decompress(reply.body).splitlines():
            take(msgspec.json.decode(line, type=Line))
        return True


@dataclass(slots=True)
class ScriptedTransport:
    """Responds with the result of a function of path and parameters; records the requests."""

    answer: Callable[[str, Mapping[str, str]], Reply]
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    async def send(self, path: str, params: Mapping[str, str]) -> Reply:
        self.requests.append((path, dict(params)))
        return self.answer(path, params)


def build_sandbox(clock: Clock, *, films: int = 300, series: int = 0, rate: int = 0, faults: str = "") -> Sandbox:
    """Build a sandbox whose catalogue is of TODAY."""
    catalogue = Catalogue(films, series, 1, TODAY)
    return Sandbox(catalogue, now=clock.monotonic, rate=rate, faults=Faults.parse(faults))


def build_client(sandbox: Sandbox, clock: Clock, *, rate: float = float("inf"), round_trip_s: float = 0.0) -> Client:
    """Build the real client for a sandbox in this process."""
    return Client(
        SandboxTransport(sandbox, clock, round_trip_s=round_trip_s),
        RateLimiter(rate),
        clock,
        Log(level="warning"),
        exports=SandboxExports(sandbox),
    )
