"""Owns the commands of `cinelake schedule`: EventBridge schedules for a selection, made, listed and removed."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cinelake.cli.options import JSON, SELECTION, taking
from cinelake.cli.output import answering

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from cinelake.aws.scheduler import Scheduler
    from cinelake.aws.schedules import Entry
    from cinelake.selection.selection import Selection

_STACK = click.option("--stack", default="cinelake", show_default=True, metavar="NAME", help="The deployed stack.")


@click.group(short_help="Create, list or delete schedules on AWS.")
def schedule() -> None:
    """Create, list or delete EventBridge schedules that start the deployed state machine."""


@schedule.command(short_help="Schedule each slice once, or the selection again and again.")
@taking(*SELECTION)
@click.option("--every", metavar="TIME", help="One schedule that recurs, such as 1d or 7d.")
@click.option("--cron", metavar="FIELDS", help="One schedule that recurs, six fields in UTC: '0 6 * * ? *'.")
@click.option("--whole", is_flag=True, help="Get everything each time it recurs; without it, what is due (a refresh).")
@click.option("--start", metavar="TIME", help="When to begin, YYYY-MM-DDTHH:MM in UTC [default: in 2 minutes].")
@click.option("--rate", default="40", show_default=True, metavar="N", help="Requests a second, by which slices are spaced.")
@click.option("--dry-run", is_flag=True, help="Show what would be made; AWS is not asked.")
@taking(_STACK, JSON)
def create(
    every: str | None,
    cron: str | None,
    whole: bool,
    start: str | None,
    rate: str,
    dry_run: bool,
    stack: str,
    json: bool,
    **selection: Any,
) -> None:
    """Schedule each slice of a selection once, one after the other, or the selection again and again.

    The same command again makes what is missing and leaves the rest alone.
    """
    with answering(json) as answer:
        from cinelake.aws.scheduler import Scheduler, read_stack
        from cinelake.aws.schedules import parse_start, plan_recurrence
        from cinelake.clock import SystemClock
        from cinelake.selection.parsing import parse_selection

        selected, now = parse_selection(**selection), SystemClock().now()
        begins_at = parse_start(start, now)
        scheduler = None if dry_run else Scheduler(read_stack(stack))
        if every or cron:
            entries = [plan_recurrence(selected, every, cron, begins_at if start else None, is_whole=whole)]
        else:
            entries = _plan_slices(selected, rate, begins_at, scheduler)
        made: dict[str, Sequence[str]] = {}
        if scheduler is not None:
            outcome = scheduler.create(entries)
            made = {"made": outcome.made, "changed": outcome.changed, "kept": outcome.kept}
        answer(
            {"schedules": entries, **made, "dry_run": dry_run},
            lambda render, console: render.render_schedules(console, entries, made),
        )


@schedule.command("list", short_help="Show the schedules that exist.")
@taking(_STACK, JSON)
def list_all(stack: str, json: bool) -> None:
    """Show the schedules that exist in the stack's group."""
    with answering(json) as answer:
        from cinelake.aws.scheduler import Scheduler, read_stack

        found = Scheduler(read_stack(stack)).list_schedules()
        answer({"schedules": found}, lambda render, console: render.render_scheduled(console, found))


@schedule.command(short_help="Remove the schedules of a selection, or all.")
@taking(*SELECTION)
@click.option("--all", "is_all", is_flag=True, help="Remove every schedule of the group.")
@click.option("--dry-run", is_flag=True, help="Show what would be removed.")
@taking(_STACK, JSON)
def delete(is_all: bool, dry_run: bool, stack: str, json: bool, **selection: Any) -> None:
    """Remove the schedules of a selection, or all of the stack's group."""
    with answering(json) as answer:
        from cinelake.aws.scheduler import Scheduler, read_stack
        from cinelake.selection.parsing import parse_selection

        wanted = parse_selection(**selection).id
        scheduler = Scheduler(read_stack(stack))
        found = [each for each in scheduler.list_schedules() if is_all or each.selection_id == wanted]
        if not dry_run:
            scheduler.delete([each.name for each in found])
        document = {"deleted" if not dry_run else "schedules": found, "dry_run": dry_run}
        answer(document, lambda render, console: render.render_deleted(console, found, is_dry=dry_run))


def _plan_slices(selection: "Selection", rate: str, begins_at: "datetime", scheduler: "Scheduler | None") -> "list[Entry]":
    """Count the selection, and space its slices; around those that exist already."""
    from cinelake.aws.scheduler import read_instants
    from cinelake.aws.schedules import plan_again, plan_entries
    from cinelake.cli.plan_request import count_titles
    from cinelake.clock import SystemClock
    from cinelake.extract.lifecycle import Terms, run_async
    from cinelake.selection.parsing import parse_rate
    from cinelake.settings import read_settings

    settings, clock = read_settings(Path.cwd()), SystemClock()
    terms = Terms(parse_rate(rate, settings.base_url))
    plan = run_async(count_titles(settings, selection, terms, clock))
    if scheduler is None:
        return plan_entries(plan, terms.rate, begins_at)
    names = [entry.name for entry in plan_entries(plan, terms.rate, begins_at)]
    existing = read_instants([each for each in scheduler.list_schedules(names) if each.selection_id == selection.id])
    return plan_again(plan, terms.rate, begins_at, existing, clock.now())
