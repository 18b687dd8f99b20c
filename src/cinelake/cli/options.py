"""The options that several commands share, with their help; each tuple is in the order of `--help`."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from cinelake.cli.option_types import WholeNumber
from cinelake.selection.limits import MAX_REMOVALS, TOLERANCE, format_share

_F = TypeVar("_F", bound=Callable[..., Any])


def describe(text: str, default: str) -> str:
    """The help of an option whose default is not a plain value."""
    return f"{text}  [default: {default}]"


LAKE = click.option(
    "--lake", metavar="URL", help=describe("Folder or s3://bucket/prefix that holds the lake.", "CINELAKE_LAKE")
)
JSON = click.option("--json", is_flag=True, help="Print one JSON document instead of tables.")
TAKE_OVER = click.option(
    "--take-over", is_flag=True, help="Take over the lease of another process. Use it only if that process has ended."
)
SELECTION = (
    click.option(
        "--genre",
        multiple=True,
        metavar="NAME|ID",
        help=describe(
            "Genre by English or Portuguese name or by id. Repeat the option or separate genres with commas.", "all titles"
        ),
    ),
    click.option("--media", default="movie", metavar="movie|series", show_default=True, help="Kind of title."),
    click.option(
        "--from",
        "since",
        metavar="DATE",
        help="Earliest release date, YYYY-MM-DD or YYYY. Excludes titles without a date.",
    ),
    click.option(
        "--to", "until", metavar="DATE", help="Latest release date, YYYY-MM-DD or YYYY. Excludes titles without a date."
    ),
    click.option(
        "--append",
        metavar="LIST|none",
        help=describe(
            "Parts to append to each record, separated by commas. Series also accept season/N (stored in Raw only).",
            "credits,keywords,release_dates,external_ids; for series credits,keywords,content_ratings,external_ids",
        ),
    ),
    click.option("--include-adult", is_flag=True, help="Include adult titles."),
    click.option("--include-video", is_flag=True, help="Include titles that TMDB marks as video."),
)
RATE = (
    click.option(
        "--rate",
        default="40",
        show_default=True,
        metavar="N",
        help="Requests per second, at most 50. A server on this machine may get more, or `unlimited`.",
    ),
    click.option(
        "--connections",
        default=20,
        show_default=True,
        type=WholeNumber(),
        metavar="N",
        help="Open connections, at most 20.",
    ),
)
LIST = click.option(
    "--list",
    "source",
    metavar="SOURCE",
    help=describe(
        "Where to read which titles there are: `export` (TMDB's daily id export, for all titles only) or `discover`.",
        "export for all titles, with discover every 30 days; else discover",
    ),
)
LIMITS = (
    click.option(
        "--tolerance",
        default=format_share(TOLERANCE),
        show_default=True,
        metavar="SHARE",
        help="Share of a slice's titles that TMDB may count without listing them.",
    ),
    click.option(
        "--max-removals",
        default=format_share(MAX_REMOVALS),
        show_default=True,
        metavar="SHARE",
        help="Share of the stored titles that a run may remove because TMDB deleted them or they left the selection.",
    ),
    click.option("--allow-removals", is_flag=True, help="Allow more removals than --max-removals."),
)
DEADLINE = click.option(
    "--deadline", metavar="TIME", help="Stop cleanly before this much time has passed, for example 14m."
)
VERBOSE = click.option("--verbose", "-v", is_flag=True, help="Log each slice.")
RUN_DATE = click.option("--run-date", metavar="DATE", help=describe("Date of the run, YYYY-MM-DD.", "today in UTC"))


def with_options(*options: Callable[[_F], _F]) -> Callable[[_F], _F]:
    """Several options as one decorator, in the order of `--help`."""

    def decorate(command: _F) -> _F:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate
