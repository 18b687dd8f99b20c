"""The API's time, from the headers of its responses."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.support.tmdb.virtual import START, VirtualClock, run_virtual

from cinelake.log import Log
from cinelake.tmdb.api_clock import ApiClock, parse_time

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
DATE = "Mon, 23 Nov 2026 12:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"Date": DATE}, NOON),
        ({"Date": DATE, "Age": "90", "X-Cache": "Miss from cloudfront"}, NOON + timedelta(seconds=90)),
        ({"Date": DATE, "Age": "90", "X-Cache": "Hit from cloudfront"}, None),
        ({"Date": DATE, "Age": "old"}, None),
        ({"Date": DATE, "Age": "9" * 30}, None),
        ({"Date": "yesterday"}, None),
        ({}, None),
    ],
)
def test_time_of_a_response(headers: dict[str, str], expected: datetime | None) -> None:
    assert parse_time(headers) == expected


def test_latest_response_counts_and_time_goes_on() -> None:
    async def main() -> None:
        clock = ApiClock(VirtualClock(), Log(level="warning"))
        assert clock.now() == START
        clock.note(None)
        assert clock.now() == START
        clock.note(NOON)
        clock.note(NOON - timedelta(seconds=30))
        assert clock.now() == NOON
        await clock.sleep(10)
        assert clock.now() == NOON + timedelta(seconds=10)
        clock.note(NOON + timedelta(seconds=12))
        assert clock.now() == NOON + timedelta(seconds=12)

    run_virtual(main())


def test_a_response_that_leaps_ahead_counts_only_if_the_next_one_agrees() -> None:
    async def main() -> None:
        clock = ApiClock(VirtualClock(), Log(level="warning"))
        late = NOON + timedelta(days=30)
        for sent_at in (NOON, late, NOON, late, late + timedelta(days=9)):
            clock.note(sent_at)
            assert clock.now() == NOON
        clock.note(late + timedelta(days=9, seconds=5))
        assert clock.now() == late + timedelta(days=9, seconds=5)

    run_virtual(main())


@pytest.mark.parametrize(("minutes", "warnings"), [(4, 0), (6, 1), (-6, 1), (6 * 24 * 60, 1)])
def test_one_warning_names_both_times(minutes: int, warnings: int, capsys: pytest.CaptureFixture[str]) -> None:
    async def main() -> None:
        clock = ApiClock(VirtualClock(NOON + timedelta(minutes=minutes)), Log(level="warning", log_format="json"))
        for _ in range(3):
            clock.note(NOON)
        clock.note(NOON, warns=False)

    run_virtual(main())
    logged = capsys.readouterr().err
    assert logged.count("clock_differs") == warnings
    if warnings:
        assert "the API's 2026-11-23 12:00:00 UTC" in logged
        assert f"{NOON + timedelta(minutes=minutes):%Y-%m-%d %H:%M:%S} UTC" in logged
