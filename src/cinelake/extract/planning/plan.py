"""Owns the plan: how many titles each slice has, and what the extraction will take, before anything is fetched.

Sends one counting request a slice and two a genre, nothing else. What follows from the counts is pure.
"""

from datetime import date, datetime

import msgspec

from cinelake.refresh.refetch_policy import RefetchPolicy
from cinelake.selection.selection import Selection
from cinelake.selection.slices import Slice


class PlannedSlice(msgspec.Struct, frozen=True):
    """A slice with the titles that the service counts in it."""

    slice: Slice
    total: int


class Plan(msgspec.Struct, frozen=True):
    """A selection on a run date, counted. The slices are in order of time, then genre; `refresh` None: all is fetched."""

    selection: Selection
    run_on: date
    planned_at: datetime
    slices: tuple[PlannedSlice, ...]
    refresh: RefetchPolicy | None = None

    @property
    def total(self) -> int:
        """Titles in all slices; one of two genres counts twice."""
        return sum(planned.total for planned in self.slices)


def add_previous_slices(plan: Plan, former: Plan) -> Plan:
    """The plan with the slices that a former run had and that have no titles now: what they held is to be accounted for."""
    have = {planned.slice.name for planned in plan.slices}
    empty = [PlannedSlice(planned.slice, 0) for planned in former.slices if planned.slice.name not in have]
    return msgspec.structs.replace(plan, slices=sort_slices([*plan.slices, *empty]))


def sort_slices(slices: list[PlannedSlice]) -> tuple[PlannedSlice, ...]:
    """In order of time, then genre: slices of one window follow each other, so that they can share records."""
    return tuple(sorted(slices, key=lambda p: (p.slice.is_undated, p.slice.until or date.max, p.slice.genre_id or 0)))
