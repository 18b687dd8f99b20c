"""What the steps of a run share: client, store, clock and log, the progress so far, and the request to stop."""

import asyncio
from dataclasses import dataclass, field

from cinelake.clock import Clock
from cinelake.extract.tracing.recorder import Recorder
from cinelake.lake.numbers import check_number
from cinelake.lake.store import Store
from cinelake.log import Event, Log
from cinelake.tmdb.client import Client

_PROGRESS_S = 30.0


@dataclass(slots=True)
class Progress:
    """The counters of a run; they only grow.

    Attributes:
        titles_total, titles_done: a title counts once for each slice that lists it.
        titles_kept: of those done, the ones whose records were already stored.
        is_complete: the run has ended, and its report says that nothing is missing.
    """

    step: str = "starting"
    slices_total: int = 0
    slices_listed: int = 0
    slices_committed: int = 0
    titles_total: int = 0
    titles_done: int = 0
    titles_kept: int = 0
    gone: int = 0
    quarantined: int = 0
    bytes_written: int = 0
    is_complete: bool = False


@dataclass(slots=True)
class Stop:
    """A request to end the run early; `reason` says why, and the first reason stays."""

    reason: str = ""
    event: asyncio.Event = field(default_factory=asyncio.Event)

    def request(self, reason: str) -> None:
        """Request the end of the run."""
        self.reason = self.reason or reason
        self.event.set()


@dataclass(frozen=True, slots=True)
class RunContext:
    """What every step of a run is given.

    Attributes:
        clock: shows the API's time.
        number: the run number under which this process commits.
        recorder: what counts the requests of this process, for the trace of a run.
    """

    client: Client
    store: Store
    clock: Clock
    log: Log
    number: int
    progress: Progress = field(default_factory=Progress)
    stop: Stop = field(default_factory=Stop)
    recorder: Recorder | None = None

    def check_number(self) -> None:
        """Check, before a commit, that no other process has taken a higher number.

        Raises:
            LeaseHeldError: one has.
        """
        check_number(self.store, self.number)


async def log_progress(context: RunContext) -> None:
    """Log the counters of a run every 30 seconds until cancelled."""
    while True:
        await context.clock.sleep(_PROGRESS_S)
        progress, tally = context.progress, context.client.tally
        context.log.info(
            Event.RUN_PROGRESS,
            step=progress.step,
            slices=progress.slices_total,
            slices_listed=progress.slices_listed,
            slices_committed=progress.slices_committed,
            titles=progress.titles_total,
            titles_done=progress.titles_done,
            requests=tally.requests,
            refused=tally.refused,
            retried=tally.retried,
            rate=round(context.client.rate, 2),
        )
