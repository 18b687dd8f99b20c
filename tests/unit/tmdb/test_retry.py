"""Classes of HTTP status, and delays between attempts."""

import pytest

from cinelake.tmdb.retry import StatusClass, classify_status, delay_s, parse_retry_after


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (200, StatusClass.OK),
        (404, StatusClass.NOT_FOUND),
        (429, StatusClass.RATE_LIMITED),
        (401, StatusClass.UNAUTHORISED),
        (403, StatusClass.UNAUTHORISED),
        (400, StatusClass.REJECTED),
        (405, StatusClass.REJECTED),
        (422, StatusClass.REJECTED),
        (408, StatusClass.RETRYABLE),
        (500, StatusClass.RETRYABLE),
        (502, StatusClass.RETRYABLE),
        (503, StatusClass.RETRYABLE),
        (504, StatusClass.RETRYABLE),
        (204, StatusClass.RETRYABLE),
        (302, StatusClass.RETRYABLE),
    ],
)
def test_status_has_its_class(status: int, expected: StatusClass) -> None:
    assert classify_status(status) is expected


def test_delays_grow_with_jitter_up_to_a_limit() -> None:
    assert [delay_s(n, 1.0) for n in range(1, 7)] == [0.25, 0.5, 1.0, 2.0, 2.0, 2.0]
    assert [delay_s(n, 0.0) for n in range(1, 4)] == [0.125, 0.25, 0.5]


@pytest.mark.parametrize(
    ("value", "seconds"),
    [(None, None), ("", None), ("1", 1.0), (" 12 ", 12.0), ("0", 0.0), ("9999", 300.0), ("-1", None), ("soon", None)],
)
def test_retry_after_is_a_number_of_seconds(value: str | None, seconds: float | None) -> None:
    assert parse_retry_after(value) == seconds
