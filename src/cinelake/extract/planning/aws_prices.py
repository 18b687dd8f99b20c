"""List prices of AWS, and the cost of a month of runs. Pure.

The prices are those of us-east-1 in US dollars, first tier, without tax, from AWS's pricing pages of November 2026. Other
regions differ. `free` is the monthly allowance of the always-free tier.
"""

import math
from dataclasses import dataclass

from cinelake.selection.slices import BLOCK_IDS

MONTH_HOURS = 730
SPARE_S = 30
"""Seconds before its time-out at which a call of the extract function stops; assumed, to count the calls."""
TIMEOUT_S = 900
EXTRACT_GB = 0.5
VERIFY_GB = 1.0
BUILD_GB = 3008 / 1024
BUILD_TITLES = 400_000
"""Records in Raw up to which the build function has enough memory and time (tried with 300,000); above, Glue builds."""
METRICS = 12
"""Custom metrics of one lake; they have one dimension, so each name is one time series."""
ALARM_METRICS = 8
"""Metrics that the alarms of the template watch; an alarm on two metrics counts twice."""
_S_PER_VERIFIED_FILE = 0.05
_S_PER_PLAN = 5
_S_PER_READ_FILE = 0.05
_S_PER_BUILT_TITLE = 0.0004
"""Measured in the Lambda runtime emulator on two busy cores: 122 s for 300,000 films with credits."""
_TABLES = 30
_GLUE_HOURS = 1.0
"""The longest run of a job that the template allows; the time of Spark on Glue was not measured."""
_GLUE_DPU = 2
_REQUESTS_PER_TITLE = 1.06
_LISTED_PER_TITLE = 0.056
"""Requests of a refresh to list the titles and read the changes, per title: measured, 2,560 for 45,704 films."""
_REFRESHED_SHARE = 0.018
"""Share of the titles that a daily refresh fetches, being old, changed or new: measured, 839 of 45,880."""
_REFRESHED_OF_ALL = 0.017
"""Share of the titles that a daily refresh of all titles fetches: measured, at most 1.65 % of 200,000 films."""
_CHANGE_PAGES = 350
"""Pages of the change feed that a refresh reads: four days, of which the fullest recorded have some 85 pages."""
_TITLES_PER_REFRESHED_FILE = 900
"""Titles of the lake per file of a refresh; each slice gets a file of few records: 50 files for 45,880 films."""
_LISTING_BYTES = 50
"""Bytes that a title takes each day in a listing and in a snapshot."""
_TITLES_PER_FILE = 100
_TITLES_PER_WINDOW = 250
_S_PER_RENEWAL = 15
_LOG_BYTES_PER_CALL = 200_000


@dataclass(frozen=True, slots=True)
class Price:
    """Dollars per unit, and how many units a month are free."""

    dollars: float
    free: float = 0


LAMBDA_ARM_GB_S = Price(0.0000133334, free=400_000)
LAMBDA_REQUEST = Price(0.20 / 1_000_000, free=1_000_000)
S3_PUT = Price(0.005 / 1_000)
"""PUT and LIST; DELETE is free."""
S3_GET = Price(0.0004 / 1_000)
S3_GB_MONTH = Price(0.023)
GLUE_DPU_HOUR = Price(0.44)
STEP_TRANSITION = Price(0.025 / 1_000, free=4_000)
SCHEDULER_INVOCATION = Price(1.00 / 1_000_000, free=14_000_000)
SECRET_MONTH = Price(0.40)
SECRET_CALL = Price(0.05 / 10_000)
LOG_GB = Price(0.50, free=5)
METRIC_MONTH = Price(0.30, free=10)
"""Charged for each hour in which the metric is sent."""
ALARM_METRIC_MONTH = Price(0.10, free=10)
DASHBOARD_MONTH = Price(3.00, free=3)


@dataclass(frozen=True, slots=True)
class RunSize:
    """The size of one run of a selection.

    Attributes:
        files: Raw batches.
        records: records that it fetches; None if it fetches every title.
        documents: small documents that it writes besides the batches; None if it fetches every title.
    """

    requests: int
    files: int
    megabytes: float
    records: float | None = None
    documents: float | None = None


@dataclass(frozen=True, slots=True)
class Month:
    """Dollars a month by service; `glue` is an upper bound."""

    compute: float
    glue: float
    orchestration: float
    requests: float
    storage: float
    secret: float
    watching: float

    @property
    def total(self) -> float:
        """All services together."""
        parts = (self.compute, self.glue, self.orchestration, self.requests, self.storage, self.secret, self.watching)
        return sum(parts)


