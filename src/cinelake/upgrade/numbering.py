"""Give run numbers to the runs of a lake of format 1, whose order only dates and times of commits show. Pure.

After an undo, some runs have numbers of this version: their order stays, and what 0.6 made since comes after them.
A run is a kind, a day and a selection. Invariant: the same documents give the same numbers, and there are at most as many
numbers as runs with a plan and slices with a manifest, so that they are below every number that was taken since.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType

import msgspec

from cinelake.lake.keys import SliceKey

UNPLANNED = "unplanned"
"""Stands for the selection of slices that no plan names."""


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """A run with a plan of format 1, or with one of this version that an undo left (then it has a number)."""

    kind: str
    run_on: date
    selection_id: str
    planned_at: datetime
    names: frozenset[str]
    number: int = 0
    fetched_on: date | None = None


class NumberedRun(msgspec.Struct, frozen=True):
    """A run with its number, the names of its slices that are committed, and of those that are only listed.

    `fetched_on` is the API's date when the run began, if its plan has it.
    """

    number: int
    kind: str
    run_on: date
    selection_id: str
    committed: tuple[str, ...]
    listed: tuple[str, ...]
    fetched_on: date | None = None


def number_runs(
    planned: Iterable[PlannedRun],
    committed: Mapping[SliceKey, datetime],
    listed: Iterable[SliceKey],
    known: Mapping[SliceKey, int] = MappingProxyType({}),
) -> list[NumberedRun]:
    """Number runs by day, then by their first commit (or the time of their plan), then by name.

    Runs that have numbers stay in the order of these; one without comes after those that began before it.

    Args:
        planned: the runs.
        committed: the time of the newest manifest of each slice.
        known: the number of that manifest, if it has one.
        listed: slices with a listing; those without a plan and a manifest get no number.
    """
    days: defaultdict[tuple[str, date], list[PlannedRun]] = defaultdict(list)
    for run in planned:
        days[run.kind, run.run_on].append(run)
    slices: defaultdict[tuple[str, date, str], list[SliceKey]] = defaultdict(list)
    for key, at in committed.items():
        slices[key.kind, key.run_on, _find_run(days[key.kind, key.run_on], key.name, at)].append(key)
    open_slices: defaultdict[tuple[str, date, str], list[str]] = defaultdict(list)
    for key in listed:
        owner = _find_run(days[key.kind, key.run_on], key.name, None)
        if key not in committed and owner != UNPLANNED:
            open_slices[key.kind, key.run_on, owner].append(key.name)
    first = {(run.kind, run.run_on, run.selection_id): run.planned_at for runs in days.values() for run in runs}
    first |= {run: min(committed[key] for key in keys) for run, keys in slices.items()}
    plans = {(run.kind, run.run_on, run.selection_id): run for runs in days.values() for run in runs}
    numbers = {run: max((known.get(key, 0) for key in slices.get(run, ())), default=0) for run in first}
    numbers |= {run: max(numbers[run], plan.number) for run, plan in plans.items()}
    numbered = [(first[run], number) for run, number in numbers.items() if number]

    def find_place(run: tuple[str, date, str]) -> tuple[int, bool]:
        before = (number for at, number in numbered if at <= first[run])
        return (numbers[run], False) if numbers[run] else (max(before, default=0), True)

    order = sorted(first, key=lambda run: (*find_place(run), run[1], first[run], run[0], run[2]))
    return [
        NumberedRun(
            number,
            *run,
            tuple(sorted(key.name for key in slices.get(run, ()))),
            tuple(sorted(open_slices.get(run, ()))),
            plans[run].fetched_on if run in plans else None,
        )
        for number, run in enumerate(order, 1)
    ]


def _find_run(runs: list[PlannedRun], name: str, at: datetime | None) -> str:
    """The selection that committed a slice: of those that plan it, the one that was planned last before the commit."""
    candidates = sorted((run for run in runs if name in run.names), key=lambda run: (run.planned_at, run.selection_id))
    before = [run for run in candidates if at is None or run.planned_at <= at]
    chosen = before[-1:] or candidates[:1]
    return chosen[0].selection_id if chosen else UNPLANNED
