"""Finds the titles that match a query, and sorts them.

Invariant: each match is in the result once. Titles with equal sort keys come in an arbitrary order that depends only on the
query. The cache of results is bounded.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Callable, Sequence
from itertools import chain
from math import inf

from cinelake.sandbox.api.discover_query import DATE_KEYS, Query
from cinelake.sandbox.catalogue import texts
from cinelake.sandbox.catalogue.seeded_random import digest
from cinelake.sandbox.catalogue.title_columns import ADULT, VIDEO

_CACHED_POSITIONS = 3_000_000
_CACHED_QUERIES = 2000
_ADULT_BIT, _VIDEO_BIT = 1 << 30, 1 << 31

Filter = Callable[[int], bool]


class TitleIndex:
    """Answers queries on the titles of one media: bisects the range of dates, then applies the filters."""

    def __init__(self, titles: texts.MediaTitles, *, has_nulls_first: bool = False) -> None:
        self._titles = titles
        self._has_nulls_first = has_nulls_first
        columns, absent = titles.columns, titles.overlay.absent
        every = range(len(columns))
        present = [position for position in every if position not in absent] if absent else every
        self._order = array("I", sorted(present, key=columns.dates.__getitem__))
        self._dates = array("I", [columns.dates[position] for position in self._order])
        self._marks = array("I", [_mark(columns.genres[row], columns.traits[row]) for row in self._order])
        self._first_dated = bisect_right(self._dates, 0)
        self._cache: OrderedDict[Query, array[int]] = OrderedDict()
        self._cached_count = 0

    def select(self, query: Query) -> "array[int]":
        """The positions of all matching titles, sorted as the query asks."""
        if query in self._cache:
            self._cache.move_to_end(query)
            return self._cache[query]
        answer = array("I", self._sort(self.match(query), query))
        self._cache[query] = answer
        self._cached_count += len(answer)
        while len(self._cache) > 1 and (self._cached_count > _CACHED_POSITIONS or len(self._cache) > _CACHED_QUERIES):
            self._cached_count -= len(self._cache.popitem(last=False)[1])
        return answer

    def match(self, query: Query) -> list[int]:
        """The positions of all matching titles, not sorted."""
        if query.matches_nothing:
            return []
        low, high = self._find_range(query)
        found = _filter_marks(self._order[low:high], self._marks[low:high], query)
        for matches in self._build_filters(query):
            found = [position for position in found if matches(position)]
        return found

    def _find_range(self, query: Query) -> tuple[int, int]:
        """The range of the query in the order of dates; undated titles come first, with date 0."""
        low = 0 if query.includes_undated and query.days.is_open else self._first_dated
        if query.days.low > -inf:
            low = max(low, bisect_left(self._dates, query.days.low))
        return low, len(self._dates) if query.days.high == inf else bisect_right(self._dates, query.days.high)

    def _build_filters(self, query: Query) -> list[Filter]:
        columns = self._titles.columns
        languages, filters = columns.languages, list[Filter]()
        if query.languages is not None:
            wanted = frozenset(query.languages)
            filters.append(lambda position: languages[position] in wanted)
        for span, column in (
            (query.votes, columns.votes),
            (query.averages, columns.averages),
            (query.runtimes, columns.runtimes),
        ):
            if not span.is_open:
                filters.append(_build_span_filter(span.low, span.high, column))
        return filters

    def _sort(self, found: list[int], query: Query) -> list[int]:
        word = digest(repr(query))
        stride = 23 + word % 74
        start = word // 74 % stride
        found = list(chain.from_iterable(found[(start + row) % stride :: stride] for row in range(stride)))
        if query.sort not in DATE_KEYS:
            return sorted(found, key=self._build_key(query.sort), reverse=query.is_descending)
        dates = self._titles.columns.dates
        undated = [position for position in found if not dates[position]]
        dated = sorted((p for p in found if dates[p]), key=dates.__getitem__, reverse=query.is_descending)
        return undated + dated if self._has_nulls_first else dated + undated

    def _build_key(self, sort: str) -> "Callable[[int], int | str]":
        columns = self._titles.columns
        match sort:
            case "revenue":
                return columns.revenues.__getitem__
            case "vote_average":
                return columns.averages.__getitem__
            case "vote_count":
                return columns.votes.__getitem__
            case "title" | "name":
                return lambda position: texts.compose_name(self._titles, position)
            case "original_title" | "original_name":
                return lambda position: texts.compose_original_name(self._titles, position)
            case _:
                return columns.popularity.__getitem__


def _mark(genres: int, traits: int) -> int:
    """The genre mask and, in higher bits, the traits that hide a title, so that one pass tests both."""
    return genres | (_ADULT_BIT if traits & ADULT else 0) | (_VIDEO_BIT if traits & VIDEO else 0)


def _filter_marks(order: Sequence[int], marks: Sequence[int], query: Query) -> list[int]:
    wanted, excluded = query.genres, query.excluded_genres
    excluded |= (0 if query.includes_adult else _ADULT_BIT) | (0 if query.includes_video else _VIDEO_BIT)
    pairs = zip(order, marks, strict=True)
    if not wanted:
        return [position for position, mark in pairs if not mark & excluded]
    if query.needs_all_genres:
        return [position for position, mark in pairs if mark & (wanted | excluded) == wanted]
    return [position for position, mark in pairs if mark & wanted and not mark & excluded]


def _build_span_filter(low: float, high: float, column: Sequence[int]) -> Filter:
    return lambda position: low <= column[position] <= high
