"""Owns the run report and the watermark: what a run was, and up to which day its selection is known complete."""

from collections import Counter
from datetime import date, datetime

import msgspec

from cinelake.extract.changes import Changes
from cinelake.extract.plan import Plan
from cinelake.lake.documents import read_document, write_document
from cinelake.lake.keys import RUNS, RunKey, parse_run_key, watermark
from cinelake.lake.manifests import Manifest
from cinelake.lake.storage import Store
from cinelake.selection.selection import Selection
from cinelake.tmdb.executor import Tally

_GONE_BELIEVED = 20
_GONE_SHARE = 0.05
"""Of titles that a service lists it lacks 0.1 %, as measured; so many more are a service out of order."""


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


def doubt_run(selection: Selection, titles: int, gone: int) -> str:
    """Why a run cannot be believed though the service said nothing wrong; empty if it can. Pure.

    A service that lists nothing, or that lists what it then does not have, is out of order; such a run is no ground to
    move a watermark, nor to call what is missing gone.
    """
    if titles == 0 and selection.wants_undated:
        return "the service lists no title at all"
    if gone > max(_GONE_BELIEVED, _GONE_SHARE * titles):
        return f"the service answered 404 for {gone:,} of {titles:,} titles that it lists"
    return ""


def doubt_changes(changes: Changes | None) -> str:
    """Why a refresh cannot know all that has changed; empty if it can. Pure."""
    if changes is None or not changes.unread:
        return ""
    days = ", ".join(map(str, changes.unread))
    return f"the service has more changes than it gives of {days}; cinelake extract with these words fetches all anew"


def build_report(
    plan: Plan,
    manifests: list[Manifest],
    tally: Tally,
    *,
    seconds: float,
    now: datetime,
    changes: Changes | None = None,
) -> RunReport:
    """The report of a run whose slices are all committed; `tally` and `seconds` are of this process."""
    lines = tuple(
        SliceReport(
            m.slice,
            m.total,
            m.listed - len(m.tombstones),
            m.records,
            _count_listed_gone(m),
            tuple(q.id for q in m.quarantined),
            m.unproven,
            m.is_complete,
            m.kept,
            len(m.tombstones),
        )
        for m in manifests
    )
    batches = [batch for m in manifests for batch in m.batches]
    titles, gone = sum(line.listed for line in lines), sum(_count_listed_gone(m) for m in manifests)
    doubt = doubt_run(plan.selection, titles, gone) or doubt_changes(changes)
    return RunReport(
        selection=plan.selection,
        run_on=plan.run_on,
        is_complete=all(line.is_complete for line in lines) and not doubt,
        titles=titles,
        records=sum(line.records for line in lines),
        gone=gone,
        quarantined=sum(len(line.quarantined) for line in lines),
        unproven=sum(line.unproven for line in lines),
        batches=len(batches),
        bytes=sum(batch.bytes for batch in batches),
        requests=tally.requests,
        refused=tally.refused,
        retried=tally.retried,
        seconds=round(seconds, 1),
        finished_at=now,
        slices=lines,
        doubt=doubt,
        kept=sum(line.kept for line in lines),
        tombstones=dict(sorted(Counter(each.reason for m in manifests for each in m.tombstones).items())),
        since=plan.refresh.since if plan.refresh else None,
    )


def _count_listed_gone(manifest: Manifest) -> int:
    """Titles that are gone though the service lists them; of those it held, the tombstones tell."""
    return len(set(manifest.gone).difference(each.id for each in manifest.tombstones))


def read_plan(store: Store, key: RunKey) -> Plan | None:
    """The plan of a run, or None.

    Raises:
        DamagedError: it cannot be read.
    """
    return read_document(store, key.plan(), Plan, todo=f"remove {key.plan()} and run again: it is counted anew")


def read_report(store: Store, key: RunKey) -> RunReport | None:
    """The report of a run, or None if it is unfinished.

    Raises:
        DamagedError: it cannot be read.
    """
    todo = f"remove {key.report()} and run again: it is written anew from the manifests"
    return read_document(store, key.report(), RunReport, todo=todo)


def read_watermark(store: Store, selection_id: str) -> Watermark | None:
    """The watermark of a selection, or None if it was never complete.

    Raises:
        DamagedError: it cannot be read.
    """
    key = watermark(selection_id)
    return read_document(store, key, Watermark, todo=f"remove {key}: the next complete run writes it anew")


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
