"""Splits queries into windows, and chooses the cheapest way to settle a mismatch between ids and total. Pure.

Invariant: the parts of a split by date do not overlap, and together they cover the whole query.
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
"""Titles that a window should have at most: few enough to lose little to a kill, many enough to need few counts."""
_MEAN_SHARE = 0.8
"""Share of WINDOW_TITLES that the pieces of a split query have on average. Titles are spread unevenly over days: with
fuller pieces, more would exceed WINDOW_TITLES and be split again."""
MOST_TITLES = MAX_PAGES * PAGE_SIZE
"""Titles that TMDB returns for one query at most."""
_OPEN_SPLIT = date(1874, 12, 31)
"""Where a window without a start is split: just before the decade of the first films."""
_RANGES = (("vote_count", 8.0), ("with_runtime", 1.5))
"""Numeric fields to split by, and how much wider each next range is: most titles have few votes, many have none."""


def count_pages(total: int) -> int:
    """The number of pages of a query: at least one, at most as many as TMDB returns."""
    return min(MAX_PAGES, max(1, math.ceil(total / PAGE_SIZE)))


def count_pieces(total: int) -> int:
    """The number of windows to split a query of `total` titles into; 1 if it fits into one window."""
    return 1 if total <= WINDOW_TITLES else math.ceil(total / (_MEAN_SHARE * WINDOW_TITLES))


def split_dates(query: Query, pieces: int) -> list[Query]:
    """The query split into about `pieces` ranges of about as many days each; one if it cannot be split."""
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
    """Ways to split a query that dates cannot split, the most promising first: votes, runtime, language, other genres.

    `languages` are the codes of all original languages, the most frequent first. The caller compares the sum of the totals
    with the total of the query, because not every way is a partition.
    """
    for name, reach in _RANGES:
        parts = _split_range(query, name, reach)
        if parts:
            yield parts
    current = dict(query.narrow).get("with_original_language")
    codes = current.split("|") if current else list(languages)
    if len(codes) > 1:
        rest = replace(query, narrow=tuple(item for item in query.narrow if item[0] != "with_original_language"))
        middle = len(codes) // 2 if current else 1
        yield [_with(rest, ("with_original_language", "|".join(part))) for part in (codes[:middle], codes[middle:])]
    used = {value for name, value in query.narrow if name in {"with_genres", "without_genres"}}
    for genre_id in list_genre_ids(query.media):
        if str(genre_id) not in used and genre_id != query.genre_id:
            yield [_with(query, ("with_genres", str(genre_id))), _with(query, ("without_genres", str(genre_id)))]


def _split_range(query: Query, name: str, reach: float) -> list[Query]:
    """Two ranges of a numeric field, none if it has a single value: first 0, then ever wider ranges, then halves."""
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
    """Whether counting halves is cheaper than reading every page in another order.

    Each missing id costs about two requests per halving; another order costs every page.
    """
    return 2 * abs(missing) * math.log2(max(2, pages)) < pages


def has_day(query: Query, day: str) -> bool:
    """Whether the dates of a query include a day (YYYY-MM-DD, or "" for none)."""
    return (
        bool(day)
        and (query.since is None or day >= query.since.isoformat())
        and (query.until is None or day <= query.until.isoformat())
    )


def subtract_ranges(query: Query, listed: Iterable[tuple[date | None, date]]) -> list[Query]:
    """The parts of a query whose dates are not listed yet."""
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
    """The discover query that lists a slice; for an undated slice the query without dates, which contains it."""
    return Query(
        piece.media,
        piece.genre_id,
        piece.since,
        piece.until,
        include_adult=selection.include_adult,
        include_video=selection.include_video,
    )
