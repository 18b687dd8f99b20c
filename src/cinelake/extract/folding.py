"""Fold the runs of a selection that are finished, so that each leaves a few objects instead of three for each slice.

Invariant: only runs with a report are folded, by a process that holds the lease; one that is stopped leaves the rest to
the next.
"""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace

from cinelake.errors import DamagedError
from cinelake.extract.context import RunContext
from cinelake.extract.run_documents import list_runs, read_plan, read_report
from cinelake.lake.folding.fold_slices import FinishedRun, StoppedError, find_loose, fold_slices
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
    """The finished runs of a selection that have loose documents; not those with a damaged plan or report."""
    kind = KINDS[selection.media]
    loose = find_loose(store, kind)
    for run in list_runs(store, selection.id) if loose else ():
        with suppress(DamagedError):
            plan = read_plan(store, run) if run.run_on in loose and read_report(store, run) is not None else None
            names = {planned.slice.name for planned in plan.slices} if plan else set[str]()
            if not loose.get(run.run_on, set()).isdisjoint({*names, run.selection_id}):
                yield FinishedRun(kind, run.run_on, run.selection_id, names)
