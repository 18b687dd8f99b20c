"""The sentences and formats of the page about a run."""

import pytest
from msgspec import structs
from tests.support.run_summaries import COMPLETE, INCOMPLETE, UNFINISHED, UNTRACED, build_slice

from cinelake.run_report.formats import format_dollars, format_duration, format_share, format_size
from cinelake.run_report.sentences import (
    describe_cost,
    describe_latency,
    describe_rate,
    describe_requests,
    describe_trouble,
    describe_verdict,
)
from cinelake.run_report.tables import sum_slices


def test_verdict_counts_what_is_stored_and_missing() -> None:
    assert describe_verdict(COMPLETE) == "Complete: 45,692 titles of 3 slices stored, 12 gone."
    assert describe_verdict(INCOMPLETE) == (
        "Incomplete: 33,699 titles of 2 slices stored, 0 gone; 2 titles could not be fetched, "
        "TMDB counts 3 more than it lists (in 1 slice). Run the same command to try again."
    )
    assert describe_verdict(UNFINISHED) == (
        "Unfinished: 1 of 3 slices committed, 12,900 of 45,704 titles stored. Run the same command to continue."
    )


def test_verdict_of_a_complete_run_names_unproven_titles() -> None:
    run = structs.replace(COMPLETE, slices=(build_slice("War", "undated", 10, unproven=1),))
    assert "; TMDB counts 1 more than it lists (in 1 slice)." in describe_verdict(run)


def test_rate_has_limit_refused_and_failed_requests() -> None:
    assert describe_rate(COMPLETE) == (
        "20 min at 39.4 requests per second (limit 40); 3 refused (0.01 %), 14 failed (0.03 %)."
    )
    assert "(no limit); none refused," in describe_rate(structs.replace(COMPLETE, rate_limit=None, refused=0))


def test_rate_is_unknown_without_traces_or_working_time() -> None:
    assert "unknown" in describe_rate(UNTRACED)
    assert "unknown" in describe_rate(structs.replace(COMPLETE, seconds=0.0))


def test_charts_are_described() -> None:
    assert describe_requests(COMPLETE) == (
        "38.9 to 39.9 per second (median 39.6); 41 in the busiest second; the limit was 40."
    )
    assert describe_requests(structs.replace(COMPLETE, rate_limit=None)).endswith("there was no limit.")
    assert "within 76 to 94 ms (median 88), and 99 of 100 within 160 to 300 ms" in describe_latency(COMPLETE)
    assert describe_latency(UNTRACED) == "No request was answered."


def test_trouble_is_described_with_its_time() -> None:
    refused, failed = describe_trouble(COMPLETE).split("; ")
    assert refused == "3 refused at 2026-11-24 14:00:30 UTC, at most 3.0 per second"
    assert failed.startswith("14 failed from 2026-11-24 14:00:58")
    assert describe_trouble(UNFINISHED) == "No request was refused, and none failed."


def test_cost_is_measured_or_estimated() -> None:
    assert describe_cost(COMPLETE).startswith("Estimated for a function with 512 MB")
    assert describe_cost(UNFINISHED).startswith("Measured: 2 of 2 processes")


def test_sum_of_slices_has_the_worst_state() -> None:
    total = sum_slices("Crime", INCOMPLETE.slices)
    assert (total.expected, total.fetched, total.quarantined, total.state) == (33704, 33699, 2, "incomplete")
    assert sum_slices("none", ()).state == "complete"


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [
        (0, 0, "0 %"),
        (0, 9, "0 %"),
        (1, 10**6, "< 0.01 %"),
        (3, 47211, "0.01 %"),
        (99_999, 10**7, "0.99 %"),
        (1, 4, "25 %"),
        (985, 1000, "98.5 %"),
        (99_999, 100_000, "99.9 %"),
        (7, 7, "100 %"),
    ],
)
def test_share_is_never_rounded_to_none_or_all(part: int, whole: int, text: str) -> None:
    assert format_share(part, whole) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0.0 s"), (4.26, "4.3 s"), (42, "42 s"), (59.7, "1 min"), (1203, "20 min 03 s"), (3900, "1 h 05 min")],
)
def test_duration_has_two_units(seconds: float, text: str) -> None:
    assert format_duration(seconds) == text


def test_size_and_amount_have_fitting_units() -> None:
    assert [format_size(each) for each in (9000, 12_345_678, 2.5e9)] == ["9.0 kB", "12.3 MB", "2.5 GB"]
    assert [format_dollars(each) for each in (0, 0.00001, 1234.5)] == ["$0.0000", "< $0.0001", "$1,234.5000"]
