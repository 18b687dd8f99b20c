"""Owns what a discover query means: text parameters become one frozen value.

Invariant: as in the real service a parameter that cannot be read does not fail the request. A date, number, language or
AND-ed genre that does not exist matches nothing; an unknown parameter or order is ignored; so is an empty one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from cinelake.sandbox.catalogue.genre_table import Genre, build_mask
from cinelake.sandbox.catalogue.languages import TONGUES

DATE_KEYS = frozenset({"primary_release_date", "release_date", "first_air_date"})
_SORTS = {
    "movie": DATE_KEYS - {"first_air_date"}
    | {"popularity", "revenue", "title", "original_title", "vote_average", "vote_count"},
    "tv": {"first_air_date", "popularity", "name", "original_name", "vote_average", "vote_count"},
}
_DATES = {"movie": ("primary_release_date", "release_date"), "tv": ("first_air_date",)}
_YEARS = {"movie": ("primary_release_year", "year"), "tv": ("first_air_date_year",)}
_LAST_DAY = date.max.toordinal()


@dataclass(frozen=True, slots=True)
class Span:
    """A closed range of numbers; open ends are infinite."""

    low: float = -float("inf")
    high: float = float("inf")

    @property
    def is_open(self) -> bool:
        """Whether everything lies within."""
        return self == Span()


@dataclass(frozen=True, slots=True)
class Query:
    """A discover query without its page. Genres are masks, days ordinals, votes 1/1,000 of a point, runtime minutes."""

    media: str
    days: Span = Span()
    genres: int = 0
    are_all_genres_needed: bool = False
    barred_genres: int = 0
    tongues: tuple[int, ...] | None = None
    votes: Span = Span()
    averages: Span = Span()
    runtimes: Span = Span()
    includes_adult: bool = False
    includes_video: bool = False
    includes_undated: bool = True
    is_void: bool = False
    sort: str = "popularity"
    is_descending: bool = True


class _UnreadableError(ValueError):
    pass


def parse_query(media: str, genres: tuple[Genre, ...], parameters: Mapping[str, str]) -> Query:
    """What is asked of `movie` or `tv`."""
    given = {name: value.strip() for name, value in parameters.items() if value.strip()}
    sort, _, direction = given.get("sort_by", "").partition(".")
    is_known = sort in _SORTS[media] and direction in {"asc", "desc"}
    order = {"sort": sort, "is_descending": direction == "desc"} if is_known else {}
    try:
        wanted, needs_all = _parse_wanted(genres, given.get("with_genres", ""))
        return Query(
            media,
            days=_parse_days(media, given),
            genres=wanted,
            are_all_genres_needed=needs_all,
            barred_genres=build_mask(genres, _parse_ids(given.get("without_genres", ""))),
            tongues=_parse_tongues(given.get("with_original_language", "")),
            votes=_parse_span(given, "vote_count", 1),
            averages=_parse_span(given, "vote_average", 1000),
            runtimes=_parse_span(given, "with_runtime", 1),
            includes_adult=given.get("include_adult") == "true",
            includes_video=given.get("include_video") == "true",
            includes_undated=media == "movie" or given.get("include_null_first_air_dates") == "true",
            **order,  # type: ignore[arg-type]
        )
    except _UnreadableError:
        return Query(media, is_void=True)


def _parse_ids(text: str) -> set[int]:
    return {int(part) for part in text.replace("|", ",").split(",") if part.strip().isdecimal()}


def _parse_wanted(genres: tuple[Genre, ...], text: str) -> tuple[int, bool]:
    """The mask, and whether all of it is needed: a pipe means or, a comma and."""
    ids = _parse_ids(text)
    mask = build_mask(genres, ids)
    needs_all = "|" not in text
    if text and (not mask or (needs_all and mask.bit_count() < len(ids))):
        raise _UnreadableError(text)
    return mask, needs_all


def _parse_days(media: str, given: Mapping[str, str]) -> Span:
    low, high = -float("inf"), float("inf")
    for name in _DATES[media]:
        low = max(low, _parse_day(given[f"{name}.gte"]) if f"{name}.gte" in given else low)
        high = min(high, _parse_day(given[f"{name}.lte"]) if f"{name}.lte" in given else high)
    for name in _YEARS[media]:
        if name in given:
            low = max(low, _parse_day(f"{given[name]}-01-01"))
            high = min(high, _parse_day(f"{given[name]}-12-31"))
    return Span(low, high)


def _parse_day(text: str) -> int:
    try:
        return date.fromisoformat(text).toordinal()
    except ValueError as error:
        raise _UnreadableError(text) from error


def _parse_span(given: Mapping[str, str], name: str, unit: int) -> Span:
    try:
        return Span(
            float(given.get(f"{name}.gte", "-inf")) * unit,
            float(given.get(f"{name}.lte", "inf")) * unit,
        )
    except ValueError as error:
        raise _UnreadableError(name) from error


def _parse_tongues(text: str) -> tuple[int, ...] | None:
    if not text:
        return None
    wanted = set(text.split("|"))
    rows = tuple(row for row, tongue in enumerate(TONGUES) if tongue.code in wanted)
    if not rows:
        raise _UnreadableError(text)
    return rows
