"""Owns how results look on a terminal: tables and sentences on stdout. Takes values, computes nothing but sums.

Invariant: no id, key or number is broken over lines or cut at any width, and no text from outside is taken for markup.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.table import Column, Table

from cinelake.cli.plan_request import PlannedRun
from cinelake.extract.planning.decision import Resume, UpToDate
from cinelake.extract.planning.estimate import RunEstimate
from cinelake.extract.planning.plan import Plan
from cinelake.extract.run_documents import RunReport
from cinelake.extract.status import LakeStatus
from cinelake.lake.problems import list_hints
from cinelake.media import Media
from cinelake.selection.genres import genre_name
from cinelake.verify.runs import Verification

if TYPE_CHECKING:
    from cinelake.aws.scheduler import Scheduled
    from cinelake.aws.schedules import Entry

_KILO, _MEGA, _GIGA = 1e3, 1e6, 1e9
_IDS_SHOWN = 20
_SECONDS_SHOWN = 90
_GAP = 3
"""Columns that a table puts between two of its own."""


def render_planned(console: Console, planned: PlannedRun | UpToDate, rate: float) -> None:
    """What a command would do, and what that takes."""
    match planned:
        case UpToDate(key=key):
            _say(console, f"Up to date: 0 requests. The run of {key.run_on} is complete.")
        case PlannedRun(run, plan, estimate):
            if isinstance(run, Resume):
                _say(console, f"Resumes the run of {run.key.run_on}: {estimate.requests:,} requests left.")
            render_plan(console, plan, estimate, rate)


def render_plan(console: Console, plan: Plan, estimate: RunEstimate, rate: float) -> None:
    """The titles of each window and genre, and what the run has left to do."""
    if plan.refresh is None:
        _render_counts(console, plan)
    facts = _table(show_header=False)
    if (refresh := estimate.refresh) is not None:
        facts.add_row("complete to", f"{refresh.since}")
        facts.add_row("stored", f"{refresh.stored:,} titles; TMDB counts {refresh.new:,} new ones")
        facts.add_row("to refetch", f"{refresh.old:,} old titles, {refresh.changed:,} changed ones")
    else:
        note = " (a title of two genres counts twice)" if len(plan.selection.genres) > 1 else ""
        facts.add_row("titles", f"{estimate.titles:,}{note}")
    changes = f"{estimate.change_requests:,} for changes, " if estimate.change_requests else ""
    parts = f"{estimate.list_requests:,} to list, {changes}{estimate.detail_requests:,} details"
    facts.add_row("requests", f"about {estimate.requests:,} ({parts})")
    facts.add_row("time", _duration(estimate.minutes, rate))
    facts.add_row("files", f"{estimate.files:,} of at most 100 records")
    facts.add_row("size", f"about {_size(estimate.megabytes * _MEGA)}")
    if rate != float("inf"):
        facts.add_row("on Lambda", f"{estimate.lambda_gb_seconds:,.0f} GB-seconds, ${estimate.lambda_dollars:,.4f}")
    console.print(facts)


def _render_counts(console: Console, plan: Plan) -> None:
    counts: dict[str, dict[int | None, int]] = defaultdict(dict)
    for planned in plan.slices:
        counts[planned.slice.window_name][planned.slice.genre_id] = planned.total
    room = console.width - max(map(len, [*counts, "window"])) - _GAP
    for genres in _split_genres(plan, room):
        table = _table()
        table.add_column("window")
        for genre_id in genres:
            table.add_column(name_genre(plan.selection.media, genre_id), justify="right")
        for window, totals in counts.items():
            if any(totals.values()):
                table.add_row(window, *(f"{totals.get(genre_id, 0):,}" for genre_id in genres))
        table.add_section()
        sums = [sum(totals.get(genre_id, 0) for totals in counts.values()) for genre_id in genres]
        table.add_row("all", *(f"{total:,}" for total in sums))
        console.print(table)


def _duration(minutes: float, rate: float) -> str:
    if rate == float("inf"):
        return "as fast as possible"
    seconds = minutes * 60
    time = f"{seconds:,.0f} s" if seconds < _SECONDS_SHOWN else f"{minutes:,.1f} minutes"
    return f"{time} at {rate:g} requests per second"


def render_report(console: Console, report: RunReport) -> None:
    """The summary of a run, slice by slice where something is to be said, and as a whole."""
    for line in report.slices:
        if not line.is_complete or line.unproven:
            counts = f"counted {line.total:,}, listed {line.listed:,}, records {line.records:,}, gone {line.gone:,}"
            _say(console, f"{line.slice}: {counts}, unproven {line.unproven:,}; quarantined: {_name_ids(line.quarantined)}")
    state = "complete" if report.is_complete else "SHORT: what is missing is named above; the same command tries it again"
    facts = _table(show_header=False)
    facts.add_row("run", f"{report.run_on} {report.selection.id}")
    facts.add_row("state", state)
    if report.doubt:
        facts.add_row("doubt", report.doubt)
    facts.add_row("records", f"{report.records:,} in {report.batches:,} files, {_size(report.bytes)}")
    if report.kept:
        facts.add_row("kept", f"{report.kept:,} that were not due: their records are those of former runs")
    facts.add_row("listed", f"{report.titles:,} in {len(report.slices)} slices: each is held, gone or quarantined")
    if report.tombstones:
        facts.add_row("dropped", ", ".join(f"{count:,} {reason}" for reason, count in report.tombstones.items()))
    facts.add_row("gone", f"{report.gone:,} (listed by the service, but answered with 404)")
    facts.add_row("quarantined", f"{report.quarantined:,}")
    facts.add_row("unproven", f"{report.unproven:,} (counted by the service, in no list)")
    pace = f", {report.requests / report.seconds:,.1f} a second" if report.seconds else ""
    facts.add_row(
        "requests",
        f"{report.requests:,} in {report.seconds:,.1f} s{pace}; {report.refused} refused, {report.retried} retried",
    )
    console.print(facts)


def render_verification(console: Console, result: Verification) -> None:
    """What was checked, and each problem."""
    for problem in result.problems:
        _say(console, f"{problem.kind}: {problem.where}\n  {problem.detail}")
    if result.problems:
        advice = _table("for", "do this")
        for kinds, what in list_hints(result.problems):
            advice.add_row(kinds, what)
        console.print(advice)
    facts = _table(show_header=False)
    facts.add_row("runs", f"{result.runs:,} with {result.slices:,} committed slices")
    facts.add_row("files", f"{result.batches:,} ({_size(result.bytes)}), each read, counted and hashed")
    facts.add_row("records", f"{result.records:,} of {result.distinct_ids:,} titles; {result.gone:,} gone")
    if result.ingested:
        facts.add_row("ingested", f"{result.ingested:,} ({_size(result.ingested_bytes)}), each read and hashed")
    if result.service_titles is not None:
        facts.add_row("service", f"lists {result.service_titles:,} titles now")
    for audit in result.audits:
        explained = f"{audit.unwanted:,} adult or video, {audit.gone:,} gone, {audit.quarantined:,} quarantined"
        differing = f"{audit.lacking:,} not in the lake, {audit.surplus:,} only in the lake"
        facts.add_row("export", f"{audit.export}: {audit.listed:,} titles; {explained}; {differing}")
    verdict = (
        "[green]sound[/green]"
        if result.is_sound
        else f"[red]{len(result.problems)} problem{'s' * (len(result.problems) != 1)}[/red], named above"
    )
    facts.add_row("verdict", verdict)
    console.print(facts)


def render_status(console: Console, status: LakeStatus, lake: str) -> None:
    """Runs and zones of the lake of that name."""
    if not status.zones:
        _say(console, f"{lake}: nothing here yet; `cinelake extract` begins a lake")
        return
    runs = _table(show_header=False)
    for run in status.runs:
        until = f"complete to {run.complete_to}" if run.complete_to else "not known complete"
        runs.add_row("run", f"[bold]{run.run_on} {run.selection_id}[/bold]")
        runs.add_row("", f"{run.state}: {run.slices_committed} of {run.slices} slices committed; the selection is {until}")
        runs.add_row(
            "",
            f"{run.records:,} records of {run.titles:,} counted; {run.gone} gone; unresolved: {_name_ids(run.unresolved)}",
        )
    zones = _table("zone", "objects", "size")
    for zone in status.zones:
        zones.add_row(zone.zone, f"{zone.objects:,}", _size(zone.bytes))
    console.print(runs)
    console.print(zones)


def render_drawn(console: Console, path: Path) -> None:
    """Where the picture is."""
    _say(console, f"The picture of the run is in {path}; it opens in any browser, without a network.")


def render_schedules(console: Console, entries: "Sequence[Entry]", made: Mapping[str, Sequence[str]]) -> None:
    """Schedules that were made, or (`made` is empty) would be."""
    states = {name: state for state, names in made.items() for name in names}
    table = _table("schedule", "when (UTC)", "titles", *([""] if states else []))
    for entry in entries:
        titles = f"{entry.titles:,}" if entry.at else "all"
        table.add_row(entry.name, _when(entry.expression, entry.at), titles, *([states[entry.name]] if states else []))
    console.print(table)
    if made:
        counts = ", ".join(f"{len(names)} {state}" for state, names in made.items())
        _say(console, f"{counts}. `cinelake schedule list` shows what there is; one that runs once removes itself then.")
    else:
        _say(console, f"{len(entries)} would be made, and nothing was: leave --dry-run out.")


def render_scheduled(console: Console, found: "Sequence[Scheduled]") -> None:
    """Schedules that exist."""
    if not found:
        _say(console, "There is no schedule; `cinelake schedule create` makes some.")
        return
    table = _table("schedule", "when (UTC)", "selection")
    for each in found:
        state = "" if each.state == "ENABLED" else f" ({each.state.lower()})"
        table.add_row(each.name, _when(each.expression, each.at) + state, each.selection_id or "not made by cinelake")
    console.print(table)


def render_deleted(console: Console, found: "Sequence[Scheduled]", *, is_dry: bool) -> None:
    """Schedules that were removed, or would be."""
    _say(console, f"{len(found)} {'would be' if is_dry else 'were'} removed{':' * bool(found)}")
    for each in found:
        _say(console, f"  {each.name}")


def name_genre(media: Media, genre_id: int | None) -> str:
    """A genre's name, or what stands for all of them."""
    return "all titles" if genre_id is None else genre_name(media, genre_id)


def _split_genres(plan: Plan, room: int) -> Iterator[list[int | None]]:
    """The plan's genres in groups whose columns stand side by side in `room`."""
    group: list[int | None] = []
    used = 0
    for genre_id in plan.selection.genres:
        column = _GAP + max(len(name_genre(plan.selection.media, genre_id)), len(f"{plan.total:,}"))
        if group and used + column > room:
            yield group
            group, used = [], 0
        group.append(genre_id)
        used += column
    yield group


def _when(expression: str, at: datetime | None) -> str:
    """An instant to the minute, or the expression of what recurs."""
    return f"{at:%Y-%m-%d %H:%M}" if at else expression


def _name_ids(ids: Sequence[int]) -> str:
    more = f" and {len(ids) - _IDS_SHOWN:,} more (--json names all)" if len(ids) > _IDS_SHOWN else ""
    return (", ".join(map(str, ids[:_IDS_SHOWN])) or "none") + more


def _say(console: Console, text: str) -> None:
    """Text as it is: nothing in it is markup, and the lines end where it says."""
    console.print(text, markup=False, highlight=False, soft_wrap=True)


def _table(*columns: str, show_header: bool = True) -> Table:
    table = Table(
        *(Column(name, overflow="fold") for name in columns), box=box.SIMPLE, show_header=show_header, pad_edge=False
    )
    if not show_header:
        table.add_column(style="bold")
        table.add_column()
    return table


def _size(count: float) -> str:
    if count >= _GIGA:
        return f"{count / _GIGA:,.1f} GB"
    return f"{count / _MEGA:,.1f} MB" if count >= _MEGA / 10 else f"{count / _KILO:,.1f} kB"
