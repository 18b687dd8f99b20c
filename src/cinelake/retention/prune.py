"""Owns what may leave a lake: whole days of runs, the oldest first.

A day may go when it must (by its age, or by the number of days to keep) and when nothing newer rests on it. The newest of
each slice, with the days that it keeps records of, and the newest run of each selection are never touched. What goes is a
row of days from the oldest on: a tombstone never goes before the record that it buries. So a selection that nobody
refreshes any more stands in the way of all later days, until it is given up. Invariant: killed anywhere, the lake is sound
and the same command finishes what was begun.
"""

import asyncio
from collections.abc import Iterable, Iterator
from datetime import date

import msgspec

from cinelake.errors import UsageError
from cinelake.extract.run_documents import list_runs, read_plan, read_watermark
from cinelake.lake.keys import watermark
from cinelake.lake.store import Store
from cinelake.media import KINDS
from cinelake.retention.dependencies import Holdings, read_holdings
from cinelake.retention.inventory import DayObjects, read_objects
from cinelake.selection.parsing import build_options

MOST_DAYS = 180
"""How old TMDB's terms let its data grow: six months."""
_DELETERS = 8


class Removed(msgspec.Struct, frozen=True):
    """A day that goes, or went: why, and what that is."""

    kind: str
    run_on: date
    why: str
    files: int
    bytes: int


class Needed(msgspec.Struct, frozen=True):
    """A day that must go and cannot yet: why it must, what and which selections need it, whether the terms ask for it."""

    kind: str
    run_on: date
    why: str
    because: str
    is_by_terms: bool
    holders: tuple[str, ...] = ()


class Remedy(msgspec.Struct, frozen=True):
    """What lets the days go that a selection needs: the command that brings it up to now, or the one that gives it up."""

    selection_id: str
    refresh: str
    forget: str


class Pruning(msgspec.Struct, frozen=True):
    """What a prune came to, or (`is_dry`) would come to."""

    is_dry: bool
    removed: tuple[Removed, ...]
    needed: tuple[Needed, ...]
    files: int
    bytes: int
    remedies: tuple[Remedy, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Nothing is left that the terms say must go."""
        return not any(each.is_by_terms for each in self.needed)


def plan_prune(
    held: Holdings, today: date, *, older_than: int = MOST_DAYS, keep: int | None = None
) -> tuple[dict[date, str], list[Needed]]:
    """The days that go, each with the reason, and those that must and cannot. Pure.

    A day must go when it is more than `older_than` days old, or not one of the newest `keep` days of runs. What the first
    version left goes by its age alone, and only when a newer run is complete.
    """
    of_runs = [day for day in held.days if day not in held.unproven]
    spared = set(of_runs if keep is None else of_runs[-keep:])
    oldest_need = min(held.needs, default=date.max)
    goes: dict[date, str] = {}
    needed: list[Needed] = []
    for day in held.days:
        is_by_terms = (today - day).days > older_than
        if not is_by_terms and (day in spared or day in held.unproven):
            continue
        why = f"older than {older_than} days" if is_by_terms else f"not of the newest {keep}"
        if day >= oldest_need:
            blocking = day if day in held.needs else oldest_need
            because = held.needs[blocking]
            if blocking != day:
                because = f"{blocking}, which is older, is needed: {because}"
            holders = tuple(sorted(held.holders.get(blocking, ())))
        elif day in held.unproven and not (held.complete_on and held.complete_on > day):
            because, holders = "no manifest tells of it, and no run after it is complete: it may be all there is", ()
        else:
            goes[day] = why
            continue
        needed.append(Needed(held.kind, day, why, because, is_by_terms, holders))
    return goes, needed


async def prune(
    store: Store,
    today: date,
    *,
    older_than: int = MOST_DAYS,
    keep: int | None = None,
    forgotten: frozenset[str] = frozenset(),
    is_dry: bool = False,
) -> Pruning:
    """Remove what must and may go; the selections `forgotten` need nothing. The caller holds the lease, unless it is dry.

    Raises:
        DamagedError: a plan, manifest or report cannot be read, so that nobody knows what rests on what; nothing was
            removed.
        UsageError: there is no such selection.
    """
    await asyncio.to_thread(_check_selections, store, forgotten)
    planned: list[tuple[Removed, DayObjects]] = []
    needed: list[Needed] = []
    for kind in KINDS.values():
        objects = await asyncio.to_thread(read_objects, store, kind)
        held = await asyncio.to_thread(read_holdings, store, kind, objects, forgotten)
        goes, stuck = plan_prune(held, today, older_than=older_than, keep=keep)
        needed += stuck
        for day, why in goes.items():
            sizes = [entry.size for step in objects[day].in_order() for entry in step]
            planned.append((Removed(kind, day, why, len(sizes), sum(sizes)), objects[day]))
    if not is_dry:
        for _, each in planned:
            await _remove_day(store, each)
        for selection_id in sorted(forgotten):
            if not list_runs(store, selection_id):
                store.delete(watermark(selection_id))
    removed = tuple(each for each, _ in planned)
    remedies = tuple(await asyncio.to_thread(_list_remedies, store, needed))
    files, size = sum(each.files for each in removed), sum(each.bytes for each in removed)
    return Pruning(is_dry, removed, tuple(needed), files, size, remedies)


def _check_selections(store: Store, forgotten: frozenset[str]) -> None:
    known = {run.selection_id for run in list_runs(store)} if forgotten else set()
    for selection_id in sorted(forgotten - known):
        if read_watermark(store, selection_id) is None:
            expected = f"one of {', '.join(sorted(known)) or 'none'}"
            raise UsageError("--forget", f"there is no run of '{selection_id}'", expected, "see cinelake status")


def _list_remedies(store: Store, needed: Iterable[Needed]) -> Iterator[Remedy]:
    """For each selection that keeps a day from going which must."""
    for selection_id in sorted({holder for each in needed if each.is_by_terms for holder in each.holders}):
        newest = list_runs(store, selection_id)[-1:]
        plan = read_plan(store, newest[0]) if newest else None
        words = build_options(plan.selection) if plan else None
        refresh = "" if words is None else f"cinelake refresh {words}".rstrip()
        yield Remedy(selection_id, refresh, f"cinelake prune --forget {selection_id}")


async def _remove_day(store: Store, objects: DayObjects) -> None:
    """Remove the objects of a day step by step; within a step the order means nothing."""
    places = asyncio.Semaphore(_DELETERS)

    async def delete(key: str) -> None:
        async with places:
            await asyncio.to_thread(store.delete, key)

    for step in objects.in_order():
        async with asyncio.TaskGroup() as group:
            for entry in step:
                group.create_task(delete(entry.key))
