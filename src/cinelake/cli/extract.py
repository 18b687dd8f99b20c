"""The commands that download titles into Raw: `extract` fetches all titles of a selection, `refresh` what changed."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from cinelake.cli.command_setup import read_environment
from cinelake.cli.layout import count_things, format_ids, format_size, new_facts, say
from cinelake.cli.option_types import WholeNumber
from cinelake.cli.options import (
    DEADLINE,
    JSON,
    LAKE,
    LIMITS,
    LIST,
    RATE,
    RUN_DATE,
    SELECTION,
    TAKE_OVER,
    VERBOSE,
    describe,
    with_options,
)
from cinelake.cli.output import answering, name_command, repeat_command
from cinelake.cli.run_setup import build_terms, open_session
from cinelake.errors import UsageError
from cinelake.exit_codes import Exit
from cinelake.selection.limits import PRUNE_AFTER_DAYS, REFETCH_AFTER_DAYS, ROTATION_DAYS

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from rich.console import Console

    from cinelake.extract.feed.documents import FeedReport
    from cinelake.extract.lifecycle import Session
    from cinelake.extract.planning.decision import RunRequest
    from cinelake.extract.run_documents import ListingProof, RunReport
    from cinelake.selection.limits import Limits
    from cinelake.selection.listing_source import ListingSource
    from cinelake.selection.selection import Selection

    BuildRequest = Callable[[Selection, date | None, ListingSource | None], RunRequest]

_REMOVED = {
    "gone": "deleted from TMDB",
    "merged": "merged into other titles",
    "moved": "moved to other slices",
    "left": "no longer in the selection",
}
_SELECTED = {"genre", "media", "since", "until", "append", "include_adult", "include_video"}


@click.command()
@with_options(*SELECTION, LAKE, JSON, *RATE, RUN_DATE, TAKE_OVER, DEADLINE)
@click.option("--fresh", is_flag=True, help="Start a new run even if an earlier one is unfinished.")
@with_options(LIST, *LIMITS, VERBOSE)
def extract(fresh: bool, **words: Any) -> None:
    """Download every title of a selection.

    Writes the records to Raw. If an earlier run was interrupted, continues it and fetches nothing twice.
    """
    from cinelake.extract.planning.decision import ExtractRequest

    def build(selection: "Selection", run_on: "date | None", source: "ListingSource | None") -> ExtractRequest:
        return ExtractRequest(selection, run_on, fresh, source)

    _run(words, build, next_command="verify")


@click.command()
@with_options(*SELECTION, LAKE, JSON, *RATE, RUN_DATE, TAKE_OVER, DEADLINE)
@click.option(
    "--oldest",
    type=WholeNumber(0),
    metavar="N",
    help=describe("Number of the oldest records to fetch again.", f"1/{ROTATION_DAYS} of all"),
)
@click.option(
    "--max-age",
    type=WholeNumber(1, PRUNE_AFTER_DAYS),
    default=REFETCH_AFTER_DAYS,
    show_default=True,
    metavar="DAYS",
    help=f"Fetch again every record older than this many days, from 1 to {PRUNE_AFTER_DAYS}.",
)
@click.option(
    "--feed-only", is_flag=True, help="Fetch only stored titles that TMDB's change feed has named since the last reading."
)
@with_options(LIST, *LIMITS, VERBOSE)
def refresh(oldest: int | None, max_age: int, feed_only: bool, **words: Any) -> None:
    """Update a selection: fetch what is new or has changed.

    Lists the selection again and fetches new titles, titles that changed since the last complete run, and the oldest
    records. Writes them to Raw under the date of this run, and reports titles that TMDB deleted or that left the selection.
    Run it once a day. A second refresh on the same day only asks for the date. All titles are listed from TMDB's daily id
    export; every 30 days also from discover, as proof.

    With --feed-only, lists nothing, finds no new titles, and does not count as a refresh. Use it between two refreshes, for
    example every hour.
    """
    if feed_only:
        _run_feed(words, oldest)
        return
    from cinelake.extract.planning.decision import RefreshRequest

    def build(selection: "Selection", run_on: "date | None", source: "ListingSource | None") -> RefreshRequest:
        return RefreshRequest(selection, run_on, oldest, max_age, source=source)

    _run(words, build, next_command="build")


def _run(words: dict[str, Any], build_request: "BuildRequest", *, next_command: str) -> None:
    """Do what the request asks for, and report on the run."""
    with answering(words["json"]) as answer:
        from cinelake.cli.run_command import run_extract
        from cinelake.concurrency import run_async
        from cinelake.selection.listing_source import parse_source

        asked = _parse(words)
        request = build_request(asked.selection, asked.run_on, parse_source(words["source"]))
        report = run_async(run_extract(asked.session, request, limits=asked.limits))
        follow_up = name_command(next_command, lake=words["lake"]) if report.is_complete else repeat_command()
        answer(report, lambda console: render_report(console, report), next_command=follow_up)
        if not report.is_complete:
            raise SystemExit(Exit.INCOMPLETE)


def _run_feed(words: dict[str, Any], oldest: int | None) -> None:
    """Refresh from the change feed alone, and report on it."""
    with answering(words["json"]) as answer:
        from cinelake.cli.run_command import run_feed_only
        from cinelake.concurrency import run_async

        if words["source"] is not None or oldest is not None:
            hint = "remove --list and --oldest: a feed-only refresh neither lists titles nor fetches old records"
            raise UsageError("--feed-only cannot be combined with --list or --oldest", hint=hint)
        asked = _parse(words)
        report = run_async(run_feed_only(asked.session, asked.selection, asked.run_on, limits=asked.limits))
        follow_up = name_command("build", lake=words["lake"]) if report.is_complete else repeat_command()
        answer(report, lambda console: render_feed_report(console, report), next_command=follow_up)
        if not report.is_complete:
            raise SystemExit(Exit.INCOMPLETE)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the options of `extract` and `refresh` have in common, parsed."""

    session: "Session"
    selection: "Selection"
    run_on: "date | None"
    limits: "Limits"


