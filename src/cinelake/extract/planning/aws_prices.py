"""Owns what AWS charges: list prices as data, and what a month of harvests costs. Pure.

The prices are those of us-east-1, in US dollars, first tier, without tax, from the services' own pricing pages as of
November 2026; AWS changes them at will, and other regions differ. `free` is what the always-free tier grants a month.
"""

import math
from dataclasses import dataclass

MONTH_HOURS = 730
SPARE_S = 30
"""Seconds before its time-out at which an extracting call ends in good order; assumed for the number of calls."""
TIMEOUT_S = 900
EXTRACT_GB = 0.5
VERIFY_GB = 1.0
BUILD_GB = 3008 / 1024
BUILD_TITLES = 400_000
"""Records in Raw up to which the function that builds has the room and the time (300,000 were tried); beyond, Glue."""
METRICS = 12
"""Custom metrics of one lake: one dimension, so one time series for each name."""
ALARM_METRICS = 8
"""Metrics that the template's alarms look at: an alarm on two metrics counts twice."""
_S_PER_VERIFIED_FILE = 0.05
_S_PER_PLAN = 5
_S_PER_READ_FILE = 0.05
_S_PER_BUILT_TITLE = 0.0004
"""As measured in Lambda's runtime emulator on two busy cores: 122 s for 300,000 films with credits."""
_TABLES = 30
_GLUE_HOURS = 1.0
"""What the template lets a job run at most; how long Spark takes on Glue was not measured."""
_GLUE_DPU = 2
_REQUESTS_PER_TITLE = 1.06
_LISTED_PER_TITLE = 0.056
"""Requests to list a title anew, the changes of some days among them: 2,560 for 45,704 films, as measured."""
_DUE = 0.018
"""Share of the titles that a daily refresh fetches: the oldest, the changed, the new; 839 of 45,880, as measured."""
_TITLES_PER_REFRESHED_FILE = 900
"""Each slice has a file of a few records then: 50 files for 45,880 films."""
_LISTING_BYTES = 50
"""What a title takes in a listing and in the rows beside it, each day."""
_TITLES_PER_FILE = 100
_TITLES_PER_WINDOW = 250
_S_PER_RENEWAL = 15
_LOG_BYTES_PER_CALL = 200_000


@dataclass(frozen=True, slots=True)
class Price:
    """Dollars for one unit, and how many units a month cost nothing."""

    dollars: float
    free: float = 0


LAMBDA_X86_GB_S = Price(0.0000166667, free=400_000)
LAMBDA_ARM_GB_S = Price(0.0000133334, free=400_000)
LAMBDA_REQUEST = Price(0.20 / 1_000_000, free=1_000_000)
S3_PUT = Price(0.005 / 1_000)
"""PUT and LIST; deletions are free of charge."""
S3_GET = Price(0.0004 / 1_000)
S3_GB_MONTH = Price(0.023)
GLUE_DPU_HOUR = Price(0.44)
STEP_TRANSITION = Price(0.025 / 1_000, free=4_000)
SCHEDULER_INVOCATION = Price(1.00 / 1_000_000, free=14_000_000)
SECRET_MONTH = Price(0.40)
SECRET_CALL = Price(0.05 / 10_000)
LOG_GB = Price(0.50, free=5)
METRIC_MONTH = Price(0.30, free=10)
"""Charged for the hours in which it is sent."""
ALARM_METRIC_MONTH = Price(0.10, free=10)
DASHBOARD_MONTH = Price(3.00, free=3)


@dataclass(frozen=True, slots=True)
class Harvest:
    """One run of a selection: what it sends, and what it leaves in the lake.

    Attributes:
        records: that are fetched, None for a whole harvest; documents: small ones beside the files, None for the same.
    """

    requests: int
    files: int
    megabytes: float
    records: float | None = None
    documents: float | None = None


@dataclass(frozen=True, slots=True)
class Month:
    """Dollars a month by service; `glue` is at most what stands there."""

    compute: float
    glue: float
    orchestration: float
    requests: float
    storage: float
    secret: float
    watching: float

    @property
    def total(self) -> float:
        """All of it."""
        parts = (self.compute, self.glue, self.orchestration, self.requests, self.storage, self.secret, self.watching)
        return sum(parts)


