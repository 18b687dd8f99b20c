"""What an answer means for the next step."""

import pytest

from cinelake.tmdb.retry import Verdict, classify_status, delay_s, parse_retry_after


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (200, Verdict.ACCEPT),
        (404, Verdict.GONE),
        (429, Verdict.SLOW_DOWN),
        (401, Verdict.UNAUTHORISED),
        (403, Verdict.UNAUTHORISED),
        (400, Verdict.REJECTED),
        (405, Verdict.REJECTED),
        (422, Verdict.REJECTED),
        (408, Verdict.RETRY),
        (500, Verdict.RETRY),
        (502, Verdict.RETRY),
        (503, Verdict.RETRY),
        (504, Verdict.RETRY),
        (204, Verdict.RETRY),
        (302, Verdict.RETRY),
    ],
)
def test_each_status_has_its_verdict(status: int, verdict: Verdict) -> None:
    assert classify_status(status) is verdict


def test_waits_grow_with_jitter_up_to_a_limit() -> None:
    assert [delay_s(n, 1.0) for n in range(1, 7)] == [0.25, 0.5, 1.0, 2.0, 2.0, 2.0]
    assert [delay_s(n, 0.0) for n in range(1, 4)] == [0.125, 0.25, 0.5]


@pytest.mark.parametrize(
    ("value", "seconds"),
    [(None, None), ("", None), ("1", 1.0), (" 12 ", 12.0), ("0", 0.0), ("9999", 300.0), ("-1", None), ("soon", None)],
)
def test_retry_after_is_seconds_or_nothing(value: str | None, seconds: float | None) -> None:
    assert parse_retry_after(value) == seconds
