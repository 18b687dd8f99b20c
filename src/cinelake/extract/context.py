"""Owns what the steps of a run share: where to ask, where to write, how far it is, and whether it is time to stop."""

import asyncio
from dataclasses import dataclass, field

from cinelake.clock import Clock
from cinelake.lake.store import Store
from cinelake.log import Log
from cinelake.tmdb.client import Client


@dataclass(slots=True)
class Progress:
    """How far a run is; only counted up, and read by whoever shows it.

    `titles_total` counts a title once for each slice that holds it, as does `titles_done`.
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


@dataclass(slots=True)
class Stop:
    """Set when the run should end in good order; `reason` says why."""

    reason: str = ""
    event: asyncio.Event = field(default_factory=asyncio.Event)

    def request(self, reason: str) -> None:
        """Ask the run to end."""
        self.reason = self.reason or reason
        self.event.set()


@dataclass(frozen=True, slots=True)
class RunContext:
    """The tools of one run."""

    client: Client
    store: Store
    clock: Clock
    log: Log
    progress: Progress = field(default_factory=Progress)
    stop: Stop = field(default_factory=Stop)
