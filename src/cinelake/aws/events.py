"""Owns what an event asks for: the forms that the functions take, and the one form that they hand on. Pure.

    {"genre_id": 80, "start_year": 2020}                         the first version's: a genre and five years
    {"slice": "genre-80-undated"}                                a slice, named as its files are
    {"genre": ["Crime", "Guerra"], "from": "1990"}               a selection, in the words of the command line; [] for all

Beside these: media, append, include_adult, include_video, run_date, fresh, tolerance, max_removals, allow_removals; refresh
(true: what is due of a selection that was extracted before; the first time all of it), oldest, max_age; for verify: api.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from cinelake.errors import UsageError
from cinelake.refresh.refetch_policy import MAX_AGE_DAYS
from cinelake.selection.limits import MAX_REMOVALS, TOLERANCE, Limits
from cinelake.selection.parsing import parse_date, parse_limits, parse_selection
from cinelake.selection.selection import Selection
from cinelake.selection.slices import FIRST_YEAR, YEARS, Slice, select_slice

_FIRST_VERSION = frozenset({"genre_id", "start_year"})
_SLICE = frozenset({"slice"})
_SELECTION = frozenset({"genre", "from", "to"})
_REFRESH = frozenset({"refresh", "oldest", "max_age"})
_LIMITS = frozenset({"tolerance", "max_removals", "allow_removals"})
_BESIDE = frozenset({"media", "append", "include_adult", "include_video", "run_date", "fresh", "api"}) | _REFRESH | _LIMITS
_EXPECTED = (
    '{"genre_id": 80, "start_year": 2020}, {"slice": "genre-80-undated"} or {"genre": ["Crime"], "from": "1990"} '
    f"(genre [] for all), and beside these {', '.join(sorted(_BESIDE))}"
)
_TODO = "correct the input of the schedule, or of whatever sent it"


@dataclass(frozen=True, slots=True)
class Order:
    """What an event asks for."""

    selection: Selection
    run_on: date | None = None
    is_fresh: bool = False
    limits: Limits = field(default_factory=Limits)
    asks_service: bool = False
    is_refresh: bool = False
    oldest: int | None = None
    max_age_days: int = MAX_AGE_DAYS


def parse_event(event: object) -> Order:
    """The order that an event holds.

    Raises:
        UsageError: it is none; says what was expected.
    """
    if not isinstance(event, Mapping):
        raise _refuse("event", f"it is a {type(event).__name__}", _EXPECTED)
    words = {str(name): value for name, value in event.items() if value is not None}
    asked = words.keys() - _BESIDE
    if not asked or (asked not in {_FIRST_VERSION, _SLICE} and not asked <= _SELECTION):
        raise _refuse("event", f"its keys are {', '.join(sorted(words)) or 'none'}", _EXPECTED)
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
        selection = select_slice(selection, _first_version(words["genre_id"], words["start_year"]))
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
        _count("max_age", words.get("max_age")) or MAX_AGE_DAYS,
    )


def build_event(order: Order, run_on: date | None = None) -> dict[str, object]:
    """The event that asks for the same (on that run date, if given), whatever form the first one had."""
    selection = order.selection
    event: dict[str, object] = {"media": selection.media.value, "append": ",".join(selection.append) or "none"}
    if selection.undated_only:
        event["slice"] = Slice(selection.media, selection.genres[0]).name
    else:
        event |= {"genre": list(selection.genre_ids)}
        event |= {"from": selection.since.isoformat()} if selection.since else {}
        event |= {"to": selection.until.isoformat()} if selection.until else {}
    event |= {"run_date": run_on.isoformat()} if run_on else {}
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
    if not order.is_refresh:
        return {}
    return {"refresh": True, "oldest": order.oldest, "max_age": order.max_age_days}


def _first_version(genre_id: object, start_year: object) -> str:
    """The slice of the first version's event; its numbers came as numbers or as texts."""
    genre, year = _text("genre_id", genre_id).strip(), _text("start_year", start_year).strip()
    if not genre.isdigit():
        raise _refuse("genre_id", f"'{genre}' is no id", "a genre's id, such as 80")
    if not (year.isdigit() and int(year) >= FIRST_YEAR and int(year) % YEARS == 0):
        what = f"the first year of a window: {FIRST_YEAR}, {FIRST_YEAR + YEARS}, … 2020, 2025"
        raise _refuse("start_year", f"'{year}' begins no window", what)
    return f"genre-{int(genre)}-{int(year)}-{int(year) + YEARS - 1}"


def _refuse(name: str, happened: str, expected: str) -> UsageError:
    return UsageError(name, happened, expected, _TODO)


def _text(name: str, value: object) -> str:
    """A text, or a number as text."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise _refuse(name, f"it is a {type(value).__name__}", "a text or a number")
    return str(value)


def _count(name: str, value: object) -> int | None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 0):
        raise _refuse(name, f"it is {value!r}", "a whole number, 0 or more")
    return value


def _optional(name: str, value: object) -> str | None:
    return None if value is None else _text(name, value)


def _list_texts(name: str, value: object) -> list[str]:
    """One text or a list of them."""
    if value is None:
        return []
    return [_text(name, each) for each in value] if isinstance(value, list | tuple) else [_text(name, value)]


def _append(value: object) -> str | None:
    """Parts, as a list or comma-joined."""
    return None if value is None else ",".join(_list_texts("append", value)) or "none"


def _truth(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise _refuse(name, f"it is {value!r}", "true or false")
    return value
