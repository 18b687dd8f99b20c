"""Read what a lake stores about the runs of a selection, for `decide_run` to decide on."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date

from cinelake.errors import DamagedError, OvertakenError
from cinelake.extract.planning.decision import (
    Decision,
    RefreshRequest,
    RunFacts,
    RunRequest,
    RunState,
    UpToDate,
    decide_run,
)
from cinelake.extract.run_documents import (
    RunReport,
    advance_watermark,
    list_runs,
    read_report,
    read_watermark,
)
from cinelake.lake.keys import WATERMARKS, RunKey
from cinelake.lake.store import Store
from cinelake.selection.selection import Selection


def read_decision(store: Store, request: RunRequest, today: date) -> Decision:
    """Decide on the facts that are stored now.

    Raises:
        DamagedError: a report or the watermark cannot be read.
        UsageError: as `decide_run` raises it.
    """
    return decide_run(request, read_run_facts(store, request, today))


def read_run_facts(store: Store, request: RunRequest, today: date) -> RunFacts:
    """The runs of the requested selection. Runs dated in the future are ignored: a clock was wrong.

    Raises:
        DamagedError: a report or the watermark cannot be read.
    """
    selection_id = request.selection.id
    days = [run.run_on for run in list_runs(store, selection_id) if run.run_on <= today]
    stored = read_watermark(store, selection_id)
    watermark = stored.complete_to if stored is not None and stored.complete_to <= today else None
    needed = {day for day in days if watermark is None or day >= watermark or day == request.run_on}
    runs = {day: _read_state(store, RunKey(selection_id, day)) for day in sorted(needed.union(days[-1:]))}
    facts = RunFacts(today, watermark, runs)
    if isinstance(request, RefreshRequest) and request.first is None and facts.complete_to is None:
        return replace(facts, complete=tuple(_list_complete(store, today)))
    return facts


def read_finished(store: Store, decision: UpToDate) -> RunReport:
    """The report of a complete run. It also moves the watermark, in case a process was killed before it could.

    Raises:
        DamagedError: the report cannot be read.
        OvertakenError: the report was removed since the decision.
    """
    report = read_report(store, decision.key)
    if report is None:
        raise OvertakenError(
            f"the report of the run of {decision.key.run_on} was removed by another process",
            hint="run the same command again",
            subject=decision.key.report(),
        )
    advance_watermark(store, report)
    return report


def _read_state(store: Store, key: RunKey) -> RunState:
    report = read_report(store, key)
    if report is None:
        return RunState.UNFINISHED
    return RunState.COMPLETE if report.is_complete else RunState.INCOMPLETE


def _list_complete(store: Store, today: date) -> Iterator[Selection]:
    """The selections of the lake that have a watermark; one that cannot be read is left out of the message."""
    for entry in store.list_entries(f"{WATERMARKS}/"):
        with suppress(DamagedError):
            stored = read_watermark(store, entry.key.removeprefix(f"{WATERMARKS}/").removesuffix(".json"))
            if stored is not None and stored.complete_to <= today:
                yield stored.selection
