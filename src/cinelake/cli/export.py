"""The command `cinelake export`: one table as a file for another program."""

from typing import TYPE_CHECKING

import click

from cinelake.cli.command_setup import open_store
from cinelake.cli.layout import count_things, format_size, say
from cinelake.cli.options import JSON, LAKE, with_options
from cinelake.cli.output import answering, name_command, write_stderr
from cinelake.errors import UsageError

if TYPE_CHECKING:
    from cinelake.refine.table_files.writer import WrittenTable


@click.command()
@click.argument("table")
@click.option(
    "--output",
    "-o",
    required=True,
    metavar="FILE",
    help="File to write: .csv, .json, .parquet or .xlsx. Replaces an existing file. `-` prints CSV.",
)
@click.option(
    "--locale",
    metavar="LOCALE",
    help="Write .csv and .xlsx for Excel in this language and country, such as pt-BR: separators, dates and encoding.",
)
@with_options(LAKE, JSON)
def export(table: str, output: str, locale: str | None, lake: str | None, json: bool) -> None:
    """Write a table to a file for another program.

    TABLE is a table of the last build, such as title. Lists and structs become JSON texts in .csv and .xlsx. Excel files
    need the extra `excel`.
    """
    with answering(json) as answer:
        from cinelake.refine.table_files.formats import Format, parse_format, parse_locale
        from cinelake.refine.table_files.writer import STDOUT, write_table

        if output == STDOUT and json:
            raise UsageError("--output - and --json cannot be combined", hint="remove one of them; both print to stdout")
        target = Format.CSV if output == STDOUT else parse_format(output)
        chosen = parse_locale(locale) if locale is not None else None
        done = write_table(open_store(lake), table, output, target, chosen)
        if output == STDOUT:
            write_stderr("".join(f"note: {note}\n" for note in done.notes))
            return
        document = {
            "table": done.table,
            "file": output,
            "format": target,
            "version": done.version,
            "rows": done.rows,
            "bytes": done.bytes,
            "notes": done.notes,
        }
        follow_up = name_command("sql", f"DESCRIBE {table}", lake=lake)
        answer(document, lambda console: say(console, _describe(done, output)), next_command=follow_up)


def _describe(done: "WrittenTable", output: str) -> str:
    notes = "".join(f"note: {note}\n" for note in done.notes)
    rows = count_things(done.rows, "row")
    return f"{notes}{output}: {rows} of {done.table}, {format_size(done.bytes)}, version {done.version}"
