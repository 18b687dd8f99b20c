"""Owns the run report and the watermark: what a run was, and up to which day its selection is known complete."""

from collections import Counter
from datetime import datetime

from cinelake.extract.planning.plan import Plan
from cinelake.extract.run_documents import (
    RunReport,
    SliceReport,
)
from cinelake.lake.manifests import Manifest
from cinelake.refresh.change_feed import Changes
from cinelake.selection.selection import Selection
from cinelake.tmdb.executor import RequestCounts

_GONE_BELIEVED = 20
_GONE_SHARE = 0.05
"""Of titles that a service lists it lacks 0.1 %, as measured; so many more are a service out of order."""


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
    tally: RequestCounts,
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
