"""The sandbox as a transport: the real client and the real rules, without a network."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from cinelake.clock import Clock
from cinelake.log import Log
from cinelake.sandbox import Catalogue, Faults, Sandbox
from cinelake.tmdb.client import Client
from cinelake.tmdb.rate_limiter import RateLimiter
from cinelake.tmdb.transport import Reply, TransportError

TODAY = date(2026, 11, 23)


class SandboxTransport:
    """Carries requests to a sandbox in this process; cuts become transport errors, delays become sleep."""

    def __init__(self, sandbox: Sandbox, clock: Clock, *, round_trip_s: float = 0.0) -> None:
        self._sandbox = sandbox
        self._clock = clock
        self._journey_s = round_trip_s
        self.paths: list[str] = []

    async def send(self, path: str, params: Mapping[str, str]) -> Reply:
        self.paths.append(path)
        await self._clock.sleep(self._journey_s / 2)
        reply = self._sandbox.answer("GET", path, params, {"Authorization": f"Bearer {Sandbox.TOKEN}"})
        await self._clock.sleep(reply.delay_s + self._journey_s / 2)
        if reply.cut is not None:
            raise TransportError(f"{reply.cut} on {path}")
        return Reply(reply.status, reply.body, reply.headers.get("Retry-After"))


@dataclass(slots=True)
class ScriptedTransport:
    """Answers with what a function makes of path and parameters; counts the requests."""

    answer: Callable[[str, Mapping[str, str]], Reply]
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    async def send(self, path: str, params: Mapping[str, str]) -> Reply:
        self.requests.append((path, dict(params)))
        return self.answer(path, params)


def build_sandbox(clock: Clock, *, films: int = 300, series: int = 0, rate: int = 0, faults: str = "") -> Sandbox:
    """A sandbox whose catalogue is of TODAY."""
    catalogue = Catalogue(films, series, 1, TODAY)
    return Sandbox(catalogue, now=clock.monotonic, rate=rate, faults=Faults.parse(faults))


def build_client(sandbox: Sandbox, clock: Clock, *, rate: float = float("inf"), round_trip_s: float = 0.0) -> Client:
    """The real client on a sandbox in this process."""
    return Client(
        SandboxTransport(sandbox, clock, round_trip_s=round_trip_s), RateLimiter(rate), clock, Log(level="warning")
    )
