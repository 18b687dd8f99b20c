"""The choice of days to remove."""

from dataclasses import replace
from datetime import date, timedelta

from tests.support.pruning import DAYS
from tests.support.tmdb.service import TODAY

from cinelake.retention.dependencies import Dependencies
from cinelake.retention.prune import BlockedDay, plan_prune


def _plan(found: Dependencies, *, older_than: int = 180, keep: int | None = None) -> tuple[list[date], list[BlockedDay]]:
    removals, blocked = plan_prune(found, TODAY, older_than=older_than, keep=keep)
    return list(removals), blocked


def _find(*days: date, needed: tuple[date, ...]) -> Dependencies:
    return Dependencies("Movies", days, dict.fromkeys(needed, "it has the newest run"))


def test_days_beyond_the_age_limit_go() -> None:
    limit = TODAY - timedelta(days=180)
    too_old = limit - timedelta(days=1)
    assert _plan(_find(too_old, limit, TODAY, needed=(TODAY,))) == ([too_old], [])


def test_newest_days_are_kept_by_number() -> None:
    days = [TODAY - timedelta(days=ago) for ago in (5, 4, 3, 2, 1)]
    assert _plan(_find(*days, needed=(days[-1],)), keep=2) == (days[:3], [])
    assert _plan(_find(*days, needed=(days[-1],)), keep=9) == ([], [])


def test_needed_day_blocks_all_later_days() -> None:
    removals, blocked = _plan(_find(*DAYS, needed=(DAYS[1], DAYS[3])))
    assert removals == DAYS[:1]
    assert [(each.run_on, each.is_by_terms) for each in blocked] == [(DAYS[1], True), (DAYS[2], True)]
    assert str(DAYS[1]) in blocked[1].blocked_by


def test_day_blocked_by_number_breaks_no_terms() -> None:
    days = [TODAY - timedelta(days=1), TODAY]
    _, (blocked,) = _plan(_find(*days, needed=tuple(days)), keep=1)
    assert (blocked.run_on, blocked.is_by_terms) == (days[0], False)


def test_batches_of_version_1_go_by_age_after_a_complete_run() -> None:
    found = replace(_find(DAYS[0], TODAY, needed=(TODAY,)), unproven=frozenset({DAYS[0]}))
    removals, (blocked,) = _plan(found)
    assert (removals, blocked.is_by_terms) == ([], True)
    assert _plan(replace(found, complete_on=TODAY)) == ([DAYS[0]], [])
    assert _plan(replace(found, complete_on=TODAY), older_than=900, keep=1) == ([], [])
