"""Owns the words of a request: text to value, each with one clear message when it does not fit. Pure.

The same words come as options of the command line (`--genre`) and as keys of an event (`genre`); `mark` stands before
their names in messages.
"""

import ipaddress
import math
import re
from datetime import UTC, date, datetime
from urllib.parse import urlsplit

from cinelake.errors import UsageError
from cinelake.media import Media
from cinelake.selection.append import DEFAULT_APPEND
from cinelake.selection.genres import parse_genre
from cinelake.selection.limits import MAX_REMOVALS, TOLERANCE, Limits
from cinelake.selection.selection import Selection, build_selection

MOST_RATE = 50.0
"""What TMDB's staff named as the most that its network lets through, in requests a second; 40 is what it documents."""
LEAST_RATE = 0.1
MOST_CONNECTIONS = 20
_DURATION = re.compile(r"(\d+)\s*(s|m|h|)")
_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600}


def parse_selection(  # noqa: PLR0913 - one for each word
    genre: tuple[str, ...],
    media: str,
    since: str | None,
    until: str | None,
    *,
    append: str | None = None,
    include_adult: bool = False,
    include_video: bool = False,
    mark: str = "--",
) -> Selection:
    """The selection that the words ask for; the names are those of the options.

    Raises:
        UsageError: a word does not fit.
    """
    kind = parse_media(media, f"{mark}media")
    genre_ids = tuple(parse_genre(kind, text) for text in genre)
    return build_selection(
        kind,
        genre_ids,
        parse_date(f"{mark}from", since, is_end=False),
        parse_date(f"{mark}to", until, is_end=True),
        append=parse_append(append),
        include_adult=include_adult,
        include_video=include_video,
    )


def build_options(selection: Selection) -> str | None:
    """The options that ask for a selection; None if none do, as for the undated titles alone."""
    if selection.undated_only:
        return None
    words = [f"--media {selection.media.value}"] if selection.media is not Media.MOVIE else []
    words += [f"--genre {genre_id}" for genre_id in selection.genre_ids]
    words += [f"--from {selection.since}"] if selection.since else []
    words += [f"--to {selection.until}"] if selection.until else []
    default = build_selection(selection.media, (), None, None).append
    words += [f"--append {','.join(selection.append) or 'none'}"] if selection.append != default else []
    words += ["--include-adult"] if selection.include_adult else []
    words += ["--include-video"] if selection.include_video else []
    return " ".join(words)


def parse_media(text: str, name: str = "--media") -> Media:
    """Movie or series.

    Raises:
        UsageError: neither.
    """
    try:
        return Media(text.casefold())
    except ValueError:
        raise UsageError(name, f"'{text}' is neither", "movie or series", "correct it") from None


def parse_date(option: str, text: str | None, *, is_end: bool) -> date | None:
    """A day, or a whole year, which stands for its first or (`is_end`) last day.

    Raises:
        UsageError: it is no date.
    """
    if text is None:
        return None
    try:
        if re.fullmatch(r"\d{4}", text):
            return date(int(text), 12, 31) if is_end else date(int(text), 1, 1)
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError:
        raise UsageError(option, f"'{text}' is no date", "YYYY-MM-DD or YYYY", f"such as {option} 1990-01-01") from None


def parse_append(text: str | None) -> tuple[str, ...]:
    """Parts to append: a comma-joined list, `none`, or the default."""
    if text is None:
        return DEFAULT_APPEND
    if text.strip().casefold() in {"none", ""}:
        return ()
    return tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))


def parse_rate(text: str, base_url: str, name: str = "--rate") -> float:
    """Requests a second; `unlimited` only for a service on this machine.

    Raises:
        UsageError: no such pace, or one that the service does not allow.
    """
    local = is_loopback(base_url)
    if text.casefold() == "unlimited":
        if local:
            return math.inf
        raise UsageError(
            name, "TMDB limits the rate", f"1 to {MOST_RATE:.0f}", "unlimited is for a sandbox on this machine"
        )
    try:
        rate = float(text)
    except ValueError:
        rate = math.nan
    if not (LEAST_RATE <= rate < math.inf) or (rate > MOST_RATE and not local):
        raise UsageError(
            name,
            f"'{text}' is no pace that this service takes",
            f"requests a second, at least {LEAST_RATE} and at most {MOST_RATE:.0f}",
            "leave it out for 40, the documented limit",
        )
    return rate


def check_connections(count: int) -> int:
    """The number of connections, if the service allows it.

    Raises:
        UsageError: it does not.
    """
    if not 1 <= count <= MOST_CONNECTIONS:
        raise UsageError(
            "--connections", f"{count} is too many or too few", f"1 to {MOST_CONNECTIONS}", "leave it out for 20"
        )
    return count


def parse_duration(text: str) -> float:
    """Seconds of 14m, 90s, 1h or 840.

    Raises:
        UsageError: it is no duration.
    """
    found = _DURATION.fullmatch(text.strip().casefold())
    if not found or int(found[1]) == 0:
        raise UsageError("--deadline", f"'{text}' is no duration", "a number with s, m or h", "such as --deadline 14m")
    return float(int(found[1]) * _SECONDS[found[2]])


def parse_share(text: str, name: str, usual: str) -> float:
    """A share, as 0.1% or 0.001; `usual` is what it is when it is left out.

    Raises:
        UsageError: it is none.
    """
    try:
        share = float(text.rstrip("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        share = math.nan
    if not 0 <= share <= 1:
        raise UsageError(name, f"'{text}' is no share", "0% to 100%", f"leave it out for {usual}")
    return share


def parse_limits(tolerance: str, max_removals: str, *, allows_removals: bool, mark: str = "--") -> Limits:
    """What a run may put up with, in the words of the command line; `mark` stands before the names of options.

    Raises:
        UsageError: one is no share.
    """
    share = parse_share(max_removals, f"{mark}max-removals" if mark else "max_removals", f"{MAX_REMOVALS:.0%}")
    return Limits(parse_share(tolerance, f"{mark}tolerance", f"{TOLERANCE:.1%}"), share, allows_removals)


def is_loopback(url: str) -> bool:
    """Whether a service listens on this machine only."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
