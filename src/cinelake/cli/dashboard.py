"""The command `cinelake dashboard`: the page about the current tables, written into the lake, opened or served."""

from typing import TYPE_CHECKING

import click

from cinelake.cli.command_setup import open_store, read_environment
from cinelake.cli.layout import say
from cinelake.cli.option_types import WholeNumber
from cinelake.cli.options import JSON, LAKE, describe, with_options
from cinelake.cli.output import answering, name_command
from cinelake.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from rich.console import Console

    from cinelake.dashboard.writer import WrittenDashboard
    from cinelake.lake.store import Store


@click.command()
@with_options(LAKE)
@click.option("--open", "opens", is_flag=True, help="Open the page in the browser.")
@click.option("--serve", is_flag=True, help="Serve the page on this machine until Ctrl-C.")
@click.option("--port", type=WholeNumber(0, 65535), metavar="N", help=describe("Port for --serve.", "a free port"))
@with_options(JSON)
def dashboard(lake: str | None, opens: bool, serve: bool, port: int | None, json: bool) -> None:
    """Write the dashboard as one HTML file.

    Writes Dashboard/index.html into the lake, from the tables of the last build. The page is self-contained and works
    offline.
    """
    with answering(json) as answer:
        if port is not None and not serve:
            raise UsageError("--port needs --serve", hint="add --serve, or remove --port")
        from cinelake.clock import SystemClock

        if opens and not serve:
            _expect_folder(lake)
        store = open_store(lake)
        build, key = _import_build()
        drawn = build(store, SystemClock())
        document = {
            "file": key,
            "version": drawn.version,
            "titles": drawn.titles,
            "kept": drawn.kept,
            "bytes": drawn.bytes,
            "seconds": drawn.seconds,
        }
        follow_up = name_command("sql", "SHOW TABLES", lake=lake)
        if not serve:
            answer(document, lambda console: _render(console, drawn, f"{store!r}/{key}"), next_command=follow_up)
            if opens:
                click.launch(_find_file(store, key).as_uri())
            return

        def announce(url: str) -> None:
            answer(document | {"url": url}, lambda console: _render(console, drawn, f"{url} (press Ctrl-C to stop)"))
            if opens:
                click.launch(url)

        _serve(store, key, port or 0, announce)


def _import_build() -> "tuple[Callable[..., WrittenDashboard], str]":
    try:
        from cinelake.dashboard.writer import DASHBOARD, build_dashboard
    except ImportError as error:
        raise UsageError("cannot start DuckDB", cause=str(error), hint="reinstall cinelake") from error
    return build_dashboard, DASHBOARD


def _expect_folder(lake: str | None) -> None:
    """Refuse a lake that is not a folder, before anything is read.

    Raises:
        UsageError: it is in a bucket.
    """
    url = lake or read_environment().lake or ""
    if url.startswith("s3:"):
        raise _refuse_opening(url)


def _refuse_opening(lake: str) -> UsageError:
    return UsageError(f'cannot open a file of "{lake}"', hint="use --serve --open: this lake is not a folder")


def _find_file(store: "Store", key: str) -> "Path":
    """The path of the page for a browser.

    Raises:
        UsageError: the lake is not a folder.
    """
    from cinelake.lake.stores.local_store import LocalStore

    if not isinstance(store, LocalStore):
        raise _refuse_opening(repr(store))
    return store.root.absolute() / key


def _serve(store: "Store", key: str, port: int, announce: "Callable[[str], None]") -> None:
    from cinelake.dashboard.serve import serve_page

    stored = store.read(key)
    serve_page(stored.data if stored else b"", port, announce)


def _render(console: "Console", drawn: "WrittenDashboard", address: str) -> None:
    sample = f" (a sample of the {drawn.titles:,} in the lake)" if drawn.kept < drawn.titles else ""
    cost = f"{drawn.bytes / 1e6:.1f} MB, {drawn.seconds:,.1f} s"
    say(console, f"version {drawn.version}: {drawn.kept:,} titles{sample}, {cost}: {address}")
