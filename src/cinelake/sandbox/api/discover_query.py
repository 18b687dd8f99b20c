"""Parses a discover query: text parameters become one frozen value.

Invariant: as in TMDB, an invalid parameter does not fail the request. An invalid date, number or language, or an unknown
genre in an AND list, matches nothing. Unknown parameters and orders are ignored, and so are empty values.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from cinelake.sandbox.catalogue.genre_table import Genre, build_mask
from cinelake.sandbox.catalogue.languages import LANGUAGES

DATE_KEYS = frozenset({"primary_release_date", "release_date", "first_air_date"})
_SORTS = {
    "movie": DATE_KEYS - {"first_air_date"}
    | {"popularity", "revenue", "title", "original_title", "vote_average", "vote_count"},
    "tv": {"first_air_date", "popularity", "name", "original_name", "vote_average", "vote_count"},
}
_DATES = {"movie": ("primary_release_date", "release_date"), "tv": ("first_air_date",)}
_YEARS = {"movie": ("primary_release_year", "year"), "tv": ("first_air_date_year",)}


@dataclass(frozen=True, slots=True)
class Span:
    """A closed range of numbers; an open end is infinite."""

    low: float = -float("inf")
    high: float = float("inf")

    @property
    def is_open(self) -> bool:
        """Whether both ends are open."""
        return self == Span()


@dataclass(frozen=True, slots=True)
class Query:
    """A discover query without its page.

    Genres are masks, days are ordinals, averages are in 1/1,000 of a point, runtimes in minutes.
    """

    media: str
    days: Span = Span()
    genres: int = 0
    needs_all_genres: bool = False
    excluded_genres: int = 0
    languages: tuple[int, ...] | None = None
    votes: Span = Span()
    averages: Span = Span()
    runtimes: Span = Span()
    includes_adult: bool = False
    includes_video: bool = False
    includes_undated: bool = True
    matches_nothing: bool = False
    sort: str = "popularity"
    is_descending: bool = True


class _UnreadableError(ValueError):
    pass


def parse_query(media: str, genres: tuple[Genre, ...], parameters: Mapping[str, str]) -> Query:
    """Parse the parameters of `discover/movie` or `discover/tv`."""
    given = {name: value.strip() for name, value in parameters.items() if value.strip()}
    sort, _, direction = given.get("sort_by", "").partition(".")
    is_known = sort in _SORTS[media] and direction in {"asc", "desc"}
    order = {"sort": sort, "is_descending": direction == "desc"} if is_known else {}
    try:
        wanted, needs_all = _parse_genres(genres, given.get("with_genres", ""))
        return Query(
            media,
            days=_parse_days(media, given),
            genres=wanted,
            needs_all_genres=needs_all,
            excluded_genres=build_mask(genres, _parse_ids(given.get("without_genres", ""))),
            languages=_parse_languages(given.get("with_original_language", "")),
            votes=_parse_span(given, "vote_count", 1),
            averages=_parse_span(given, "vote_average", 1000),
            runtimes=_parse_span(given, "with_runtime", 1),
            includes_adult=given.get("include_adult") == "true",
            includes_video=given.get("include_video") == "true",
            includes_undated=media == "movie" or given.get("include_null_first_air_dates") == "true",
            **order,  # type: ignore[arg-type]
        )
    except _UnreadableError:
        return Query(media, matches_nothing=True)


def _parse_ids(text: str) -> set[int]:
    return {int(part) for part in text.replace("|", ",").split(",") if part.strip().isdecimal()}


def _parse_genres(genres: tuple[Genre, ...], text: str) -> tuple[int, bool]:
    """The mask, and whether a title needs all of its genres: a pipe means or, a comma means and."""
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


def _parse_languages(text: str) -> tuple[int, ...] | None:
    if not text:
        return None
    wanted = set(text.split("|"))
    rows = tuple(row for row, language in enumerate(LANGUAGES) if language.code in wanted)
    if not rows:
        raise _UnreadableError(text)
    return rows
