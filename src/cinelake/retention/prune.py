"""Prunes a lake: removes whole days of runs, oldest first.

A day must go when it is too old or not among the newest days to keep. It can go when no newer run needs it or an older
day: a tombstone must never go before the record that it removes. So the newest run of a selection that is no longer
refreshed blocks all later days until that selection is refreshed or abandoned. Invariant: whenever a prune is killed, the
lake is intact and the same command finishes the work.
"""

import asyncio
from collections.abc import Iterable, Iterator
from datetime import date

import msgspec

from cinelake.concurrency import READS_AT_ONCE
from cinelake.errors import UsageError
from cinelake.extract.run_documents import list_runs, read_plan, read_watermark
from cinelake.lake.folding.owners import release_owners
from cinelake.lake.keys import KEPT_ASIDE, feed_key, watermark
from cinelake.lake.store import Store
from cinelake.media import KINDS
from cinelake.retention.dependencies import Dependencies, read_dependencies
from cinelake.retention.inventory import DayObjects, find_day, read_objects
from cinelake.selection.limits import PRUNE_AFTER_DAYS
from cinelake.selection.parsing import build_options


class RemovedDay(msgspec.Struct, frozen=True):
    """A day that was removed, or would be: the reason, and the number and size of its files."""

    kind: str
    run_on: date
    reason: str
    files: int
    bytes: int


class BlockedDay(msgspec.Struct, frozen=True):
    """A day that must go and cannot go yet.

    Attributes:
        reason: why it must go; blocked_by: why it cannot; selections: which need it or an older day.
        is_by_terms: TMDB's terms require it; otherwise only `--keep` does.
    """

    kind: str
    run_on: date
    reason: str
    blocked_by: str
    is_by_terms: bool
    selections: tuple[str, ...] = ()


class Remedy(msgspec.Struct, frozen=True):
    """The commands that release the days that a selection needs: one refreshes it, the other abandons it."""

    selection_id: str
    refresh: str
    abandon: str


class PruneResult(msgspec.Struct, frozen=True):
    """What a prune removed and what blocks the rest, or (`is_dry`) what it would remove.

    `kept_aside` counts the files of format 1 that an upgrade kept aside. They all go with the first of their days.
    """

    is_dry: bool
    removed: tuple[RemovedDay, ...]
    blocked: tuple[BlockedDay, ...]
    files: int
    bytes: int
    remedies: tuple[Remedy, ...] = ()
    kept_aside: int = 0

    @property
    def is_complete(self) -> bool:
        """Whether no day is left that TMDB's terms require to go."""
        return not any(each.is_by_terms for each in self.blocked)


_Planned = list[tuple[RemovedDay, DayObjects]]
"""The days that are removed, with their objects, oldest first."""


def plan_prune(
    found: Dependencies, today: date, *, older_than: int = PRUNE_AFTER_DAYS, keep: int | None = None
) -> tuple[dict[date, str], list[BlockedDay]]:
    """Choose the days to remove, each with its reason, and list those that must go and cannot. Pure.

    A day must go when its oldest content was fetched more than `older_than` days ago, or when it is not among the newest
    `keep` days of runs. The batches of version 1 of the lake go by age alone, and only when a newer run is complete.
    """
    days_of_runs = [day for day in found.days if day not in found.unproven]
    newest = set(days_of_runs if keep is None else days_of_runs[-keep:])
    order = {day: number for number, day in enumerate(found.days)}
    oldest_needed = min((day for day in found.reasons if day in order), key=lambda day: order[day], default=None)
    removals: dict[date, str] = {}
    blocked: list[BlockedDay] = []
    for day in found.days:
        is_by_terms = (today - found.fetched_on.get(day, day)).days > older_than
        if not is_by_terms and (day in newest or day in found.unproven):
            continue
        reason = f"older than {_days(older_than)}" if is_by_terms else f"not among the newest {_days(keep)}"
        if oldest_needed is not None and order[day] >= order[oldest_needed]:
            needed = day if day in found.reasons else oldest_needed
            blocked_by = found.reasons[needed]
            if needed != day:
                blocked_by = f"the older day {needed} is still needed: {blocked_by}"
            selections = tuple(sorted(found.selections.get(needed, ())))
        elif day in found.unproven and not (found.complete_on and found.complete_on > day):
            blocked_by, selections = "no manifest names its batches, and no later run is complete", ()
        else:
            removals[day] = reason
            continue
        blocked.append(BlockedDay(found.kind, day, reason, blocked_by, is_by_terms, selections))
    return removals, blocked


