"""The command `cinelake catalog`: the current tables in the AWS Glue Data Catalog, or as Iceberg tables."""

from typing import TYPE_CHECKING

import click

from cinelake.cli.command_setup import read_environment
from cinelake.cli.layout import new_table, say
from cinelake.cli.option_types import OneOf
from cinelake.cli.options import JSON, LAKE, describe, with_options
from cinelake.cli.output import answering, name_command, repeat_command
from cinelake.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from cinelake.aws.glue_catalog import Registered
    from cinelake.cli.output import Answer
    from cinelake.refine.iceberg.register import IcebergTables


@click.command()
@with_options(LAKE)
@click.option(
    "--format",
    "kind",
    default="glue",
    show_default=True,
    type=OneOf(["glue", "iceberg"]),
    metavar="glue|iceberg",
    help="Tables that Athena reads in S3, or Iceberg tables for any lake (extra `iceberg`).",
)
@click.option(
    "--database",
    metavar="NAME",
    help=describe(
        "Database or namespace of the catalog. Created if it does not exist.",
        "CINELAKE_DATABASE or cinelake; cinelake_iceberg for Iceberg in Glue",
    ),
)
@click.option("--uri", metavar="URL", help="Address of an Iceberg REST catalog for a lake in a bucket, instead of Glue.")
@click.option("--dry-run", is_flag=True, help="Show the changes without making them.")
@with_options(JSON)
def catalog(lake: str | None, kind: str, database: str | None, uri: str | None, dry_run: bool, json: bool) -> None:
    """Register the tables in a catalog: AWS Glue or Iceberg.

    Registers every table of the current version and removes those that no longer exist. Changes only tables that cinelake
    created for this lake. Running the command again changes nothing. After --format iceberg, builds keep the catalog up to
    date: a lake in a folder has a catalog of its own, and one in a bucket uses Glue or --uri.
    """
    with answering(json) as answer:
        if kind == "iceberg":
            _register_iceberg(answer, lake, database, uri, dry_run=dry_run)
            return
        if uri:
            raise UsageError("--uri belongs to --format iceberg", hint="add --format iceberg, or remove --uri")
        from cinelake.aws.glue_catalog import DATABASE, register_lake
        from cinelake.aws.glue_tables import parse_database
        from cinelake.lake.stores.opening import open_lake

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


def _register_iceberg(answer: "Answer", lake: str | None, database: str | None, uri: str | None, *, dry_run: bool) -> None:
    from cinelake.lake.stores.opening import open_lake
    from cinelake.refine.iceberg.register import register_iceberg

    done = register_iceberg(open_lake(read_environment(), lake), database, uri, is_dry_run=dry_run)
    document = {
        "lake": done.catalog.lake,
        "catalog": done.catalog.kind,
        "database": done.catalog.namespace,
        "version": done.version,
        "tables": done.states,
        "left_out": done.left_out,
        "dry_run": dry_run,
    }
    follow_up = repeat_command(without=("--dry-run",)) if dry_run else name_command("build", lake=lake)
    answer(document, lambda console: _render_iceberg(console, done, is_dry_run=dry_run), next_command=follow_up)


def _render_iceberg(console: "Console", done: "IcebergTables", *, is_dry_run: bool) -> None:
    table = new_table("table", "Iceberg")
    for name, state in done.states.items():
        table.add_row(name, state)
    for name in set(done.left_out) - done.states.keys():
        table.add_row(name, "skipped: it has no rows")
    console.print(table)
    suffix = " (--dry-run: nothing was changed)" if is_dry_run else ""
    where = {"sql": "catalog _cinelake/iceberg/catalog.db", "glue": "Glue", "rest": done.catalog.uri}[done.catalog.kind]
    say(console, f"{where}, namespace {done.catalog.namespace}: version {done.version} of {done.catalog.lake}{suffix}")


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
