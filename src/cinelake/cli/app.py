"""The command `cinelake`: its commands by purpose, and the process around them.

Invariant: `--help` starts fast, so each command imports what it needs when it runs.
"""

import os
import signal
import sys
from pathlib import Path

import click

from cinelake import __version__
from cinelake.cli.build import build
from cinelake.cli.catalog import catalog
from cinelake.cli.command_group import CommandGroup
from cinelake.cli.dashboard import dashboard
from cinelake.cli.demo import demo
from cinelake.cli.export import export
from cinelake.cli.extract import extract, refresh
from cinelake.cli.genres import genres
from cinelake.cli.ingest import ingest
from cinelake.cli.plan import plan
from cinelake.cli.prune import prune
from cinelake.cli.report import report
from cinelake.cli.rollback import rollback
from cinelake.cli.sandbox import sandbox
from cinelake.cli.schedule import schedule
from cinelake.cli.sql import sql
from cinelake.cli.status import status
from cinelake.cli.upgrade import upgrade
from cinelake.cli.verify import verify

_EXIT_CODES = (
    ("0", "done and complete"),
    ("2", "usage error"),
    ("3", "incomplete or damaged"),
    ("4", "credentials missing or refused"),
    ("5", "TMDB, AWS or the lake cannot be reached"),
    ("75", "stopped cleanly: run the same command again"),
)
_ENVIRONMENT = (
    ("TMDB_TOKEN", "TMDB's v4 read access token"),
    ("TMDB_API_KEY", "TMDB's v3 API key, used if TMDB_TOKEN is not set"),
    ("TMDB_BASE_URL", "URL of another API server, for example the sandbox"),
    ("TMDB_EXPORT_URL", "URL of another server for the daily id exports"),
    ("CINELAKE_LAKE", "the lake, if --lake is not given"),
    ("CINELAKE_LOG", "json writes each log event as one JSON object"),
)


@click.group(cls=CommandGroup, context_settings={"help_option_names": ["--help", "-h"], "max_content_width": 100})
@click.version_option(__version__, message="%(prog)s %(version)s")
def app() -> None:
    """Download films and series from TMDB into a data lake, and verify that no title is missing.

    Start with `cinelake demo`, which needs no account.
    """


app.add_section("Try it without an account", demo, sandbox)
app.add_section("Download", genres, plan, extract, refresh, ingest)
app.add_section("Check", status, verify, report)
app.add_section("Analyse", build, dashboard, sql, export)
app.add_section("Maintain", prune, upgrade, rollback)
app.add_section("Run on AWS", schedule, catalog)
app.add_note("Environment variables (also read from .env)", _ENVIRONMENT)
app.add_note("Exit codes", _EXIT_CODES)


def main() -> None:
    """Run the command line in this process."""
    if sys.stderr is None:  # closed by the parent process
        sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115 - for as long as the process lives
    # SIGTERM ends a command as Ctrl-C does: cleanly, and with the same exit code.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    app(prog_name="cinelake")
