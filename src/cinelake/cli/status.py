"""The command `cinelake status`: the runs of a lake, what they lack, and what each zone holds."""

from typing import TYPE_CHECKING

import click

from cinelake.cli.command_setup import open_store
from cinelake.cli.layout import format_ids, format_size, new_facts, new_table, say
from cinelake.cli.options import JSON, LAKE, with_options
from cinelake.cli.output import answering, name_command

if TYPE_CHECKING:
    from rich.console import Console

    from cinelake.extract.status import LakeStatus, RunStatus


@click.command()
@with_options(LAKE, JSON)
def status(lake: str | None, json: bool) -> None:
    """Show the runs and zones of the lake, and what is missing."""
    with answering(json) as answer:
        from cinelake.extract.status import read_status

        store = open_store(lake)
        result = read_status(store)
        answer(
            result,
            lambda console: render_status(console, result, repr(store)),
            next_command=name_command(_choose_next(result), lake=lake),
        )


def render_status(console: "Console", status: "LakeStatus", lake: str) -> None:
    """Print the runs and zones of the lake of that name."""
    if not status.zones:
        say(console, f"{lake} is empty")
        return
    runs = new_facts()
    for run in status.runs:
        until = f"the selection is complete up to {run.complete_to}" if run.complete_to else "no run is complete yet"
        runs.add_row("run", f"[bold]{run.run_on} {run.selection_id}[/bold]")
        runs.add_row("", f"{run.state}: {run.slices_committed:,} of {run.slices:,} slices committed; {until}")
        runs.add_row("", f"{_count_titles(run)}; gone: {run.gone:,}; quarantined: {format_ids(run.unresolved)}")
    for feed in status.feeds:
        runs.add_row("feed", f"[bold]{feed.run_on} {feed.selection.id}[/bold]")
        counts = f"{feed.titles:,} of {feed.named:,} newly named titles are stored; {feed.records:,} fetched"
        runs.add_row("", f"read up to {feed.finished_at:%Y-%m-%d %H:%M} UTC: {counts}, {feed.gone:,} gone")
    zones = new_table("zone", "objects", "size")
    for zone in status.zones:
        zones.add_row(zone.zone, f"{zone.objects:,}", format_size(zone.bytes))
    console.print(runs)
    console.print(zones)
    if status.recorded_at:
        say(console, f"as of the last command that changed the lake, {status.recorded_at:%Y-%m-%d %H:%M} UTC")


def _count_titles(run: "RunStatus") -> str:
    counted = "" if run.state == "complete" else f"; TMDB counts {run.titles:,}"
    return f"{run.records + run.kept:,} titles: {run.records:,} fetched, {run.kept:,} unchanged{counted}"


def _choose_next(status: "LakeStatus") -> str:
    """The command that the state of the lake suggests."""
    if not status.runs:
        return "plan"
    newest = {run.selection_id: run for run in status.runs}
    if any(run.state != "complete" for run in newest.values()):
        return "verify"
    return "dashboard" if any(zone.zone == "Refined" for zone in status.zones) else "build"
