"""The sentences and figures of the page about one run. Values in, plain text out.

Invariant: nothing here is HTML.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from statistics import median
from typing import NamedTuple

from cinelake.run_report.formats import NONE, count, format_dollars, format_duration, format_instant, format_share
from cinelake.run_report.values import RunCost, RunSummary


class Figure(NamedTuple):
    """One number of the overview: its label, its value, and a note to compare it with."""

    label: str
    value: str
    note: str


def describe_verdict(run: RunSummary) -> str:
    """The result of the run; if something is missing, how much, and what to do."""
    slices = run.slices
    stored = sum(s.stored for s in slices)
    missing = _describe_missing(run)
    result = f"{count(stored, 'title')} of {count(len(slices), 'slice')} stored, {sum(s.gone for s in slices):,} gone"
    match run.state:
        case "complete":
            return f"Complete: {result}{missing}."
        case "incomplete":
            return f"Incomplete: {result}{missing}. Run the same command to try again."
        case _:
            committed = sum(s.state in ("complete", "incomplete") for s in slices)
            of_slices = f"{committed:,} of {count(len(slices), 'slice')} committed"
            of_titles = f"{stored:,} of {count(sum(s.expected for s in slices), 'title')} stored"
            return f"Unfinished: {of_slices}, {of_titles}{missing}. Run the same command to continue."


def describe_rate(run: RunSummary) -> str:
    """The working time and request rate of the run, with refused and failed requests."""
    if not run.processes or not run.seconds:
        return "The request rate is unknown."
    limit = "no limit" if run.rate_limit is None else f"limit {run.rate_limit:g}"
    rate = f"{format_duration(run.seconds)} at {run.requests / run.seconds:,.1f} requests per second ({limit})"
    troubles = (("refused", run.refused), ("failed", run.failed))
    parts = (f"{n:,} {what} ({format_share(n, run.requests)})" if n else f"none {what}" for what, n in troubles)
    return f"{rate}; {', '.join(parts)}."


def list_figures(run: RunSummary) -> list[Figure]:
    """The numbers of the overview, in reading order."""
    stored, expected = sum(s.stored for s in run.slices), sum(s.expected for s in run.slices)
    return [
        Figure("titles stored", f"{stored:,}", f"of {expected:,} counted"),
        *(_list_traced_figures(run) if run.processes else [Figure("requests", NONE, "no process recorded a trace")]),
        Figure("cost on AWS", format_dollars(run.cost.dollars), "measured" if run.cost.is_measured else "estimated"),
    ]


def describe_requests(run: RunSummary) -> str:
    """The chart of requests, in words."""
    limit = "there was no limit" if run.rate_limit is None else f"the limit was {run.rate_limit:g}"
    sent = _describe_range(run.timeline.sent, 1, " per second")
    return f"{sent}; {run.busiest_second:,} in the busiest second; {limit}."


def describe_latency(run: RunSummary) -> str:
    """The chart of latencies, in words."""
    timeline = run.timeline
    if not any(value is not None for value in timeline.p50):
        return "No request was answered."
    medians, tails = _describe_range(timeline.p50, 0, " ms"), _describe_range(timeline.p99, 0, " ms")
    return f"Half of the responses arrived within {medians}, and 99 of 100 within {tails}."


def describe_trouble(run: RunSummary) -> str:
    """The chart of refused and failed requests, in words."""
    timeline = run.timeline
    if not any(timeline.refused) and not any(timeline.failed):
        return "No request was refused, and none failed."
    refused = _describe_times("refused", run.refused, timeline.at, timeline.refused)
    return f"{refused[0].upper()}{refused[1:]}; {_describe_times('failed', run.failed, timeline.at, timeline.failed)}."


def describe_cost(run: RunSummary) -> str:
    """Whether the cost was measured, and how."""
    on_aws = sum(p.memory_mb is not None for p in run.processes)
    if run.cost.is_measured:
        processes = count(len(run.processes), "process")
        return f"Measured: {on_aws:,} of {processes} ran on AWS. List prices of us-east-1."
    return "Estimated for a function with 512 MB: no process of this run ran on AWS. List prices of us-east-1."


def list_costs(cost: RunCost) -> list[tuple[str, str, str]]:
    """The parts of the cost: AWS service, amount used, and dollars."""
    return [
        ("Lambda", f"{cost.gb_seconds:,.0f} GB-seconds", format_dollars(cost.lambda_dollars)),
        ("S3", f"{cost.puts:,} writes", format_dollars(cost.puts_dollars)),
    ]


def _describe_missing(run: RunSummary) -> str:
    quarantined, unproven = sum(s.quarantined for s in run.slices), sum(s.unproven for s in run.slices)
    where = count(sum(bool(s.quarantined or s.unproven) for s in run.slices), "slice")
    parts = [f"{count(quarantined, 'title')} could not be fetched"] if quarantined else []
    parts += [f"TMDB counts {unproven:,} more than it lists"] if unproven else []
    return f"; {', '.join(parts)} (in {where})" if parts else ""


def _describe_times(what: str, number: int, at: list[float], rates: list[float | None]) -> str:
    times = [format_instant(datetime.fromtimestamp(at[n], UTC)) for n, rate in enumerate(rates) if rate]
    if not times:
        return f"none {what}"
    when = f"at {times[0]}" if times[0] == times[-1] else f"from {times[0]} to {times[-1]}"
    return f"{number:,} {what} {when} UTC, at most {max(filter(None, rates)):,.1f} per second"


def _list_traced_figures(run: RunSummary) -> list[Figure]:
    """The figures that come from traces."""
    average = f"{run.requests / run.seconds:,.1f} per second" if run.seconds else "in less than a second"
    limit = "no limit" if run.rate_limit is None else f"of {run.rate_limit:g} per second"
    percentiles = (run.p50, run.p95, run.p99)
    latency = " / ".join(NONE if value is None else f"{value:,.0f}" for value in percentiles)
    return [
        Figure("requests", f"{run.requests:,}", average),
        Figure("refused", f"{run.refused:,}", f"{format_share(run.refused, run.requests)}, answered with 429"),
        Figure("failed", f"{run.failed:,}", f"{format_share(run.failed, run.requests)}, no usable response"),
        Figure("latency, ms", latency, "p50 / p95 / p99"),
        Figure("rate limit used", NONE if run.limit_used is None else format_share(run.limit_used, 1), limit),
        Figure("busiest second", f"{run.busiest_second:,}", "requests"),
        Figure("working time", format_duration(run.seconds), f"in {count(len(run.processes), 'process')}"),
    ]


def _describe_range(values: Iterable[float | None], digits: int, unit: str) -> str:
    known = [value for value in values if value is not None]
    low, middle, high = (f"{value:,.{digits}f}" for value in (min(known), median(known), max(known)))
    return f"{low} to {high}{unit} (median {middle})"