def _parse(words: dict[str, Any]) -> _Asked:
    """Parse the options.

    Raises:
        UsageError: one is invalid.
    """
    from cinelake.selection.parsing import parse_date, parse_duration, parse_limits, parse_selection

    settings = read_environment()
    selected = parse_selection(**{name: words[name] for name in _SELECTED})
    deadline_s = parse_duration(words["deadline"]) if words["deadline"] else None
    terms = build_terms(settings, words["rate"], words["connections"], deadline_s=deadline_s, takes_over=words["take_over"])
    run_on = parse_date("--run-date", words["run_date"], is_end=False)
    limits = parse_limits(words["tolerance"], words["max_removals"], allows_removals=words["allow_removals"])
    return _Asked(open_session(settings, words["lake"], terms, is_verbose=words["verbose"]), selected, run_on, limits)


def render_feed_report(console: "Console", report: "FeedReport") -> None:
    """Print the summary of a feed-only refresh."""
    facts = new_facts()
    facts.add_row("feed", f"{report.since} to {report.run_on}, {report.selection.id}")
    facts.add_row("state", "complete" if report.is_complete else "[red]incomplete[/red]")
    facts.add_row("named", f"{report.named:,} titles that were not named before; {report.titles:,} of them are stored")
    facts.add_row("titles", f"{report.records:,} fetched, {report.gone:,} deleted from TMDB")
    facts.add_row("quarantined", format_ids(report.quarantined))
    facts.add_row("files", f"{report.batches:,}, {format_size(report.bytes)}")
    facts.add_row("requests", f"{report.requests:,} in {report.seconds:,.1f} s")
    console.print(facts)


def _describe_proof(proof: "ListingProof") -> str:
    """How the id export and discover differ."""
    counts = f"{proof.export} lists {proof.in_export:,} titles, discover {proof.in_discover:,}"
    return f"{counts}; only in the export: {proof.only_in_export:,}, only in discover: {proof.only_in_discover:,}"


def render_report(console: "Console", report: "RunReport") -> None:
    """Print the summary of a run: each slice that lacks titles, then the run as a whole."""
    for line in report.slices:
        if not line.is_complete or line.unproven:
            counts = f"TMDB counts {line.total:,}, listed {line.listed:,}, fetched {line.records:,}, gone {line.gone:,}"
            say(console, f"{line.slice}: {counts}, unproven {line.unproven:,}; quarantined: {format_ids(line.quarantined)}")
    facts = new_facts()
    facts.add_row("run", f"{report.run_on} {report.selection.id}")
    facts.add_row("state", "complete" if report.is_complete else "[red]incomplete[/red]")
    if report.reason_incomplete:
        facts.add_row("reason", report.reason_incomplete)
    facts.add_row("titles", f"{report.records + report.kept:,}: {report.records:,} fetched, {report.kept:,} unchanged")
    source = f" from {report.export}" if report.export else ""
    facts.add_row("listed", f"{report.titles:,} in {count_things(len(report.slices), 'slice')}{source}")
    if (proof := report.proof) is not None:
        facts.add_row("proof", _describe_proof(proof))
    facts.add_row("files", f"{report.batches:,}, {format_size(report.bytes)}")
    if report.tombstones:
        facts.add_row(
            "removed", ", ".join(f"{count:,} {_REMOVED.get(reason, reason)}" for reason, count in report.tombstones.items())
        )
    facts.add_row("gone", f"{report.gone:,} (listed by TMDB, but answered with 404)")
    facts.add_row("quarantined", f"{report.quarantined:,}")
    facts.add_row("unproven", f"{report.unproven:,} (counted by TMDB, but in none of its lists)")
    rate = f" ({report.requests / report.seconds:,.1f} per second)" if report.seconds else ""
    facts.add_row(
        "requests",
        f"{report.requests:,} in {report.seconds:,.1f} s{rate}; {report.refused:,} refused, {report.retried:,} retried",
    )
    console.print(facts)
