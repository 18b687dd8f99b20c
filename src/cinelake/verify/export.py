"""Owns the comparison of a lake of everything with the service's own daily list of ids, and what of it is explained.

An export knows neither genres nor dates, so only a selection without either can be held against it. In memory are the ids.
"""

import asyncio
from array import array
from bisect import bisect_left
from dataclasses import dataclass, field
from datetime import date

from cinelake.clock import Clock
from cinelake.errors import UsageError
from cinelake.extract.run_documents import list_runs, read_plan
from cinelake.lake.keys import RunKey, manifests_folder
from cinelake.lake.listings import read_listing
from cinelake.lake.manifests import list_manifests, read_manifest, read_stored_ids
from cinelake.lake.problems import Problem, format_ids
from cinelake.lake.store import Store
from cinelake.media import KINDS
from cinelake.selection.selection import Selection
from cinelake.tmdb.id_exports import Line, fetch_export, fetch_newest, name_export
from cinelake.verify.runs import Audited


@dataclass(slots=True)
class Tally:
    """What a run accounts for, and what an export said of it so far; `seen` marks the held ids that it lists."""

    held: "array[int]"
    gone: frozenset[int]
    quarantined: frozenset[int]
    selection: Selection
    seen: bytearray = field(init=False)
    listed: set[int] = field(default_factory=set)
    unwanted: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.seen = bytearray(len(self.held))

    def take(self, line: Line) -> None:
        """Take in a line, once or again: what it says counts once."""
        at = bisect_left(self.held, line.id)
        if at < len(self.held) and self.held[at] == line.id:
            self.seen[at] = 1
        elif (line.adult and not self.selection.include_adult) or (line.video and not self.selection.include_video):
            self.unwanted.add(line.id)
        else:
            self.listed.add(line.id)

    @property
    def lacking(self) -> list[int]:
        """Ids that the export lists and the lake does not account for."""
        return sorted(self.listed - self.gone - self.quarantined)

    @property
    def surplus(self) -> list[int]:
        """Ids that the lake holds and the export does not list."""
        return [title_id for title_id, is_seen in zip(self.held, self.seen, strict=True) if not is_seen]


async def audit_lake(store: Store, base_url: str, clock: Clock) -> tuple[tuple[Audited, ...], tuple[Problem, ...]]:
    """Hold the newest run of each selection of everything against the newest export.

    Raises:
        UsageError: the lake has no such run.
        ServiceError: no export can be had.
    """
    runs = {run.selection_id: (run, plan.selection) for run in list_runs(store) if (plan := read_plan(store, run))}
    whole = [each for each in runs.values() if not each[1].genre_ids and each[1].wants_undated and not each[1].undated_only]
    if not whole:
        raise UsageError(
            "--against export",
            "the lake has no run of everything, and an export lists every title without genre and date",
            "a lake extracted without --genre, --from and --to",
            "use `cinelake verify --api`, which compares any selection",
        )
    audits: list[Audited] = []
    problems: list[Problem] = []
    for run, selection in whole:
        tally = await asyncio.to_thread(read_tally, store, run, selection)
        day = await fetch_newest(base_url, selection.media, clock, tally.take)
        if selection.include_adult:  # they have an export of their own, where there is any
            await fetch_export(base_url, name_export(selection.media, day, is_adult=True), clock, tally.take)
        audits.append(_build_audit(run, tally, day))
        problems += _name_differences(run, tally, audits[-1].export)
    return tuple(audits), tuple(problems)


def read_tally(store: Store, run: RunKey, selection: Selection) -> Tally:
    """What a run accounts for, by its manifests and listings, which `verify_lake` holds against the objects."""
    held, gone, quarantined = array("q"), set[int](), set[int]()
    plan = read_plan(store, run)
    committed = list_manifests(store, manifests_folder(KINDS[selection.media], run.run_on))
    for planned in plan.slices if plan else ():
        key = planned.slice.key(run.run_on)
        manifest = read_manifest(store, key, committed[key]) if key in committed else None
        if manifest is None:
            continue
        lost = {each.id for each in manifest.quarantined}
        buried = {each.id for each in manifest.tombstones}
        gone.update(manifest.gone, (each.id for each in manifest.tombstones if each.is_deleted))
        quarantined |= lost
        listing = read_listing(store, key, manifest.request)
        ids = read_stored_ids(store, manifest) if listing is None else set(listing.ids)
        held.extend(ids - lost - buried - set(manifest.gone))
    return Tally(array("q", sorted(set(held))), frozenset(gone), frozenset(quarantined), selection)


def _build_audit(run: RunKey, tally: Tally, day: date) -> Audited:
    return Audited(
        selection_id=run.selection_id,
        run_on=run.run_on,
        export=name_export(tally.selection.media, day),
        listed=sum(tally.seen) + len(tally.listed) + len(tally.unwanted),
        unwanted=len(tally.unwanted),
        gone=len(tally.listed & tally.gone),
        quarantined=len(tally.listed & tally.quarantined),
        lacking=len(tally.lacking),
        surplus=len(tally.surplus),
    )


def _name_differences(run: RunKey, tally: Tally, export: str) -> list[Problem]:
    problems = []
    if lacking := tally.lacking:
        detail = f"{len(lacking):,} titles of {export} that the lake has not: {format_ids(lacking)}"
        problems.append(Problem("only in the export", run.plan(), detail, tuple(lacking)))
    if surplus := tally.surplus:
        detail = f"{len(surplus):,} titles of the lake that {export} has not: {format_ids(surplus)}"
        problems.append(Problem("not in the export", run.plan(), detail, tuple(surplus)))
    return problems
