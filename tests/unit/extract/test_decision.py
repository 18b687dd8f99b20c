"""What a command does, given what the lake stores: one pure function."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cinelake.errors import UsageError
from cinelake.extract.planning.decision import (
    ExtractRequest,
    Refresh,
    RefreshRequest,
    Resume,
    Start,
    UpToDate,
    decide_run,
)
from cinelake.extract.planning.stored_runs import RunFact, RunFacts, RunState
from cinelake.lake.keys import RunKey
from cinelake.refresh.refetch_policy import RefetchPolicy
from cinelake.selection.selection import Selection

TODAY = date(2026, 11, 23)
YESTERDAY, LONG_AGO = TODAY - timedelta(days=1), TODAY - timedelta(days=40)
CRIME = Selection(genre_ids=(80,))
EXTRACT, REFRESH = ExtractRequest(CRIME), RefreshRequest(CRIME)
UNFINISHED, INCOMPLETE, COMPLETE = map(RunFact, (RunState.UNFINISHED, RunState.INCOMPLETE, RunState.COMPLETE))


def _key(day: date) -> RunKey:
    return RunKey(CRIME.id, day)


def test_an_empty_lake_starts_a_run_and_has_nothing_to_refresh() -> None:
    assert decide_run(EXTRACT, RunFacts(TODAY)) == Start(CRIME, _key(TODAY))
    with pytest.raises(UsageError, match="no complete extraction of Crime") as refused:
        decide_run(REFRESH, RunFacts(TODAY))
    assert refused.value.hint == "run `cinelake extract --genre Crime`"


def test_a_refused_refresh_names_what_the_lake_has() -> None:
    other = Selection(genre_ids=(80,), since=date(2015, 1, 1))
    both = RefreshRequest(Selection(genre_ids=(53, 80)))
    with pytest.raises(UsageError, match=r"no complete extraction of Thriller \+ Crime") as refused:
        decide_run(both, RunFacts(TODAY, complete=(other,)))
    assert refused.value.hint == "it has Crime (since 2015). Run `cinelake extract --genre Thriller --genre Crime`"
    with pytest.raises(UsageError) as refused:
        decide_run(REFRESH, RunFacts(TODAY, runs={LONG_AGO: UNFINISHED}))
    assert refused.value.hint == f"its run of {LONG_AGO} is not complete. Run `cinelake extract --genre Crime`"


def test_a_refresh_with_an_alternative_extracts_first() -> None:
    request = RefreshRequest(CRIME, first=EXTRACT)
    assert decide_run(request, RunFacts(TODAY)) == Start(CRIME, _key(TODAY))
    assert decide_run(request, RunFacts(TODAY, runs={LONG_AGO: UNFINISHED})) == Resume(CRIME, _key(LONG_AGO))


@pytest.mark.parametrize("request_", [EXTRACT, REFRESH], ids=["extract", "refresh"])
@pytest.mark.parametrize(
    ("day", "state", "resumes"),
    [
        (TODAY, UNFINISHED, True),
        (LONG_AGO, UNFINISHED, True),
        (TODAY, INCOMPLETE, True),
        (YESTERDAY, INCOMPLETE, True),
        (YESTERDAY - timedelta(days=1), INCOMPLETE, False),
    ],
)
def test_an_unfinished_run_is_resumed_and_an_incomplete_one_for_a_day(
    request_: ExtractRequest | RefreshRequest, day: date, state: RunFact, resumes: bool
) -> None:
    before = LONG_AGO - timedelta(days=1)
    decision = decide_run(request_, RunFacts(TODAY, before, {before: COMPLETE, day: state}))
    assert isinstance(decision, Resume) == resumes
    assert decision.key.run_on == (day if resumes else TODAY)


def test_a_complete_run_of_today_leaves_nothing_to_do() -> None:
    facts = RunFacts(TODAY, TODAY, {TODAY: COMPLETE})
    assert decide_run(EXTRACT, facts) == decide_run(REFRESH, facts) == UpToDate(CRIME, _key(TODAY))
    assert decide_run(ExtractRequest(CRIME, is_fresh=True), facts) == UpToDate(CRIME, _key(TODAY))


def test_after_a_complete_run_of_an_earlier_day_extract_starts_and_refresh_keeps_records() -> None:
    facts = RunFacts(TODAY, YESTERDAY, {YESTERDAY: COMPLETE})
    assert decide_run(EXTRACT, facts) == Start(CRIME, _key(TODAY))
    expected = Refresh(CRIME, _key(TODAY), RefetchPolicy(YESTERDAY, 5, 30))
    assert decide_run(RefreshRequest(CRIME, oldest=5, max_age_days=30), facts) == expected


def test_a_complete_run_counts_though_the_watermark_was_not_moved() -> None:
    facts = RunFacts(TODAY, LONG_AGO, {LONG_AGO: COMPLETE, YESTERDAY: COMPLETE})
    assert decide_run(REFRESH, facts) == Refresh(CRIME, _key(TODAY), RefetchPolicy(YESTERDAY))


def test_a_fresh_run_ignores_an_unfinished_one_of_an_earlier_day() -> None:
    request = ExtractRequest(CRIME, is_fresh=True)
    assert decide_run(request, RunFacts(TODAY, None, {YESTERDAY: UNFINISHED})) == Start(CRIME, _key(TODAY))
    assert decide_run(request, RunFacts(TODAY, None, {TODAY: UNFINISHED})) == Resume(CRIME, _key(TODAY))


def test_a_requested_date_chooses_the_run() -> None:
    facts = RunFacts(TODAY, YESTERDAY, {LONG_AGO: INCOMPLETE, YESTERDAY: COMPLETE})
    assert decide_run(ExtractRequest(CRIME, LONG_AGO), facts) == Resume(CRIME, _key(LONG_AGO))
    assert decide_run(ExtractRequest(CRIME, YESTERDAY, is_step=True), facts) == UpToDate(CRIME, _key(YESTERDAY))
    assert decide_run(RefreshRequest(CRIME, LONG_AGO), facts) == Resume(CRIME, _key(LONG_AGO))
    for request in (ExtractRequest(CRIME, TODAY + timedelta(days=1)), RefreshRequest(CRIME, date(1999, 12, 31))):
        with pytest.raises(UsageError, match="invalid --run-date") as refused:
            decide_run(request, facts)
        assert str(TODAY) in refused.value.hint


def test_a_watermark_without_its_run_starts_that_run_again() -> None:
    assert decide_run(REFRESH, RunFacts(TODAY, TODAY)) == Start(CRIME, _key(TODAY))
    assert decide_run(REFRESH, RunFacts(TODAY, TODAY, {TODAY: UNFINISHED})) == Resume(CRIME, _key(TODAY))


_DAYS = st.integers(0, 9).map(lambda days: TODAY - timedelta(days=days))


_RUNS = st.dictionaries(_DAYS, st.builds(RunFact, st.sampled_from(RunState), st.integers(0, 9), st.none() | _DAYS))
_AHEAD = st.dictionaries(
    st.integers(-3, 3).map(lambda days: TODAY + timedelta(days=days)),
    st.builds(RunFact, st.sampled_from(RunState), st.integers(0, 9), st.just(TODAY + timedelta(days=4))),
)


@given(
    st.sampled_from([EXTRACT, RefreshRequest(CRIME, first=EXTRACT), ExtractRequest(CRIME, is_fresh=True)]),
    st.none() | _DAYS,
    _RUNS,
    _AHEAD,
    st.frozensets(_DAYS),
)
def test_a_decision_fits_the_state_of_its_run(
    request_: ExtractRequest | RefreshRequest,
    watermark: date | None,
    runs: dict[date, RunFact],
    ahead: dict[date, RunFact],
    taken: frozenset[date],
) -> None:
    ahead = {label: run for label, run in ahead.items() if label not in runs}
    facts = RunFacts(TODAY, watermark, runs, ahead=ahead, taken=taken)
    decision = decide_run(request_, facts)
    label = decision.key.run_on
    run = runs.get(label)
    newest = max((run.number, label) for label, run in {**runs, **ahead}.items()) if runs or ahead else None
    match decision:
        case Resume():
            assert run is not None
            assert run.state in {RunState.UNFINISHED, RunState.INCOMPLETE}
            assert (run.number, label) == newest
        case UpToDate():
            assert run is not None
            assert run.state is RunState.COMPLETE
            assert facts.day_of(label) == TODAY
            assert not facts.is_overtaken(label)
        case _:
            assert label not in {*runs, *ahead}
            assert label == TODAY or (label < TODAY and label not in taken and TODAY in {*runs, *ahead})
            assert not isinstance(decision, Refresh) or decision.policy.since == facts.complete_to
            assert not isinstance(decision, Refresh) or decision.policy.since < TODAY


def test_the_number_decides_which_run_is_the_newest() -> None:
    """A run with an old label that began last is resumed, and is what a refresh continues from."""
    late = RunFact(RunState.UNFINISHED, 7, YESTERDAY)
    assert decide_run(EXTRACT, RunFacts(TODAY, None, {LONG_AGO: late, YESTERDAY: RunFact(RunState.COMPLETE, 6)})) == Resume(
        CRIME, _key(LONG_AGO)
    )
    complete = RunFact(RunState.COMPLETE, 7, YESTERDAY)
    facts = RunFacts(TODAY, LONG_AGO, {LONG_AGO: complete, YESTERDAY: RunFact(RunState.INCOMPLETE, 6)}, watermark_number=5)
    assert decide_run(REFRESH, facts) == Refresh(CRIME, _key(TODAY), RefetchPolicy(YESTERDAY, label=LONG_AGO))


def test_a_label_changes_neither_what_is_fetched_nor_when_a_run_is_up_to_date() -> None:
    facts = RunFacts(TODAY, TODAY, {YESTERDAY: RunFact(RunState.COMPLETE, 3, TODAY)}, watermark_number=3)
    for request in (REFRESH, RefreshRequest(CRIME, LONG_AGO)):
        assert decide_run(request, facts) == UpToDate(CRIME, _key(YESTERDAY))
    labelled = RefreshRequest(CRIME, LONG_AGO)
    behind = RunFacts(TODAY, YESTERDAY, {YESTERDAY: COMPLETE})
    assert decide_run(labelled, behind) == Refresh(CRIME, _key(LONG_AGO), RefetchPolicy(YESTERDAY))


def test_an_incomplete_run_of_the_future_is_not_resumed_for_ever() -> None:
    """The run of a wrong clock: it began two days ago by its own date, and later ones do not wait for it."""
    facts = RunFacts(TODAY, LONG_AGO, {LONG_AGO: COMPLETE, TODAY: RunFact(RunState.INCOMPLETE, 2, LONG_AGO)})
    assert decide_run(EXTRACT, facts) == Start(CRIME, _key(YESTERDAY))
    facts = RunFacts(TODAY, LONG_AGO, {LONG_AGO: COMPLETE, YESTERDAY: RunFact(RunState.INCOMPLETE, 2, LONG_AGO)})
    assert decide_run(EXTRACT, facts) == Start(CRIME, _key(TODAY))


def test_an_older_run_with_the_label_of_today_blocks_nothing() -> None:
    """A clock was wrong once: the run dated today has a lower number than later ones, which began before today."""
    before = RunFact(RunState.COMPLETE, 12)
    for state in RunState:
        facts = RunFacts(TODAY, YESTERDAY, {TODAY: RunFact(state, 2, TODAY), YESTERDAY: before}, watermark_number=12)
        free = _key(YESTERDAY - timedelta(days=1))
        assert decide_run(REFRESH, facts) == Refresh(CRIME, free, RefetchPolicy(YESTERDAY))
        assert decide_run(EXTRACT, facts) == Start(CRIME, free)
        done = replace(facts, runs={**facts.runs, free.run_on: RunFact(RunState.COMPLETE, 13, TODAY)})
        for request in (REFRESH, EXTRACT, ExtractRequest(CRIME, is_fresh=True)):
            assert decide_run(request, done) == UpToDate(CRIME, free)


def test_a_run_that_is_older_than_one_of_the_future_is_not_the_run_of_today() -> None:
    """A clock was ahead for days, so what was stored under today's date is of an unknown day."""
    tomorrow = TODAY + timedelta(days=1)
    facts = RunFacts(
        TODAY, runs={TODAY: RunFact(RunState.COMPLETE, 1)}, ahead={tomorrow: RunFact(RunState.COMPLETE, 2)},
        taken=frozenset({YESTERDAY}),
    )  # fmt: skip
    free = _key(YESTERDAY - timedelta(days=1))
    assert decide_run(REFRESH, facts) == decide_run(EXTRACT, facts) == Start(CRIME, free)


@pytest.mark.parametrize("request_", [ExtractRequest(CRIME, YESTERDAY), RefreshRequest(CRIME, YESTERDAY)])
def test_the_date_of_a_complete_run_of_another_day_is_refused(request_: ExtractRequest | RefreshRequest) -> None:
    for facts in (
        RunFacts(TODAY, YESTERDAY, {YESTERDAY: COMPLETE}),
        RunFacts(TODAY, LONG_AGO, {LONG_AGO: COMPLETE}, ahead={YESTERDAY: RunFact(RunState.UNFINISHED, 2, date.max)}),
    ):
        with pytest.raises(UsageError, match=f"the run date {YESTERDAY} is taken") as refused:
            decide_run(request_, facts)
        assert "--run-date" in refused.value.hint
    today = RunFacts(TODAY, TODAY, {YESTERDAY: RunFact(RunState.COMPLETE, 2, TODAY)}, watermark_number=2)
    assert decide_run(request_, today) == UpToDate(CRIME, _key(YESTERDAY))