async def prune(
    store: Store,
    today: date,
    *,
    older_than: int = PRUNE_AFTER_DAYS,
    keep: int | None = None,
    abandoned: frozenset[str] = frozenset(),
    is_dry: bool = False,
) -> PruneResult:
    """Remove the days that must go and can. Selections in `abandoned` need nothing. Unless `is_dry`, hold the lease.

    Raises:
        DamagedError: a plan, manifest or report cannot be read, so that the dependencies are unknown; nothing was removed.
        UsageError: there is no such selection.
    """
    await asyncio.to_thread(_check_selections, store, abandoned)
    planned: _Planned = []
    blocked: list[BlockedDay] = []
    for kind in KINDS.values():
        objects = await asyncio.to_thread(read_objects, store, kind)
        found = await asyncio.to_thread(read_dependencies, store, kind, objects, abandoned)
        removals, blocked_days = plan_prune(found, today, older_than=older_than, keep=keep)
        blocked += blocked_days
        for day, reason in removals.items():
            sizes = [entry.size for step in objects[day].in_order() for entry in step]
            planned.append((RemovedDay(kind, day, reason, len(sizes), sum(sizes)), objects[day]))
    kept_aside = await asyncio.to_thread(_list_kept_aside, store, [day for day, _ in planned])
    if not is_dry:
        await _delete_all(store, kept_aside)
        await _remove_days(store, planned)
        for selection_id in sorted(abandoned):
            if not list_runs(store, selection_id):
                store.delete(watermark(selection_id))
                store.delete(feed_key(selection_id))
    removed = tuple(each for each, _ in planned)
    remedies = tuple(await asyncio.to_thread(_list_remedies, store, blocked))
    files, size = sum(each.files for each in removed), sum(each.bytes for each in removed)
    return PruneResult(is_dry, removed, tuple(blocked), files, size, remedies, len(kept_aside))


def _days(count: int | None) -> str:
    return "1 day" if count == 1 else f"{count} days"


def _check_selections(store: Store, abandoned: frozenset[str]) -> None:
    known = {run.selection_id for run in list_runs(store)} if abandoned else set()
    for selection_id in sorted(abandoned - known):
        if read_watermark(store, selection_id) is None:
            names = ", ".join(sorted(known))
            hint = f"the lake has {names}" if known else "the lake has no runs: check --lake"
            raise UsageError(f'unknown selection "{selection_id}"', hint=hint)


def _list_remedies(store: Store, blocked: Iterable[BlockedDay]) -> Iterator[Remedy]:
    """The commands for each selection that blocks a day which TMDB's terms require to go."""
    for selection_id in sorted({each for day in blocked if day.is_by_terms for each in day.selections}):
        newest = list_runs(store, selection_id)[-1:]
        plan = read_plan(store, newest[0]) if newest else None
        words = build_options(plan.selection) if plan else None
        refresh = "" if words is None else f"cinelake refresh {words}".rstrip()
        yield Remedy(selection_id, refresh, f"cinelake prune --abandon {selection_id}")


def _list_kept_aside(store: Store, removed: Iterable[RemovedDay]) -> list[str]:
    """The files that an upgrade kept aside, if a day that is removed has any of them."""
    keys = [entry.key for entry in store.list_entries(f"{KEPT_ASIDE}/")]
    days = {(each.kind, each.run_on) for each in removed}
    is_used = any(find_day(key.removeprefix(f"{KEPT_ASIDE}/")) in days for key in keys)
    return keys if is_used else []


async def _remove_days(store: Store, planned: _Planned) -> None:
    """Delete the objects of days, oldest first; the listings of all days last, because listings refer to older ones."""
    for kind in sorted({day.kind for day, _ in planned}):
        doomed = {entry.key for day, each in planned for step in each.listings() for entry in step if day.kind == kind}
        await asyncio.to_thread(release_owners, store, kind, doomed)
    for steps in [*(each.before_listings() for _, each in planned), *(each.listings() for _, each in planned)]:
        for step in steps:
            await _delete_all(store, [entry.key for entry in step])


async def _delete_all(store: Store, keys: Iterable[str]) -> None:
    """Delete the objects of one step; their order does not matter."""
    slots = asyncio.Semaphore(READS_AT_ONCE)

    async def delete(key: str) -> None:
        async with slots:
            await asyncio.to_thread(store.delete, key)

    async with asyncio.TaskGroup() as group:
        for key in keys:
            group.create_task(delete(key))
