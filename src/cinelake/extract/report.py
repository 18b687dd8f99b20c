"""Builds the run report from the manifests of a run, and decides whether the run counts as complete. Pure."""

from collections import Counter
from datetime import datetime

from cinelake.extract.planning.plan import Plan
from cinelake.extract.run_documents import ListingProof, RunReport, SliceReport
from cinelake.lake.manifests import Manifest
from cinelake.refresh.change_feed import Changes
from cinelake.selection.selection import Selection
from cinelake.tmdb.executor import RequestCounts

_GONE_TOLERATED = 20
_GONE_SHARE = 0.05
"""TMDB answers 404 for about 0.1 % of the titles that it lists, as measured; a much larger share means a malfunction."""


def check_counts(selection: Selection, titles: int, gone: int) -> str:
    """Why the counts of a run are implausible; empty if they are not.

    An API that lists nothing, or answers 404 for much of what it lists, is out of order. Such a run must neither move the
    watermark nor count what is missing as gone.
    """
    if titles == 0 and selection.wants_undated:
        return "TMDB lists no title at all"
    if gone > max(_GONE_TOLERATED, _GONE_SHARE * titles):
        return f"TMDB answered 404 for {gone:,} of {titles:,} titles that it lists"
    return ""


def check_changes(changes: Changes | None) -> str:
    """Why a refresh does not know every change; empty if it does."""
    if changes is None or not changes.unread:
        return ""
    days = ", ".join(map(str, changes.unread))
    return f"the change feed has more entries than TMDB returns for {days}; `cinelake extract` fetches every title again"


def check_proof(proof: ListingProof | None) -> str:
    """Why a full listing proves nothing about the id export; empty if it does, or if there is none."""
    if proof is None or proof.is_proven:
        return ""
    return f"discover counts {proof.unproven:,} titles that it does not list, so it does not prove the id export"


def build_report(  # noqa: PLR0913 - the results of a run, and who reports them
    plan: Plan,
    manifests: list[Manifest],
    tally: RequestCounts,
    *,
    seconds: float,
    now: datetime,
    changes: Changes | None = None,
    number: int = 0,
    proof: ListingProof | None = None,
) -> RunReport:
    """The report of a run whose slices are all committed; `tally` and `seconds` are those of this process."""
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
    reason_incomplete = check_counts(plan.selection, titles, gone) or check_changes(changes) or check_proof(proof)
    return RunReport(
        selection=plan.selection,
        run_on=plan.run_on,
        is_complete=all(line.is_complete for line in lines) and not reason_incomplete,
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
        reason_incomplete=reason_incomplete,
        kept=sum(line.kept for line in lines),
        tombstones=dict(sorted(Counter(each.reason for m in manifests for each in m.tombstones).items())),
        since=plan.refresh.since if plan.refresh else None,
        number=number,
        fetched_on=plan.fetched_on,
        source=plan.source,
        export=plan.export,
        proof=proof,
    )


def _count_listed_gone(manifest: Manifest) -> int:
    """The titles that TMDB lists and answers with 404, without those that have a tombstone."""
    return len(set(manifest.gone).difference(each.id for each in manifest.tombstones))
