"""Where a run reads which titles there are."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from tests.support.tmdb.virtual import START

from cinelake.errors import UsageError
from cinelake.extract.planning.listing_choice import (
    PROOF_DAYS,
    ListingChoice,
    check_source,
    choose_extraction,
    choose_refresh,
)
from cinelake.extract.planning.plan import Plan, PlannedSlice
from cinelake.media import Media
from cinelake.selection.listing_source import ListingSource, parse_source
from cinelake.selection.selection import Selection
from cinelake.selection.slices import Slice, plan_blocks

ALL, CRIME = Selection(), Selection(genre_ids=(80,))
DAY = date(2026, 11, 23)
DISCOVER, EXPORT = ListingSource.DISCOVER, ListingSource.EXPORT
BLOCKS = tuple(PlannedSlice(block, 5) for block in plan_blocks(Media.MOVIE, 9))


def build_plan(proven_on: date | None = DAY, slices: tuple[PlannedSlice, ...] = BLOCKS) -> Plan:
    """The plan of the run before."""
    return Plan(ALL, DAY, START, slices, proven_on=proven_on)


@pytest.mark.parametrize(
    "other", [CRIME, replace(ALL, since=DAY), replace(ALL, until=DAY), replace(ALL, undated_only=True)]
)
def test_only_all_titles_are_in_the_export(other: Selection) -> None:
    assert choose_extraction(other, None, DAY) == ListingChoice(DISCOVER)
    with pytest.raises(UsageError, match="neither genres nor dates"):
        check_source(other, EXPORT)
    check_source(other, DISCOVER)
    check_source(ALL, EXPORT)


def test_an_extraction_begins_the_days_until_the_next_proof() -> None:
    assert choose_extraction(ALL, None, DAY) == ListingChoice(EXPORT, has_blocks=True, proven_on=DAY)
    assert choose_extraction(ALL, DISCOVER, DAY) == ListingChoice(DISCOVER, has_blocks=True, proven_on=DAY)


@pytest.mark.parametrize(
    ("days", "source", "expected"),
    [
        (PROOF_DAYS, None, EXPORT),
        (PROOF_DAYS + 1, None, DISCOVER),
        (PROOF_DAYS + 1, EXPORT, EXPORT),
        (1, DISCOVER, DISCOVER),
    ],
)
def test_a_refresh_proves_once_a_month(days: int, source: ListingSource | None, expected: ListingSource) -> None:
    today = DAY + timedelta(days=days)
    choice = choose_refresh(ALL, source, today, build_plan())
    assert choice == ListingChoice(expected, has_blocks=True, proven_on=today if expected is DISCOVER else DAY)


def test_a_refresh_keeps_the_slices_of_the_run_before() -> None:
    windows = build_plan(None, (PlannedSlice(Slice(Media.MOVIE, None), 3),))
    assert choose_refresh(ALL, None, DAY, windows) == ListingChoice(DISCOVER)
    with pytest.raises(UsageError, match="run `cinelake extract` once"):
        choose_refresh(ALL, EXPORT, DAY, windows)


def test_unknown_source_is_refused() -> None:
    assert parse_source("Export") is EXPORT
    assert parse_source(None) is None
    with pytest.raises(UsageError, match='invalid --list "feed"'):
        parse_source("feed")
