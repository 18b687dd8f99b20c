"""The documents that describe a run: plan, report and watermark, as values and as objects of the lake."""

from datetime import date, datetime

import msgspec

from cinelake.extract.planning.plan import Plan
from cinelake.lake.documents import read_document, write_document
from cinelake.lake.keys import RUNS, RunKey, parse_run_key, watermark
from cinelake.lake.store import Store
from cinelake.selection.selection import Selection


class SliceReport(msgspec.Struct, frozen=True):
    """One slice's line."""

    slice: str
    total: int
    listed: int
    records: int
    gone: int
    quarantined: tuple[int, ...]
    unproven: int
    is_complete: bool
    kept: int = 0
    tombstones: int = 0


class RunReport(msgspec.Struct, frozen=True):
    """What a run came to. Counts of requests and seconds are of the last process that worked on it.

    Attributes:
        doubt: why the run is short though each slice is complete; empty if there is nothing to doubt.
        titles: listed in all slices; records: fetched by the run; kept: titles whose records former runs hold. Distinct
            titles are fewer where genres overlap.
        tombstones: titles that slices held and hold no more, by reason; since: of a refresh, the watermark it started from.
    """

    selection: Selection
    run_on: date
    is_complete: bool
    titles: int
    records: int
    gone: int
    quarantined: int
    unproven: int
    batches: int
    bytes: int
    requests: int
    refused: int
    retried: int
    seconds: float
    finished_at: datetime
    slices: tuple[SliceReport, ...]
    doubt: str = ""
    kept: int = 0
    tombstones: dict[str, int] = msgspec.field(default_factory=dict)
    since: date | None = None


class Watermark(msgspec.Struct, frozen=True):
    """The day up to which a selection is known complete."""

    selection: Selection
    complete_to: date


def read_plan(store: Store, key: RunKey) -> Plan | None:
    """The plan of a run, or None.

    Raises:
        DamagedError: it cannot be read.
    """
    return read_document(store, key.plan(), Plan, hint=f"remove {key.plan()} and run again: it is counted anew")


def read_report(store: Store, key: RunKey) -> RunReport | None:
    """The report of a run, or None if it is unfinished.

    Raises:
        DamagedError: it cannot be read.
    """
    todo = f"remove {key.report()} and run again: it is written anew from the manifests"
    return read_document(store, key.report(), RunReport, hint=todo)


def read_watermark(store: Store, selection_id: str) -> Watermark | None:
    """The watermark of a selection, or None if it was never complete.

    Raises:
        DamagedError: it cannot be read.
    """
    key = watermark(selection_id)
    return read_document(store, key, Watermark, hint=f"remove {key}: the next complete run writes it anew")


def advance_watermark(store: Store, report: RunReport) -> None:
    """Move the watermark of a complete run's selection to its date; it moves back only from a day that is yet to come."""
    former = read_watermark(store, report.selection.id)
    today = max(report.finished_at.date(), report.run_on)
    if former is None or former.complete_to < report.run_on or former.complete_to > today:
        write_document(store, watermark(report.selection.id), Watermark(report.selection, report.run_on))


def list_runs(store: Store, selection_id: str | None = None) -> list[RunKey]:
    """Every run that has a plan, oldest first; of one selection if given."""
    prefix = f"{RUNS}/{selection_id}/" if selection_id else f"{RUNS}/"
    parsed = (parse_run_key(entry.key) for entry in store.list_entries(prefix))
    runs = {found[0] for found in parsed if found and found[1] == "plan"}
    return sorted(runs, key=lambda run: (run.run_on, run.selection_id))
