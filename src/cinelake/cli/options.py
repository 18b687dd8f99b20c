"""Owns the options that several commands share: their words and their help, in the order of `--help`."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

_F = TypeVar("_F", bound=Callable[..., Any])
LAKE = click.option("--lake", metavar="URL", help="A folder or s3://bucket/prefix [default: CINELAKE_LAKE].")
JSON = click.option("--json", is_flag=True, help="Print one JSON document instead of tables.")
TAKE_OVER = click.option("--take-over", is_flag=True, help="Take the lease from a process that is known to be dead.")
SELECTION = (
    click.option(
        "--genre", multiple=True, metavar="NAME|ID", help="Name (English or Portuguese) or id; repeat for more; none: all."
    ),
    click.option("--media", default="movie", metavar="movie|series", show_default=True, help="The kind of title."),
    click.option(
        "--from", "since", metavar="DATE", help="First release day, YYYY-MM-DD or YYYY. Leaves undated titles out."
    ),
    click.option("--to", "until", metavar="DATE", help="Last release day, YYYY-MM-DD or YYYY. Leaves undated titles out."),
    click.option(
        "--append",
        metavar="LIST|none",
        help="Parts of each record [default: credits,keywords,release_dates,external_ids; for series "
        "credits,keywords,content_ratings,external_ids]. Series also have season/N: kept in Raw, in no table.",
    ),
    click.option("--include-adult", is_flag=True, help="Include adult titles."),
    click.option("--include-video", is_flag=True, help="Include titles marked as video."),
)
PACE = (
    click.option(
        "--rate", default="40", show_default=True, metavar="N", help="Requests a second; unlimited only on this machine."
    ),
    click.option("--connections", default=20, show_default=True, metavar="N", help="Connections at a time, at most 20."),
)
LIMITS = (
    click.option(
        "--tolerance", default="0.1%", show_default=True, metavar="SHARE", help="Share of a slice that may stay unproven."
    ),
    click.option(
        "--max-removals",
        default="5%",
        show_default=True,
        metavar="SHARE",
        help="Share of the titles held that may be found gone or out of the selection.",
    ),
    click.option("--allow-removals", is_flag=True, help="Believe it though more are."),
)
DEADLINE = click.option("--deadline", metavar="TIME", help="Stop in good order before this time is over, such as 14m.")
VERBOSE = click.option("--verbose", "-v", is_flag=True, help="Log each slice.")
RUN_DATE = click.option("--run-date", metavar="DATE", help="Date of the run, YYYY-MM-DD [default: today, UTC].")


def taking(*options: Callable[[_F], _F]) -> Callable[[_F], _F]:
    """Several options as one decorator, in the order of `--help`."""

    def decorate(command: _F) -> _F:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate
