"""The formats of numbers on the page about one run. Pure.

Invariant: no share is rounded up to 100 % or down to 0 %, and no amount down to nothing.
"""

import math
from datetime import UTC, datetime

NONE = "—"
"""Shown instead of an unknown number."""
_MINUTE, _HOUR = 60, 3600
_KILO, _MEGA, _GIGA = 1e3, 1e6, 1e9
_SMALLEST_PERCENT = 0.005
_SMALLEST_DOLLARS = 0.00005


def count(number: int, noun: str) -> str:
    """A number with its noun, singular or plural."""
    ending = "" if number == 1 else "es" if noun.endswith("s") else "s"
    return f"{number:,} {noun}{ending}"


def format_share(part: float, whole: float) -> str:
    """A part in percent: 0 % only if it is nothing, 100 % only if it is the whole."""
    percent = 100 * part / whole if whole else 0.0
    if percent < 1:
        return "0 %" if part == 0 else "< 0.01 %" if percent < _SMALLEST_PERCENT else f"{min(percent, 0.99):.2f} %"
    return f"{math.floor(round(percent * 10, 6)) / 10:g} %"


def format_duration(seconds: float) -> str:
    """A duration in its two largest units."""
    whole = round(seconds)
    hours, minutes = whole // _HOUR, whole // _MINUTE % _MINUTE
    if hours:
        return f"{hours:,} h {minutes:02} min"
    if whole < _MINUTE:
        return f"{seconds:.1f} s" if seconds < _MINUTE / 6 else f"{whole} s"
    return f"{minutes} min {whole % _MINUTE:02} s" if whole % _MINUTE else f"{minutes} min"


def format_dollars(amount: float) -> str:
    """An amount in dollars, to a hundredth of a cent."""
    return "< $0.0001" if 0 < amount < _SMALLEST_DOLLARS else f"${amount:,.4f}"


def format_size(number: float) -> str:
    """A number of bytes in kB, MB or GB."""
    if number >= _GIGA:
        return f"{number / _GIGA:,.1f} GB"
    return f"{number / _MEGA:,.1f} MB" if number >= _MEGA / 10 else f"{number / _KILO:,.1f} kB"


def format_instant(instant: datetime) -> str:
    """An instant in UTC, to the second."""
    return instant.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
