"""Owns what TMDB calls things: paths, parameters, sort orders and limits of each media, as data.

Invariant: an empty filter is never sent (the service once answered `with_genres=` with an empty list).
Sources: the service's OpenAPI document and recorded responses of 2026.
"""

from dataclasses import dataclass
from datetime import date

from cinelake.media import Media

PAGE_SIZE = 20
MAX_PAGES = 500
"""Pages that the service gives of one query; page 501 is answered with 400, code 22."""
EARLIEST = date(1000, 1, 1)
"""Every dated title is later: any date filter drops the titles without a date."""

Params = dict[str, str]


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The words of one media.

    Attributes:
        orders: sort orders, the steadiest first: a title seldom changes and has few ties, so pages slide least.
        undated_switch: the parameter that makes undated titles appear in a query without dates, where one is needed.
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
    """What a discover request asks for; equal queries give equal parameters.

    Attributes:
        since, until: a closed date range; either may be open.
        narrow: further filters, such as ("vote_count.lte", "0").
        dated_only: leave out titles without a date though no range is given.
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
    """Path and parameters of one page of a query. `order` is the steadiest one if not given."""
    words = ENDPOINTS[query.media]
    params: Params = {"page": str(page), "sort_by": order or words.orders[0]}
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
            since, until = EARLIEST, date.max  # both ends: a text that is no date may be after every beginning
        else:
            params |= words.undated_switch
    if since is not None:
        params[f"{words.date_filter}.gte"] = since.isoformat()
    if until is not None:
        params[f"{words.date_filter}.lte"] = until.isoformat()
    if query.include_adult:
        params["include_adult"] = "true"
    if query.include_video and query.media is Media.MOVIE:
        params["include_video"] = "true"
    return words.discover, params


def build_detail(media: Media, title_id: int) -> str:
    """Path of one title's detail."""
    return f"{ENDPOINTS[media].detail}{title_id}"


def build_changes(media: Media, day: date, page: int) -> tuple[str, Params]:
    """Path and parameters of one page of what changed on a day: the service gives 100 a page, and at most 14 days."""
    text = day.isoformat()
    return f"{ENDPOINTS[media].detail}changes", {"start_date": text, "end_date": text, "page": str(page)}
