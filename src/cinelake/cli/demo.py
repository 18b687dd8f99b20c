"""Owns the two commands that need no account: the main context and a refresh against the sandbox, and the sandbox by itself."""

import math
import tempfile
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path

from rich.console import Console

from cinelake.cli.plan_request import plan_request
from cinelake.cli.render import render_planned, render_report, render_verification
from cinelake.cli.run_command import run_extract
from cinelake.clock import SystemClock
from cinelake.errors import UsageError
from cinelake.exit_codes import Exit
from cinelake.extract.lifecycle import Session, Terms, run_async
from cinelake.extract.planning.decision import ExtractRequest, RefreshRequest
from cinelake.lake.local_store import LocalStore
from cinelake.log import Log
from cinelake.sandbox import Catalogue, Faults, Sandbox
from cinelake.sandbox.app import Habits
from cinelake.sandbox.server import serve, start_in_thread
from cinelake.selection.limits import Limits
from cinelake.selection.selection import Selection
from cinelake.settings import Secret, Settings
from cinelake.verify.runs import verify_lake

_DEMO_FAULTS = "drift=1,burst502=1,reset=.002,truncate=.002,gone=3"
_SHOWN_PACE = 40.0


def run_demo(films: int, keep: str | None) -> Exit:
    """Plan and extract all films of an invented catalogue, refresh them a day later, and verify; the service misbehaves."""
    clock, console = SystemClock(), Console()
    yesterday = clock.now().date() - timedelta(days=1)
    catalogue = build_catalogue(films, 0, 1, yesterday)
    if keep and Path(keep).exists() and (not Path(keep).is_dir() or any(Path(keep).iterdir())):
        raise UsageError(
            f"--keep {keep}", "there is something already", "a folder that is new or empty", "name another one"
        )
    sandbox = Sandbox(catalogue, now=clock.monotonic, faults=Faults.parse(_DEMO_FAULTS))
    with (
        tempfile.TemporaryDirectory(prefix="cinelake-demo-") as folder,
        start_in_thread(sandbox, sleep=clock.sleep) as served,
    ):
        lake = Path(keep) if keep else Path(folder)
        settings = Settings(token=Secret(Sandbox.TOKEN), base_url=served.url)
        store, selection, terms = LocalStore(lake), Selection(), Terms(rate=math.inf)
        session = Session(settings, terms, store, clock, Log())
        console.print(f"An invented catalogue of {films:,} films, on {served.url}, with these faults: {_DEMO_FAULTS}.")
        _announce(console, "plan")
        extraction = ExtractRequest(selection, yesterday)
        planned = run_async(plan_request(settings, extraction, terms, clock, store, run_rate=_SHOWN_PACE))
        render_planned(console, planned, _SHOWN_PACE)
        _announce(console, "extract")
        report = run_async(run_extract(session, extraction))
        render_report(console, report)
        sandbox.answer("POST", "/__evolve", {"days": "1"}, {})
        console.print("\nA day passes: some titles change, a few appear, a few vanish.")
        _announce(console, "refresh")
        limits = Limits(allows_removals=True)  # of a handful of films one is many
        refreshed = run_async(run_extract(session, RefreshRequest(selection), limits=limits))
        render_report(console, refreshed)
        console.print(f" cost          {refreshed.requests / max(1, report.requests):.0%} of the extraction's requests")
        _announce(console, "verify")
        result = verify_lake(store)
        render_verification(console, result)
        where = f"The lake is in {lake}." if keep else "The lake was temporary; `cinelake demo --keep ./lake` keeps it."
        console.print(
            f"\n{where} With a TMDB token in TMDB_TOKEN the same commands build a real one.",
            soft_wrap=True,
            markup=False,
        )
    return Exit.DONE if report.is_complete and refreshed.is_complete and result.is_sound else Exit.INCOMPLETE


def run_sandbox(catalogue: Catalogue, *, port: int, rate: int, latency_ms: float, faults: str) -> None:
    """Serve a catalogue until interrupted.

    Raises:
        UsageError: the faults or the numbers make no sense, or the port is taken.
    """
    clock = SystemClock()
    if rate < 0 or latency_ms < 0:
        raise UsageError("sandbox", "a negative --rate or --latency-ms", "0 or more", "correct it")
    try:
        parsed = Faults.parse(faults)
    except ValueError as error:
        raise UsageError("--faults", str(error), "such as drift=1,reset=.002,gone=12", "correct it") from error
    habits = Habits(latency_s=latency_ms / 1000)
    sandbox = Sandbox(catalogue, now=clock.monotonic, rate=rate, faults=parsed, habits=habits)

    def announce(url: str) -> None:
        console = Console(soft_wrap=True, highlight=False)
        films, series = len(catalogue.films.columns), len(catalogue.series.columns)
        console.print(f"{films:,} films and {series:,} series, all invented. In another shell:")
        console.print(f"export TMDB_BASE_URL={url}\nexport TMDB_TOKEN={Sandbox.TOKEN}")

    with suppress(KeyboardInterrupt):
        try:
            run_async(serve(sandbox, port=port, ready=announce, sleep=clock.sleep))
        except OSError as error:
            raise UsageError("--port", f"{port} cannot be used", "a free port", "--port 0 picks one") from error


def build_catalogue(films: int, series: int, seed: int, today: date | None = None) -> Catalogue:
    """An invented catalogue as it is on a day.

    Raises:
        UsageError: it would have no film.
    """
    if films < 1 or series < 0:
        raise UsageError("catalogue", f"{films} films and {series} series", "at least one film", "correct the number")
    return Catalogue(films, series, seed, today or SystemClock().now().date())


def _announce(console: Console, command: str) -> None:
    console.print(f"\n[bold]$ cinelake {command}[/bold]")
