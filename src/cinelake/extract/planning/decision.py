"""Decides what a command does with a selection: start a run, resume one, refresh, or nothing."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from cinelake.errors import UsageError
from cinelake.extract.run_documents import (
    RunReport,
    Watermark,
    advance_watermark,
    list_runs,
    read_report,
    read_watermark,
)
from cinelake.lake.keys import RunKey
from cinelake.lake.store import Store
from cinelake.refresh.refetch_policy import MAX_AGE_DAYS, RefetchPolicy
from cinelake.selection.selection import Selection

EARLIEST_RUN = date(2000, 1, 1)

RETRY_FOR = timedelta(days=1)
"""How long after its date a short run is gone on with; then a new one begins, which has what came meanwhile."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run: its selection, its date, whether it is begun or gone on with, and what makes it a refresh, if it is one.

    A run that has its plan already is what that says, whatever is asked for now.
    """

    selection: Selection
    key: RunKey
    is_resumed: bool
    refresh: RefetchPolicy | None = None


def check_run_date(run_on: date | None, today: date) -> None:
    """Refuse a run date that no run can have.

    Raises:
        UsageError: it is to come, or before there were lakes.
    """
    if run_on is not None and not EARLIEST_RUN <= run_on <= today:
        expected = f"a day from {EARLIEST_RUN} to today, {today}"
        raise UsageError("--run-date", f"{run_on} is no day of a run", expected, "leave it out for today")


def choose_run(
    store: Store, selection: Selection, today: date, *, run_on: date | None = None, is_fresh: bool = False
) -> Run:
    """The unfinished run of this selection, whatever its day, or a short one of today or yesterday; else one of today.

    Raises:
        DamagedError: a report cannot be read.
        UsageError: no run can have the date `run_on`.
    """
    check_run_date(run_on, today)
    runs = _list_past(store, selection.id, today)
    if run_on is not None:
        key = RunKey(selection.id, run_on)
        return Run(selection, key, key in runs)
    today_key = RunKey(selection.id, today)
    if runs and not is_fresh:
        report = read_report(store, runs[-1])
        if report is None or not (report.is_complete or today - runs[-1].run_on > RETRY_FOR):
            return Run(selection, runs[-1], is_resumed=True)
    return Run(selection, today_key, today_key in runs)


def choose_refresh(
    store: Store,
    selection: Selection,
    today: date,
    *,
    run_on: date | None = None,
    oldest: int | None = None,
    max_age_days: int = MAX_AGE_DAYS,
) -> Run:
    """The unfinished or short run of this selection, as `choose_run` finds it; else a refresh of today, from the watermark.

    A selection that is complete up to today has nothing to refresh: its finished run is given.

    Raises:
        DamagedError: a report or the watermark cannot be read.
        UsageError: the selection was never harvested, or no run can have the date `run_on`.
    """
    mark = find_mark(store, selection, today)
    run = choose_run(store, selection, today, run_on=run_on)
    if mark is None:
        happened = "it was never collected whole" if not run.is_resumed else "its first run is not complete"
        raise UsageError(
            f"selection {selection.id}", happened, "a complete run to go on from", "run cinelake extract with these words"
        )
    if mark.complete_to >= run.key.run_on:
        return Run(selection, RunKey(selection.id, mark.complete_to), is_resumed=True)
    return replace(run, refresh=RefetchPolicy(mark.complete_to, oldest, max_age_days))


def find_mark(store: Store, selection: Selection, today: date) -> Watermark | None:
    """The watermark that a refresh goes on from, None if there is none.

    One that a kill left behind its report is moved, and one that a clock that was ahead set to a day to come is moved back.

    Raises:
        DamagedError: a report or the watermark cannot be read.
    """
    for newest in reversed(_list_past(store, selection.id, today)):
        mark = read_watermark(store, selection.id)
        if read_finished(store, Run(selection, newest, is_resumed=True)) or (mark and mark.complete_to <= today):
            break
    mark = read_watermark(store, selection.id)
    return mark if mark and mark.complete_to <= today else None


def _list_past(store: Store, selection_id: str, today: date) -> list[RunKey]:
    """The runs up to today: what a clock that was ahead has dated later is no ground to do nothing until then."""
    return [run for run in list_runs(store, selection_id) if run.run_on <= today]


def read_finished(store: Store, run: Run) -> RunReport | None:
    """The report of a run that is complete already; its watermark is moved if a kill prevented that."""
    report = read_report(store, run.key)
    if report is None or not report.is_complete:
        return None
    advance_watermark(store, report)
    return report
