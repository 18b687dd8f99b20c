"""Owns the command `cinelake prune`: what must go by the terms or by choice, told, or removed with the lease held."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cinelake.cli.options import JSON, LAKE, TAKE_OVER, taking
from cinelake.cli.output import answering
from cinelake.exit_codes import Exit

if TYPE_CHECKING:
    from rich.console import Console

    from cinelake.retention.prune import PruneResult


@click.command(short_help="Remove the days of runs that must go.")
@taking(LAKE)
@click.option(
    "--older-than",
    default=180,
    show_default=True,
    type=click.IntRange(1),
    metavar="DAYS",
    help="Age from which a day must go; TMDB's terms allow six months.",
)
@click.option("--keep", type=click.IntRange(1), metavar="N", help="Days of runs to keep of films, and of series.")
@click.option(
    "--abandon",
    multiple=True,
    metavar="SELECTION",
    help="Stop keeping old runs for this selection, named as in `status`; repeatable.",
)
@click.option("--dry-run", is_flag=True, help="Tell what would go, and remove nothing.")
@taking(JSON, TAKE_OVER)
def prune(
    lake: str | None,
    older_than: int,
    keep: int | None,
    abandon: tuple[str, ...],
    *,
    dry_run: bool,
    json: bool,
    take_over: bool,
) -> None:
    """Remove whole days of runs that are too old, or too many; never what something newer rests on.

    The newest run of each selection stays. One that nobody refreshes grows too old all the same, and no later day can go
    before it: then this says which command brings it up to now, and which gives it up.
    """
    with answering(json) as answer:
        from functools import partial

        from cinelake.clock import SystemClock
        from cinelake.extract.leased import run_holding
        from cinelake.extract.lifecycle import run_async
        from cinelake.lake.opening import open_lake
        from cinelake.log import Log
        from cinelake.retention import prune as pruning
        from cinelake.settings import read_settings

        settings, clock = read_settings(Path.cwd()), SystemClock()
        store, log = open_lake(settings, lake), Log(log_format=settings.log_format)
        work = partial(
            pruning.prune,
            store,
            clock.now().date(),
            older_than=older_than,
            keep=keep,
            abandoned=frozenset(abandon),
            is_dry=dry_run,
        )
        result = run_async(work() if dry_run else run_holding(store, clock, log, work, takes_over=take_over))
        answer(result, lambda _, console: draw_pruning(console, result))
        if not result.is_complete:
            raise SystemExit(Exit.INCOMPLETE)


def draw_pruning(console: "Console", result: "PruneResult") -> None:
    """A line for each day that goes and each that cannot, and what it comes to."""
    lines = [
        f"{each.kind} {each.run_on}: {each.reason}; {each.files:,} files, {each.bytes:,} bytes" for each in result.removed
    ]
    lines += [f"{each.kind} {each.run_on}: {each.reason}, but {each.blocked_by}" for each in result.blocked]
    for remedy in result.remedies:
        refresh = f"refresh it with `{remedy.refresh}`" if remedy.refresh else "run it again"
        lines.append(f"  {remedy.selection_id}: {refresh}, or abandon it with `{remedy.abandon}`; then prune again")
    verb = "would go" if result.is_dry else "removed"
    days = f"{len(result.removed)} day{'s' * (len(result.removed) != 1)}"
    lines.append(f"{verb}: {days}, {result.files:,} files, {result.bytes:,} bytes")
    if result.removed and not result.is_dry:
        lines.append("run `cinelake build`: the tables still show what these days had")
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)
