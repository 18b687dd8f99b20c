"""The schedules of a plan: their names, events and starts."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from cinelake.aws.events import parse_event
from cinelake.aws.schedules import (
    LEAD,
    OVERHEAD_S,
    parse_at,
    parse_start,
    plan_again,
    plan_entries,
    plan_recurrence,
)
from cinelake.errors import UsageError
from cinelake.extract.planning.estimate import estimate_slice_s
from cinelake.extract.planning.plan import Plan, PlannedSlice
from cinelake.media import Media
from cinelake.selection.selection import Selection
from cinelake.selection.slices import Slice

START = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
CRIME = Selection(Media.MOVIE, (80,))
WINDOWS = [
    (None, date(1899, 12, 31)),
    (date(1900, 1, 1), date(1904, 12, 31)),
    (date(2020, 1, 1), date(2024, 12, 31)),
    (None, None),
]


def _plan(selection: Selection, *totals: int) -> Plan:
    slices = [Slice(selection.media, selection.genres[0], since, until) for since, until in WINDOWS]
    planned = tuple(PlannedSlice(piece, total) for piece, total in zip(slices, totals, strict=True))
    return Plan(selection, date(2026, 11, 24), START, planned)


def test_schedule_names_are_stable() -> None:
    names = [entry.name for entry in plan_entries(_plan(CRIME, 3, 7, 4000, 12), 40, START)]
    assert names == [
        "Schedule_Crime_-1899",
        "Schedule_Crime_1900-1904",
        "Schedule_Crime_2020-2024",
        "Schedule_Crime_undated",
    ]
    series = plan_entries(_plan(Selection(Media.SERIES, (10759,)), 0, 0, 1, 0), 40, START)
    assert [entry.name for entry in series] == ["Schedule_Series_Action-Adventure_2020-2024"]
    assert [entry.name for entry in plan_entries(_plan(Selection(), 0, 0, 0, 1), 40, START)] == ["Schedule_All_undated"]


def test_slice_starts_after_the_estimated_end_of_the_one_before() -> None:
    plan = _plan(CRIME, 3, 0, 4000, 12)
    entries = plan_entries(plan, 40, START)
    instants = [entry.at for entry in entries]
    took = timedelta(seconds=estimate_slice_s(plan.slices[2], 40) + OVERHEAD_S)
    assert instants[0] == START
    assert instants[2] is not None
    assert instants[1] is not None
    assert abs(instants[2] - instants[1] - took) < timedelta(seconds=1)  # schedules have whole seconds
    assert took > timedelta(seconds=100)  # 4,000 details at 40 a second


def test_event_selects_its_slice() -> None:
    selections = [
        parse_event(json.loads(entry.event)).selection for entry in plan_entries(_plan(CRIME, 1, 1, 1, 1), 40, START)
    ]
    assert [(s.since, s.until) for s in selections] == WINDOWS
    assert [s.undated_only for s in selections] == [False, False, False, True]


def test_second_call_keeps_the_planned_starts() -> None:
    plan = _plan(CRIME, 1, 1, 1, 1)
    first = plan_entries(plan, 40, START)
    existing = {entry.name: entry.at for entry in first[1:3] if entry.at}
    later = START + timedelta(minutes=7)
    assert plan_again(plan, 40, later, existing, START - timedelta(hours=1)) == first
    overdue = plan_again(plan, 40, later, existing, START + timedelta(minutes=1))
    assert [entry.at for entry in overdue[1:]] == [entry.at for entry in first[1:]]
    assert overdue[0].at == START + timedelta(minutes=1) + LEAD
    assert plan_again(plan, 40, later, {}, START) == plan_entries(plan, 40, later)


def test_schedules_that_have_run_are_spaced_again() -> None:
    plan = _plan(CRIME, 900, 900, 900, 900)
    first = plan_entries(plan, 40, START)
    last = {first[3].name: first[3].at} if first[3].at else {}
    now = START + timedelta(hours=1)
    again = [entry.at for entry in plan_again(plan, 40, now, last, now)]
    assert again[0] == now + LEAD
    assert again[1] is not None
    assert again[1] - now - LEAD >= timedelta(seconds=int(first[0].takes_s))
    assert again[3] == first[3].at
    assert len(set(again)) == 4


def test_starts_after_midnight_keep_the_run_date() -> None:
    entries = plan_entries(_plan(CRIME, 1, 1, 1, 1), 40, START.replace(hour=23, minute=59))
    assert {entry.at.date().isoformat() for entry in entries if entry.at} == {"2026-11-24", "2026-11-25"}
    assert {json.loads(entry.event)["run_date"] for entry in entries} == {"2026-11-24"}


@pytest.mark.parametrize(
    ("every", "cron", "expression"),
    [("1d", None, "rate(1 day)"), ("36 H", None, "rate(36 hours)"), (None, "0 6 * * ? *", "cron(0 6 * * ? *)")],
)
def test_recurring_schedule(every: str | None, cron: str | None, expression: str) -> None:
    entry = plan_recurrence(CRIME, every, cron)
    assert (entry.expression, entry.at, entry.selection_id) == (expression, None, CRIME.id)
    assert len(entry.name) <= 64  # the limit of EventBridge
    order = parse_event(json.loads(entry.event))
    assert (order.selection, order.is_refresh) == (CRIME, True)
    whole = parse_event(json.loads(plan_recurrence(CRIME, every, cron, does="extract").event))
    assert (whole.selection, whole.is_refresh) == (CRIME, False)


@pytest.mark.parametrize(("every", "expression"), [("1h", "rate(1 hour)"), ("6h", "rate(6 hours)"), ("1d", "rate(1 day)")])
def test_the_feed_may_be_followed_every_hour(every: str, expression: str) -> None:
    entry = plan_recurrence(CRIME, every, None, does="feed")
    assert (entry.expression, entry.name) == (expression, f"Feed_{CRIME.id}")
    assert parse_event(json.loads(entry.event)).is_feed_only
    with pytest.raises(UsageError, match='invalid --every "0h"'):
        plan_recurrence(CRIME, "0h", None, does="feed")


def test_longest_name_fits_eventbridge() -> None:
    everything = replace(CRIME, genre_ids=tuple(range(10_000, 10_019)))
    assert len(plan_recurrence(everything, "1d", None).name) <= 64


@pytest.mark.parametrize(
    ("every", "cron"),
    [(None, None), ("1d", "0 6 * * ? *"), ("0d", None), ("12h", None), ("1w", None), (None, "0 6 * *"), (None, "at(x)")],
)
def test_recurring_schedule_needs_one_valid_interval(every: str | None, cron: str | None) -> None:
    with pytest.raises(UsageError, match=r"--every|--cron"):
        plan_recurrence(CRIME, every, cron)


def test_start_is_in_the_future() -> None:
    assert parse_start(None, START) == START + LEAD
    assert parse_start("2026-11-24T08:30", START) == datetime(2026, 11, 24, 8, 30, tzinfo=UTC)
    assert parse_start("2026-11-24T08:30+02:00", START) == datetime(2026, 11, 24, 6, 30, tzinfo=UTC)
    for text in ("soon", "2026-11-24T05:00"):
        with pytest.raises(UsageError, match="--start"):
            parse_start(text, START)


def test_recurring_expression_has_no_instant() -> None:
    assert parse_at("at(2026-11-24T06:00:00)") == START
    assert parse_at("rate(1 day)") is None
