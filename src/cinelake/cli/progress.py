"""Shows the progress of a run: a live line at a terminal, a plain line every few seconds elsewhere."""

import asyncio
import math
from collections import deque
from dataclasses import dataclass
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, TextColumn
from rich.progress import Progress as Bar

from cinelake.extract.context import RunContext

_LIVE_S = 0.25
_PLAIN_S = 5.0
_SPAN_S = 20.0


@dataclass(frozen=True, slots=True)
class Reading:
    """The counters at one instant; `at` is in seconds of the client's clock."""

    at: float
    requests: int
    titles_fetched: int


def rate_between(first: Reading, last: Reading) -> tuple[float, float]:
    """Requests and titles per second between two readings."""
    seconds = last.at - first.at
    if seconds <= 0:
        return 0.0, 0.0
    return (last.requests - first.requests) / seconds, (last.titles_fetched - first.titles_fetched) / seconds


def format_time_left(titles: int, titles_s: float) -> str:
    """The time that `titles` take: 45 s, 12 min, 3.4 h, or a dash if it cannot be estimated."""
    if titles <= 0 or titles_s <= 0:
        return "-"
    seconds = titles / titles_s
    if seconds < 90:  # noqa: PLR2004 - short times are clearer in seconds
        return f"{math.ceil(seconds)} s"
    return f"{seconds / 60:.0f} min" if seconds < 90 * 60 else f"{seconds / 3600:.1f} h"


class ProgressView:
    """Shows the progress of one run on one stream."""

    def __init__(self, context: RunContext, stream: TextIO) -> None:
        self._context = context
        self._stream = stream
        self._readings: deque[Reading] = deque()

    async def show(self) -> None:
        """Show until cancelled."""
        self._read()  # the reading that the first rate is based on
        try:
            if self._stream.isatty():
                await self._show_live()
            else:
                await self._show_plain()
        except OSError:  # a closed stream is no reason to end the run
            await asyncio.Event().wait()

    async def _show_live(self) -> None:
        # No column for the step: the unit shows it, and the figures of the largest run fill 80 columns.
        columns = BarColumn(bar_width=30), TextColumn("{task.fields[facts]}")
        console = Console(file=self._stream)
        with Bar(*columns, console=console, transient=True, refresh_per_second=4) as bar:
            row = bar.add_task("", total=1, facts="starting")
            while True:
                done, total, facts = self._read()
                bar.update(row, completed=done, total=max(1, total), facts=f"{done:,}/{total:,} {facts}")
                await self._context.clock.sleep(_LIVE_S)

    async def _show_plain(self) -> None:
        while True:
            await self._context.clock.sleep(_PLAIN_S)
            done, total, facts = self._read()
            now = self._context.clock.now()
            print(f"{now:%H:%M:%S} {self._context.progress.step} {done:,}/{total:,} {facts}", file=self._stream, flush=True)

    def _read(self) -> tuple[int, int, str]:
        """The number of slices or titles done, their total, and the text beside them."""
        progress, tally = self._context.progress, self._context.client.tally
        now = Reading(self._context.clock.monotonic(), tally.requests, progress.titles_done - progress.titles_kept)
        self._readings.append(now)
        while self._readings[0].at < now.at - _SPAN_S:
            self._readings.popleft()
        requests_s, titles_s = rate_between(self._readings[0], now)
        facts = f"{requests_s:.1f} req/s, {tally.refused} x 429"
        if progress.step in {"starting", "planning", "listing"}:
            return progress.slices_listed, progress.slices_total, f"slices, {progress.titles_total:,} titles, {facts}"
        left = format_time_left(progress.titles_total - progress.titles_done, titles_s)
        failed = f", {progress.quarantined} quarantined" if progress.quarantined else ""
        return progress.titles_done, progress.titles_total, f"titles, {left} left, {facts}{failed}"
