"""The plan of a run: its slices, and how many titles TMDB counts in each. Pure."""

from datetime import date, datetime

import msgspec

from cinelake.refresh.refetch_policy import RefetchPolicy
from cinelake.selection.listing_source import ListingSource
from cinelake.selection.selection import Selection
from cinelake.selection.slices import Slice


class PlannedSlice(msgspec.Struct, frozen=True):
    """A slice, and how many titles TMDB counts in it."""

    slice: Slice
    total: int


class Plan(msgspec.Struct, frozen=True):
    """A counted selection on a run date; stored as a document of the run.

    Attributes:
        slices: in order of time, then genre; blocks in order of their ids, and after them the windows that they replace.
        refresh: which stored records a refresh fetches again; None if the run fetches everything.
        number: the number of the run; that of the process that planned it.
        fetched_on: the API's date when the run was planned; `run_on` is its label. None in lakes of format 1: the label.
        source: where the run reads which titles its slices contain.
        export: the id export that the blocks were counted from; empty if the slices are windows.
        windows: what a run reads from discover if its slices are blocks and it compares the id export with discover.
        proven_on: the day of the last such comparison, or of the extraction if there was none since; None for windows.
    """

    selection: Selection
    run_on: date
    planned_at: datetime
    slices: tuple[PlannedSlice, ...]
    refresh: RefetchPolicy | None = None
    number: int = 0
    fetched_on: date | None = None
    source: ListingSource = ListingSource.DISCOVER
    export: str = ""
    windows: tuple[PlannedSlice, ...] = ()
    proven_on: date | None = None

    @property
    def has_blocks(self) -> bool:
        """Whether the slices are blocks of ids."""
        return any(planned.slice.is_block for planned in self.slices)

    @property
    def retired(self) -> tuple[Slice, ...]:
        """The windows of earlier runs whose titles the blocks of this run take over."""
        return tuple(each.slice for each in self.slices if self.has_blocks and not each.slice.is_block)

    @property
    def total(self) -> int:
        """Titles in all slices; a title of two genres counts twice."""
        return sum(planned.total for planned in self.slices)


def add_previous_slices(plan: Plan, previous: Plan) -> Plan:
    """The plan with the slices that only the previous run had. They are empty now, and the run removes their titles."""
    names = {planned.slice.name for planned in plan.slices}
    lost = (each.slice for each in previous.slices if each.slice.name not in names and each.slice not in previous.retired)
    empty = [PlannedSlice(piece, 0) for piece in lost]
    return msgspec.structs.replace(plan, slices=sort_slices([*plan.slices, *empty]))


def sort_slices(slices: list[PlannedSlice]) -> tuple[PlannedSlice, ...]:
    """In order of time, then genre, so that the slices of one window follow each other and can share records.

    Blocks come before windows, so that a run commits them before the windows that they replace.
    """

    def key(piece: Slice) -> tuple[bool, int, bool, date, int]:
        return not piece.is_block, piece.first_id or 0, piece.is_undated, piece.until or date.max, piece.genre_id or 0

    return tuple(sorted(slices, key=lambda planned: key(planned.slice)))
