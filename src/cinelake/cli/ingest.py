"""Owns the command `cinelake ingest`: each file is told by itself, and one that is refused keeps no other out."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cinelake.cli.options import JSON, LAKE, RUN_DATE, taking
from cinelake.cli.output import answering, report_error
from cinelake.errors import CinelakeError, UnreachableError
from cinelake.exit_codes import Exit, classify_error

if TYPE_CHECKING:
    from datetime import date

    from rich.console import Console

    from cinelake.clock import Clock
    from cinelake.imdb.ingested import Ingest
    from cinelake.lake.store import Store


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one file: ingested, unchanged, refused (by the check or the lake) or untried.

    Attributes:
        file: as it was named.
        ingest: what is in the lake now, or None.
        error: why it is not, in the parts of a message, or None.
    """

    file: str
    state: str
    ingest: "Ingest | None" = None
    error: dict[str, str] | None = None
    exit_code: Exit = Exit.DONE


@click.command(short_help="Put IMDb files into Raw as they are.")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@taking(LAKE, RUN_DATE, JSON)
def ingest(files: tuple[str, ...], lake: str | None, run_date: str | None, *, json: bool) -> None:
    """Put IMDb files into Raw, byte for byte, each checked to its end before.

    FILE is movies.csv or series.csv (columns separated by |), or IMDb's own title.basics, title.ratings,
    title.principals or name.basics .tsv; gzipped or not, under any name. What it is, its header tells.
    """
    with answering(json) as answer:
        from cinelake.clock import SystemClock
        from cinelake.extract.planning.decision import check_run_date
        from cinelake.lake.opening import open_lake
        from cinelake.selection.parsing import parse_date
        from cinelake.settings import read_settings

        clock = SystemClock()
        today = clock.now().date()
        run_on = parse_date("--run-date", run_date, is_end=False)
        check_run_date(run_on, today)
        store = open_lake(read_settings(Path.cwd()), lake)
        told = _ingest_all(store, files, run_on or today, clock)
        code = max(each.exit_code for each in told)
        answer({"files": told, "exit_code": code}, lambda _, console: draw_told(console, told))
        if code is not Exit.DONE:
            raise SystemExit(code)


def _ingest_all(store: "Store", files: Sequence[str], run_on: "date", clock: "Clock") -> list[Told]:
    """Ingest one file after the other; once the lake itself fails, the rest is left for the next time."""
    from cinelake.imdb.ingest import ingest_file, show_path

    told: list[Told] = []
    is_reachable = True
    for file in files:
        name = show_path(Path(file))
        if not is_reachable:
            told.append(Told(name, "untried", exit_code=Exit.UNREACHABLE))
            continue
        try:
            found, is_new = ingest_file(store, Path(file), run_on, clock)
        except CinelakeError as error:
            told.append(_tell_refused(name, error))
            is_reachable = not isinstance(error, UnreachableError)
        else:
            told.append(Told(name, "ingested" if is_new else "unchanged", found))
    return told


def _tell_refused(name: str, error: CinelakeError) -> Told:
    """Say on stderr, or in the log, why a file is not in the lake."""
    code = classify_error(error)
    report_error(error, code)
    return Told(name, "refused", error=error.parts, exit_code=code)


def draw_told(console: "Console", told: Sequence[Told]) -> None:
    """A table of the files, and a line for each that is in the lake: where it is, and which ids stand in it twice."""
    from rich import box
    from rich.table import Column, Table
    from rich.text import Text

    table = Table(*(Column(name, overflow="fold") for name in ("file", "kind")), box=box.SIMPLE, pad_edge=False)
    for name in ("rows", "bytes"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("state", no_wrap=True)
    for each in told:
        found = each.ingest
        figures = (found.kind, f"{found.rows:,}", f"{found.bytes:,}") if found else ("-", "-", "-")
        table.add_row(Text(each.file), *figures, each.state)
    console.print(table)
    for ingest in (each.ingest for each in told if each.ingest):
        twice = ""
        if ingest.duplicates:
            first = f"the first on line {ingest.first_duplicate_line:,}"
            twice = f"; ids that stand in a row before: {ingest.duplicates:,}, {first}"
        _say(console, f"{ingest.file}: {ingest.key}{twice}")


def _say(console: "Console", text: str) -> None:
    options: dict[str, Any] = {"markup": False, "highlight": False, "soft_wrap": True}
    console.print(text, **options)
