"""Invented values of the page about a run, one for each state of a run."""

import math
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from msgspec import structs

from cinelake.run_report.values import ProcessSummary, QuarantinedTitle, RunCost, RunSummary, SliceSummary, Timeline

START = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)
LATER = START + timedelta(hours=1)
MARKUP = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\" onload='x' & ${page}"
"""A text that breaks a page which does not escape it."""
EMPTY_TIMELINE = Timeline([], [], [], [], [], [], [], [])


def build_slice(
    genre: str, window: str, titles: int, *, state: str = "complete", quarantined: int = 0, **counts: int
) -> SliceSummary:
    """A slice of so many titles; if it is committed, all are stored that are not quarantined, gone or unproven."""
    gone, unproven = counts.get("gone", 0), counts.get("unproven", 0)
    listed = 0 if state == "waiting" else titles - unproven
    is_committed = state in ("complete", "incomplete")
    fetched = listed - gone - quarantined if is_committed else counts.get("fetched", 0)
    name, files = f"{genre.lower()}-{window}", math.ceil(fetched / 100)
    numbers = (titles, listed, fetched, gone, quarantined, unproven, files, fetched * 9000)
    return SliceSummary(name, genre, window, state, *numbers)


def build_timeline(
    *starts: datetime, seconds: int = 60, refused: dict[int, float] | None = None, failed: int = 0
) -> Timeline:
    """One point per second of each process, with `refused` by second and a failure in each of the last `failed` seconds."""
    timeline = Timeline([], [], [], [], [], [], [], [])
    columns: list[list[Any]] = [getattr(timeline, name) for name in Timeline.__struct_fields__ if name != "at"]
    for start in starts:
        for second in range(seconds + 1):
            wave = math.sin(second / 7)
            is_failing = float(second >= seconds - failed)
            row: list[float | None] = [39.4 + wave / 2, 40, (refused or {}).get(second, 0.0), is_failing]
            row += [85 + 9 * wave, 140 + 22 * wave, 230 + 70 * wave]
            for values, value in zip(columns, row if second < seconds else [None] * 7, strict=True):
                values.append(value)
            timeline.at.append(start.timestamp() + second + 0.5)
    return timeline


COMPLETE = RunSummary(
    title="Crime and War films, all dates",
    selection_id="movie-80-10752-1a2b3c4d",
    run_on=date(2026, 11, 24),
    state="complete",
    planned_at=START - timedelta(seconds=9),
    finished_at=START + timedelta(minutes=20),
    created_at=START + timedelta(minutes=41),
    rate_limit=40.0,
    requests=47280,
    refused=3,
    failed=14,
    seconds=1200.0,
    limit_used=0.985,
    busiest_second=41,
    p50=84.2,
    p95=142.0,
    p99=260.4,
    slices=(
        build_slice("Crime", "2015-2019", 12000, gone=5),
        build_slice("Crime", "2020-2024", 30000, gone=7),
        build_slice("War", "2020-2024", 3704),
    ),
    quarantined=(),
    processes=(ProcessSummary(START, 1200.0, None, 47280, 3, 14, "complete"),),
    timeline=build_timeline(START, refused={30: 3.0}, failed=2),
    cost=RunCost(is_measured=False, gb_seconds=600.0, lambda_dollars=0.01, puts=461, puts_dollars=0.0023, dollars=0.0123),
)
INCOMPLETE = structs.replace(
    COMPLETE,
    state="incomplete",
    slices=(
        build_slice("Crime", "2020-2024", 30000, state="incomplete", quarantined=2, unproven=3),
        build_slice("War", "2020-2024", 3704),
    ),
    quarantined=(
        QuarantinedTitle(603, "Movies genre-80-2020-2024", "500 six times"),
        QuarantinedTitle(11, "Movies genre-80-2020-2024", MARKUP),
    ),
)
UNFINISHED = structs.replace(
    COMPLETE,
    state="unfinished",
    finished_at=None,
    slices=(
        build_slice("Crime", "2015-2019", 12000),
        build_slice("Crime", "2020-2024", 30000, state="listed", fetched=900),
        build_slice("War", "2020-2024", 3704, state="waiting"),
    ),
    processes=(
        ProcessSummary(START, 60.0, 512, 2400, 0, 0, "stopped"),
        ProcessSummary(LATER, 60.0, 512, 2400, 0, 0, "running"),
    ),
    timeline=build_timeline(START, LATER),
    cost=RunCost(is_measured=True, gb_seconds=60.0, lambda_dollars=0.001, puts=129, puts_dollars=0.0006, dollars=0.0016),
)
UNTRACED = structs.replace(
    COMPLETE,
    **dict.fromkeys(("requests", "refused", "failed", "busiest_second"), 0),
    **dict.fromkeys(("rate_limit", "limit_used", "p50", "p95", "p99")),
    seconds=0.0,
    processes=(),
    timeline=EMPTY_TIMELINE,
)
STATES = {"complete": COMPLETE, "incomplete": INCOMPLETE, "unfinished": UNFINISHED, "untraced": UNTRACED}
each_state = pytest.mark.parametrize("run", STATES.values(), ids=STATES)
"""Runs a test once for each state."""
