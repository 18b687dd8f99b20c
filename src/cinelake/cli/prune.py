"""The command `cinelake prune`: lists or removes old days of runs."""

from typing import TYPE_CHECKING

import click

from cinelake.cli.command_setup import read_environment
from cinelake.cli.layout import count_things, say
from cinelake.cli.option_types import WholeNumber
from cinelake.cli.options import JSON, LAKE, TAKE_OVER, describe, with_options
from cinelake.cli.output import answering, name_command, repeat_command
from cinelake.exit_codes import Exit
from cinelake.selection.limits import PRUNE_AFTER_DAYS

if TYPE_CHECKING:
    from rich.console import Console

    from cinelake.retention.prune import PruneResult


@click.command()
@with_options(LAKE)
@click.option(
    "--older-than",
    default=PRUNE_AFTER_DAYS,
    show_default=True,
    type=WholeNumber(1),
    metavar="DAYS",
    help="Remove runs that are older than this many days. TMDB's terms allow six months.",
)
@click.option(
    "--keep",
    type=WholeNumber(1),
    metavar="N",
    help=describe("Number of newest days to keep, for movies and for series each.", "all within --older-than"),
)
@click.option(
    "--abandon",
    multiple=True,
    metavar="SELECTION",
    help="Stop keeping old runs for this selection, named as in `cinelake status`. Repeat the option for more.",
)
@click.option("--dry-run", is_flag=True, help="Show what would be removed without removing it.")
@with_options(JSON, TAKE_OVER)
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
    """Remove old runs from the lake.

    Removes whole days, oldest first, and never a day that a newer run depends on. Keeps the newest run of each selection.
    Therefore, a selection that is no longer refreshed blocks all later days. The output names the command that refreshes
    it and the command that abandons it.
    """
    with answering(json) as answer:
        from functools import partial

        from cinelake.clock import SystemClock
        from cinelake.concurrency import run_async
        from cinelake.extract.status import record_status
        from cinelake.lake.lease import hold_lease
        from cinelake.lake.stores.opening import open_lake
        from cinelake.log import Log
        from cinelake.retention import prune as pruning

        settings, clock = read_environment(), SystemClock()
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

        async def work_leased() -> "PruneResult":
            async with hold_lease(store, clock, log, takes_over=take_over):
                removed = await work()
                record_status(store, clock.now())
                return removed

        result = run_async(work() if dry_run else work_leased())
        answer(result, lambda console: render_pruning(console, result), next_command=_choose_next(result, lake))
        if not result.is_complete:
            raise SystemExit(Exit.INCOMPLETE)


def render_pruning(console: "Console", result: "PruneResult") -> None:
    """Print a line for each day that is removed and for each that cannot be removed yet, and the totals."""
    lines = [
        f"{each.kind} {each.run_on}: {each.reason}; {each.files:,} files, {each.bytes:,} bytes" for each in result.removed
    ]
    lines += [f"{each.kind} {each.run_on}: {each.reason}, but {each.blocked_by}" for each in result.blocked]
    for remedy in result.remedies:
        refresh = f"refresh it with `{remedy.refresh}`" if remedy.refresh else "run it again"
        lines.append(f"  {remedy.selection_id}: {refresh}, or abandon it with `{remedy.abandon}`; then prune again")
    if result.kept_aside:
        lines.append(f"{count_things(result.kept_aside, 'file')} kept aside by the upgrade: they go with the first day")
    verb = "would be removed" if result.is_dry else "removed"
    lines.append(f"{verb}: {count_things(len(result.removed), 'day')}, {result.files:,} files, {result.bytes:,} bytes")
    for line in lines:
        say(console, line)


def _choose_next(result: "PruneResult", lake: str | None) -> str:
    """After a dry run the removal; after a removal the build, because the tables still hold what was removed."""
    if not result.removed:
        return name_command("status", lake=lake)
    return repeat_command(without=("--dry-run",)) if result.is_dry else name_command("build", lake=lake)
