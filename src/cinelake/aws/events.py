"""Parses the events of the Lambda functions, and builds the one form that they pass on. Pure.

    {"genre_id": 80, "start_year": 2020}               a genre and five years, as version 1 of the lake sent it
    {"slice": "genre-80-undated"}                      a slice, named as its files are
    {"genre": ["Crime", "Guerra"], "from": "1990"}     a selection, as on the command line; [] for all genres

Further keys: media, append, include_adult, include_video, run_date, fresh, list, tolerance, max_removals, allow_removals;
refresh (true: update a selection that was extracted before; the first time it extracts), oldest, max_age; feed_only (true:
a refresh from the change feed alone, of a selection that is complete); for verify: api.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import MAXYEAR, date

from cinelake.errors import UsageError
from cinelake.media import Media
from cinelake.selection.limits import MAX_REMOVALS, REFETCH_AFTER_DAYS, TOLERANCE, Limits
from cinelake.selection.listing_source import ListingSource, parse_source
from cinelake.selection.parsing import parse_date, parse_limits, parse_selection
from cinelake.selection.selection import Selection
from cinelake.selection.slices import FIRST_YEAR, YEARS, Slice, select_slice, window_of

_VERSION_1 = frozenset({"genre_id", "start_year"})
_SLICE = frozenset({"slice"})
_SELECTION = frozenset({"genre", "from", "to"})
_REFRESH = frozenset({"refresh", "oldest", "max_age"})
_LIMITS = frozenset({"tolerance", "max_removals", "allow_removals"})
_OPTIONS = (
    frozenset({"media", "append", "include_adult", "include_video", "run_date", "fresh", "list", "api", "feed_only"})
    | _REFRESH
    | _LIMITS
)
_EXPECTED = (
    '{"genre_id": 80, "start_year": 2020}, {"slice": "genre-80-undated"} or {"genre": ["Crime"], "from": "1990"} '
    f"(genre [] for all genres); further keys: {', '.join(sorted(_OPTIONS))}"
)


@dataclass(frozen=True, slots=True)
class Order:
    """What an event asks for, parsed."""

    selection: Selection
    run_on: date | None = None
    is_fresh: bool = False
    limits: Limits = field(default_factory=Limits)
    asks_service: bool = False
    is_refresh: bool = False
    oldest: int | None = None
    max_age_days: int = REFETCH_AFTER_DAYS
    source: ListingSource | None = None
    is_feed_only: bool = False


def parse_event(event: object) -> Order:
    """Parse an event.

    Raises:
        UsageError: the event is invalid; the hint says what is valid.
    """
    if not isinstance(event, Mapping):
        raise _refuse(f"invalid event: it is a {type(event).__name__}", _EXPECTED)
    words = {str(name): value for name, value in event.items() if value is not None}
    asked = words.keys() - _OPTIONS
    if not asked or (asked not in {_VERSION_1, _SLICE} and not asked <= _SELECTION):
        raise _refuse(f"invalid event: its keys are {', '.join(sorted(words)) or 'none'}", _EXPECTED)
    selection = parse_selection(
        tuple(_list_texts("genre", words.get("genre"))),
        _text("media", words.get("media", "movie")),
        _optional("from", words.get("from")),
        _optional("to", words.get("to")),
        append=_append(words.get("append")),
        include_adult=_truth("include_adult", words.get("include_adult", False)),
        include_video=_truth("include_video", words.get("include_video", False)),
        prefix="",
    )
    if "slice" in words:
        selection = select_slice(selection, _text("slice", words["slice"]))
    elif "genre_id" in words:
        selection = select_slice(selection, _version_1_slice(selection.media, words["genre_id"], words["start_year"]))
    return Order(
        selection,
        parse_date("run_date", _optional("run_date", words.get("run_date")), is_end=False),
        _truth("fresh", words.get("fresh", False)),
        parse_limits(
            _text("tolerance", words.get("tolerance", TOLERANCE)),
            _text("max_removals", words.get("max_removals", MAX_REMOVALS)),
            allows_removals=_truth("allow_removals", words.get("allow_removals", False)),
            prefix="",
        ),
        _truth("api", words.get("api", False)),
        _truth("refresh", words.get("refresh", False)),
        _count("oldest", words.get("oldest")),
        _count("max_age", words.get("max_age")) or REFETCH_AFTER_DAYS,
        parse_source(_optional("list", words.get("list")), "list"),
        _truth("feed_only", words.get("feed_only", False)),
    )


def build_event(order: Order, run_on: date | None = None) -> dict[str, object]:
    """The event that asks for the same (on that run date, if given), in the form that the functions pass on."""
    selection = order.selection
    event: dict[str, object] = {"media": selection.media.value, "append": ",".join(selection.append) or "none"}
    if selection.undated_only:
        event["slice"] = Slice(selection.media, selection.genres[0]).name
    else:
        event |= {"genre": list(selection.genre_ids)}
        event |= {"from": selection.since.isoformat()} if selection.since else {}
        event |= {"to": selection.until.isoformat()} if selection.until else {}
    event |= {"run_date": run_on.isoformat()} if run_on else {}
    event |= {"list": order.source.value} if order.source else {}
    return event | {
        "include_adult": selection.include_adult,
        "include_video": selection.include_video,
        "tolerance": order.limits.tolerance,
        "max_removals": order.limits.max_removals,
        "allow_removals": order.limits.allows_removals,
        "api": order.asks_service,
        **_build_refresh(order),
    }


def _build_refresh(order: Order) -> dict[str, object]:
    if order.is_feed_only:
        return {"feed_only": True}
    if not order.is_refresh:
        return {}
    return {"refresh": True, "oldest": order.oldest, "max_age": order.max_age_days}


def _version_1_slice(media: Media, genre_id: object, start_year: object) -> str:
    """The slice that an event of version 1 names; its numbers may be texts."""
    genre, year = _text("genre_id", genre_id).strip(), _text("start_year", start_year).strip()
    if not genre.isdigit():
        raise _refuse(f'invalid genre_id "{genre}"', "the id of a genre, such as 80")
    if not (year.isdigit() and FIRST_YEAR <= int(year) <= MAXYEAR and int(year) % YEARS == 0):
        what = f"the first year of a five-year window: {FIRST_YEAR}, {FIRST_YEAR + YEARS}, … 2020, 2025"
        raise _refuse(f'invalid start_year "{year}"', what)
    return Slice(media, int(genre), *window_of(date(int(year), 1, 1))).name


def _refuse(message: str, expected: str) -> UsageError:
    return UsageError(message, hint=f"correct the input of the schedule or caller; expected {expected}")


def _text(name: str, value: object) -> str:
    """A text, or a number as text."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise _refuse(f"invalid {name}: it is a {type(value).__name__}", "a text or a number")
    return str(value)


def _count(name: str, value: object) -> int | None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 0):
        raise _refuse(f'invalid {name} "{value}"', "a whole number, 0 or more")
    return value


def _optional(name: str, value: object) -> str | None:
    return None if value is None else _text(name, value)


def _list_texts(name: str, value: object) -> list[str]:
    """One text or a list of them."""
    if value is None:
        return []
    return [_text(name, each) for each in value] if isinstance(value, list | tuple) else [_text(name, value)]


def _append(value: object) -> str | None:
    """Appended parts, as a list or comma-separated."""
    return None if value is None else ",".join(_list_texts("append", value)) or "none"


def _truth(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise _refuse(f'invalid {name} "{value}"', "true or false")
    return value
