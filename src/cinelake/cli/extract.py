"""Owns the commands that bring records into Raw: `extract` gets all of a selection, `refresh` what is due of it."""

from typing import TYPE_CHECKING, Any

import click

from cinelake.cli.command_setup import build_terms, open_session, read_environment
from cinelake.cli.options import DEADLINE, JSON, LAKE, LIMITS, PACE, RUN_DATE, SELECTION, TAKE_OVER, VERBOSE, taking
from cinelake.cli.output import answering
from cinelake.exit_codes import Exit

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from cinelake.extract.planning.decision import RunRequest
    from cinelake.selection.selection import Selection

    BuildRequest = Callable[[Selection, date | None], RunRequest]

_SELECTED = {"genre", "media", "since", "until", "append", "include_adult", "include_video"}


@click.command(short_help="Get every title of the selection into Raw.")
@taking(*SELECTION, LAKE, JSON, *PACE, RUN_DATE, TAKE_OVER, DEADLINE)
@click.option("--fresh", is_flag=True, help="Begin a new run though one of a former day is unfinished.")
@taking(*LIMITS, VERBOSE)
def extract(fresh: bool, **words: Any) -> None:
    """Get every title of the selection into Raw; goes on by itself where a former run was stopped."""
    from cinelake.extract.planning.decision import ExtractRequest

    _run(words, lambda selection, run_on: ExtractRequest(selection, run_on, fresh))


@click.command(short_help="Bring a selection that was extracted up to now.")
@taking(*SELECTION, LAKE, JSON, *PACE, RUN_DATE, TAKE_OVER, DEADLINE)
@click.option(
    "--oldest",
    type=click.IntRange(min=0),
    metavar="N",
    help="How many of the oldest records to get again [default: a 150th of all].",
)
@click.option(
    "--max-age",
    type=click.IntRange(1, 180),
    default=170,
    show_default=True,
    metavar="DAYS",
    help="Get every record again that is older.",
)
@taking(*LIMITS, VERBOSE)
def refresh(oldest: int | None, max_age: int, **words: Any) -> None:
    """Bring a selection that was extracted up to now, at a fraction of the cost.

    Lists it anew, and fetches what is new, what has changed since the watermark, and the oldest records; writes that into
    Raw under its own date, and says which titles are gone. Once a day is enough: a second time that day does nothing.
    """
    from cinelake.extract.planning.decision import RefreshRequest

    _run(words, lambda selection, run_on: RefreshRequest(selection, run_on, oldest, max_age))


def _run(words: dict[str, Any], build_request: "BuildRequest") -> None:
    """Do what the request asks for, and report on the run."""
    with answering(words["json"]) as answer:
        from cinelake.cli.run_command import run_extract
        from cinelake.extract.lifecycle import run_async
        from cinelake.selection.parsing import parse_date, parse_duration, parse_limits, parse_selection

        settings = read_environment()
        selected = parse_selection(**{name: words[name] for name in _SELECTED})
        deadline_s = parse_duration(words["deadline"]) if words["deadline"] else None
        terms = build_terms(
            settings, words["rate"], words["connections"], deadline_s=deadline_s, takes_over=words["take_over"]
        )
        run_on = parse_date("--run-date", words["run_date"], is_end=False)
        limits = parse_limits(words["tolerance"], words["max_removals"], allows_removals=words["allow_removals"])
        session = open_session(settings, words["lake"], terms, is_verbose=words["verbose"])
        report = run_async(run_extract(session, build_request(selected, run_on), limits=limits))
        answer(report, lambda render, console: render.render_report(console, report))
        if not report.is_complete:
            raise SystemExit(Exit.INCOMPLETE)
