"""Owns the command `cinelake sql`: a question, its answer as a table, CSV or JSON, and a prompt for many questions."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cinelake.cli.options import JSON, LAKE, taking
from cinelake.cli.output import answering
from cinelake.errors import CinelakeError, UsageError

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from rich.console import Console

    from cinelake.lake.store import Store
    from cinelake.refine.query import Answer, Tables

_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")
"""What a terminal would obey: anybody may write a title at TMDB."""
_ROWS_SHOWN = 200
_LEAST_WIDTH = 10
"""Characters that a column takes on a terminal, at least."""
_PROMPT = "cinelake> "
_MORE = "     ...> "


# A statement may begin with a comment, which looks like an option.
@click.command(short_help="Ask Trusted and Refined in SQL.", context_settings={"ignore_unknown_options": True})
@click.argument("statement", required=False)
@taking(LAKE)
@click.option("--csv", is_flag=True, help="Print CSV instead of a table.")
@taking(JSON)
def sql(statement: str | None, lake: str | None, csv: bool, json: bool) -> None:
    """Ask Trusted and Refined in SQL: STATEMENT, or what comes on standard input, or at a prompt.

    The tables are those of `cinelake build`; SHOW TABLES at the prompt names them.
    """
    with answering(json) as answer:
        if csv and json:
            raise UsageError("--csv", "it stands beside --json", "one of the two", "leave one out")
        from cinelake.lake.opening import open_lake
        from cinelake.settings import read_settings

        with _open(open_lake(read_settings(Path.cwd()), lake)) as tables:
            if statement is None and sys.stdin.isatty():
                _converse(tables)
                return
            found = tables.ask(_read_question() if statement is None else statement)
        if csv:
            _print_csv(found)
            return
        document = {"columns": found.columns, "rows": found.rows}
        answer(document, lambda _, console: render_answer(console, found))


def _read_question() -> str:
    """What stands on standard input.

    Raises:
        UsageError: it is no text.
    """
    try:
        return sys.stdin.buffer.read().decode()
    except UnicodeDecodeError as error:
        raise UsageError("standard input", "it is not UTF-8", "a question in SQL", "convert it: iconv -t UTF-8") from error


def _open(store: "Store") -> "AbstractContextManager[Tables]":
    try:
        from cinelake.refine.query import open_tables
    except ImportError as error:
        raise UsageError("sql", "DuckDB is not installed", "the query engine", "pip install 'cinelake[refine]'") from error
    return open_tables(store)


def render_answer(console: "Console", found: "Answer") -> None:
    """Rows as a table; no value is cut or taken for markup."""
    from rich import box
    from rich.markup import escape
    from rich.table import Column, Table

    if len(found.columns) * _LEAST_WIDTH > console.width:
        _render_tall(console, found)
        return
    numbers = [
        all(isinstance(row[n], int | float) or row[n] is None for row in found.rows) for n in range(len(found.columns))
    ]
    columns = [
        Column(escape(name), overflow="fold", justify="right" if is_number else "left")
        for name, is_number in zip(found.columns, numbers, strict=True)
    ]
    table = Table(*columns, box=box.SIMPLE, pad_edge=False)
    for row in found.rows[:_ROWS_SHOWN]:
        table.add_row(*(escape(_show(value)) for value in row))
    console.print(table)
    _tell_count(console, found)


def _render_tall(console: "Console", found: "Answer") -> None:
    """A line for each value, where the columns do not fit beside each other."""
    width = max(map(len, found.columns))
    for number, row in enumerate(found.rows[:_ROWS_SHOWN], 1):
        console.print(f"row {number}", markup=False, highlight=False)
        for name, value in zip(found.columns, row, strict=True):
            console.print(f"  {name:{width}}  {_show(value)}", markup=False, highlight=False, soft_wrap=True)
    _tell_count(console, found)


def _tell_count(console: "Console", found: "Answer") -> None:
    more = f", the first {_ROWS_SHOWN} shown (--csv and --json give all)" if len(found.rows) > _ROWS_SHOWN else ""
    console.print(f"{len(found.rows):,} rows{more}", highlight=False)


def _show(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:,.4g}" if abs(value) < 1 else f"{value:,.2f}"
        case _:
            return _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", str(value))


def _print_csv(found: "Answer") -> None:
    import csv

    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(found.columns)
    writer.writerows(found.rows)
    sys.stdout.flush()


def _converse(tables: "Tables") -> None:
    """Questions one after the other, each up to a semicolon; an error is told and the next one is asked."""
    from contextlib import suppress

    from rich.console import Console

    with suppress(ImportError):
        import readline  # noqa: F401 - editing and history of lines come by its import

    console = Console()
    console.print(f"Tables: {', '.join(tables.names)}. End a question with ; and the session with Ctrl-D.", markup=False)
    for question in _listen():
        try:
            render_answer(console, tables.ask(question))
        except KeyboardInterrupt:
            console.print("interrupted", style="red")
        except CinelakeError as error:
            console.print(str(error), style="red", markup=False, highlight=False)


def _listen() -> Iterator[str]:
    """What was typed, up to each semicolon."""
    lines: list[str] = []
    while True:
        try:
            lines.append(input(_MORE if lines else _PROMPT))
        except EOFError:
            return
        except KeyboardInterrupt:
            lines.clear()
            sys.stdout.write("\n")
            continue
        text = "\n".join(lines).strip()
        if text.rstrip("; ") in {"exit", "quit", "\\q"}:
            return
        if text.endswith(";") or not text:
            lines.clear()
            if text:
                yield text.rstrip("; \n")
