"""The progress of a run: the text of the lines, and that they fit into 80 columns."""

import asyncio
import re
from collections.abc import Callable
from io import StringIO
from typing import TextIO

import pytest
from tests.support.runs import build_context
from tests.support.tmdb.service import build_client, build_sandbox
from tests.support.tmdb.virtual import VirtualClock, run_virtual

from cinelake.cli.progress import ProgressView, Reading, format_time_left, rate_between
from cinelake.extract.context import RunContext
from cinelake.lake.stores.object_store import open_memory
from cinelake.log import Log


class _Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def _show(stream: TextIO, *moments: Callable[[RunContext], None], each_s: float = 5.0) -> None:
    """Show a context for some time after each change to it."""

    async def main() -> None:
        clock = VirtualClock()
        context = build_context(build_client(build_sandbox(clock), clock), open_memory(), clock, Log())
        showing = asyncio.ensure_future(ProgressView(context, stream).show())
        await asyncio.sleep(0)  # noqa: TID251 - lets the view take its first reading
        for change in moments:
            change(context)
            await clock.sleep(each_s)
        await asyncio.sleep(0)  # noqa: TID251 - lets the view show the last change
        showing.cancel()
        await asyncio.wait({showing})

    run_virtual(main())


def _listing(context: RunContext) -> None:
    progress = context.progress
    progress.step, progress.slices_total, progress.slices_listed, progress.titles_total = "listing", 58, 12, 4_570
    context.client.tally.requests = 200


def _fetching(context: RunContext) -> None:
    progress = context.progress
    progress.step, progress.slices_listed, progress.titles_total = "fetching", 58, 45_704
    progress.titles_done, progress.titles_kept = 12_000, 11_000  # an earlier process fetched most of them
    context.client.tally.requests = 1_200
    context.client.tally.refused = 3


def test_plain_lines_appear_every_few_seconds() -> None:
    out = StringIO()
    _show(out, _listing, _fetching)
    assert out.getvalue().splitlines() == [
        "09:00:05 listing 12/58 slices, 4,570 titles, 40.0 req/s, 0 x 429",
        "09:00:10 fetching 12,000/45,704 titles, 6 min left, 120.0 req/s, 3 x 429",
    ]


def test_quarantined_titles_are_shown() -> None:
    out = StringIO()
    _show(out, _fetching, lambda context: setattr(context.progress, "quarantined", 2))
    assert [line.partition("429")[2] for line in out.getvalue().splitlines()] == ["", ", 2 quarantined"]


def test_rate_is_that_of_the_last_seconds() -> None:
    def advance(context: RunContext) -> None:
        context.progress.step, context.progress.titles_total = "fetching", 45_704
        context.client.tally.requests += 200
        context.progress.titles_done += 200

    out = StringIO()
    _show(out, *[advance] * 10, *[lambda _context: None] * 5)
    lines = out.getvalue().splitlines()
    assert "40.0 req/s" in lines[9]
    assert "18 min left" in lines[9]
    assert "- left, 0.0 req/s" in lines[14]


def test_largest_run_fits_into_eighty_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "xterm")

    def large(context: RunContext) -> None:
        _fetching(context)
        context.progress.titles_total, context.progress.titles_done, context.progress.titles_kept = (
            1_213_704,
            1_012_000,
            1_011_800,
        )
        context.client.tally.requests, context.client.tally.refused, context.progress.quarantined = 200, 112, 13

    out = _Terminal()
    _show(out, _listing, large)
    text = re.sub(r"\x1b\[[0-9;?]*\w", "", out.getvalue())
    assert "1,012,000/1,213,704 titles, 2.8 h left, 20.0 req/s, 112 x 429, 13 quarantined" in text
    assert all(len(line) <= 80 for line in re.split(r"[\r\n]", text))


@pytest.mark.parametrize(
    ("titles", "titles_s", "text"),
    [
        (0, 40.0, "-"),
        (-1, 40.0, "-"),
        (100, 0.0, "-"),
        (1, 40.0, "1 s"),
        (89, 1.0, "89 s"),
        (90, 1.0, "2 min"),
        (5_399, 1.0, "90 min"),
        (5_400, 1.0, "1.5 h"),
        (1_200_000, 40.0, "8.3 h"),
    ],
)
def test_time_left_is_rounded(titles: int, titles_s: float, text: str) -> None:
    assert format_time_left(titles, titles_s) == text


@pytest.mark.parametrize(
    ("last", "rates"),
    [
        (Reading(10.0, 500, 300), (40.0, 20.0)),
        (Reading(0.0, 500, 300), (0.0, 0.0)),  # no time has passed
        (Reading(-1.0, 500, 300), (0.0, 0.0)),
    ],
)
def test_rate_between_two_readings(last: Reading, rates: tuple[float, float]) -> None:
    assert rate_between(Reading(0.0, 100, 100), last) == rates
