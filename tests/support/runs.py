"""Runs in this process: the real extraction against a sandbox, in virtual time."""

from dataclasses import dataclass, field
from datetime import date

from tests.support.service import TODAY, SandboxTransport, build_sandbox
from tests.support.virtual import VirtualClock, run_virtual

from cinelake.extract.context import RunContext
from cinelake.extract.planning.decision import choose_run, read_finished
from cinelake.extract.run import extract
from cinelake.extract.run_documents import RunReport
from cinelake.lake.object_store import open_memory
from cinelake.lake.store import Store
from cinelake.log import Log
from cinelake.media import Media
from cinelake.sandbox import Sandbox
from cinelake.selection.limits import TOLERANCE, Limits
from cinelake.selection.selection import Selection
from cinelake.tmdb.client import Client
from cinelake.tmdb.rate_limiter import RateLimiter
from cinelake.tmdb.transport import Transport

CRIME = Selection(Media.MOVIE, (80,), append=())
CRIME_AND_WAR = Selection(Media.MOVIE, (80, 10752), append=())


@dataclass(slots=True)
class World:
    """A sandbox and a lake that outlive the processes that use them."""

    sandbox: Sandbox = field(default_factory=lambda: build_sandbox(VirtualClock(), films=600))
    store: Store = field(default_factory=open_memory)
    paths: list[str] = field(default_factory=list)

    def build_context(self, transport: Transport | None = None) -> RunContext:
        """The context of a new process."""
        clock = VirtualClock()
        if transport is None:
            own = SandboxTransport(self.sandbox, clock)
            own.paths = self.paths
            transport = own
        client = Client(transport, RateLimiter(float("inf")), clock, Log(level="warning"))
        return RunContext(client, self.store, clock, Log(level="warning"))

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
            context = self.build_context(transport)
            run = choose_run(context.store, selection, today, is_fresh=is_fresh)
            return read_finished(context.store, run) or await extract(context, run, Limits(tolerance))

        return run_virtual(main())

    def count_details(self) -> int:
        """The number of detail requests so far."""
        return sum(path.startswith("/3/movie/") for path in self.paths)
