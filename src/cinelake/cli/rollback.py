"""The command `cinelake rollback`: a kept version of the tables, made current again."""

from typing import TYPE_CHECKING

import click

from cinelake.cli.command_setup import open_store
from cinelake.cli.layout import new_table, say
from cinelake.cli.options import JSON, LAKE, with_options
from cinelake.cli.output import answering, name_command
from cinelake.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from cinelake.refine.publication.rollback import KeptVersion, RolledBack


@click.command()
@click.argument("version", required=False)
@with_options(LAKE)
@click.option("--list", "is_list", is_flag=True, help="List the versions without changing anything.")
@with_options(JSON)
def rollback(version: str | None, lake: str | None, is_list: bool, json: bool) -> None:
    """Make a kept version of the tables current again.

    VERSION is the beginning of a name from --list. Without it, takes the newest version that is kept besides the current
    one. Changes nothing in Raw: the next build publishes the newest state again.
    """
    with answering(json) as answer:
        from cinelake.clock import SystemClock
        from cinelake.extract.status import record_status
        from cinelake.refine.publication.rollback import list_versions, roll_back

        store = open_store(lake)
        if is_list:
            if version is not None:
                raise UsageError("VERSION and --list cannot be combined", hint="remove one of them")
            listed = list_versions(store)
            follow_up = name_command("rollback", lake=lake) if len(listed) > 1 else name_command("build", lake=lake)
            answer({"versions": listed}, lambda console: _render_list(console, listed), next_command=follow_up)
            return
        done = roll_back(store, version)
        record_status(store, SystemClock().now())
        document = {
            "version": done.pointer.version,
            "built_at": done.pointer.built_at,
            "replaced": done.replaced,
            "warnings": done.warnings,
        }
        follow_up = name_command("dashboard", lake=lake)
        answer(document, lambda console: _render_done(console, done), next_command=follow_up)


def _render_list(console: "Console", listed: "tuple[KeptVersion, ...]") -> None:
    table = new_table("version", "built at (UTC)", "rows", "state")
    table.columns[2].justify = "right"
    for each in listed:
        state = "current" if each.is_current else "kept" if each.is_usable else "incomplete: objects do not exist"
        built_at = f"{each.built_at:%Y-%m-%d %H:%M}" if each.built_at else "unknown"
        table.add_row(each.version, built_at, f"{each.rows:,}", state)
    console.print(table)


def _render_done(console: "Console", done: "RolledBack") -> None:
    for warning in done.warnings:
        say(console, f"warning: {warning}")
    say(console, f"version {done.pointer.version} of {done.pointer.built_at:%Y-%m-%d %H:%M} UTC is current again")
    say(
        console,
        f"version {done.replaced} is kept. The next build publishes the newest state; so does `cinelake rollback` now. "
        "The dashboard and the Glue catalog change with their commands.",
    )