def estimate_harvest(titles: int, *, bytes_per_title: int = 10_550) -> Harvest:
    """A harvest of so many titles: 6 % more requests than titles, as measured on Crime and War.

    `bytes_per_title` is what the plan reckons for a record with the default parts.
    """
    return Harvest(
        requests=math.ceil(titles * _REQUESTS_PER_TITLE),
        files=math.ceil(titles / _TITLES_PER_FILE),
        megabytes=titles * bytes_per_title / 1e6,
    )


def estimate_refresh(titles: int, *, bytes_per_title: int = 10_550) -> Harvest:
    """A day's refresh of so many titles: all are listed, few are fetched."""
    records = titles * _DUE
    return Harvest(
        requests=math.ceil(titles * _LISTED_PER_TITLE + records),
        files=math.ceil(max(records / _TITLES_PER_FILE, titles / _TITLES_PER_REFRESHED_FILE)),
        megabytes=(records * bytes_per_title + titles * _LISTING_BYTES) / 1e6,
        records=records,
        documents=2 * titles / _TITLES_PER_WINDOW,
    )


def estimate_month(
    harvest: Harvest, *, harvests: float, rate: float = 40, kept_days: int = 180, is_free_tier: bool = False
) -> Month:
    """A month in which a selection is harvested, or refreshed, so many times; each is kept for `kept_days`.

    The lake is that old already. One that is refreshed is made of refreshes alone by then: each record was fetched anew.

    Args:
        harvest: what one run takes.
        harvests: runs a month.
        rate: requests a second.
        kept_days: as the template's CacheDays.
        is_free_tier: take off what the always-free tier grants, as if nothing else in the account used it.
    """

    def bill(used: float, price: Price) -> float:
        return max(0.0, used - (price.free if is_free_tier else 0)) * price.dollars

    seconds = harvest.requests / rate
    calls = math.ceil(seconds / (TIMEOUT_S - SPARE_S))
    titles = harvest.requests / _REQUESTS_PER_TITLE if harvest.records is None else harvest.records
    windows = titles / _TITLES_PER_WINDOW if harvest.documents is None else harvest.documents
    renewals = seconds / _S_PER_RENEWAL
    verified_s = harvest.files * _S_PER_VERIFIED_FILE
    # A build reads all of Raw anew: each harvest that is kept.
    kept = max(1.0, harvests * kept_days / (MONTH_HOURS / 24))
    is_glue = kept * titles > BUILD_TITLES
    built_s = kept * (harvest.files * _S_PER_READ_FILE + titles * _S_PER_BUILT_TITLE)
    gb_s = (seconds + _S_PER_PLAN) * EXTRACT_GB + verified_s * VERIFY_GB + (0 if is_glue else built_s) * BUILD_GB
    sending_hours = math.ceil(seconds / 3_600)
    compute = bill(harvests * gb_s, LAMBDA_ARM_GB_S) + bill(harvests * (calls + 3), LAMBDA_REQUEST)
    # Plan, Extract, IsMoreLeft, then WaitForMore, Extract, IsMoreLeft for each further call, Verify and what follows it.
    steps = 3 * calls + (10 if is_glue else 9)
    orchestration = bill(harvests * steps, STEP_TRANSITION) + bill(harvests, SCHEDULER_INVOCATION)
    puts = bill(harvests * (harvest.files + windows + renewals + _TABLES), S3_PUT)
    gets = bill(harvests * ((2 + kept) * harvest.files + windows + 2 * renewals + _TABLES), S3_GET)
    logs = bill(harvests * (calls + 3) * _LOG_BYTES_PER_CALL / 1e9, LOG_GB)
    metrics = bill(METRICS * min(1, harvests * sending_hours / MONTH_HOURS), METRIC_MONTH)
    return Month(
        compute=compute,
        glue=bill(harvests * _GLUE_HOURS * _GLUE_DPU if is_glue else 0, GLUE_DPU_HOUR),
        orchestration=orchestration,
        requests=puts + gets,
        storage=bill(harvest.megabytes / 1_000 * harvests * kept_days / (MONTH_HOURS / 24), S3_GB_MONTH),
        secret=bill(1, SECRET_MONTH) + bill(harvests * (calls + 1), SECRET_CALL),
        watching=logs + metrics + bill(ALARM_METRICS, ALARM_METRIC_MONTH) + bill(1, DASHBOARD_MONTH),
    )
