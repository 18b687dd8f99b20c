"""The command `cinelake sql`: one query with its rows as a table, CSV or JSON, or a prompt for many."""

import re
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from cinelake.cli.command_setup import open_store
from cinelake.cli.layout import count_things, new_table, say
from cinelake.cli.options import JSON, LAKE, with_options
from cinelake.cli.output import answering, format_error, name_command
from cinelake.errors import CinelakeError, UsageError

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from rich.console import Console

    from cinelake.lake.store import Store
    from cinelake.refine.query import QueryResult, Tables

_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")
"""Characters that a terminal interprets. Titles come from TMDB, where anybody may write them."""
_ROWS_SHOWN = 200
_LEAST_WIDTH = 10
"""Least width of a column on a terminal."""
_PROMPT = "cinelake> "
_MORE = "     ...> "


# A statement may begin with a comment, which looks like an option.
@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("statement", required=False)
@with_options(LAKE)
@click.option("--csv", is_flag=True, help="Print CSV instead of a table.")
@with_options(JSON)
def sql(statement: str | None, lake: str | None, csv: bool, json: bool) -> None:
    """Query the tables with SQL.

    STATEMENT is a SELECT over the tables of the last build, or SHOW TABLES. Without it, reads standard input, or prompts
    for statements at a terminal.
    """
    with answering(json) as answer:
        if csv and json:
            raise UsageError("--csv and --json cannot be combined", hint="remove one of them")
        with _open_tables(open_store(lake)) as tables:
            if statement is None and sys.stdin.isatty():
                _prompt(tables)
                return
            found = tables.query(_read_statement() if statement is None else statement)
        if csv:
            _print_csv(found)
            return
        document = {"columns": found.columns, "rows": found.rows}
        answer(document, lambda console: render_answer(console, found), next_command=name_command("dashboard", lake=lake))


def _read_statement() -> str:
    """The text on standard input.

    Raises:
        UsageError: it is not UTF-8.
    """
    try:
        return sys.stdin.buffer.read().decode()
    except UnicodeDecodeError as error:
        hint = "convert the statement: iconv -t UTF-8"
        raise UsageError("standard input is not UTF-8", cause=str(error), hint=hint) from error


def _open_tables(store: "Store") -> "AbstractContextManager[Tables]":
    try:
        from cinelake.refine.query import open_tables
    except ImportError as error:
        raise UsageError("cannot start DuckDB", cause=str(error), hint="reinstall cinelake") from error
    return open_tables(store)


def render_answer(console: "Console", found: "QueryResult") -> None:
    """Print rows as a table. No value is cut or taken for markup."""
    from rich.markup import escape

    if len(found.columns) * _LEAST_WIDTH > console.width:
        _render_tall(console, found)
        return
    numbers = [
        all(isinstance(row[n], int | float) or row[n] is None for row in found.rows) for n in range(len(found.columns))
    ]
    table = new_table(*map(escape, found.columns))
    for column, is_number in zip(table.columns, numbers, strict=True):
        column.justify = "right" if is_number else "left"
    for row in found.rows[:_ROWS_SHOWN]:
        table.add_row(*(escape(_show(value)) for value in row))
    console.print(table)
    _render_count(console, found)


def _render_tall(console: "Console", found: "QueryResult") -> None:
    """Print a line for each value, for columns that do not fit side by side."""
    width = max(map(len, found.columns))
    for number, row in enumerate(found.rows[:_ROWS_SHOWN], 1):
        say(console, f"row {number}")
        for name, value in zip(found.columns, row, strict=True):
            say(console, f"  {name:{width}}  {_show(value)}")
    _render_count(console, found)


def _render_count(console: "Console", found: "QueryResult") -> None:
    more = f"; the first {_ROWS_SHOWN} are shown (--csv and --json print all)" if len(found.rows) > _ROWS_SHOWN else ""
    say(console, f"{count_things(len(found.rows), 'row')}{more}")


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


def _print_csv(found: "QueryResult") -> None:
    import csv

    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(found.columns)
    writer.writerows(found.rows)
    sys.stdout.flush()


def _prompt(tables: "Tables") -> None:
    """Run one statement after the other, each up to a semicolon. An error does not end the session."""
    from contextlib import suppress

    from rich.console import Console

    with suppress(ImportError):
        import readline  # noqa: F401 - its import gives input() line editing and a history

    console = Console()
    say(console, f"Tables: {', '.join(tables.names)}. End a statement with ; and the session with Ctrl-D.")
    for statement in _read_statements():
        try:
            render_answer(console, tables.query(statement))
        except KeyboardInterrupt:
            console.print("interrupted", style="red")
        except CinelakeError as error:
            console.print(format_error(error), style="red", markup=False, highlight=False, end="")


def _read_statements() -> Iterator[str]:
    """The statements that are typed, each up to its semicolon."""
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
