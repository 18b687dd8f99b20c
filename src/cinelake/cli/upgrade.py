"""The command `cinelake upgrade`: brings a lake of an older format up to date, or takes that back."""

from typing import TYPE_CHECKING

import click

from cinelake.cli.command_setup import read_environment
from cinelake.cli.layout import say
from cinelake.cli.options import JSON, LAKE, TAKE_OVER, with_options
from cinelake.cli.output import answering, name_command

if TYPE_CHECKING:
    from cinelake.clock import Clock
    from cinelake.lake.store import Store
    from cinelake.log import Log


@click.command()
@with_options(LAKE)
@click.option("--undo", is_flag=True, help="Take the upgrade back, so that cinelake 0.6 can use the lake again.")
@with_options(JSON, TAKE_OVER)
def upgrade(lake: str | None, *, undo: bool, json: bool, take_over: bool) -> None:
    """Upgrade a lake that cinelake 0.6 wrote.

    `build`, `extract` and `refresh` do this by themselves. Raw stays as it is. The documents and tables of 0.6 are kept
    aside until `prune` removes the first of their days; until then, `--undo` restores them. Runs that were made since the
    upgrade are kept.
    """
    with answering(json) as answer:
        from cinelake.clock import SystemClock
        from cinelake.concurrency import run_async
        from cinelake.extract.status import record_status
        from cinelake.lake.stores.opening import open_lake
        from cinelake.log import Log
        from cinelake.upgrade import on_demand

        settings, clock = read_environment(), SystemClock()
        store, log = open_lake(settings, lake), Log(log_format=settings.log_format)
        if undo:
            run_async(on_demand.undo(store, clock, log, show_progress, takes_over=take_over))
            result, text = "undone", "the lake has format 1 again: use cinelake 0.6"
        else:
            work = on_demand.upgrade_if_old(store, clock, log, show_progress, takes_over=take_over)
            is_done = run_async(work)
            if is_done:
                record_status(store, clock.now())
            result = "upgraded" if is_done else "unchanged"
            text = "the lake is upgraded" if is_done else "the lake has the current format: nothing to do"
        follow_up = name_command("status" if undo else "build", lake=lake)
        answer({"result": result}, lambda console: say(console, text), next_command=follow_up)


def upgrade_first(store: "Store", clock: "Clock", log: "Log") -> None:
    """Upgrade a lake of format 1 before a build, tables included, and show the progress."""
    from cinelake.concurrency import run_async
    from cinelake.upgrade.on_demand import upgrade_if_old

    run_async(upgrade_if_old(store, clock, log, None if log.is_json else show_progress, with_tables=True))


def show_progress(text: str) -> None:
    """Print a step of an upgrade on stderr."""
    click.echo(text, err=True)
