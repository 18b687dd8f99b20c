"""The command `cinelake ingest`: each file is checked and reported separately; a refused file does not stop the others."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cinelake.cli.command_setup import open_store
from cinelake.cli.layout import new_table, say
from cinelake.cli.options import JSON, LAKE, RUN_DATE, with_options
from cinelake.cli.output import answering, name_command, report_error
from cinelake.errors import CinelakeError, UnreachableError
from cinelake.exit_codes import Exit, classify_error

if TYPE_CHECKING:
    from datetime import date

    from rich.console import Console

    from cinelake.clock import Clock
    from cinelake.imdb.ingested import Ingest
    from cinelake.lake.store import Store


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result for one file.

    Attributes:
        file: its path as the user gave it.
        state: ingested, unchanged, refused (by the check or by the lake) or untried.
        ingest: what is in the lake now, or None.
        error: the parts of the error that refused it, or None.
    """

    file: str
    state: str
    ingest: "Ingest | None" = None
    error: dict[str, str] | None = None
    exit_code: Exit = Exit.DONE


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@with_options(LAKE, RUN_DATE, JSON)
def ingest(files: tuple[str, ...], lake: str | None, run_date: str | None, *, json: bool) -> None:
    """Copy IMDb files into Raw, byte for byte.

    FILE is movies.csv or series.csv (columns separated by |), or IMDb's own title.basics, title.ratings, title.principals
    or name.basics in TSV. Files may be gzipped and have any name, because the header identifies them. Each file is checked
    completely before it is copied.
    """
    with answering(json) as answer:
        from cinelake.clock import SystemClock
        from cinelake.extract.planning.decision import check_run_date
        from cinelake.extract.status import record_status
        from cinelake.selection.parsing import parse_date

        clock = SystemClock()
        today = clock.now().date()
        run_on = parse_date("--run-date", run_date, is_end=False)
        check_run_date(run_on, today)
        store = open_store(lake)
        outcomes = _ingest_all(store, files, run_on or today, clock)
        if any(each.state == "ingested" for each in outcomes):
            record_status(store, clock.now())
        code = max(each.exit_code for each in outcomes)
        answer(
            {"files": outcomes, "exit_code": code},
            lambda console: render_outcomes(console, outcomes),
            next_command=name_command("build", lake=lake) if code is Exit.DONE else "",
        )
        if code is not Exit.DONE:
            raise SystemExit(code)


def _ingest_all(store: "Store", files: Sequence[str], run_on: "date", clock: "Clock") -> list[Outcome]:
    """Ingest one file after the other. After an error of the lake itself, the remaining files are not tried."""
    from cinelake.imdb.ingest import ingest_file, show_path

    outcomes: list[Outcome] = []
    is_reachable = True
    for file in files:
        name = show_path(Path(file))
        if not is_reachable:
            outcomes.append(Outcome(name, "untried", exit_code=Exit.UNREACHABLE))
            continue
        try:
            found, is_new = ingest_file(store, Path(file), run_on, clock)
        except CinelakeError as error:
            outcomes.append(_refuse(name, error))
            is_reachable = not isinstance(error, UnreachableError)
        else:
            outcomes.append(Outcome(name, "ingested" if is_new else "unchanged", found))
    return outcomes


def _refuse(name: str, error: CinelakeError) -> Outcome:
    """Report why a file is not in the lake, on stderr or in the log."""
    code = classify_error(error)
    report_error(error, code)
    return Outcome(name, "refused", error=error.parts, exit_code=code)


def render_outcomes(console: "Console", outcomes: Sequence[Outcome]) -> None:
    """Print a table of the files, and for each that is in the lake its key and how many ids occur twice."""
    from rich.text import Text

    table = new_table("file", "kind")
    for name in ("rows", "bytes"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("state", no_wrap=True)
    for each in outcomes:
        found = each.ingest
        figures = (found.kind, f"{found.rows:,}", f"{found.bytes:,}") if found else ("-", "-", "-")
        table.add_row(Text(each.file), *figures, each.state)
    console.print(table)
    for ingest in (each.ingest for each in outcomes if each.ingest):
        repeated = ""
        if ingest.duplicates:
            line = ingest.first_duplicate_line
            repeated = f"; rows that repeat an earlier id: {ingest.duplicates:,}, the first on line {line:,}"
        say(console, f"{ingest.file}: {ingest.key}{repeated}")
