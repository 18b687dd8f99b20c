"""Serves the sandbox, for the command of that name."""

import os
from contextlib import suppress
from datetime import date

from rich.console import Console

from cinelake.clock import SystemClock
from cinelake.concurrency import run_async
from cinelake.errors import UsageError
from cinelake.sandbox import Catalogue, Faults, Sandbox
from cinelake.sandbox.app import Behaviour
from cinelake.sandbox.server import serve


def run_sandbox(catalogue: Catalogue, *, port: int, rate: int, latency_ms: float, faults: str) -> None:
    """Serve a catalogue until interrupted.

    Raises:
        UsageError: an option is invalid, or the port is in use.
    """
    clock = SystemClock()
    if rate < 0 or latency_ms < 0:
        raise UsageError("--rate and --latency-ms cannot be negative", hint="use 0 or more")
    try:
        parsed = Faults.parse(faults)
    except ValueError as error:
        raise UsageError(
            f'invalid --faults "{faults}"', cause=str(error), hint="use a list such as drift=1,reset=.002,gone=12"
        ) from error
    behaviour = Behaviour(latency_s=latency_ms / 1000)
    sandbox = Sandbox(catalogue, now=clock.monotonic, rate=rate, faults=parsed, behaviour=behaviour)

    def announce(url: str) -> None:
        console = Console(soft_wrap=True, highlight=False)
        films, series = len(catalogue.films.columns), len(catalogue.series.columns)
        console.print(f"{films:,} films and {series:,} series, all invented. In another shell:")
        console.print(f"export TMDB_BASE_URL={url}\nexport TMDB_TOKEN={Sandbox.TOKEN}")

    with suppress(KeyboardInterrupt):
        try:
            run_async(serve(sandbox, port=port, ready=announce, sleep=clock.sleep))
        except OSError as error:
            raise UsageError(
                f'cannot listen on port "{port}"',
                cause=os.strerror(error.errno or 0),
                hint="use --port 0 to pick a free port",
            ) from error


def build_catalogue(films: int, series: int, seed: int, today: date | None = None) -> Catalogue:
    """An invented catalogue as it is on a day.

    Raises:
        UsageError: the catalogue would have no film.
    """
    if films < 1 or series < 0:
        raise UsageError(f"the catalogue is empty: {films} films and {series} series", hint="use at least one film")
    return Catalogue(films, series, seed, today or SystemClock().now().date())
