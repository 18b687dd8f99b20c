"""TMDB's paths, parameters, sort orders and limits for each media, as data.

Invariant: an empty filter is never sent (TMDB has responded to `with_genres=` with an empty list).
Sources: TMDB's OpenAPI document and recorded responses of 2026.
"""

from dataclasses import dataclass
from datetime import date

from cinelake.media import Media

PAGE_SIZE = 20
MAX_PAGES = 500
"""Pages of one query that can be read; TMDB responds to page 501 with status 400, code 22."""
EARLIEST = date(1000, 1, 1)
"""Earlier than any title. As a filter it excludes titles without a date, as any date filter does."""

Params = dict[str, str]


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Paths and parameter names of one media.

    Attributes:
        orders: sort orders, the most stable first. Titles rarely change their name and few share one, so sorting by
            name shifts the pages least.
        undated_switch: the parameter that includes undated titles in a query without dates, where TMDB needs one.
    """

    discover: str
    detail: str
    date_filter: str
    orders: tuple[str, ...]
    date_order: str
    undated_switch: Params


ENDPOINTS = {
    Media.MOVIE: Endpoints(
        discover="/3/discover/movie",
        detail="/3/movie/",
        date_filter="primary_release_date",
        orders=("original_title.asc", "primary_release_date.asc", "vote_count.desc", "popularity.asc"),
        date_order="primary_release_date",
        undated_switch={},
    ),
    Media.SERIES: Endpoints(
        discover="/3/discover/tv",
        detail="/3/tv/",
        date_filter="first_air_date",
        orders=("original_name.asc", "first_air_date.asc", "vote_count.desc", "popularity.asc"),
        date_order="first_air_date",
        undated_switch={"include_null_first_air_dates": "true"},
    ),
}


@dataclass(frozen=True, slots=True)
class Query:
    """A discover query; equal queries give equal parameters.

    Attributes:
        since, until: a closed date range; either may be open.
        narrow: further filters, such as ("vote_count.lte", "0").
        dated_only: exclude titles without a date although no range is given.
    """

    media: Media
    genre_id: int | None = None
    since: date | None = None
    until: date | None = None
    narrow: tuple[tuple[str, str], ...] = ()
    dated_only: bool = False
    include_adult: bool = False
    include_video: bool = False


def build_discover(query: Query, *, page: int = 1, order: str | None = None) -> tuple[str, Params]:
    """Return path and parameters of one page of a query, in the most stable order unless `order` is given."""
    names = ENDPOINTS[query.media]
    params: Params = {"page": str(page), "sort_by": order or names.orders[0]}
    genres = [str(query.genre_id)] if query.genre_id is not None else []
    genres += [value for name, value in query.narrow if name == "with_genres"]
    if genres:
        params["with_genres"] = ",".join(genres)
    without = [value for name, value in query.narrow if name == "without_genres"]
    if without:
        params["without_genres"] = ",".join(without)
    params.update((name, value) for name, value in query.narrow if name not in {"with_genres", "without_genres"})
    since, until = query.since, query.until
    if since is None and until is None:
        if query.dated_only:
            since, until = EARLIEST, date.max  # both ends: TMDB may sort a text that is not a date after any start
        else:
            params |= names.undated_switch
    if since is not None:
        params[f"{names.date_filter}.gte"] = since.isoformat()
    if until is not None:
        params[f"{names.date_filter}.lte"] = until.isoformat()
    if query.include_adult:
        params["include_adult"] = "true"
    if query.include_video and query.media is Media.MOVIE:
        params["include_video"] = "true"
    return names.discover, params


def build_detail(media: Media, title_id: int) -> str:
    """Return the path of one title's detail."""
    return f"{ENDPOINTS[media].detail}{title_id}"


def build_changes(media: Media, day: date, page: int) -> tuple[str, Params]:
    """Return path and parameters of one page of a day's changes. TMDB returns 100 titles a page and keeps 14 days."""
    text = day.isoformat()
    return f"{ENDPOINTS[media].detail}changes", {"start_date": text, "end_date": text, "page": str(page)}
