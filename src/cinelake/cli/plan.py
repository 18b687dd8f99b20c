"""The command `cinelake plan`: what an extraction or a refresh will take, before anything is downloaded."""

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from cinelake.cli.command_setup import read_environment
from cinelake.cli.layout import GAP, format_size, new_facts, new_table, say
from cinelake.cli.options import JSON, LAKE, LIST, RATE, RUN_DATE, SELECTION, with_options
from cinelake.cli.output import answering, name_command, repeat_command
from cinelake.cli.run_setup import build_terms

if TYPE_CHECKING:
    from rich.console import Console

    from cinelake.extract.planning.decision import UpToDate
    from cinelake.extract.planning.estimate import RunEstimate
    from cinelake.extract.planning.fetch_estimate import PlannedRun
    from cinelake.extract.planning.plan import Plan
    from cinelake.media import Media

_SECONDS_SHOWN = 90
_MINUTES_SHOWN = 120


@click.command()
@with_options(*SELECTION, LAKE, JSON, *RATE, RUN_DATE)
@click.option("--refresh", "is_refresh", is_flag=True, help="Estimate a refresh instead of an extraction.")
@with_options(LIST)
def plan(
    lake: str | None,
    json: bool,
    rate: str,
    connections: int,
    run_date: str | None,
    is_refresh: bool,
    source: str | None,
    **selection: Any,
) -> None:
    """Estimate the requests, time and size of a run.

    Shows whether `extract` (with --refresh: `refresh`) would start a run, resume one, or do nothing. Downloads no titles:
    it only counts them and, for a refresh, reads TMDB's list of changes. Writes nothing to the lake.
    """
    with answering(json) as answer:
        from cinelake.cli.plan_request import describe_planned, plan_request
        from cinelake.clock import SystemClock
        from cinelake.concurrency import run_async
        from cinelake.extract.planning.decision import ExtractRequest, RefreshRequest, UpToDate
        from cinelake.lake.stores.opening import open_lake
        from cinelake.selection.listing_source import parse_source
        from cinelake.selection.parsing import parse_date, parse_selection

        settings, selected = read_environment(), parse_selection(**selection)
        terms, run_on = build_terms(settings, rate, connections), parse_date("--run-date", run_date, is_end=False)
        listing = parse_source(source)
        request = (
            RefreshRequest(selected, run_on, source=listing)
            if is_refresh
            else ExtractRequest(selected, run_on, source=listing)
        )
        store = open_lake(settings, lake) if is_refresh or lake or settings.lake else None
        planned = run_async(plan_request(settings, request, terms, SystemClock(), store))
        if isinstance(planned, UpToDate):
            follow_up = name_command("status", lake=lake)
        else:
            follow_up = repeat_command("refresh" if is_refresh else "extract", without=("--refresh",))
        answer(
            describe_planned(planned, terms.rate),
            lambda console: render_planned(console, planned, terms.rate),
            next_command=follow_up,
        )


def render_planned(console: "Console", planned: "PlannedRun | UpToDate", rate: float) -> None:
    """Print what a command would do, and what that takes."""
    from cinelake.extract.planning.decision import Resume, UpToDate

    if isinstance(planned, UpToDate):
        say(console, f"Up to date: nothing to fetch. The run of {planned.key.run_on} is complete.")
        return
    if isinstance(planned.run, Resume):
        say(console, f"Resumes the run of {planned.run.key.run_on}: {planned.estimate.requests:,} requests left.")
    render_plan(console, planned.plan, planned.estimate, rate)


def render_plan(console: "Console", plan: "Plan", estimate: "RunEstimate", rate: float) -> None:
    """Print the titles by window and genre, and what the run has left to do."""
    if plan.refresh is None:
        _render_counts(console, plan)
    facts = new_facts()
    if (refresh := estimate.refresh) is not None:
        facts.add_row("since", f"{refresh.since}, the day up to which the lake is complete")
        facts.add_row("stored", f"{refresh.stored:,} titles; TMDB counts {refresh.new:,} more")
        facts.add_row("to refetch", f"{refresh.old:,} of the oldest, about {refresh.changed:,} that changed")
    else:
        overlap = " (a title of two genres counts twice)" if len(plan.selection.genres) > 1 else ""
        facts.add_row("titles", f"{estimate.titles:,}{overlap}")
    if plan.has_blocks:
        facts.add_row("listing", _describe_listing(plan))
    changes = f"{estimate.change_requests:,} to read changes, " if estimate.change_requests else ""
    parts = f"{estimate.list_requests:,} to list titles, {changes}{estimate.detail_requests:,} to fetch them"
    facts.add_row("requests", f"about {estimate.requests:,} ({parts})")
    facts.add_row("time", _format_time(estimate.minutes, rate))
    facts.add_row("files", f"{estimate.files:,} with at most 100 records each")
    facts.add_row("size", f"about {format_size(estimate.megabytes * 1e6)}")
    if rate != float("inf"):
        facts.add_row("on Lambda", f"{estimate.lambda_gb_seconds:,.0f} GB-seconds, ${estimate.lambda_dollars:,.4f}")
    console.print(facts)


def _describe_listing(plan: "Plan") -> str:
    """Where a run of all titles reads which titles there are."""
    if not plan.windows:
        return f"{plan.export}; no requests"
    return f"{plan.export}, compared with a full listing through discover; --list export avoids it"


def _render_counts(console: "Console", plan: "Plan") -> None:
    """Print a table of titles by window, with as many genres side by side as the terminal has room for."""
    counts: dict[str, dict[int | None, int]] = defaultdict(dict)
    for planned in plan.slices:
        counts[planned.slice.window_name][planned.slice.genre_id] = planned.total
    room = console.width - max(map(len, [*counts, "window"])) - GAP
    for genres in _split_genres(plan, room):
        table = new_table("window")
        for genre_id in genres:
            table.add_column(_name_genre(plan.selection.media, genre_id), justify="right")
        for window, totals in counts.items():
            if any(totals.values()):
                table.add_row(window, *(f"{totals.get(genre_id, 0):,}" for genre_id in genres))
        table.add_section()
        sums = [sum(totals.get(genre_id, 0) for totals in counts.values()) for genre_id in genres]
        table.add_row("all", *(f"{total:,}" for total in sums))
        console.print(table)


def _split_genres(plan: "Plan", room: int) -> Iterator[list[int | None]]:
    """The plan's genres in groups whose columns fit side by side in `room` characters."""
    group: list[int | None] = []
    used = 0
    for genre_id in plan.selection.genres:
        column = GAP + max(len(_name_genre(plan.selection.media, genre_id)), len(f"{plan.total:,}"))
        if group and used + column > room:
            yield group
            group, used = [], 0
        group.append(genre_id)
        used += column
    yield group


def _name_genre(media: "Media", genre_id: int | None) -> str:
    from cinelake.selection.genres import genre_name

    return "all titles" if genre_id is None else genre_name(media, genre_id)


def _format_time(minutes: float, rate: float) -> str:
    if rate == float("inf"):
        return "not estimated, because the rate is unlimited"
    seconds = minutes * 60
    if seconds < _SECONDS_SHOWN:
        duration = f"{seconds:,.0f} s"
    elif minutes < _MINUTES_SHOWN:
        duration = f"{minutes:,.1f} minutes"
    else:
        duration = f"{minutes // 60:,.0f} h {minutes % 60:.0f} min"
    return f"{duration} at {rate:g} requests per second"
