"""The command `cinelake report`: a page about one run."""

from pathlib import Path

import click

from cinelake.cli.command_setup import open_store
from cinelake.cli.layout import say
from cinelake.cli.options import JSON, LAKE, describe, with_options
from cinelake.cli.output import answering, name_command, write_file


@click.command()
@click.argument("run", required=False)
@with_options(LAKE)
@click.option(
    "--output", metavar="FILE", help=describe("File to write the page to.", "run-DATE-SELECTION.html in this folder")
)
@click.option("--open", "opens", is_flag=True, help="Open the page in the browser.")
@with_options(JSON)
def report(run: str | None, lake: str | None, output: str | None, opens: bool, json: bool) -> None:
    """Write a page about one run as an HTML file.

    RUN is a date, a selection or both, as `cinelake status` shows them. Without it, the page is about the newest run. The
    page is self-contained and works offline.
    """
    with answering(json) as answer:
        from cinelake.clock import SystemClock
        from cinelake.run_report.collect import collect_summary, find_run
        from cinelake.run_report.html import draw_run_page

        store = open_store(lake)
        key = find_run(store, run)
        summary = collect_summary(store, key, SystemClock().now())
        path = Path(output or f"run-{key.run_on}-{key.selection_id}.html")
        write_file(path, draw_run_page(summary))
        answer(
            {"file": str(path), "run": summary},
            lambda console: say(console, f"wrote {path}"),
            next_command=name_command("verify", lake=lake),
        )
        if opens:
            click.launch(str(path))
