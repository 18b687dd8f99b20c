"""Decide what a command does with a selection: start a run, resume one, refresh, or nothing. Pure.

`plan`, `extract`, `refresh` and the functions on AWS all call `decide_run`, so that a plan reports what the run then does.
The facts come from `run_facts`.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from cinelake.errors import UsageError
from cinelake.extract.planning.listing_choice import check_source
from cinelake.extract.planning.stored_runs import RunFacts, RunState
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
        is_step: whether an earlier step chose `run_on`; the run of that date may then be complete.
    """

    selection: Selection
    run_on: date | None = None
    is_fresh: bool = False
    source: ListingSource | None = None
    is_step: bool = False


@dataclass(frozen=True, slots=True)
class RefreshRequest:
    """A request for what is new or has changed since the last complete run.

    Attributes:
        oldest, max_age_days: as in RefetchPolicy.
        source, is_step: as in ExtractRequest.
        first: what to do instead if the lake has no complete run; None to refuse.
    """

    selection: Selection
    run_on: date | None = None
    oldest: int | None = None
    max_age_days: int = REFETCH_AFTER_DAYS
    first: ExtractRequest | None = None
    source: ListingSource | None = None
    is_step: bool = False


RunRequest = ExtractRequest | RefreshRequest


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
        case ExtractRequest(selection, run_on):
            start = Start(selection, RunKey(selection.id, run_on or facts.free_label), request.source)
            return _continue(request, facts) or start
        case RefreshRequest(selection, run_on):
            complete_to = facts.complete_to
            if complete_to is not None:
                return _decide_refresh(request, complete_to, facts)
            if request.first is not None:
                return decide_run(request.first, facts)
            raise refuse_refresh(selection, facts)


def _decide_refresh(request: RefreshRequest, complete_to: date, facts: RunFacts) -> Decision:
    selection = request.selection
    label = facts.newest_complete
    is_stored = label is not None and facts.day_of(label) == complete_to
    is_current = complete_to >= facts.today and not facts.is_overtaken(label)
    if known := _continue(request, facts, is_current=is_current and is_stored):
        return known
    day = request.run_on or facts.free_label
    if complete_to >= facts.today:
        # Without its documents, the run of the watermark is started again; it uses the slices that are stored. If a run
        # that is newer is dated in the future, neither shows from which day the change feed is unread.
        again = Start(selection, RunKey(selection.id, day), request.source)
        return UpToDate(selection, RunKey(selection.id, label)) if is_current and is_stored and label else again
    label = label if is_stored and label != complete_to else None
    policy = RefetchPolicy(complete_to, request.oldest, request.max_age_days, label)
    return Refresh(selection, RunKey(selection.id, day), policy, request.source)


def _continue(request: RunRequest, facts: RunFacts, *, is_current: bool = False) -> Resume | UpToDate | None:
    """The stored run that the request stands for, if there is one: that of its date, an unfinished one, or today's.

    Raises:
        UsageError: a complete run of another day has the requested date, unless the selection `is_current` anyway.
    """
    selection, label = request.selection, request.run_on
    if label is None:
        label = _choose_label(facts, is_fresh=isinstance(request, ExtractRequest) and request.is_fresh)
    elif label in facts.ahead:
        raise _refuse_label(label)
    run = facts.runs.get(label) if label else None
    if run is None or label is None:
        return None
    key = RunKey(selection.id, label)
    if run.state is not RunState.COMPLETE:
        return Resume(selection, key)
    if request.run_on is None or request.is_step or facts.is_current(label):
        return UpToDate(selection, key)
    if is_current:
        return None
    raise _refuse_label(label)


def _choose_label(facts: RunFacts, *, is_fresh: bool) -> date | None:
    """The label of the newest run if it is to be resumed, or is the one of today; else None."""
    newest = facts.newest
    if newest is None or facts.is_overtaken(newest):
        return None
    if facts.is_current(newest) and (newest == facts.today or facts.is_today_taken):
        return newest
    match facts.runs[newest].state:
        case RunState.UNFINISHED if not is_fresh:
            return newest
        case RunState.INCOMPLETE if not is_fresh and facts.today - facts.day_of(newest) <= RETRY_FOR:
            return newest
        case _:
            return None


def _refuse_label(label: date) -> UsageError:
    return UsageError(
        f"the run date {label} is taken by a complete run", hint="use another date, or omit --run-date to use today's"
    )


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
