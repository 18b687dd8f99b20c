"""Parse the options of the command line and the keys of an event into values, each with a clear error. Pure.

Options (`--genre`) and event keys (`genre`) have the same names; `prefix` comes before them in messages.
"""

import math
import re
from datetime import UTC, date, datetime

from cinelake.addresses import is_loopback
from cinelake.errors import UsageError
from cinelake.media import Media
from cinelake.selection.append import DEFAULT_APPEND, default_append
from cinelake.selection.genres import genre_name, parse_genres
from cinelake.selection.limits import MAX_REMOVALS, TOLERANCE, Limits, format_share
from cinelake.selection.selection import Selection, build_selection

MAX_RATE = 50.0
"""Requests a second. TMDB's staff named 50 as what its network lets through; it documents 40."""
MIN_RATE = 0.1
MAX_CONNECTIONS = 20
_DURATION = re.compile(r"(\d+)\s*(s|m|h|)")
_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600}


def parse_selection(  # noqa: PLR0913 - one parameter for each option
    genre: tuple[str, ...],
    media: str,
    since: str | None,
    until: str | None,
    *,
    append: str | None = None,
    include_adult: bool = False,
    include_video: bool = False,
    prefix: str = "--",
) -> Selection:
    """The selection that the options describe; the parameters are named after them.

    Raises:
        UsageError: an option is invalid.
    """
    kind = parse_media(media, f"{prefix}media")
    return build_selection(
        kind,
        parse_genres(kind, genre),
        parse_date(f"{prefix}from", since, is_end=False),
        parse_date(f"{prefix}to", until, is_end=True),
        append=parse_append(append),
        include_adult=include_adult,
        include_video=include_video,
    )


def build_options(selection: Selection) -> str | None:
    """The options that describe a selection; None if no options do, as for undated titles alone."""
    if selection.undated_only:
        return None
    names = [genre_name(selection.media, genre_id) for genre_id in selection.genre_ids]
    options = [f"--media {selection.media.value}"] if selection.media is not Media.MOVIE else []
    options += [f"--genre {name}" if name.isalpha() else f'--genre "{name}"' for name in names]
    options += [f"--from {selection.since}"] if selection.since else []
    options += [f"--to {selection.until}"] if selection.until else []
    is_default = selection.append == default_append(selection.media)
    options += [] if is_default else [f"--append {','.join(selection.append) or 'none'}"]
    options += ["--include-adult"] if selection.include_adult else []
    options += ["--include-video"] if selection.include_video else []
    return " ".join(options)


def parse_media(text: str, name: str = "--media") -> Media:
    """Movie or series.

    Raises:
        UsageError: neither.
    """
    try:
        return Media(text.casefold())
    except ValueError:
        raise UsageError(f'invalid {name} "{text}"', hint="use movie or series") from None


def parse_date(name: str, text: str | None, *, is_end: bool) -> date | None:
    """A day; a year stands for its first day, or with `is_end` for its last one.

    Raises:
        UsageError: it is not a date.
    """
    if text is None:
        return None
    try:
        if re.fullmatch(r"\d{4}", text):
            return date(int(text), 12, 31) if is_end else date(int(text), 1, 1)
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError:
        hint = f"use YYYY-MM-DD or YYYY, for example {name} 2020-01-01"
        raise UsageError(f'invalid {name} "{text}"', hint=hint) from None


def parse_append(text: str | None) -> tuple[str, ...]:
    """The parts to append: a comma-separated list, `none`, or the default."""
    if text is None:
        return DEFAULT_APPEND
    if text.strip().casefold() in {"none", ""}:
        return ()
    return tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))


def parse_rate(text: str, base_url: str, name: str = "--rate") -> float:
    """Requests a second; `unlimited`, or more than MAX_RATE, only for a server on this machine.

    Raises:
        UsageError: it is not a rate, or TMDB does not allow it.
    """
    is_local = is_loopback(base_url)
    if text.casefold() == "unlimited" and is_local:
        return math.inf
    try:
        rate = float(text)
    except ValueError:
        rate = math.nan
    if not (MIN_RATE <= rate < math.inf) or (rate > MAX_RATE and not is_local):
        hint = f"use requests per second from {MIN_RATE} to {MAX_RATE:.0f}, for example 40"
        if text.casefold() == "unlimited":
            hint += "; `unlimited` works only with a server on this machine"
        raise UsageError(f'invalid {name} "{text}"', hint=hint)
    return rate


def check_connections(count: int) -> int:
    """The number of connections, if TMDB allows it.

    Raises:
        UsageError: it does not.
    """
    if not 1 <= count <= MAX_CONNECTIONS:
        raise UsageError(f'invalid --connections "{count}"', hint=f"use 1 to {MAX_CONNECTIONS} connections")
    return count


def parse_duration(text: str) -> float:
    """Seconds of 14m, 90s, 1h or 840.

    Raises:
        UsageError: it is not a duration.
    """
    found = _DURATION.fullmatch(text.strip().casefold())
    if not found or int(found[1]) == 0:
        hint = "use a whole number above 0 with s, m or h, for example --deadline 14m"
        raise UsageError(f'invalid --deadline "{text}"', hint=hint)
    return float(int(found[1]) * _SECONDS[found[2]])


def parse_share(text: str, name: str, example: str) -> float:
    """A share between 0 and 1, written as 0.1% or 0.001.

    Raises:
        UsageError: it is not a share.
    """
    try:
        share = float(text.rstrip("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        share = math.nan
    if not 0 <= share <= 1:
        raise UsageError(f'invalid {name} "{text}"', hint=f"use a share from 0% to 100%, for example {example}")
    return share


def parse_limits(tolerance: str, max_removals: str, *, allows_removals: bool, prefix: str = "--") -> Limits:
    """The limits of a run.

    Raises:
        UsageError: one is not a share.
    """
    name = "--max-removals" if prefix else "max_removals"
    removals = parse_share(max_removals, name, format_share(MAX_REMOVALS))
    return Limits(parse_share(tolerance, f"{prefix}tolerance", format_share(TOLERANCE)), removals, allows_removals)
