"""The documents that describe a run: plan, run report and watermark, as values and as objects of the lake."""

from collections.abc import Collection
from contextlib import suppress
from datetime import date, datetime

import msgspec

from cinelake.concurrency import map_concurrently
from cinelake.errors import DamagedError
from cinelake.extract.planning.plan import Plan
from cinelake.lake.documents import read_document, write_document
from cinelake.lake.keys import RUNS, RunKey, parse_run_key, watermark
from cinelake.lake.store import Store
from cinelake.selection.listing_source import ListingSource
from cinelake.selection.selection import Selection


class SliceReport(msgspec.Struct, frozen=True):
    """The counts of one slice."""

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


class ListingProof(msgspec.Struct, frozen=True):
    """The comparison of TMDB's id export with a full listing through discover.

    Attributes:
        in_export, in_discover: titles that each lists; only_in_export, only_in_discover: those that the other lacks.
        unproven: titles that discover counts and does not list.
        is_proven: whether `unproven` is within the tolerance.
        examples_in_export, examples_in_discover: ids of the titles that only one lists, some of the lowest.
    """

    export: str
    in_export: int
    in_discover: int
    only_in_export: int
    only_in_discover: int
    unproven: int
    is_proven: bool
    examples_in_export: tuple[int, ...] = ()
    examples_in_discover: tuple[int, ...] = ()


class RunReport(msgspec.Struct, frozen=True):
    """The result of a run. The requests and seconds are those of the last process that worked on it.

    Attributes:
        titles: listed in all slices, so a title of two genres counts twice.
        records: fetched by this run; kept: titles whose records previous runs have stored.
        reason_incomplete: why the run counts as incomplete although each of its slices is complete; else empty.
        tombstones: titles removed from their slices, by reason.
        since: the watermark that a refresh started from.
        number: the number of the run.
        fetched_on: the API's date when the run began; `run_on` is its label. None in lakes of format 1: the label.
        source: where the run read which titles there are.
        export: the id export that the plan was counted from; empty if there is none.
        proof: the comparison of export and discover, if the run made one.
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
    reason_incomplete: str = msgspec.field(default="", name="doubt")
    kept: int = 0
    tombstones: dict[str, int] = msgspec.field(default_factory=dict)
    since: date | None = None
    number: int = 0
    fetched_on: date | None = None
    source: ListingSource = ListingSource.DISCOVER
    export: str = ""
    proof: ListingProof | None = None


class Watermark(msgspec.Struct, frozen=True):
    """The day up to which a selection is known to be complete, and the number of the run that made it so."""

    selection: Selection
    complete_to: date
    number: int = 0


def read_plan(store: Store, key: RunKey) -> Plan | None:
    """The plan of a run, or None.

    Raises:
        DamagedError: it cannot be read.
    """
    hint = f"remove {key.plan()} and run the same command again, which counts the titles again"
    return read_document(store, key.plan(), Plan, hint=hint)


def read_report(store: Store, key: RunKey) -> RunReport | None:
    """The report of a run, or None if it is unfinished.

    Raises:
        DamagedError: it cannot be read.
    """
    hint = f"remove {key.report()} and run the same command again, which writes it again from the manifests"
    return read_document(store, key.report(), RunReport, hint=hint)


def read_proof(store: Store, key: RunKey) -> ListingProof | None:
    """The comparison of id export and discover that a run made, or None.

    Raises:
        DamagedError: it cannot be read.
    """
    return read_document(store, key.proof(), ListingProof, hint=f"remove {key.proof()}; it is only reported")


def read_watermark(store: Store, selection_id: str) -> Watermark | None:
    """The watermark of a selection, or None if it was never complete.

    Raises:
        DamagedError: it cannot be read.
    """
    key = watermark(selection_id)
    return read_document(store, key, Watermark, hint=f"remove {key}; the next complete run writes it again")


def advance_watermark(store: Store, report: RunReport) -> None:
    """Move the watermark of a complete run's selection to the day of the run, unless a newer run moved it.

    Newer means a higher number; between runs of format 1, which have none, a later day.
    """
    previous = read_watermark(store, report.selection.id)
    moved = Watermark(report.selection, report.fetched_on or report.run_on, report.number)
    if previous is None or (previous.number, previous.complete_to) < (moved.number, moved.complete_to):
        write_document(store, watermark(report.selection.id), moved)


def sort_runs(store: Store, runs: Collection[RunKey]) -> list[RunKey]:
    """Sort runs by their numbers, oldest first; those of format 1, which have none, come first, by date.

    A run whose documents cannot be read counts as one without number.
    """

    def read_number(run: RunKey) -> int:
        with suppress(DamagedError):
            document = read_report(store, run) or read_plan(store, run)
            return document.number if document else 0
        return 0

    numbers = dict(zip(runs, map_concurrently(read_number, runs), strict=True))
    return sorted(runs, key=lambda run: (numbers[run], run.run_on, run.selection_id))


def list_runs(store: Store, selection_id: str | None = None) -> list[RunKey]:
    """Every run that has a plan, by date; of one selection if given."""
    prefix = f"{RUNS}/{selection_id}/" if selection_id else f"{RUNS}/"
    parsed = (parse_run_key(entry.key) for entry in store.list_entries(prefix))
    runs = {found[0] for found in parsed if found and found[1] == "plan"}
    return sorted(runs, key=lambda run: (run.run_on, run.selection_id))
