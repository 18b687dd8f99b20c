"""Read what a lake stores about the runs of a selection, for `decide_run` to decide on."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta

from cinelake.concurrency import map_concurrently
from cinelake.errors import DamagedError, OvertakenError
from cinelake.extract.planning.decision import (
    EARLIEST_RUN,
    Decision,
    RefreshRequest,
    RunRequest,
    UpToDate,
    check_run_date,
    decide_run,
)
from cinelake.extract.planning.stored_runs import RunFact, RunFacts, RunState
from cinelake.extract.run_documents import (
    RunReport,
    advance_watermark,
    list_runs,
    read_plan,
    read_report,
    read_watermark,
)
from cinelake.lake.keys import MANIFESTS, WATERMARKS, RunKey
from cinelake.lake.manifests import list_manifests
from cinelake.lake.store import Store
from cinelake.media import KINDS
from cinelake.selection.selection import Selection


def read_decision(store: Store, request: RunRequest, today: date) -> Decision:
    """Decide on the facts that are stored now.

    Raises:
        DamagedError: a report or the watermark cannot be read.
        UsageError: as `decide_run` raises it.
    """
    return decide_run(request, read_run_facts(store, request, today))


def check_request(store: Store, request: RunRequest, machine_on: date) -> None:
    """Refuse a request that is invalid whatever the API's date is, before anything is sent.

    The machine's clock may be wrong, so a date is refused here only if it is a year ahead of it.

    Raises:
        DamagedError: a document that decides cannot be read.
        UsageError: as `decide_run` raises it.
    """
    if request.run_on is not None and not EARLIEST_RUN <= request.run_on <= machine_on + timedelta(days=366):
        check_run_date(request.run_on, machine_on)
    if isinstance(request, RefreshRequest) and read_watermark(store, request.selection.id) is None:
        read_decision(store, request, date.max)


def read_run_facts(store: Store, request: RunRequest, today: date) -> RunFacts:
    """The runs of the requested selection. Runs dated in the future are kept apart: a clock was wrong.

    Raises:
        DamagedError: a plan, a report or the watermark cannot be read.
    """
    selection_id = request.selection.id
    stored = read_watermark(store, selection_id)
    mark = stored if stored is not None and stored.complete_to <= today else None
    labels = [run.run_on for run in list_runs(store, selection_id)]
    found = map_concurrently(lambda label: _read_fact(store, RunKey(selection_id, label)), labels)
    stored_runs = dict(zip(labels, found, strict=True))
    runs = {label: run for label, run in stored_runs.items() if (run.began_on or label) <= today}
    ahead = {label: run for label, run in stored_runs.items() if label not in runs}
    facts = RunFacts(today, runs=runs, ahead=ahead)
    if mark is not None:
        facts = replace(facts, watermark=mark.complete_to, watermark_number=mark.number)
    if facts.is_today_taken:
        facts = replace(facts, taken=_list_labels(store, KINDS[request.selection.media]))
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


def _read_fact(store: Store, key: RunKey) -> RunFact:
    report = read_report(store, key)
    if report is not None:
        state = RunState.COMPLETE if report.is_complete else RunState.INCOMPLETE
        return RunFact(state, report.number, report.fetched_on)
    plan = read_plan(store, key)
    return RunFact(RunState.UNFINISHED, plan.number, plan.fetched_on) if plan else RunFact(RunState.UNFINISHED)


def _list_labels(store: Store, kind: str) -> frozenset[date]:
    """The labels under which any selection of a kind has slices, or plans them."""
    slices = (key.run_on for key in list_manifests(store, f"{MANIFESTS}/{kind}"))
    return frozenset(run.run_on for run in list_runs(store)).union(slices)


def _list_complete(store: Store, today: date) -> Iterator[Selection]:
    """The selections of the lake that have a watermark; one that cannot be read is left out of the message."""
    for entry in store.list_entries(f"{WATERMARKS}/"):
        with suppress(DamagedError):
            stored = read_watermark(store, entry.key.removeprefix(f"{WATERMARKS}/").removesuffix(".json"))
            if stored is not None and stored.complete_to <= today:
                yield stored.selection
