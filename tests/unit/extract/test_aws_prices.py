"""The cost of a month on AWS follows from list prices and the size of a run, and the documentation agrees."""

import re
from dataclasses import astuple
from pathlib import Path

import pytest

from cinelake.extract.planning import aws_prices as prices
from cinelake.extract.planning.aws_prices import (
    RunSize,
    estimate_month,
    size_extraction,
    size_refresh,
    size_refresh_of_all,
)

DOCUMENT = Path(__file__).parents[3] / "docs" / "how-to" / "aws.md"
TITLES = {"Crime and War": 45_704, "all films": 1_176_394}
TIMES = {"once a month": 1.0, "once a week": 52 / 12, "refreshed once a day": 365 / 12}
_ROW = re.compile(
    r"^\| (?P<name>Crime and War|all films)[^,|]*(?:\([^)]*\))?, (?P<times>(?:refreshed )?once a \w+) "
    r"\| (?P<dollars>[\d.| ]+) \|$"
)


def _find_rows() -> list[tuple[str, str, list[float]]]:
    rows = [found for line in DOCUMENT.read_text().splitlines() if (found := _ROW.match(line))]
    return [(row["name"], row["times"], [float(cell) for cell in row["dollars"].split("|")]) for row in rows]


def test_the_table_in_the_docs_is_computed() -> None:
    rows = _find_rows()
    assert len(rows) == 5
    for name, times, dollars in rows:
        refresh = size_refresh_of_all if name == "all films" else size_refresh
        estimate = refresh if times.startswith("refreshed") else size_extraction
        run, runs = estimate(TITLES[name]), TIMES[times]
        month = estimate_month(run, runs=runs)
        free = estimate_month(run, runs=runs, is_free_tier=True)
        assert dollars == [round(cost, 2) for cost in (*astuple(month), month.total, free.total)], (name, times)


def test_an_extraction_takes_slightly_more_requests_than_titles() -> None:
    run = size_extraction(1_000)
    assert (run.requests, run.files) == (1_060, 10)
    assert run.megabytes == pytest.approx(10.55)


def test_a_daily_refresh_is_a_fraction_of_an_extraction() -> None:
    run, refresh = size_extraction(45_704), size_refresh(45_704)
    assert (refresh.requests, refresh.files) == (3_383, 51)
    assert refresh.requests < 0.08 * run.requests
    assert refresh.megabytes < 0.03 * run.megabytes


def test_the_docs_name_the_share_of_a_refresh() -> None:
    share = size_refresh(45_704).requests / size_extraction(45_704).requests
    assert f"about {100 * share:.0f} % of the requests" in DOCUMENT.read_text()


def test_a_month_without_runs_costs_secret_alarms_and_dashboard() -> None:
    month = estimate_month(size_extraction(1_000), runs=0)
    assert month.compute == month.glue == month.orchestration == month.requests == month.storage == 0
    assert month.secret == pytest.approx(0.40)
    assert month.watching == pytest.approx(3.00 + 0.80)


def test_compute_is_time_times_memory_and_a_build_of_all_kept_runs() -> None:
    run = RunSize(requests=31_800, files=0, megabytes=0)  # of 30,000 titles
    month = estimate_month(run, runs=1, rate=40, kept_days=365)
    extracted_gb_s, built_gb_s = (31_800 / 40 + 5) * 0.5, 12 * 30_000 * 0.0004 * 3008 / 1024
    expected = (extracted_gb_s + built_gb_s) * prices.LAMBDA_ARM_GB_S.dollars + 4 * 0.0000002
    assert month.compute == pytest.approx(expected)
    slower = estimate_month(run, runs=1, rate=20, kept_days=365).compute - month.compute
    assert slower == pytest.approx(31_800 / 40 * 0.5 * prices.LAMBDA_ARM_GB_S.dollars, rel=0.01)


def test_a_lake_too_large_for_a_function_takes_an_hour_of_glue() -> None:
    run = size_extraction(45_704)
    assert estimate_month(run, runs=1).glue == 0
    assert estimate_month(run, runs=4).glue == pytest.approx(4 * 2 * 0.44)


def test_storage_grows_with_the_kept_days() -> None:
    run = RunSize(requests=1, files=1, megabytes=1_000)
    month = estimate_month(run, runs=1, kept_days=365)
    assert month.storage == pytest.approx(12 * 0.023)


def test_metrics_cost_the_same_once_sent_every_hour() -> None:
    run = size_extraction(100)
    hourly, denser = (estimate_month(run, runs=n * prices.MONTH_HOURS).watching for n in (1, 10))
    logs = prices.MONTH_HOURS * 4 * 0.0002 * 0.50
    assert hourly == pytest.approx(3.00 + 0.80 + 12 * 0.30 + logs)
    assert denser == pytest.approx(hourly + 9 * logs)


def test_the_free_tier_does_not_cover_secret_and_storage() -> None:
    month = estimate_month(size_extraction(45_704), runs=1, is_free_tier=True)
    assert month.compute == month.glue == month.orchestration == month.watching == 0
    assert month.secret > 0.40
    assert month.storage > 0
