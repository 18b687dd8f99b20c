"""The commands of `cinelake schedule`: EventBridge schedules that start the deployed state machine."""

from typing import TYPE_CHECKING, Any

import click

from cinelake.cli.command_group import CommandGroup
from cinelake.cli.command_setup import read_environment
from cinelake.cli.layout import count_things, new_table, say
from cinelake.cli.options import JSON, SELECTION, describe, with_options
from cinelake.cli.output import answering, name_command, repeat_command
from cinelake.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from rich.console import Console

    from cinelake.aws.scheduler import Scheduled, Scheduler
    from cinelake.aws.schedules import Entry
    from cinelake.selection.selection import Selection

_STACK = click.option("--stack", default="cinelake", show_default=True, metavar="NAME", help="Name of the deployed stack.")


@click.group(cls=CommandGroup)
def schedule() -> None:
    """Create, list or delete schedules on AWS."""


@schedule.command()
@with_options(*SELECTION)
@click.option("--every", metavar="TIME", help="Create one recurring schedule with this interval, for example 1d or 7d.")
@click.option(
    "--cron", metavar="FIELDS", help="Create one recurring schedule from six cron fields in UTC, for example '0 6 * * ? *'."
)
@click.option(
    "--whole", is_flag=True, help="Extract the whole selection each time. Without it, a recurring schedule refreshes."
)
@click.option(
    "--feed-only", is_flag=True, help="Refresh from the change feed only; the interval may then be an hour, --every 1h."
)
@click.option("--start", metavar="TIME", help=describe("First start, YYYY-MM-DDTHH:MM in UTC.", "in 2 minutes"))
@click.option(
    "--rate", default="40", show_default=True, metavar="N", help="Requests per second; determines the time between starts."
)
@click.option("--dry-run", is_flag=True, help="Show the schedules without creating them. Sends nothing to AWS.")
@with_options(_STACK, JSON)
def create(
    every: str | None,
    cron: str | None,
    whole: bool,
    feed_only: bool,
    start: str | None,
    rate: str,
    dry_run: bool,
    stack: str,
    json: bool,
    **selection: Any,
) -> None:
    """Create schedules for a selection.

    Without --every or --cron, counts the titles (with your TMDB token) and creates one schedule per slice. Each runs once,
    one after the other. Running the command again creates what is missing and leaves the rest unchanged.
    """
    with answering(json) as answer:
        from cinelake.aws.scheduler import Scheduler, read_stack
        from cinelake.aws.schedules import parse_start, plan_recurrence
        from cinelake.clock import SystemClock
        from cinelake.selection.parsing import parse_selection

        selected, now = parse_selection(**selection), SystemClock().now()
        begins_at = parse_start(start, now)
        if feed_only and (whole or not (every or cron)):
            hint = "use it with --every or --cron, and without --whole"
            raise UsageError("--feed-only needs a recurring schedule of refreshes", hint=hint)
        does = "extract" if whole else "feed" if feed_only else "refresh"
        scheduler = None if dry_run else Scheduler(read_stack(stack))
        if every or cron:
            entries = [plan_recurrence(selected, every, cron, begins_at if start else None, does=does)]
        else:
            entries = _plan_slices(selected, rate, begins_at, scheduler)
        made: dict[str, Sequence[str]] = {}
        if scheduler is not None:
            outcome = scheduler.create(entries)
            made = {"made": outcome.made, "changed": outcome.changed, "kept": outcome.kept}
        answer(
            {"schedules": entries, **made, "dry_run": dry_run},
            lambda console: _render_created(console, entries, made),
            next_command=repeat_command(without=("--dry-run",)) if dry_run else name_command("schedule", "list"),
        )


@schedule.command("list")
@with_options(_STACK, JSON)
def list_all(stack: str, json: bool) -> None:
    """List the schedules of a stack."""
    with answering(json) as answer:
        from cinelake.aws.scheduler import Scheduler, read_stack

        found = Scheduler(read_stack(stack)).list_schedules()
        follow_up = name_command("status") if found else name_command("schedule", "create", "--help")
        answer({"schedules": found}, lambda console: _render_listed(console, found), next_command=follow_up)


