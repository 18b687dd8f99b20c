"""Owns how the numbers of a picture are said: verdict, figures, and what each chart shows. Values in, plain text out.

Invariant: nothing here is HTML, and no share is rounded up to all or down to none.
"""

import math
from collections.abc import Iterable
from datetime import UTC, datetime
from statistics import median
from typing import NamedTuple

from cinelake.run_report.values import Cost, Picture

NONE = "—"
"""What stands for a number that nobody knows."""
_MINUTE, _HOUR = 60, 3600
_KILO, _MEGA, _GIGA = 1e3, 1e6, 1e9
_SMALLEST_SHARE = 0.005
_SMALLEST_DOLLARS = 0.00005


class Figure(NamedTuple):
    """One number of the overview: what it is, the number, and what it is to be read against."""

    label: str
    value: str
    note: str


def tell_verdict(picture: Picture) -> str:
    """What came of the run; of what is missing, how much, and what to do."""
    slices = picture.slices
    held = sum(s.held for s in slices)
    missing = _tell_missing(picture)
    of_slices = f"{count(held, 'title')} of {count(len(slices), 'slice')} held, {sum(s.gone for s in slices):,} gone"
    match picture.state:
        case "complete":
            return f"Complete: {of_slices}{missing}."
        case "short":
            return f"Short: {of_slices}{missing}. The same command tries again."
        case _:
            done = sum(s.state in ("complete", "short") for s in slices)
            of_titles = f"{held:,} of {count(sum(s.expected for s in slices), 'title')} held"
            committed = f"{done:,} of {count(len(slices), 'slice')} committed"
            return f"Unfinished: {committed}, {of_titles}{missing}. The same command goes on from here."


def tell_pace(picture: Picture) -> str:
    """How fast the run went, and how the service took it."""
    if not picture.processes or not picture.seconds:
        return "How fast it went is not known."
    limit = "not limited" if picture.limit is None else f"of {picture.limit:g} allowed"
    pace = f"{duration(picture.seconds)} at {picture.requests / picture.seconds:,.1f} requests a second {limit}"
    troubles = (("refused", picture.refused), ("failed", picture.failed))
    said = (f"{n:,} {what} ({share(n, picture.requests)})" if n else f"none {what}" for what, n in troubles)
    return f"{pace}; {', '.join(said)}."


def list_figures(picture: Picture) -> list[Figure]:
    """The numbers of the overview, in the order in which they are read."""
    held, expected = sum(s.held for s in picture.slices), sum(s.expected for s in picture.slices)
    return [
        Figure("titles held", f"{held:,}", f"of {expected:,} counted"),
        *(_list_traced(picture) if picture.processes else [Figure("requests", NONE, "no process left a trace")]),
        Figure("cost on AWS", dollars(picture.cost.dollars), "measured" if picture.cost.is_measured else "would have been"),
    ]


def tell_requests(picture: Picture) -> str:
    """The chart of requests, in words."""
    series = picture.series
    limit = "there was no limit" if picture.limit is None else f"{picture.limit:g} were allowed"
    return f"{_tell_range(series.sent, 1, ' a second')}; {picture.busiest:,} in the busiest second; {limit}."


def tell_latency(picture: Picture) -> str:
    """The chart of latencies, in words."""
    series = picture.series
    if not any(value is not None for value in series.p50):
        return "No request was answered."
    medians, tails = _tell_range(series.p50, 0, " ms"), _tell_range(series.p99, 0, " ms")
    return f"Half of the answers came within {medians}; 99 of 100 within {tails}."


def tell_trouble(picture: Picture) -> str:
    """The chart of refusals and failures, in words."""
    series = picture.series
    if not any(series.refused) and not any(series.failed):
        return "Nothing was refused and nothing failed."
    refused = _tell_when("refused", picture.refused, series.at, series.refused)
    return f"{refused[0].upper()}{refused[1:]}; {_tell_when('failed', picture.failed, series.at, series.failed)}."


def tell_cost(picture: Picture) -> str:
    """Whether the cost was measured, and on what."""
    there = sum(p.memory_mb is not None for p in picture.processes)
    if picture.cost.is_measured:
        return (
            f"Measured on AWS, where {there:,} of {count(len(picture.processes), 'process')} ran. List prices of us-east-1."
        )
    return "No process of this run ran on AWS. On a function of 512 MB it would have cost this. List prices of us-east-1."


