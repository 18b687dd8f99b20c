"""Owns the command `cinelake prune`: what must go by the terms or by choice, told, or removed with the lease held."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cinelake.cli.options import JSON, LAKE, TAKE_OVER, taking
from cinelake.cli.output import answering
from cinelake.exit_codes import Exit

if TYPE_CHECKING:
    from rich.console import Console

    from cinelake.retention.prune import Pruning


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
    "--forget",
    multiple=True,
    metavar="SELECTION",
    help="Give up a selection, named as in `status`: let its days go, too, once they must; repeat for more.",
)
@click.option("--dry-run", is_flag=True, help="Tell what would go, and remove nothing.")
@taking(JSON, TAKE_OVER)
def prune(
    lake: str | None,
    older_than: int,
    keep: int | None,
    forget: tuple[str, ...],
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
        from cinelake.extract.lifecycle import hold_lease, run_async
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
            forgotten=frozenset(forget),
            is_dry=dry_run,
        )

        async def work_leased() -> "Pruning":
            async with hold_lease(store, clock, log, takes_over=take_over):
                return await work()

        result = run_async(work() if dry_run else work_leased())
        answer(result, lambda _, console: draw_pruning(console, result))
        if not result.is_complete:
            raise SystemExit(Exit.INCOMPLETE)


def draw_pruning(console: "Console", result: "Pruning") -> None:
    """A line for each day that goes and each that cannot, and what it comes to."""
    lines = [
        f"{each.kind} {each.run_on}: {each.why}; {each.files:,} files, {each.bytes:,} bytes" for each in result.removed
    ]
    lines += [f"{each.kind} {each.run_on}: {each.why}, but {each.because}" for each in result.needed]
    for remedy in result.remedies:
        refresh = f"`{remedy.refresh}` brings it up to now" if remedy.refresh else "another run of it brings it up to now"
        lines.append(f"  {remedy.selection_id}: {refresh}, or `{remedy.forget}` gives it up; then prune again")
    verb = "would go" if result.is_dry else "removed"
    days = f"{len(result.removed)} day{'s' * (len(result.removed) != 1)}"
    lines.append(f"{verb}: {days}, {result.files:,} files, {result.bytes:,} bytes")
    if result.removed and not result.is_dry:
        lines.append("run `cinelake build`: the tables still show what these days had")
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)
