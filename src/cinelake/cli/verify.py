"""The command `cinelake verify`: whether the lake is complete and unaltered."""

from typing import TYPE_CHECKING

import click

from cinelake.cli.command_setup import read_environment
from cinelake.cli.layout import count_things, format_size, new_facts, new_table, say
from cinelake.cli.option_types import OneOf
from cinelake.cli.options import JSON, LAKE, RATE, TAKE_OVER, with_options
from cinelake.cli.output import answering, name_command
from cinelake.errors import IncompleteError
from cinelake.exit_codes import Exit

if TYPE_CHECKING:
    from rich.console import Console

    from cinelake.lake.store import Store
    from cinelake.settings import Settings
    from cinelake.verify.results import Verification


@click.command()
@with_options(LAKE)
@click.option("--api", is_flag=True, help="Also compare with what TMDB lists now.")
@click.option(
    "--against",
    type=OneOf(["export"]),
    metavar="export",
    help="Also compare with TMDB's daily id export. Needs a run of all titles.",
)
@with_options(JSON, *RATE, TAKE_OVER)
def verify(
    lake: str | None,
    api: bool,
    against: str | None,
    json: bool,
    rate: str,
    connections: int,
    take_over: bool,
) -> None:
    """Check that the lake is complete and unaltered.

    Reads every object and checks counts, SHA-256 hashes, ids, slices, and IMDb files. Sends no requests to TMDB without
    --api or --against. Exits with code 3 if it finds a problem.
    """
    with answering(json) as answer:
        import msgspec

        from cinelake.lake.stores.opening import open_lake
        from cinelake.verify.imdb_files import verify_ingests
        from cinelake.verify.runs import verify_lake

        settings = read_environment()
        store = open_lake(settings, lake)
        result, proof = verify_lake(store), verify_ingests(store)
        problems = (*result.problems, *proof.problems)
        result = msgspec.structs.replace(result, problems=problems, ingested=proof.files, ingested_bytes=proof.bytes)
        if result.is_verified and not (result.runs or result.slices or result.ingested):
            hint = "check --lake, or run `cinelake extract` first"
            raise IncompleteError(f'no run in lake "{store!r}"', hint=hint, subject=repr(store))
        if api:
            result = _compare_api(result, settings, lake, rate, connections, take_over=take_over)
        if against:
            result = _compare_export(result, store, settings)
        follow_up = name_command("build", lake=lake) if result.is_verified else ""
        answer(result, lambda console: render_verification(console, result), next_command=follow_up)
        if not result.is_verified:
            raise SystemExit(Exit.INCOMPLETE)


def _compare_api(
    result: "Verification", settings: "Settings", lake: str | None, rate: str, connections: int, *, take_over: bool
) -> "Verification":
    """The result with the problems that a comparison with TMDB's lists adds."""
    import msgspec

    from cinelake.cli.run_command import run_verify_api
    from cinelake.cli.run_setup import build_terms, open_session
    from cinelake.concurrency import run_async

    terms = build_terms(settings, rate, connections, takes_over=take_over)
    compared = run_async(run_verify_api(open_session(settings, lake, terms)))
    problems = (*result.problems, *(problem for each in compared for problem in each.problems))
    titles = len({(each.kind, title_id) for each in compared for title_id in each.ids})
    return msgspec.structs.replace(result, problems=problems, tmdb_titles=titles)


def _compare_export(result: "Verification", store: "Store", settings: "Settings") -> "Verification":
    """The result with the problems that a comparison with TMDB's daily id export adds."""
    import msgspec

    from cinelake.clock import SystemClock
    from cinelake.concurrency import run_async
    from cinelake.verify.export import audit_lake

    audits, differing = run_async(audit_lake(store, settings.export_url, SystemClock()))
    return msgspec.structs.replace(result, problems=(*result.problems, *differing), audits=audits)


def render_verification(console: "Console", result: "Verification") -> None:
    """Print each problem, what to do about it, and what was checked."""
    from cinelake.lake.problems import list_hints

    for problem in result.problems:
        say(console, f"{problem.kind}: {problem.where}\n  {problem.detail}")
    if result.problems:
        advice = new_table("problem", "what to do")
        for kinds, what in list_hints(result.problems):
            advice.add_row(kinds, what)
        console.print(advice)
    facts = new_facts()
    facts.add_row("runs", f"{result.runs:,} with {count_things(result.slices, 'committed slice')}")
    facts.add_row("files", f"{result.batches:,} ({format_size(result.bytes)}), each read, counted and hashed")
    facts.add_row("records", f"{result.records:,} for {result.distinct_ids:,} titles; {result.gone:,} gone")
    if result.ingested:
        facts.add_row("IMDb files", f"{result.ingested:,} ({format_size(result.ingested_bytes)}), each read and hashed")
    if result.tmdb_titles is not None:
        facts.add_row("TMDB", f"lists {result.tmdb_titles:,} titles now")
    for audit in result.audits:
        explained = f"{audit.excluded:,} adult or video, {audit.gone:,} gone, {audit.quarantined:,} quarantined"
        differing = f"{audit.missing:,} not in the lake, {audit.surplus:,} only in the lake"
        facts.add_row("id export", f"{audit.export}: {audit.listed:,} titles; {explained}; {differing}")
    verdict = (
        "[green]verified[/green]"
        if result.is_verified
        else f"[red]{count_things(len(result.problems), 'problem')}[/red], listed above"
    )
    facts.add_row("result", verdict)
    console.print(facts)
