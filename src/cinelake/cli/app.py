"""Owns the commands: their words, their help, their exit codes. stdout carries results, stderr everything else.

Invariant: `--help` starts fast, so each command imports what it needs when it runs.
"""

import os
import signal
import sys
from pathlib import Path
from typing import Any

import click

from cinelake import __version__
from cinelake.cli.build import build
from cinelake.cli.catalog import catalog
from cinelake.cli.command_setup import build_terms, open_session, read_environment
from cinelake.cli.dashboard import dashboard
from cinelake.cli.extract import extract, refresh
from cinelake.cli.ingest import ingest
from cinelake.cli.options import JSON, LAKE, PACE, TAKE_OVER, taking
from cinelake.cli.output import answering, fail, write_file
from cinelake.cli.plan import plan
from cinelake.cli.prune import prune
from cinelake.cli.schedule import schedule
from cinelake.cli.sql import sql
from cinelake.errors import IncompleteError, UsageError
from cinelake.exit_codes import Exit


class _Commands(click.Group):
    """Lists its commands in the order in which they are used; a word that fits none is told in JSON where that is asked."""

    def list_commands(self, _: click.Context) -> list[str]:
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - as its base class says
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            path = error.ctx.command_path if error.ctx else "cinelake"
            fail(UsageError(error.format_message(), hint=f"see `{path} --help`"), json="--json" in sys.argv)


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["--help", "-h"], "max_content_width": 100},
    epilog="Exit codes: 0 done and complete, 2 usage, 3 short (something is missing or a check failed), 4 credentials "
    "refused, 5 service or store not reachable, 75 stopped in good order: run the same command again. "
    "Environment (or .env): TMDB_TOKEN or TMDB_API_KEY, TMDB_BASE_URL, TMDB_EXPORT_URL, CINELAKE_LAKE, CINELAKE_LOG=json. "
    "Start with `cinelake demo`, which needs no account.",
)
@click.version_option(__version__, message="%(prog)s %(version)s")
def app() -> None:
    """Build a data lake of films and series from TMDB that can prove that it is complete."""


for command in (plan, extract, refresh):
    app.add_command(command)


@app.command(short_help="Tell whether the lake is what it says it is.")
@taking(LAKE)
@click.option("--api", is_flag=True, help="Compare with the service as it is now, too.")
@click.option(
    "--against", type=click.Choice(["export"]), help="Compare a lake of everything with TMDB's daily export of ids, too."
)
@taking(JSON, *PACE, TAKE_OVER)
def verify(
    lake: str | None,
    api: bool,
    against: str | None,
    json: bool,
    rate: str,
    connections: int,
    take_over: bool,
) -> None:
    """Tell whether the lake is what it says it is: objects, counts, hashes, ids, slices, and files that were ingested."""
    with answering(json) as answer:
        import msgspec

        from cinelake.cli.run_command import run_verify_api
        from cinelake.extract.lifecycle import run_async
        from cinelake.lake.opening import open_lake
        from cinelake.verify.imdb_files import verify_ingests
        from cinelake.verify.runs import verify_lake

        settings = read_environment()
        store = open_lake(settings, lake)
        result, proof = verify_lake(store), verify_ingests(store)
        problems = (*result.problems, *proof.problems)
        result = msgspec.structs.replace(result, problems=problems, ingested=proof.files, ingested_bytes=proof.bytes)
        if result.is_sound and not (result.runs or result.slices or result.ingested):
            expected = "a lake that extract or ingest has filled"
            raise IncompleteError(f"lake {store!r}", "there is no run in it", expected, "check --lake")
        if api:
            terms = build_terms(settings, rate, connections, takes_over=take_over)
            compared = run_async(run_verify_api(open_session(settings, lake, terms)))
            problems = (*result.problems, *(problem for each in compared for problem in each.problems))
            titles = len({(each.kind, title_id) for each in compared for title_id in each.ids})
            result = msgspec.structs.replace(result, problems=problems, service_titles=titles)
        if against:
            from cinelake.clock import SystemClock
            from cinelake.verify.export import audit_lake

            audits, differing = run_async(audit_lake(store, settings.export_url, SystemClock()))
            result = msgspec.structs.replace(result, problems=(*result.problems, *differing), audits=audits)
        answer(result, lambda render, console: render.render_verification(console, result))
        if not result.is_sound:
            raise SystemExit(Exit.INCOMPLETE)


