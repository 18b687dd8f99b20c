"""Owns the command `cinelake dashboard`: the page of what is current, written into the lake, opened or served."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cinelake.cli.options import JSON, LAKE, taking
from cinelake.cli.output import answering
from cinelake.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from cinelake.dashboard.writer import Drawn
    from cinelake.lake.store import Store


@click.command(short_help="Draw what the tables say as one HTML file.")
@taking(LAKE)
@click.option("--open", "opens", is_flag=True, help="Open it in the browser.")
@click.option("--serve", is_flag=True, help="Serve it on this machine until Ctrl-C.")
@click.option("--port", type=click.IntRange(0, 65535), metavar="N", help="Where to serve it [default: a free one].")
@taking(JSON)
def dashboard(lake: str | None, opens: bool, serve: bool, port: int | None, json: bool) -> None:
    """Draw what Refined says as Dashboard/index.html in the lake: one file that asks nobody for anything."""
    with answering(json) as answer:
        if port is not None and not serve:
            raise UsageError("--port", "nothing is served", "--serve beside it", "add --serve, or leave --port out")
        from cinelake.clock import SystemClock
        from cinelake.lake.opening import open_lake
        from cinelake.settings import read_settings

        store = open_lake(read_settings(Path.cwd()), lake)
        build, key = _import_build()
        if opens and not serve:
            _find_file(store, key)  # told before the work, not after it
        drawn = build(store, SystemClock())
        document = {
            "file": key,
            "version": drawn.version,
            "titles": drawn.titles,
            "kept": drawn.kept,
            "bytes": drawn.bytes,
            "seconds": drawn.seconds,
        }
        if not serve:
            answer(document, lambda _, console: _print(console.print, drawn, f"{store!r}/{key}"))
            if opens:
                click.launch(_find_file(store, key).as_uri())
            return

        def tell(url: str) -> None:
            answer(document | {"url": url}, lambda _, console: _print(console.print, drawn, f"{url} (Ctrl-C ends it)"))
            if opens:
                click.launch(url)

        _serve(store, key, port or 0, tell)


def _import_build() -> "tuple[Callable[..., Drawn], str]":
    try:
        from cinelake.dashboard.writer import DASHBOARD, build_dashboard
    except ImportError as error:
        raise UsageError(
            "dashboard", "DuckDB is not installed", "the query engine", "pip install 'cinelake[refine]'"
        ) from error
    return build_dashboard, DASHBOARD


def _find_file(store: "Store", key: str) -> Path:
    """Where a browser finds the page.

    Raises:
        UsageError: the lake is no folder.
    """
    from cinelake.lake.local_store import LocalStore

    if not isinstance(store, LocalStore):
        raise UsageError("--open", f"lake {store!r} is no folder", "a file that a browser opens", "add --serve")
    return store.root.absolute() / key


def _serve(store: "Store", key: str, port: int, tell: "Callable[[str], None]") -> None:
    from cinelake.dashboard.serve import serve_page

    stored = store.read(key)
    serve_page(stored.data if stored else b"", port, tell)


def _print(write: "Callable[..., None]", drawn: "Drawn", place: str) -> None:
    sampled = f" (a sample of {drawn.titles:,}: the page says so)" if drawn.kept < drawn.titles else ""
    cost = f"{drawn.bytes / 1e6:.1f} MB, {drawn.seconds:,.1f} s"
    write(
        f"version {drawn.version}: {drawn.kept:,} titles{sampled}, {cost}: {place}",
        markup=False,
        highlight=False,
        soft_wrap=True,
    )
