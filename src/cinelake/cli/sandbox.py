"""The command `sandbox`: serves an offline TMDB with an invented catalogue."""

import click

from cinelake.cli.option_types import WholeNumber
from cinelake.cli.options import describe
from cinelake.cli.output import answering


@click.command()
@click.option(
    "--port",
    default=0,
    show_default=True,
    type=WholeNumber(0, 65535),
    metavar="N",
    help="Port on loopback; 0 picks a free one.",
)
@click.option(
    "--films", default=2000, show_default=True, type=WholeNumber(), metavar="N", help="Films in the invented catalogue."
)
@click.option(
    "--series", default=200, show_default=True, type=WholeNumber(), metavar="N", help="Series in the invented catalogue."
)
@click.option(
    "--seed",
    default=1,
    show_default=True,
    type=WholeNumber(),
    metavar="N",
    help="Seed of the catalogue; each seed gives a different one.",
)
@click.option(
    "--rate",
    default=40,
    show_default=True,
    type=WholeNumber(),
    metavar="N",
    help="Requests allowed in any second; 0 removes the limit.",
)
@click.option("--latency-ms", default=0.0, show_default=True, metavar="N", help="Delay of each response in milliseconds.")
@click.option("--faults", default="", metavar="LIST", help="Faults to inject, for example drift=1,reset=.002,gone=12.")
@click.option("--today", metavar="DATE", help=describe("First day of the sandbox, YYYY-MM-DD.", "today in UTC"))
def sandbox(
    port: int,
    films: int,
    series: int,
    seed: int,
    rate: int,
    latency_ms: float,
    faults: str,
    today: str | None,
) -> None:
    """Serve an offline TMDB with an invented catalogue.

    Runs until Ctrl-C. To try a refresh, advance the sandbox's clock. Titles then change, disappear and appear:

    \b
      curl -X POST "$TMDB_BASE_URL/__evolve?days=1"

    Its responses carry the sandbox's date, so each run gets that date. Use --today to start on another day.
    """  # noqa: D301 - click reads the backspace as "leave these lines as they are"
    with answering(json=False):
        from cinelake.cli.serve_sandbox import build_catalogue, run_sandbox
        from cinelake.selection.parsing import parse_date

        catalogue = build_catalogue(films, series, seed, parse_date("--today", today, is_end=False))
        run_sandbox(catalogue, port=port, rate=rate, latency_ms=latency_ms, faults=faults)