def size_extraction(titles: int, *, bytes_per_title: int = 10_550) -> RunSize:
    """An extraction of so many titles: 6 % more requests than titles, measured on Crime and War.

    `bytes_per_title` is the estimate of a plan for a record with the default parts.
    """
    return RunSize(
        requests=math.ceil(titles * _REQUESTS_PER_TITLE),
        files=math.ceil(titles / _TITLES_PER_FILE),
        megabytes=titles * bytes_per_title / 1e6,
    )


def size_refresh(titles: int, *, bytes_per_title: int = 10_550) -> RunSize:
    """A daily refresh of so many titles: it lists all and fetches few."""
    records = titles * _REFRESHED_SHARE
    return RunSize(
        requests=math.ceil(titles * _LISTED_PER_TITLE + records),
        files=math.ceil(max(records / _TITLES_PER_FILE, titles / _TITLES_PER_REFRESHED_FILE)),
        megabytes=(records * bytes_per_title + titles * _LISTING_BYTES) / 1e6,
        records=records,
        documents=2 * titles / _TITLES_PER_WINDOW,
    )


def size_refresh_of_all(titles: int, *, bytes_per_title: int = 10_550) -> RunSize:
    """A daily refresh of all titles of a media: it lists them from the id export, without requests."""
    records = titles * _REFRESHED_OF_ALL
    return RunSize(
        requests=math.ceil(records) + _CHANGE_PAGES,
        files=math.ceil(records / _TITLES_PER_FILE + titles / BLOCK_IDS),
        megabytes=(records * bytes_per_title + titles * _LISTING_BYTES) / 1e6,
        records=records,
        documents=2 * titles / BLOCK_IDS,
    )


def estimate_month(
    run: RunSize, *, runs: float, rate: float = 40, kept_days: int = 180, is_free_tier: bool = False
) -> Month:
    """The cost of a month in which a selection is extracted or refreshed `runs` times.

    The lake is older than `kept_days`, so it holds that many days of runs. A lake that is refreshed holds refreshes only.

    Args:
        run: the size of one run.
        runs: runs a month.
        rate: requests a second.
        kept_days: CacheDays of the template.
        is_free_tier: subtract the always-free tier, as if nothing else in the account used it.
    """

    def bill(used: float, price: Price) -> float:
        return max(0.0, used - (price.free if is_free_tier else 0)) * price.dollars

    seconds = run.requests / rate
    calls = math.ceil(seconds / (TIMEOUT_S - SPARE_S))
    titles = run.requests / _REQUESTS_PER_TITLE if run.records is None else run.records
    windows = titles / _TITLES_PER_WINDOW if run.documents is None else run.documents
    renewals = seconds / _S_PER_RENEWAL
    verified_s = run.files * _S_PER_VERIFIED_FILE
    # A build reads all of Raw: every run that is kept.
    kept = max(1.0, runs * kept_days / (MONTH_HOURS / 24))
    is_glue = kept * titles > BUILD_TITLES
    built_s = kept * (run.files * _S_PER_READ_FILE + titles * _S_PER_BUILT_TITLE)
    gb_s = (seconds + _S_PER_PLAN) * EXTRACT_GB + verified_s * VERIFY_GB + (0 if is_glue else built_s) * BUILD_GB
    sending_hours = math.ceil(seconds / 3_600)
    compute = bill(runs * gb_s, LAMBDA_ARM_GB_S) + bill(runs * (calls + 3), LAMBDA_REQUEST)
    # Plan, Extract, IsMoreLeft, then WaitForMore, Extract, IsMoreLeft for each further call, Verify and what follows it.
    steps = 3 * calls + (10 if is_glue else 9)
    orchestration = bill(runs * steps, STEP_TRANSITION) + bill(runs, SCHEDULER_INVOCATION)
    puts = bill(runs * (run.files + windows + renewals + _TABLES), S3_PUT)
    gets = bill(runs * ((2 + kept) * run.files + windows + 2 * renewals + _TABLES), S3_GET)
    logs = bill(runs * (calls + 3) * _LOG_BYTES_PER_CALL / 1e9, LOG_GB)
    metrics = bill(METRICS * min(1, runs * sending_hours / MONTH_HOURS), METRIC_MONTH)
    return Month(
        compute=compute,
        glue=bill(runs * _GLUE_HOURS * _GLUE_DPU if is_glue else 0, GLUE_DPU_HOUR),
        orchestration=orchestration,
        requests=puts + gets,
        storage=bill(run.megabytes / 1_000 * runs * kept_days / (MONTH_HOURS / 24), S3_GB_MONTH),
        secret=bill(1, SECRET_MONTH) + bill(runs * (calls + 1), SECRET_CALL),
        watching=logs + metrics + bill(ALARM_METRICS, ALARM_METRIC_MONTH) + bill(1, DASHBOARD_MONTH),
    )
