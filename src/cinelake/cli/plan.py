"""The command `plan`: what `extract` or `refresh` would do now, and what that takes."""

from typing import Any

import click

from cinelake.cli.command_setup import build_terms, read_environment
from cinelake.cli.options import JSON, LAKE, PACE, RUN_DATE, SELECTION, taking
from cinelake.cli.output import answering


@click.command(short_help="Estimate what an extraction or a refresh takes.")
@taking(*SELECTION, LAKE, JSON, *PACE, RUN_DATE)
@click.option("--refresh", "is_refresh", is_flag=True, help="Estimate a refresh instead of an extraction.")
def plan(
    lake: str | None,
    json: bool,
    rate: str,
    connections: int,
    run_date: str | None,
    is_refresh: bool,
    **selection: Any,
) -> None:
    """Estimate what `extract`, or with --refresh `refresh`, takes now: requests, time, files and size.

    It fetches counts and, for a refresh, the change feed. It does not change the lake.
    """
    with answering(json) as answer:
        from cinelake.cli.plan_request import describe_planned, plan_request
        from cinelake.clock import SystemClock
        from cinelake.extract.lifecycle import run_async
        from cinelake.extract.planning.decision import ExtractRequest, RefreshRequest
        from cinelake.lake.opening import open_lake
        from cinelake.selection.parsing import parse_date, parse_selection

        settings, selected = read_environment(), parse_selection(**selection)
        terms, run_on = build_terms(settings, rate, connections), parse_date("--run-date", run_date, is_end=False)
        request = RefreshRequest(selected, run_on) if is_refresh else ExtractRequest(selected, run_on)
        store = open_lake(settings, lake) if is_refresh or lake or settings.lake else None
        planned = run_async(plan_request(settings, request, terms, SystemClock(), store))
        document = describe_planned(planned, terms.rate)
        answer(document, lambda render, console: render.render_planned(console, planned, terms.rate))
