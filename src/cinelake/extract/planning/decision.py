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
        run_on: the date of the run; None for today, or for that of an unfinished run.
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
class RunFacts:
    """What a lake stores about the runs of one selection.

    Attributes:
        watermark: the day up to which the selection is complete; None if unknown, or if it lies in the future.
        runs: state of past runs by day. It has the newest run, the requested one, and all since the watermark.
        complete: other selections with a watermark, for the error message of a refresh.
    """

    today: date
    watermark: date | None = None
    runs: Mapping[date, RunState] = field(default_factory=dict)
    complete: tuple[Selection, ...] = ()

    @property
    def complete_to(self) -> date | None:
        """The day of the last complete run; a killed process may have left the watermark behind it."""
        days = [day for day, state in self.runs.items() if state is RunState.COMPLETE]
        return max([*days, *([self.watermark] if self.watermark else [])], default=None)


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
            raise _refuse_refresh(selection, facts)


def _decide_refresh(request: RefreshRequest, complete_to: date, facts: RunFacts) -> Decision:
    selection = request.selection
    day = request.run_on or _choose_day(facts, is_fresh=False)
    if complete_to >= day:
        # Without its documents, the run of the watermark is started again; it uses the slices that are stored.
        again = Start(selection, RunKey(selection.id, complete_to), request.source)
        return _continue(selection, complete_to, facts) or again
    policy = RefetchPolicy(complete_to, request.oldest, request.max_age_days)
    return _continue(selection, day, facts) or Refresh(selection, RunKey(selection.id, day), policy, request.source)


def _choose_day(facts: RunFacts, *, is_fresh: bool) -> date:
    """The day of the newest run if it is to be resumed, else today."""
    newest = max(facts.runs, default=facts.today)
    match None if is_fresh else facts.runs.get(newest):
        case RunState.UNFINISHED:
            return newest
        case RunState.INCOMPLETE if facts.today - newest <= RETRY_FOR:
            return newest
        case _:
            return facts.today


def _continue(selection: Selection, day: date, facts: RunFacts) -> Resume | UpToDate | None:
    """What to do with the run of a day; None if there is none."""
    key = RunKey(selection.id, day)
    match facts.runs.get(day):
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


def _refuse_refresh(selection: Selection, facts: RunFacts) -> UsageError:
    command = f"`{f'cinelake extract {build_options(selection)}'.rstrip()}`"
    if facts.runs:
        hint = f"its run of {max(facts.runs)} is not complete. Run {command}"
    elif facts.complete:
        hint = f"it has {', '.join(map(describe_selection, facts.complete))}. Run {command}"
    else:
        hint = f"run {command}"
    return UsageError(f"this lake has no complete extraction of {describe_selection(selection)}", hint=hint)
