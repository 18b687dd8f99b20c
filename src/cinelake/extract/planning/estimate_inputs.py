"""The values that an estimate builds on besides the plan: how far the run is, and what the lake already stores. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from cinelake.refresh.refetch_policy import PreviousRuns


@dataclass(frozen=True, slots=True)
class SliceProgress:
    """How far a run is with one slice.

    Attributes:
        is_listed: whether its listing needs no further request.
        window_titles: titles of the windows that are listed while the slice as a whole is not.
        ids: what the slice fetches in this run, as far as it is listed.
        left: those of `ids` that are not fetched yet.
    """

    is_listed: bool = False
    window_titles: int = 0
    ids: frozenset[int] = frozenset()
    left: frozenset[int] = frozenset()


NOT_STARTED = SliceProgress()


@dataclass(frozen=True, slots=True)
class RunProgress:
    """How far a run is.

    Attributes:
        is_counted: whether its plan is stored.
        slices: by name; a slice that is missing is not started.
    """

    is_counted: bool = False
    slices: Mapping[str, SliceProgress] = field(default_factory=dict)

    def of(self, name: str) -> SliceProgress:
        """How far the run is with the slice of that name."""
        return self.slices.get(name, NOT_STARTED)


@dataclass(frozen=True, slots=True)
class EstimateInputs:
    """What is known besides a plan; the defaults are those of a new lake.

    Attributes:
        previous: the titles that earlier runs stored, and which of them a refresh fetches again.
        changed: ids that the change feed names, and `vanished` those of them that TMDB probably deleted.
        change_requests: requests for the pages of the change feed that the run has still to read.
        distinct: titles of the selection, each counted once although several genres list it; None if unknown.
    """

    progress: RunProgress = field(default_factory=RunProgress)
    previous: PreviousRuns = field(default_factory=PreviousRuns)
    changed: frozenset[int] = frozenset()
    vanished: frozenset[int] = frozenset()
    change_requests: int = 0
    distinct: int | None = None
