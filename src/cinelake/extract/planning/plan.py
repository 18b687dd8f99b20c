"""The plan of a run: its slices, and how many titles TMDB counts in each. Pure."""

from datetime import date, datetime

import msgspec

from cinelake.refresh.refetch_policy import RefetchPolicy
from cinelake.selection.selection import Selection
from cinelake.selection.slices import Slice


class PlannedSlice(msgspec.Struct, frozen=True):
    """A slice, and how many titles TMDB counts in it."""

    slice: Slice
    total: int


class Plan(msgspec.Struct, frozen=True):
    """A counted selection on a run date; stored as a document of the run.

    Attributes:
        slices: in order of time, then genre.
        refresh: which stored records a refresh fetches again; None if the run fetches everything.
        number: the number of the run; that of the process that planned it.
        fetched_on: the API's date when the run was planned; `run_on` is its label. None in lakes of format 1: the label.
    """

    selection: Selection
    run_on: date
    planned_at: datetime
    slices: tuple[PlannedSlice, ...]
    refresh: RefetchPolicy | None = None
    number: int = 0
    fetched_on: date | None = None

    @property
    def total(self) -> int:
        """Titles in all slices; a title of two genres counts twice."""
        return sum(planned.total for planned in self.slices)


def add_previous_slices(plan: Plan, previous: Plan) -> Plan:
    """The plan with the slices that only the previous run had. They are empty now, and the run removes their titles."""
    names = {planned.slice.name for planned in plan.slices}
    empty = [PlannedSlice(planned.slice, 0) for planned in previous.slices if planned.slice.name not in names]
    return msgspec.structs.replace(plan, slices=sort_slices([*plan.slices, *empty]))


def sort_slices(slices: list[PlannedSlice]) -> tuple[PlannedSlice, ...]:
    """In order of time, then genre, so that the slices of one window follow each other and can share records."""
    return tuple(sorted(slices, key=lambda p: (p.slice.is_undated, p.slice.until or date.max, p.slice.genre_id or 0)))
