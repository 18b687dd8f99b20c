"""The command `cinelake build`: Raw to Trusted to Refined, and the account of rows that it prints."""

from typing import TYPE_CHECKING

import click

from cinelake.cli.command_setup import open_store, read_environment
from cinelake.cli.layout import count_things, new_table, say
from cinelake.cli.option_types import OneOf, WholeNumber
from cinelake.cli.options import JSON, LAKE, with_options
from cinelake.cli.output import answering, name_command
from cinelake.exit_codes import Exit

if TYPE_CHECKING:
    from rich.console import Console

    from cinelake.refine.build_report import BuildReport, FunnelRow
    from cinelake.refine.pipeline import Built


@click.command()
@with_options(LAKE)
@click.option(
    "--keep",
    default=1,
    show_default=True,
    type=WholeNumber(0, 100),
    metavar="N",
    help="Number of previous versions of the tables to keep, at most 100.",
)
@click.option(
    "--engine",
    default="duckdb",
    show_default=True,
    type=OneOf(["duckdb", "spark"]),
    metavar="duckdb|spark",
    help="Engine that runs the models: DuckDB in this process, or Apache Spark.",
)
@with_options(JSON)
def build(lake: str | None, keep: int, engine: str, json: bool) -> None:
    """Build the Trusted and Refined tables from Raw.

    Checks the tables before it publishes them. If Raw has not changed, only checks the published tables.
    """
    with answering(json) as answer:
        from cinelake.cli.upgrade import upgrade_first
        from cinelake.clock import SystemClock
        from cinelake.log import Log
        from cinelake.refine.engines.choice import find_engine
        from cinelake.refine.pipeline import build_lake

        store, clock = open_store(lake), SystemClock()
        upgrade_first(store, clock, Log(log_format=read_environment().log_format))
        built = build_lake(store, clock, find_engine(engine, store), keep=keep)
        pointer = built.pointer
        document = {
            "version": pointer.version,
            "built_at": pointer.built_at,
            "is_unchanged": built.is_unchanged,
            "seconds": built.seconds,
            "report": pointer.report,
            "tables": pointer.tables,
            "warnings": built.warnings,
        }
        is_complete = pointer.report.is_complete
        follow_up = name_command(*(("dashboard",) if is_complete else ("sql", "FROM quarantine")), lake=lake)
        answer(document, lambda console: _render_built(console, built), next_command=follow_up)
        if not is_complete:
            raise SystemExit(Exit.INCOMPLETE)


def _render_built(console: "Console", built: "Built") -> None:
    report = built.pointer.report
    for line in _describe_exclusions(report):
        say(console, line)
    for kind in dict.fromkeys(row.kind for row in report.funnel):
        _render_funnel(console, kind, [row for row in report.funnel if row.kind == kind])
    for line in _describe_imdb(report):
        say(console, line)
    for warning in built.warnings:
        say(console, f"warning: {warning}")
    tables = built.pointer.tables
    rows = sum(part.rows for table in tables for part in table.parts)
    state = "unchanged since it was built" if built.is_unchanged else "published"
    say(
        console,
        f"version {built.pointer.version}: {state}; {len(tables)} tables, {rows:,} rows, {report.files:,} Raw files, "
        f"{report.checks} checks passed, {built.seconds:,.1f} s",
    )


def _describe_exclusions(report: "BuildReport") -> list[str]:
    """The records and files that are in no table, as lines."""
    lines = [
        f"quarantined: {refusal.key} record {refusal.position} (id {refusal.id or 'unknown'}): {refusal.reason}"
        if refusal.position
        else f"quarantined: {refusal.key} ({refusal.records or 'an unknown number of'} records): {refusal.reason}"
        for refusal in report.refusals
    ]
    if report.quarantined:
        lines.append(f"{report.quarantined:,} records are quarantined (in the table quarantine: NOT is_superseded)")
    for name, count in report.unknown_fields.items():
        lines.append(f"unknown field {name} in {count_things(count, 'record')}: stored in Raw only")
    return lines + [f"skipped {count_things(count, 'file')}: {reason}" for reason, count in report.ignored_files.items()]


def _describe_imdb(report: "BuildReport") -> list[str]:
    """What was read from IMDb's files, and how far TMDB and IMDb agree, as lines."""
    lines = [
        f"IMDb {file.kind}: {file.rows:,} rows, {file.refused:,} quarantined, {file.superseded:,} superseded by another "
        f"row with the same id ({file.key})"
        for file in report.imdb
    ]
    for kind in dict.fromkeys(each.kind for each in report.agreement):
        known = [each for each in report.agreement if each.kind == kind and each.n]
        measures = "; ".join(
            f"{each.measure} within {each.tolerance:g} for {each.agree:,} of {each.n:,}, median difference "
            f"{each.median_difference:+g}"
            + (f", correlation {each.correlation:.2f}" if each.correlation is not None else "")
            for each in known
        )
        if measures:
            lines.append(f"TMDB and IMDb, {kind}: {measures}")
    return lines


def _render_funnel(console: "Console", kind: str, rows: "list[FunnelRow]") -> None:
    """Print a line for each stage, and below it what did not reach the next one."""
    if not any(row.titles for row in rows):
        return
    table = new_table("funnel", kind)
    table.columns[1].justify = "right"
    for step in sorted({row.step for row in rows}):
        of_step = [row for row in rows if row.step == step]
        entered, remaining = (next(row for row in of_step if row.part == part) for part in ("entered", "remaining"))
        table.add_row(entered.name, f"{entered.titles:,}")
        for row in of_step:
            if row.part == "lost" and row.titles:
                table.add_row(f"  {row.name}", f"{row.titles:,}")
        table.add_row(f"  = {remaining.name}", f"{-remaining.titles:,}")
    console.print(table)
