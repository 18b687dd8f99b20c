"""Owns the arithmetic of listing: how a query is split, and which way to settle a disagreement is cheapest. Pure.

Invariant: the parts of a split do not overlap and together are the whole; also at day borders.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from cinelake.selection.genres import list_genre_ids
from cinelake.selection.selection import Selection
from cinelake.selection.slices import Slice
from cinelake.tmdb.endpoints import MAX_PAGES, PAGE_SIZE, Query

WINDOW_TITLES = 500
"""Titles that one window should hold at most: small enough to lose little to a kill, large enough to cost few counts."""
MOST_TITLES = MAX_PAGES * PAGE_SIZE
"""Titles of one query that the service gives out."""
_OPEN_SPLIT = date(1874, 12, 31)
"""Where a window without a beginning is cut: the first films were made in that year's decade."""
_RANGES = (("vote_count", 8.0), ("with_runtime", 1.5))
"""Whole numbers to cut by, and how much wider each next range is: most titles have few votes, many have none."""


def count_pages(total: int) -> int:
    """Pages of a query, at least one, at most as many as the service gives."""
    return min(MAX_PAGES, max(1, math.ceil(total / PAGE_SIZE)))


def split_dates(query: Query, pieces: int) -> list[Query]:
    """The query cut into about `pieces` ranges of about equally many days; one if it cannot be cut."""
    if query.until is None:
        return [query]
    since = query.since
    if since is None:
        if query.until <= _OPEN_SPLIT:
            return [query]
        since = _OPEN_SPLIT
        head = replace(query, until=_OPEN_SPLIT)
        return [head, *split_dates(replace(query, since=since + timedelta(days=1)), max(1, pieces - 1))]
    days = (query.until - since).days + 1
    pieces = max(1, min(pieces, days))
    edges = [since + timedelta(days=days * n // pieces) for n in range(pieces)]
    ends = [edge - timedelta(days=1) for edge in edges[1:]] + [query.until]
    return [replace(query, since=a, until=b) for a, b in zip(edges, ends, strict=True)]


def split_otherwise(query: Query, languages: Sequence[str]) -> Iterable[list[Query]]:
    """Ways to cut a query that dates cannot cut, the most promising first: votes, runtime, language, other genres.

    `languages` are all codes of original languages, the most frequent first. Each way is meant to be a partition; the
    caller holds the sum of the totals against the whole before it trusts one.
    """
    for name, reach in _RANGES:
        cut = _split_range(query, name, reach)
        if cut:
            yield cut
    held = dict(query.narrow).get("with_original_language")
    codes = held.split("|") if held else list(languages)
    if len(codes) > 1:
        rest = replace(query, narrow=tuple(item for item in query.narrow if item[0] != "with_original_language"))
        middle = len(codes) // 2 if held else 1
        parts = ("|".join(codes[:middle]), "|".join(codes[middle:]))
        yield [_with(rest, ("with_original_language", part)) for part in parts]
    used = {value for name, value in query.narrow if name in {"with_genres", "without_genres"}}
    for genre_id in list_genre_ids(query.media):
        if str(genre_id) not in used and genre_id != query.genre_id:
            yield [_with(query, ("with_genres", str(genre_id))), _with(query, ("without_genres", str(genre_id)))]


def _split_range(query: Query, name: str, reach: float) -> list[Query]:
    """Two ranges of a whole number, nothing if it is pinned down: 0 first, then ever wider ones, then halves."""
    narrow = dict(query.narrow)
    low, high = int(narrow.get(f"{name}.gte", "0")), narrow.get(f"{name}.lte")
    if high is not None and int(high) <= low:
        return []
    if low == 0:
        middle = 0
    elif high is None:
        middle = int(low * reach)
    else:
        middle = (low + int(high)) // 2
    rest = replace(query, narrow=tuple(item for item in query.narrow if not item[0].startswith(f"{name}.")))
    lower = _with(rest, (f"{name}.lte", str(middle)))
    upper = _with(rest, (f"{name}.gte", str(middle + 1)))
    return [
        _with(lower, (f"{name}.gte", str(low))) if low else lower,
        upper if high is None else _with(upper, (f"{name}.lte", high)),
    ]


def prefers_halves(missing: int, pages: int) -> bool:
    """Whether to look for the missing ids by counting halves, rather than by reading every page in another order.

    Each missing id costs about two counts at each halving; another order costs every page.
    """
    return 2 * abs(missing) * math.log2(max(2, pages)) < pages


def holds(query: Query, day: str) -> bool:
    """Whether a title of that date (YYYY-MM-DD or "") lies in the query's dates."""
    return (
        bool(day)
        and (query.since is None or day >= query.since.isoformat())
        and (query.until is None or day <= query.until.isoformat())
    )


def subtract_ranges(query: Query, listed: Iterable[tuple[date | None, date]]) -> list[Query]:
    """What of a query's dates is not yet listed."""
    left: list[Query] = []
    since = query.since
    for start, end in sorted(listed, key=lambda window: window[1]):
        if start is not None and (since is None or start > since):
            left.append(replace(query, since=since, until=start - timedelta(days=1)))
        since = end + timedelta(days=1)
    if query.until is not None and (since is None or since <= query.until):
        left.append(replace(query, since=since))
    return left


def _with(query: Query, item: tuple[str, str]) -> Query:
    return replace(query, narrow=(*query.narrow, item))


def build_slice_query(piece: Slice, selection: Selection) -> Query:
    """The discover query that lists a slice (for an undated one: the query without dates that contains it)."""
    return Query(
        piece.media,
        piece.genre_id,
        piece.since,
        piece.until,
        include_adult=selection.include_adult,
        include_video=selection.include_video,
    )
