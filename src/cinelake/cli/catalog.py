"""The command `cinelake catalog`: the current tables in the AWS Glue Data Catalog, for Athena and other engines."""

from typing import TYPE_CHECKING

import click

from cinelake.cli.command_setup import read_environment
from cinelake.cli.layout import new_table, say
from cinelake.cli.options import JSON, LAKE, describe, with_options
from cinelake.cli.output import answering, name_command, repeat_command

if TYPE_CHECKING:
    from rich.console import Console

    from cinelake.aws.glue_catalog import Registered


@click.command()
@with_options(LAKE)
@click.option(
    "--database",
    metavar="NAME",
    help=describe("Database of the catalog. Created if it does not exist.", "CINELAKE_DATABASE, or cinelake"),
)
@click.option("--dry-run", is_flag=True, help="Show the changes without making them.")
@with_options(JSON)
def catalog(lake: str | None, database: str | None, dry_run: bool, json: bool) -> None:
    """Register the tables in the AWS Glue Data Catalog.

    Registers every table of the current version for Athena and removes those that no longer exist. Changes only tables that
    cinelake created for this lake. Running the command again changes nothing.
    """
    with answering(json) as answer:
        from cinelake.aws.glue_catalog import DATABASE, register_lake
        from cinelake.aws.glue_tables import parse_database
        from cinelake.lake.opening import open_lake

        settings = read_environment()
        name = parse_database(database or settings.database or DATABASE)
        done = register_lake(open_lake(settings, lake), name, is_dry_run=dry_run)
        document = {
            "lake": done.lake,
            "database": done.database,
            "version": done.version,
            "tables": [entry.words for entry in done.entries],
            "made": done.changes.made,
            "changed": done.changes.changed,
            "kept": done.changes.kept,
            "removed": done.changes.removed,
            "left_out": done.left_out,
            "dry_run": dry_run,
        }
        follow_up = repeat_command(without=("--dry-run",)) if dry_run else name_command("schedule", "list")
        answer(document, lambda console: _render(console, done, is_dry_run=dry_run), next_command=follow_up)


def _render(console: "Console", done: "Registered", *, is_dry_run: bool) -> None:
    table = new_table("table", "rows", "columns", "catalog")
    table.columns[1].justify = table.columns[2].justify = "right"
    states = {
        **dict.fromkeys(done.changes.made, "created"),
        **dict.fromkeys(done.changes.changed, "changed"),
        **dict.fromkeys(done.changes.kept, "unchanged"),
    }
    for entry in done.entries:
        rows = int(entry.words["Parameters"]["recordCount"])
        columns = len(entry.words["StorageDescriptor"]["Columns"])
        table.add_row(entry.name, f"{rows:,}", f"{columns:,}", states[entry.name])
    for name in done.changes.removed:
        table.add_row(name, "", "", "removed")
    for name in done.left_out:
        table.add_row(name, "0", "", "skipped: a table without rows has no known columns")
    console.print(table)
    suffix = " (--dry-run: nothing was changed)" if is_dry_run else ""
    say(console, f"database {done.database}: {len(done.entries)} tables of version {done.version} of {done.lake}{suffix}")