def list_costs(cost: Cost) -> list[tuple[str, str, str]]:
    """The parts of the cost: for what, how much of it, dollars."""
    return [
        ("Lambda", f"{cost.gb_seconds:,.0f} GB-seconds", dollars(cost.lambda_dollars)),
        ("S3", f"{cost.puts:,} writes", dollars(cost.puts_dollars)),
    ]


def count(number: int, noun: str) -> str:
    """A number with its noun."""
    ending = "" if number == 1 else "es" if noun.endswith("s") else "s"
    return f"{number:,} {noun}{ending}"


def share(part: float, whole: float) -> str:
    """A part in percent: 0 % only if it is nothing, 100 % only if it is all."""
    percent = 100 * part / whole if whole else 0.0
    if percent < 1:
        return "0 %" if part == 0 else "< 0.01 %" if percent < _SMALLEST_SHARE else f"{min(percent, 0.99):.2f} %"
    return f"{math.floor(round(percent * 10, 6)) / 10:g} %"


def duration(seconds: float) -> str:
    """A time span in its two largest units."""
    whole = round(seconds)
    hours, minutes = whole // _HOUR, whole // _MINUTE % _MINUTE
    if hours:
        return f"{hours:,} h {minutes:02} min"
    if whole < _MINUTE:
        return f"{seconds:.1f} s" if seconds < _MINUTE / 6 else f"{whole} s"
    return f"{minutes} min {whole % _MINUTE:02} s" if whole % _MINUTE else f"{minutes} min"


def dollars(amount: float) -> str:
    """An amount, exact to a hundredth of a cent."""
    return "< $0.0001" if 0 < amount < _SMALLEST_DOLLARS else f"${amount:,.4f}"


def size(number: float) -> str:
    """Bytes in the unit that fits."""
    if number >= _GIGA:
        return f"{number / _GIGA:,.1f} GB"
    return f"{number / _MEGA:,.1f} MB" if number >= _MEGA / 10 else f"{number / _KILO:,.1f} kB"


def stamp(instant: datetime) -> str:
    """An instant in UTC, to the second."""
    return instant.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def _tell_missing(picture: Picture) -> str:
    lost, unproven = sum(s.quarantined for s in picture.slices), sum(s.unproven for s in picture.slices)
    where = count(sum(bool(s.quarantined or s.unproven) for s in picture.slices), "slice")
    said = [f"{count(lost, 'title')} could not be had"] if lost else []
    said += [f"{unproven:,} counted by the service, but in no list"] if unproven else []
    return f"; {', '.join(said)} (in {where})" if said else ""


def _tell_when(what: str, number: int, at: list[float], rates: list[float | None]) -> str:
    times = [stamp(datetime.fromtimestamp(at[n], UTC)) for n, rate in enumerate(rates) if rate]
    if not times:
        return f"none {what}"
    when = f"at {times[0]}" if times[0] == times[-1] else f"from {times[0]} to {times[-1]}"
    return f"{number:,} {what} {when} UTC, at most {max(filter(None, rates)):,.1f} a second"


def _list_traced(picture: Picture) -> list[Figure]:
    """The figures that come from the traces."""
    average = f"{picture.requests / picture.seconds:,.1f} a second" if picture.seconds else "in no time"
    allowed = "not limited" if picture.limit is None else f"of {picture.limit:g} a second allowed"
    percentiles = (picture.p50, picture.p95, picture.p99)
    latency = " / ".join(NONE if value is None else f"{value:,.0f}" for value in percentiles)
    return [
        Figure("requests", f"{picture.requests:,}", average),
        Figure("refused", f"{picture.refused:,}", f"{share(picture.refused, picture.requests)}, answered with 429"),
        Figure("failed", f"{picture.failed:,}", f"{share(picture.failed, picture.requests)}, no usable answer"),
        Figure("latency, ms", latency, "p50 / p95 / p99"),
        Figure("pace used", NONE if picture.used is None else share(picture.used, 1), allowed),
        Figure("busiest second", f"{picture.busiest:,}", "requests"),
        Figure("time worked", duration(picture.seconds), f"in {count(len(picture.processes), 'process')}"),
    ]


def _tell_range(values: Iterable[float | None], digits: int, unit: str) -> str:
    known = [value for value in values if value is not None]
    low, middle, high = (f"{value:,.{digits}f}" for value in (min(known), median(known), max(known)))
    return f"{low} to {high}{unit} (median {middle})"
