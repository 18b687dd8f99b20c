"""Owns the command `cinelake build`: Raw to Trusted to Refined, and how its account of rows looks on a terminal."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cinelake.cli.options import JSON, LAKE, taking
from cinelake.cli.output import answering
from cinelake.exit_codes import Exit

if TYPE_CHECKING:
    from rich.console import Console

    from cinelake.refine.build_report import BuildReport, FunnelRow
    from cinelake.refine.pipeline import Built


@click.command(short_help="Make Trusted and Refined out of Raw.")
@taking(LAKE)
@click.option(
    "--keep", default=1, show_default=True, type=click.IntRange(0, 100), help="Former versions of Refined to keep."
)
@click.option(
    "--engine",
    default="duckdb",
    show_default=True,
    type=click.Choice(["duckdb", "spark"]),
    help="What runs the models: DuckDB on this machine, or Apache Spark.",
)
@taking(JSON)
def build(lake: str | None, keep: int, engine: str, json: bool) -> None:
    """Make Trusted and Refined out of Raw, check them, then publish; does nothing but check if Raw is unchanged."""
    with answering(json) as answer:
        from cinelake.clock import SystemClock
        from cinelake.lake.opening import open_lake
        from cinelake.refine.engines.choice import find_engine
        from cinelake.refine.pipeline import build_lake
        from cinelake.settings import read_settings

        store = open_lake(read_settings(Path.cwd()), lake)
        built = build_lake(store, SystemClock(), find_engine(engine, store), keep=keep)
        pointer = built.pointer
        document = {
            "version": pointer.version,
            "built_at": pointer.built_at,
            "is_unchanged": built.is_unchanged,
            "seconds": built.seconds,
            "report": pointer.report,
            "tables": pointer.tables,
        }
        answer(document, lambda _, console: _render_built(console, built))
        if not pointer.report.is_complete:
            raise SystemExit(Exit.INCOMPLETE)


def _render_built(console: "Console", built: "Built") -> None:
    report = built.pointer.report
    for line in _tell_kept_out(report):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    for kind in dict.fromkeys(row.kind for row in report.funnel):
        _render_funnel(console, kind, [row for row in report.funnel if row.kind == kind])
    for line in _tell_imdb(report):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    tables = built.pointer.tables
    rows = sum(part.rows for table in tables for part in table.parts)
    verdict = "nothing changed since it was built" if built.is_unchanged else "published"
    console.print(
        f"version {built.pointer.version}: {verdict}; {len(tables)} tables, {rows:,} rows, {report.files:,} files of Raw, "
        f"{report.checks} checks passed, {built.seconds:,.1f} s",
        markup=False,
        highlight=False,
        soft_wrap=True,
    )


def _tell_kept_out(report: "BuildReport") -> list[str]:
    """What did not come through, and what nobody knows, as lines."""
    lines = [
        f"quarantined: {refusal.key} record {refusal.position} (id {refusal.id or 'unknown'}): {refusal.reason}"
        if refusal.position
        else f"quarantined: {refusal.key} ({refusal.records or 'nobody knows how many'} records): {refusal.reason}"
        for refusal in report.refusals
    ]
    if report.quarantined:
        lines.append(f"{report.quarantined:,} records are refused; the table `quarantine` has them all (NOT is_superseded)")
    lines += [
        f"unknown field {name}: in {count:,} records; it stays in Raw" for name, count in report.unknown_fields.items()
    ]
    return lines + [f"left aside: {count:,} files: {reason}" for reason, count in report.left_aside.items()]


def _tell_imdb(report: "BuildReport") -> list[str]:
    """What was read of IMDb's files, and how far both services agree, as lines."""
    lines = [
        f"IMDb {file.kind}: {file.rows:,} rows, {file.refused:,} refused, {file.superseded:,} superseded by another "
        f"row of their id ({file.key})"
        for file in report.imdb
    ]
    for kind in dict.fromkeys(each.kind for each in report.agreement):
        known = [each for each in report.agreement if each.kind == kind and each.n]
        told = "; ".join(
            f"{each.measure} within {each.tolerance:g} for {each.agree:,} of {each.n:,}, median difference "
            f"{each.median_difference:+g}"
            + (f", correlation {each.correlation:.2f}" if each.correlation is not None else "")
            for each in known
        )
        if told:
            lines.append(f"TMDB and IMDb, {kind}: {told}")
    return lines


def _render_funnel(console: "Console", kind: str, rows: "list[FunnelRow]") -> None:
    """One line a stage, and beneath it what was lost on the way there."""
    from rich import box
    from rich.table import Table

    if not any(row.titles for row in rows):
        return
    table = Table("funnel", kind, box=box.SIMPLE_HEAD)
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
