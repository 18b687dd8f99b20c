"""What a lake stores about the runs of one selection, and which of them is the newest. Pure.

Invariant: the numbers of runs decide their order. A run whose label or day is wrong, because a clock was, never counts as
today's run.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import Enum

from cinelake.selection.selection import Selection


class RunState(Enum):
    """How far a run is: it has no report yet, its report names missing titles, or nothing is missing."""

    UNFINISHED = "unfinished"
    INCOMPLETE = "incomplete"
    COMPLETE = "complete"


@dataclass(frozen=True, slots=True)
class RunFact:
    """What a lake stores about one run: how far it is, its number, and the day on which it began (None: its label)."""

    state: RunState
    number: int = 0
    began_on: date | None = None


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What a lake stores about the runs of one selection.

    Attributes:
        today: the API's date.
        watermark: the day up to which the selection is complete; None if unknown, or if it lies in the future.
        watermark_number: the number of the run that moved it there.
        runs: the runs by their label, without those that a wrong clock dated in the future.
        ahead: those that it did.
        taken: labels of other selections. A new run does not get one, because their slices would count as its own.
        complete: other selections with a watermark, for the error message of a refresh.
    """

    today: date
    watermark: date | None = None
    runs: Mapping[date, RunFact] = field(default_factory=dict)
    complete: tuple[Selection, ...] = ()
    watermark_number: int = 0
    ahead: Mapping[date, RunFact] = field(default_factory=dict)
    taken: frozenset[date] = frozenset()

    @property
    def newest(self) -> date | None:
        """The label of the newest run."""
        return max(self.runs, key=lambda label: (self.runs[label].number, label), default=None)

    @property
    def newest_complete(self) -> date | None:
        """The label of the newest complete run."""
        labels = [label for label, run in self.runs.items() if run.state is RunState.COMPLETE]
        return max(labels, key=lambda label: (self.runs[label].number, label), default=None)

    @property
    def complete_to(self) -> date | None:
        """The day of the newest complete run; a killed process may have left the watermark behind it."""
        marks = [(self.watermark_number, self.watermark)] if self.watermark else []
        if (label := self.newest_complete) is not None:
            marks.append((self.runs[label].number, self.day_of(label)))
        return max(marks)[1] if marks else None

    @property
    def is_today_taken(self) -> bool:
        """Whether a run has today's label. It may have begun on another day."""
        return self.today in self.runs or self.today in self.ahead

    @property
    def free_label(self) -> date:
        """The label of a new run: today, or the latest day before it that no run has."""
        label = self.today
        while self.is_today_taken and (label in self.runs or label in self.ahead or label in self.taken):
            label -= timedelta(days=1)
        return label

    def day_of(self, label: date) -> date:
        """The day on which the run of a label began."""
        return self.runs[label].began_on or label

    def is_overtaken(self, label: date | None) -> bool:
        """Whether a run that is dated in the future is newer than the run of a label (None: than no run)."""
        found = (self.runs[label].number, label) if label else (0, date.min)
        return any((run.number, other) > found for other, run in self.ahead.items())

    def is_current(self, label: date) -> bool:
        """Whether the run of a label is the newest of all, and began today."""
        return label == self.newest and self.day_of(label) == self.today and not self.is_overtaken(label)
