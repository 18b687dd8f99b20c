"""Whatever happened to a lake before, a plan reports what the run then sends."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.runs import build_context, work
from tests.support.stores import Killed
from tests.support.tmdb.service import TODAY, SandboxExports, SandboxTransport, build_sandbox
from tests.support.tmdb.virtual import VirtualClock, run_virtual

from cinelake.errors import DeadlineReachedError, UsageError
from cinelake.extract.context import RunContext
from cinelake.extract.planning.decision import ExtractRequest, RefreshRequest, RunRequest, UpToDate
from cinelake.extract.planning.fetch_estimate import plan_ahead
from cinelake.extract.planning.run_facts import read_decision
from cinelake.lake.store import Store
from cinelake.lake.stores.object_store import open_memory
from cinelake.log import Log
from cinelake.media import Media
from cinelake.sandbox import Sandbox
from cinelake.selection.limits import Limits
from cinelake.selection.selection import Selection
from cinelake.tmdb.client import Client
from cinelake.tmdb.rate_limiter import RateLimiter
from cinelake.tmdb.transport import Reply

_SHARE, _FEW = 0.15, 20
"""A plan may differ from the run by this share of its requests, or by so many requests if that is more."""

_CRIME = Selection(genre_ids=(80,), append=())
_DRAMA = Selection(genre_ids=(18,), append=())
_DRAMA_AND_THRILLER = Selection(genre_ids=(18, 53), append=())
_LAKES = [
    [_CRIME],
    [Selection(append=())],
    [Selection(Media.SERIES, append=())],
    [Selection(genre_ids=(18, 35, 53), since=date(1990, 1, 1), append=())],
    [_DRAMA_AND_THRILLER, _DRAMA],  # which share the slices of a day
]
"""The selections that one lake follows."""


@dataclass
class _Process:
    """A transport whose process is stopped in good order, or killed, after some requests."""

    inner: SandboxTransport
    stops_after: int | None = None
    is_killed: bool = False
    context: RunContext | None = None

    async def send(self, path: str, params: Mapping[str, str]) -> Reply:
        if self.stops_after is not None and len(self.inner.paths) >= self.stops_after:
            if self.is_killed:
                raise Killed
            assert self.context is not None
            self.context.stop.request("deadline")
        return await self.inner.send(path, params)


@dataclass
class _Lake:
    """A lake, and TMDB as it is on a day."""

    sandbox: Sandbox
    store: Store = field(default_factory=open_memory)
    today: date = TODAY

    def let_pass(self, days: int) -> None:
        self.today += timedelta(days=days)
        if days:
            self.sandbox.answer("POST", "/__evolve", {"days": str(days)}, {})

    def plan(self, request: RunRequest) -> int | None:
        """The requests that `plan` reports; None if the command refuses."""

        async def main() -> int:
            decision = read_decision(self.store, request, self.today)
            if isinstance(decision, UpToDate):
                return 0
            context, _ = self._open()
            planned = await plan_ahead(context.client, self.store, decision, rate=40, now=context.clock.now())
            return planned.estimate.requests

        try:
            return run_virtual(main())
        except UsageError:
            return None

    def run(self, request: RunRequest, *, stops_after: int | None, is_killed: bool) -> int | None:
        """The requests that the command sends; None if it refuses."""
        context, process = self._open()
        process.stops_after, process.is_killed, process.context = stops_after, is_killed, context
        try:
            with suppress(Killed, BaseExceptionGroup, DeadlineReachedError):
                run_virtual(work(context, request, Limits(allows_removals=True)))
        except UsageError:
            return None
        return len(process.inner.paths)

    def _open(self) -> tuple[RunContext, _Process]:
        clock, log = VirtualClock(datetime.combine(self.today, time(9), UTC)), Log(level="warning")
        process = _Process(SandboxTransport(self.sandbox, clock))
        client = Client(process, RateLimiter(float("inf")), clock, log, exports=SandboxExports(self.sandbox))
        return build_context(client, self.store, clock, log), process


@dataclass(frozen=True)
class _Step:
    """Days pass, then a command is called. Its process is stopped or killed after some requests, or comes to its end."""

    days: int
    selection: int
    is_refresh: bool
    stops_after: int | None
    is_killed: bool

    def build_request(self, selections: list[Selection]) -> RunRequest:
        selection = selections[self.selection % len(selections)]
        return RefreshRequest(selection) if self.is_refresh else ExtractRequest(selection)


_STEPS = st.lists(
    st.builds(
        _Step,
        days=st.integers(0, 7),
        selection=st.integers(0, 1),
        is_refresh=st.booleans(),
        stops_after=st.none() | st.integers(1, 700),
        is_killed=st.booleans(),
    ),
    min_size=2,
    max_size=6,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(_LAKES), st.sampled_from([300, 1500]), _STEPS)
def test_a_plan_reports_what_the_run_sends(selections: list[Selection], titles: int, steps: list[_Step]) -> None:
    lake = _Lake(build_sandbox(VirtualClock(), films=titles, series=titles))
    for step in steps:
        lake.let_pass(step.days)
        request = step.build_request(selections)
        planned = lake.plan(request)
        sent = lake.run(request, stops_after=step.stops_after, is_killed=step.is_killed)
        assert (planned is None) == (sent is None)
        if planned is None or sent is None:
            continue
        assert sent <= planned + max(_FEW, _SHARE * planned)
        if step.stops_after is None or sent < step.stops_after:  # the run came to its end
            assert planned <= sent + max(_FEW, _SHARE * sent)