@app.command()
@taking(LAKE, JSON)
def status(
    lake: str | None,
    json: bool,
) -> None:
    """Show runs, zones, freshness, and what is unresolved."""
    with answering(json) as answer:
        from cinelake.extract.status import read_status
        from cinelake.lake.opening import open_lake

        store = open_lake(read_environment(), lake)
        result = read_status(store)
        answer(result, lambda render, console: render.render_status(console, result, repr(store)))


@app.command(short_help="Draw the picture of a run as one HTML file.")
@click.argument("run", required=False)
@taking(LAKE)
@click.option("--output", metavar="FILE", help="Where to put it [default: run-DATE-SELECTION.html, here].")
@click.option("--open", "opens", is_flag=True, help="Open it in the browser.")
@taking(JSON)
def report(run: str | None, lake: str | None, output: str | None, opens: bool, json: bool) -> None:
    """Draw the picture of RUN (its date, its selection or both, as `status` shows them; or the newest) as an HTML file."""
    with answering(json) as answer:
        from cinelake.clock import SystemClock
        from cinelake.lake.opening import open_lake
        from cinelake.run_report.collect import find_run, gather_picture
        from cinelake.run_report.html import draw_picture

        store = open_lake(read_environment(), lake)
        key = find_run(store, run)
        picture = gather_picture(store, key, SystemClock().now())
        path = Path(output or f"run-{key.run_on}-{key.selection_id}.html")
        write_file(path, draw_picture(picture))
        answer({"file": str(path), "picture": picture}, lambda render, console: render.render_drawn(console, path))
        if opens:
            click.launch(str(path))


for command in (ingest, build, dashboard, sql, catalog, schedule, prune):
    app.add_command(command)


@app.command(short_help="Plan, extract, refresh and verify against the sandbox.")
@click.option("--films", default=2000, show_default=True, help="Films in the invented catalogue.")
@click.option("--keep", metavar="FOLDER", help="Keep the lake in this folder.")
def demo(
    films: int,
    keep: str | None,
) -> None:
    """Plan and extract into a temporary lake against the built-in sandbox, refresh it a day later, verify; no account."""
    with answering(json=False):
        from cinelake.cli.demo import run_demo

        code = run_demo(films, keep)
        if code is not Exit.DONE:
            raise SystemExit(code)


@app.command(short_help="Serve an offline TMDB with an invented catalogue.")
@click.option("--port", default=0, type=click.IntRange(0, 65535), help="Port on loopback; 0 picks a free one [default: 0].")
@click.option("--films", default=2000, show_default=True, help="Films in the invented catalogue.")
@click.option("--series", default=200, show_default=True, help="Series in the invented catalogue.")
@click.option("--seed", default=1, show_default=True, help="Another seed is another catalogue.")
@click.option("--rate", default=40, show_default=True, help="Requests allowed in any second; 0 for no limit.")
@click.option("--latency-ms", default=0.0, show_default=True, help="Delay of each answer.")
@click.option("--faults", default="", metavar="LIST", help="Such as drift=1,burst502=1,reset=.002,gone=12.")
@click.option("--today", metavar="DATE", help="The day that it is there at first, YYYY-MM-DD [default: today, UTC].")
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
    """Serve an offline TMDB with an invented catalogue until it is interrupted.

    Its days pass when they are told to, and bring titles that change, vanish and appear, for refresh to find:

    \b
      curl -X POST "$TMDB_BASE_URL/__evolve?days=1"

    Begin some days ago (--today), since no run can be of a day that is yet to come; refresh with --run-date then.
    """  # noqa: D301 - click knows the backspace as "leave these lines as they are"
    with answering(json=False):
        from cinelake.cli.demo import build_catalogue, run_sandbox
        from cinelake.selection.parsing import parse_date

        catalogue = build_catalogue(films, series, seed, parse_date("--today", today, is_end=False))
        run_sandbox(catalogue, port=port, rate=rate, latency_ms=latency_ms, faults=faults)


def main() -> None:
    """The command `cinelake`."""
    if sys.stderr is None:  # closed by whoever started it
        sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115 - for as long as the process lives
    # What ends a command by Ctrl-C ends it by SIGTERM: in good order, and with the same exit code.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    app(prog_name="cinelake")