@schedule.command()
@with_options(*SELECTION)
@click.option("--all", "is_all", is_flag=True, help="Delete every schedule of the stack.")
@click.option("--dry-run", is_flag=True, help="Show the schedules without deleting them.")
@with_options(_STACK, JSON)
def delete(is_all: bool, dry_run: bool, stack: str, json: bool, **selection: Any) -> None:
    """Delete the schedules of a selection, or all schedules."""
    with answering(json) as answer:
        from cinelake.aws.scheduler import Scheduler, read_stack
        from cinelake.selection.parsing import parse_selection

        if is_all and any(value for name, value in selection.items() if name != "media"):
            hint = "omit --all to delete the schedules of this selection only"
            raise UsageError("--all cannot be combined with a selection", hint=hint)
        selected = parse_selection(**selection).id
        scheduler = Scheduler(read_stack(stack))
        found = [each for each in scheduler.list_schedules() if is_all or each.selection_id == selected]
        if not dry_run:
            scheduler.delete([each.name for each in found])
        answer(
            {"deleted" if not dry_run else "schedules": found, "dry_run": dry_run},
            lambda console: _render_deleted(console, found, is_dry=dry_run),
            next_command=repeat_command(without=("--dry-run",)) if dry_run else name_command("schedule", "list"),
        )


def _plan_slices(selection: "Selection", rate: str, begins_at: "datetime", scheduler: "Scheduler | None") -> "list[Entry]":
    """Count a selection and space its slices in time, around the schedules that exist already."""
    from cinelake.aws.scheduler import read_instants
    from cinelake.aws.schedules import plan_again, plan_entries
    from cinelake.cli.plan_request import count_titles
    from cinelake.cli.run_setup import build_terms
    from cinelake.clock import SystemClock
    from cinelake.concurrency import run_async
    from cinelake.selection.parsing import MAX_CONNECTIONS

    settings, clock = read_environment(), SystemClock()
    terms = build_terms(settings, rate, MAX_CONNECTIONS)
    plan = run_async(count_titles(settings, selection, terms, clock))
    if scheduler is None:
        return plan_entries(plan, terms.rate, begins_at)
    names = [entry.name for entry in plan_entries(plan, terms.rate, begins_at)]
    existing = read_instants([each for each in scheduler.list_schedules(names) if each.selection_id == selection.id])
    return plan_again(plan, terms.rate, begins_at, existing, clock.now())


def _render_created(console: "Console", entries: "Sequence[Entry]", made: "Mapping[str, Sequence[str]]") -> None:
    """Print the schedules that were created, or (`made` is empty) would be."""
    labels = {"made": "created", "changed": "changed", "kept": "unchanged"}
    states = {name: labels[state] for state, names in made.items() for name in names}
    table = new_table("schedule", "start (UTC)", "titles", *([""] if states else []))
    for entry in entries:
        titles = f"{entry.titles:,}" if entry.at else "all"
        table.add_row(
            entry.name, _format_start(entry.expression, entry.at), titles, *([states[entry.name]] if states else [])
        )
    console.print(table)
    if made:
        counts = ", ".join(f"{len(names):,} {labels[state]}" for state, names in made.items())
        say(console, f"{counts}. AWS deletes each one-time schedule after it starts.")
    else:
        say(console, f"would create {count_things(len(entries), 'schedule')} (--dry-run: nothing was changed)")


def _render_listed(console: "Console", found: "Sequence[Scheduled]") -> None:
    """Print the schedules that exist."""
    if not found:
        say(console, "no schedules")
        return
    table = new_table("schedule", "start (UTC)", "selection")
    for each in found:
        state = "" if each.state == "ENABLED" else f" ({each.state.lower()})"
        table.add_row(each.name, _format_start(each.expression, each.at) + state, each.selection_id or "not from cinelake")
    console.print(table)


def _render_deleted(console: "Console", found: "Sequence[Scheduled]", *, is_dry: bool) -> None:
    """Print the schedules that were deleted, or would be."""
    say(console, f"{'would delete' if is_dry else 'deleted'} {count_things(len(found), 'schedule')}{':' * bool(found)}")
    for each in found:
        say(console, f"  {each.name}")


def _format_start(expression: str, at: "datetime | None") -> str:
    """An instant to the minute, or the expression of a recurring schedule."""
    return f"{at:%Y-%m-%d %H:%M}" if at else expression
