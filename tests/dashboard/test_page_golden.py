"""The dashboard of version 1 of the lake shows the medians that were measured on its files."""

from pathlib import Path

import pytest
from tests.dashboard.oracle.browser import Open, draw, figures
from tests.refine.conftest import SeedLake

from cinelake.lake.stores.local_store import LocalStore

BANDS = [1.38, 0.54, 0.31, 0.27, 0.90, 0.99]
"""Median returns from 0.1-1 million of budget to above 100 million: lake-facts.md."""


@pytest.fixture(scope="module")
def seed_page(seed_lake: SeedLake, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return draw(LocalStore(seed_lake.folder), tmp_path_factory.mktemp("page"))


def test_median_returns_are_unchanged(open_page: Open, seed_page: Path) -> None:
    page = open_page(seed_page, "#y=1980-2020")
    bands = figures(page, "roi_band")
    assert [round(row["value"], 2) for row in bands] == BANDS
    assert sum(row["n"] for row in bands) == 1567
    collected = [(row["n"], round(row["value"], 2)) for row in figures(page, "roi_collection")]
    assert collected == [(324, 2.07), (1243, 0.22)]


def test_counts_are_unchanged(open_page: Open, seed_page: Path) -> None:
    page = open_page(seed_page)
    assert page.locator("#figure-titles").get_attribute("data-value") == "44485"
    assert page.locator("#figure-money").get_attribute("data-value") == "2274"
    assert sum(row["n"] for row in figures(page, "years") if row["part"] == "both") == 156
