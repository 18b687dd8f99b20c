"""Owns the command `cinelake catalog`: the current tables in the AWS Glue Data Catalog, for Athena and whatever asks it."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cinelake.cli.options import JSON, LAKE, taking
from cinelake.cli.output import answering
from cinelake.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from cinelake.aws.glue_catalog import Registered


@click.command(short_help="Register the tables in the AWS Glue Data Catalog, for Athena.")
@taking(LAKE)
@click.option("--database", metavar="NAME", help="The database [default: CINELAKE_DATABASE, or cinelake]; made if absent.")
@click.option("--dry-run", is_flag=True, help="Show what would be changed.")
@taking(JSON)
def catalog(lake: str | None, database: str | None, dry_run: bool, json: bool) -> None:
    """Register every table of the current version in the AWS Glue Data Catalog, and remove those that are gone.

    Only tables that cinelake made for this lake are changed or removed. The same command again changes nothing.
    """
    with answering(json) as answer:
        try:
            from cinelake.aws.glue_catalog import DATABASE, register_lake
        except ImportError as error:
            raise UsageError(
                "catalog", "DuckDB is not installed", "what reads the columns", "pip install 'cinelake[refine,aws]'"
            ) from error
        from cinelake.aws.glue_tables import parse_database
        from cinelake.lake.opening import open_lake
        from cinelake.settings import read_settings

        settings = read_settings(Path.cwd())
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
        answer(document, lambda _, console: _render(console, done, is_dry_run=dry_run))


def _render(console: "Console", done: "Registered", *, is_dry_run: bool) -> None:
    from rich import box
    from rich.table import Table

    table = Table("table", "rows", "columns", "catalog", box=box.SIMPLE_HEAD)
    table.columns[1].justify = table.columns[2].justify = "right"
    states = {
        **dict.fromkeys(done.changes.made, "made"),
        **dict.fromkeys(done.changes.changed, "changed"),
        **dict.fromkeys(done.changes.kept, "as it was"),
    }
    for entry in done.entries:
        rows = int(entry.words["Parameters"]["recordCount"])
        columns = len(entry.words["StorageDescriptor"]["Columns"])
        table.add_row(entry.name, f"{rows:,}", f"{columns:,}", states[entry.name])
    for name in done.changes.removed:
        table.add_row(name, "", "", "removed")
    for name in done.left_out:
        table.add_row(name, "0", "", "left out: without rows nobody knows its columns")
    console.print(table)
    would = " (nothing was changed: --dry-run)" if is_dry_run else ""
    line = f"database {done.database}: {len(done.entries)} tables of version {done.version} of {done.lake}{would}"
    console.print(line, markup=False, highlight=False, soft_wrap=True)
