"""Compares runs of everything with TMDB's daily id export, and explains the differences where it can.

An export has neither genres nor dates, so only a selection without either can be compared with it. Memory holds the ids.
"""

import asyncio
from array import array
from bisect import bisect_left
from dataclasses import dataclass, field
from datetime import date

from cinelake.clock import Clock
from cinelake.concurrency import map_concurrently
from cinelake.errors import UsageError
from cinelake.extract.run_documents import list_runs, read_plan, sort_runs
from cinelake.lake.keys import RunKey, SliceKey, manifests_folder
from cinelake.lake.listings import read_listing
from cinelake.lake.manifests import Manifest, list_manifests, read_manifest, read_stored_ids
from cinelake.lake.problems import Problem, format_ids
from cinelake.lake.store import Store
from cinelake.media import KINDS
from cinelake.selection.selection import Selection
from cinelake.tmdb.id_exports import HttpExports, Line, fetch_newest, name_export
from cinelake.verify.results import ExportAudit


@dataclass(slots=True)
class ExportTally:
    """The ids of a run, compared with the lines of an export as they arrive.

    Attributes:
        stored: ids with a record, ascending; seen: 1 at the same index if the export lists the id.
        listed: all other ids in the export that the selection asks for; excluded: those that it leaves out.
    """

    stored: "array[int]"
    gone: frozenset[int]
    quarantined: frozenset[int]
    selection: Selection
    seen: bytearray = field(init=False)
    listed: set[int] = field(default_factory=set)
    excluded: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.seen = bytearray(len(self.stored))

    def add(self, line: Line) -> None:
        """Add a line of the export; adding it twice changes nothing, since a failed download starts again."""
        index = bisect_left(self.stored, line.id)
        if index < len(self.stored) and self.stored[index] == line.id:
            self.seen[index] = 1
        elif (line.adult and not self.selection.include_adult) or (line.video and not self.selection.include_video):
            self.excluded.add(line.id)
        else:
            self.listed.add(line.id)

    @property
    def missing(self) -> list[int]:
        """Ids that the export lists and the lake does not account for."""
        return sorted(self.listed - self.gone - self.quarantined)

    @property
    def surplus(self) -> list[int]:
        """Ids that the lake stores and the export does not list."""
        return [title_id for title_id, is_seen in zip(self.stored, self.seen, strict=True) if not is_seen]


async def audit_lake(store: Store, base_url: str, clock: Clock) -> tuple[tuple[ExportAudit, ...], tuple[Problem, ...]]:
    """Compare the newest run of each selection of everything with the newest export.

    Raises:
        UsageError: the lake has no such run.
        ServiceError: no export can be downloaded.
    """
    in_order = sort_runs(store, list_runs(store))
    runs = {run.selection_id: (run, plan.selection) for run in in_order if (plan := read_plan(store, run))}
    of_everything = [(run, each) for run, each in runs.values() if each.has_all_titles]
    if not of_everything:
        raise UsageError(
            "no run of this lake covers all titles, so it cannot be compared with the id export",
            hint="use `cinelake verify --api`, which compares any selection",
        )
    exports, today = HttpExports(base_url, clock), clock.now().date()
    audits: list[ExportAudit] = []
    problems: list[Problem] = []
    for run, selection in of_everything:
        tally = await asyncio.to_thread(read_tally, store, run, selection)
        day = await fetch_newest(exports, selection.media, today, tally.add)
        if selection.include_adult:  # adult titles have a separate export, which may not exist
            await exports.fetch(name_export(selection.media, day, is_adult=True), tally.add)
        audits.append(_build_audit(run, tally, day))
        problems += _list_differences(run, tally, audits[-1].export)
    return tuple(audits), tuple(problems)


def read_tally(store: Store, run: RunKey, selection: Selection) -> ExportTally:
    """What a run accounts for by its manifests and listings; `verify_lake` compares these with the objects."""
    stored, gone, quarantined = array("q"), set[int](), set[int]()
    plan = read_plan(store, run)
    committed = list_manifests(store, manifests_folder(KINDS[selection.media], run.run_on))
    keys = [planned.slice.key(run.run_on) for planned in plan.slices] if plan else []

    def read(key: SliceKey) -> tuple[Manifest, set[int]] | None:
        """The manifest of a slice, and the ids that it lists."""
        manifest = read_manifest(store, key, committed[key])
        if manifest is None:
            return None
        listing = read_listing(store, key, manifest.request)
        return manifest, read_stored_ids(store, manifest) if listing is None else set(listing.ids)

    for manifest, ids in filter(None, map_concurrently(read, [key for key in keys if key in committed])):
        unfetched = {each.id for each in manifest.quarantined}
        removed = {each.id for each in manifest.tombstones}
        gone.update(manifest.gone, (each.id for each in manifest.tombstones if each.is_deleted))
        quarantined |= unfetched
        stored.extend(ids - unfetched - removed - set(manifest.gone))
    return ExportTally(array("q", sorted(set(stored))), frozenset(gone), frozenset(quarantined), selection)


def _build_audit(run: RunKey, tally: ExportTally, day: date) -> ExportAudit:
    return ExportAudit(
        selection_id=run.selection_id,
        run_on=run.run_on,
        export=name_export(tally.selection.media, day),
        listed=sum(tally.seen) + len(tally.listed) + len(tally.excluded),
        excluded=len(tally.excluded),
        gone=len(tally.listed & tally.gone),
        quarantined=len(tally.listed & tally.quarantined),
        missing=len(tally.missing),
        surplus=len(tally.surplus),
    )


def _list_differences(run: RunKey, tally: ExportTally, export: str) -> list[Problem]:
    problems = []
    if missing := tally.missing:
        detail = f"{len(missing):,} titles of {export} are not in the lake: {format_ids(missing)}"
        problems.append(Problem("only in the export", run.plan(), detail, tuple(missing)))
    if surplus := tally.surplus:
        detail = f"{len(surplus):,} titles of the lake are not in {export}: {format_ids(surplus)}"
        problems.append(Problem("not in the export", run.plan(), detail, tuple(surplus)))
    return problems
