"""Decide what a command does with a selection: start a run, resume one, refresh, or nothing. Pure.

`plan`, `extract`, `refresh` and the functions on AWS all call `decide_run`, so that a plan reports what the run then does.
The facts come from `run_facts`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import Enum

from cinelake.errors import UsageError
from cinelake.extract.planning.listing_choice import check_source
from cinelake.lake.keys import RunKey
from cinelake.refresh.refetch_policy import RefetchPolicy
from cinelake.selection.limits import REFETCH_AFTER_DAYS
from cinelake.selection.listing_source import ListingSource
from cinelake.selection.parsing import build_options
from cinelake.selection.selection import Selection, describe_selection

EARLIEST_RUN = date(2000, 1, 1)

RETRY_FOR = timedelta(days=1)
"""How long after its date an incomplete run is resumed. Later a new run starts, which also gets what appeared since."""


@dataclass(frozen=True, slots=True)
class ExtractRequest:
    """A request for every title of a selection.

    Attributes:
        run_on: the label of the run; None for today, or for that of an unfinished run.
        is_fresh: start a run of today even if an earlier one is unfinished.
        source: where to read which titles there are; None to choose.
    """

    selection: Selection
    run_on: date | None = None
    is_fresh: bool = False
    source: ListingSource | None = None


@dataclass(frozen=True, slots=True)
class RefreshRequest:
    """A request for what is new or has changed since the last complete run.

    Attributes:
        oldest, max_age_days: as in RefetchPolicy.
        source: as in ExtractRequest.
        first: what to do instead if the lake has no complete run; None to refuse.
    """

    selection: Selection
    run_on: date | None = None
    oldest: int | None = None
    max_age_days: int = REFETCH_AFTER_DAYS
    first: ExtractRequest | None = None
    source: ListingSource | None = None


RunRequest = ExtractRequest | RefreshRequest


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
        complete: other selections with a watermark, for the error message of a refresh.
    """

    today: date
    watermark: date | None = None
    runs: Mapping[date, RunFact] = field(default_factory=dict)
    complete: tuple[Selection, ...] = ()
    watermark_number: int = 0

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

    def day_of(self, label: date) -> date:
        """The day on which the run of a label began."""
        return self.runs[label].began_on or label


@dataclass(frozen=True, slots=True)
class Start:
    """Start a run that fetches everything."""

    selection: Selection
    key: RunKey
    source: ListingSource | None = None


@dataclass(frozen=True, slots=True)
class Resume:
    """Resume an unfinished or incomplete run; its stored plan says what it fetches."""

    selection: Selection
    key: RunKey


@dataclass(frozen=True, slots=True)
class Refresh:
    """Start a run that keeps stored records, except those that the policy refetches."""

    selection: Selection
    key: RunKey
    policy: RefetchPolicy
    source: ListingSource | None = None


@dataclass(frozen=True, slots=True)
class UpToDate:
    """Do nothing: the run of that key is complete."""

    selection: Selection
    key: RunKey


Run = Start | Resume | Refresh
Decision = Run | UpToDate


def decide_run(request: RunRequest, facts: RunFacts) -> Decision:
    """Decide what a command does.

    Raises:
        UsageError: a run cannot have the requested date, or there is nothing to refresh.
    """
    check_run_date(request.run_on, facts.today)
    check_source(request.selection, request.source)
    match request:
        case ExtractRequest(selection, run_on, is_fresh):
            day = run_on or _choose_day(facts, is_fresh=is_fresh)
            return _continue(selection, day, facts) or Start(selection, RunKey(selection.id, day), request.source)
        case RefreshRequest(selection):
            complete_to = facts.complete_to
            if complete_to is not None:
                return _decide_refresh(request, complete_to, facts)
            if request.first is not None:
                return decide_run(request.first, facts)
            raise refuse_refresh(selection, facts)


def _decide_refresh(request: RefreshRequest, complete_to: date, facts: RunFacts) -> Decision:
    selection = request.selection
    day = request.run_on or _choose_day(facts, is_fresh=False)
    if known := _continue(selection, day, facts):
        return known
    label = facts.newest_complete
    is_stored = label is not None and facts.day_of(label) == complete_to
    if complete_to >= facts.today:
        # Without its documents, the run of the watermark is started again; it uses the slices that are stored.
        again = Start(selection, RunKey(selection.id, day), request.source)
        return UpToDate(selection, RunKey(selection.id, label)) if is_stored and label else again
    label = label if is_stored and label != complete_to else None
    policy = RefetchPolicy(complete_to, request.oldest, request.max_age_days, label)
    return Refresh(selection, RunKey(selection.id, day), policy, request.source)


def _choose_day(facts: RunFacts, *, is_fresh: bool) -> date:
    """The day of the newest run if it is to be resumed, else today."""
    newest = facts.newest
    if newest is None or is_fresh:
        return facts.today
    match facts.runs[newest].state:
        case RunState.UNFINISHED:
            return newest
        case RunState.INCOMPLETE if facts.today - facts.day_of(newest) <= RETRY_FOR:
            return newest
        case _:
            return facts.today


def _continue(selection: Selection, day: date, facts: RunFacts) -> Resume | UpToDate | None:
    """What to do with the run of a day; None if there is none."""
    key = RunKey(selection.id, day)
    run = facts.runs.get(day)
    match run and run.state:
        case None:
            return None
        case RunState.COMPLETE:
            return UpToDate(selection, key)
        case _:
            return Resume(selection, key)


def check_run_date(run_on: date | None, today: date) -> None:
    """Refuse a run date that no run can have.

    Raises:
        UsageError: it is in the future, or earlier than EARLIEST_RUN.
    """
    if run_on is not None and not EARLIEST_RUN <= run_on <= today:
        hint = f"use a day from {EARLIEST_RUN} to {today} (today), or omit the date"
        raise UsageError(f'invalid --run-date "{run_on}"', hint=hint)


def refuse_refresh(selection: Selection, facts: RunFacts) -> UsageError:
    """The error of a refresh in a lake that has no complete run of the selection."""
    command = f"`{f'cinelake extract {build_options(selection)}'.rstrip()}`"
    if facts.runs:
        hint = f"its run of {facts.newest} is not complete. Run {command}"
    elif facts.complete:
        hint = f"it has {', '.join(map(describe_selection, facts.complete))}. Run {command}"
    else:
        hint = f"run {command}"
    return UsageError(f"this lake has no complete extraction of {describe_selection(selection)}", hint=hint)
