"""Runs in this process: the real extraction against a sandbox, in virtual time."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

from tests.support.tmdb.service import TODAY, SandboxExports, SandboxTransport, build_sandbox
from tests.support.tmdb.virtual import VirtualClock, run_virtual

from cinelake.clock import Clock
from cinelake.extract.context import RunContext
from cinelake.extract.folding import fold_within_run
from cinelake.extract.planning.decision import ExtractRequest, RefreshRequest, Run, RunRequest, UpToDate
from cinelake.extract.planning.run_facts import read_decision, read_finished
from cinelake.extract.run import extract
from cinelake.extract.run_documents import RunReport
from cinelake.extract.run_start import decide
from cinelake.lake.lake_format import write_format
from cinelake.lake.numbers import take_number
from cinelake.lake.store import Store
from cinelake.lake.stores.object_store import open_memory
from cinelake.log import Log
from cinelake.media import Media
from cinelake.sandbox import Sandbox
from cinelake.selection.limits import REFETCH_AFTER_DAYS, TOLERANCE, Limits
from cinelake.selection.selection import Selection
from cinelake.tmdb.client import Client
from cinelake.tmdb.rate_limiter import RateLimiter
from cinelake.tmdb.transport import Transport

CRIME = Selection(Media.MOVIE, (80,), append=())
CRIME_AND_WAR = Selection(Media.MOVIE, (80, 10752), append=())


def choose_extraction(store: Store, selection: Selection, today: date) -> Run:
    """The run that `extract` works on, in a lake where it is not complete yet."""
    return _choose(store, ExtractRequest(selection), today)


def choose_refresh(
    store: Store, selection: Selection, today: date, *, oldest: int | None = None, max_age_days: int = REFETCH_AFTER_DAYS
) -> Run:
    """The run that `refresh` works on, in a lake where it is not complete yet."""
    return _choose(store, RefreshRequest(selection, None, oldest, max_age_days), today)


def _choose(store: Store, request: RunRequest, today: date) -> Run:
    decision = read_decision(store, request, today)
    assert not isinstance(decision, UpToDate)
    return decision


def build_context(client: Client, store: Store, clock: Clock, log: Log | None = None) -> RunContext:
    """The context of a new process that has just acquired the lease."""
    write_format(store, clock.now())
    return RunContext(client, store, clock, log or Log(level="warning"), take_number(store))


def start_of(day: date) -> VirtualClock:
    """A clock that starts in the morning of a day."""
    return VirtualClock(datetime.combine(day, time(9), UTC))


async def work(context: RunContext, request: RunRequest, limits: Limits) -> RunReport:
    """What a command does with a request, but for lease, client and signals."""
    decision = await decide(context, request)
    if isinstance(decision, UpToDate):
        await fold_within_run(context, decision.selection)
        return read_finished(context.store, decision)
    return await extract(context, decision, limits)


@dataclass(slots=True)
class World:
    """A sandbox and a lake that outlive the processes that use them."""

    sandbox: Sandbox = field(default_factory=lambda: build_sandbox(VirtualClock(), films=600))
    store: Store = field(default_factory=open_memory)
    paths: list[str] = field(default_factory=list)

    def build_context(self, transport: Transport | None = None, today: date = TODAY) -> RunContext:
        """The context of a new process."""
        clock = start_of(today)
        if transport is None:
            own = SandboxTransport(self.sandbox, clock)
            own.paths = self.paths
            transport = own
        exports = SandboxExports(self.sandbox)
        client = Client(transport, RateLimiter(float("inf")), clock, Log(level="warning"), exports=exports)
        return build_context(client, self.store, clock)

    def extract(
        self,
        selection: Selection,
        *,
        transport: Transport | None = None,
        is_fresh: bool = False,
        tolerance: float = TOLERANCE,
        today: date = TODAY,
    ) -> RunReport:
        """Run the extract command in one process, to its end."""

        async def main() -> RunReport:
            request = ExtractRequest(selection, is_fresh=is_fresh)
            return await work(self.build_context(transport, today), request, Limits(tolerance))

        return run_virtual(main())

    def count_details(self) -> int:
        """The number of detail requests so far."""
        return sum(path.startswith("/3/movie/") for path in self.paths)
