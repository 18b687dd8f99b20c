"""Fold the runs of a selection that are finished, so that each leaves a few objects instead of three for each slice.

Invariant: only runs with a report are folded, by a process that holds the lease; one that is stopped leaves the rest to
the next.
"""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date

from cinelake.errors import DamagedError
from cinelake.extract.context import RunContext
from cinelake.extract.run_documents import list_runs, read_plan, read_report
from cinelake.lake.folding.fold_slices import FinishedRun, StoppedError, find_loose, fold_slices
from cinelake.lake.keys import RUNS, is_feed_slice
from cinelake.lake.store import Store
from cinelake.media import KINDS
from cinelake.selection.selection import Selection


async def fold_within_run(context: RunContext, selection: Selection) -> None:
    """Fold the finished runs of a selection; ends early when a stop is requested. The caller holds the lease."""
    await _fold_in_thread(context.store, selection, context.stop.event.is_set)


async def _fold_in_thread(store: Store, selection: Selection, is_stopped: Callable[[], bool]) -> None:
    """Fold in a thread, which also ends soon after this task is cancelled."""
    is_cancelled = threading.Event()

    def check() -> None:
        if is_stopped() or is_cancelled.is_set():
            raise StoppedError

    try:
        await asyncio.to_thread(_fold_finished, store, selection, check)
    finally:
        is_cancelled.set()


def _fold_finished(store: Store, selection: Selection, check: Callable[[], None]) -> None:
    with suppress(StoppedError):
        for run in list(_list_foldable(store, selection)):
            fold_slices(store, replace(run, check=check))


def _list_foldable(store: Store, selection: Selection) -> Iterator[FinishedRun]:
    """The finished runs of a selection that have loose documents, and its feed-only refreshes; none that is damaged."""
    kind = KINDS[selection.media]
    loose = find_loose(store, kind)
    names = _list_feed_slices(store, selection) if loose else {}
    for run in list_runs(store, selection.id) if loose else ():
        with suppress(DamagedError):
            plan = read_plan(store, run) if run.run_on in loose and read_report(store, run) is not None else None
            if plan is not None:
                names.setdefault(run.run_on, set()).update(planned.slice.name for planned in plan.slices)
    for day in sorted(loose):
        if not loose[day].isdisjoint({*names.get(day, ()), selection.id}):
            yield FinishedRun(kind, day, selection.id, names.get(day, set()))


def _list_feed_slices(store: Store, selection: Selection) -> dict[date, set[str]]:
    """The slices of the feed-only refreshes of a selection that have a report, by day."""
    found: dict[date, set[str]] = {}
    for entry in store.list_entries(f"{RUNS}/{selection.id}/"):
        day, _, name = entry.key.removeprefix(f"{RUNS}/{selection.id}/").partition("/")
        if is_feed_slice(name):
            with suppress(ValueError):
                found.setdefault(date.fromisoformat(day), set()).add(name.removesuffix(".json"))
    return found
