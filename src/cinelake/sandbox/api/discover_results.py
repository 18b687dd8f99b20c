"""Owns which titles answer a query, and in which order.

Invariant: every title that matches is in the answer once; equal sort keys come in an order that means nothing but is the
same whenever the same query is asked; answers are kept up to a bound and made again after.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Callable, Sequence
from itertools import chain
from math import inf

from cinelake.sandbox.api.discover_query import DATE_KEYS, Query
from cinelake.sandbox.catalogue import texts as faces
from cinelake.sandbox.catalogue import title_columns as bits
from cinelake.sandbox.catalogue.seeded_random import digest

_KEPT_POSITIONS = 3_000_000
_KEPT_QUERIES = 2000
_ADULT_MARK, _VIDEO_MARK = 1 << 30, 1 << 31

Keep = Callable[[int], bool]


class Index:
    """Answers queries on one shelf: a bisected range of the dates, then one filter after another."""

    def __init__(self, shelf: faces.Shelf, *, has_nulls_first: bool = False) -> None:
        self._shelf = shelf
        self._has_nulls_first = has_nulls_first
        columns, absent = shelf.columns, shelf.overlay.absent
        every = range(len(columns))
        present = [position for position in every if position not in absent] if absent else every
        self._order = array("I", sorted(present, key=columns.dates.__getitem__))
        self._dates = array("I", [columns.dates[position] for position in self._order])
        self._marks = array("I", [_mark(columns.genres[row], columns.traits[row]) for row in self._order])
        self._first_dated = bisect_right(self._dates, 0)
        self._kept: OrderedDict[Query, array[int]] = OrderedDict()
        self._kept_count = 0

    def select(self, query: Query) -> "array[int]":
        """The positions of all titles that match, in the order asked."""
        if query in self._kept:
            self._kept.move_to_end(query)
            return self._kept[query]
        answer = array("I", self._sort(self.match(query), query))
        self._kept[query] = answer
        self._kept_count += len(answer)
        while len(self._kept) > 1 and (self._kept_count > _KEPT_POSITIONS or len(self._kept) > _KEPT_QUERIES):
            self._kept_count -= len(self._kept.popitem(last=False)[1])
        return answer

    def match(self, query: Query) -> list[int]:
        """The positions of all titles that match, in no order."""
        if query.is_void:
            return []
        low, high = self._find_range(query)
        found = _filter_marks(self._order[low:high], self._marks[low:high], query)
        for keep in self._build_filters(query):
            found = [position for position in found if keep(position)]
        return found

    def _find_range(self, query: Query) -> tuple[int, int]:
        """Where the dated titles of the query stand; the undated stand first, under date 0."""
        low = 0 if query.includes_undated and query.days.is_open else self._first_dated
        if query.days.low > -inf:
            low = max(low, bisect_left(self._dates, query.days.low))
        return low, len(self._dates) if query.days.high == inf else bisect_right(self._dates, query.days.high)

    def _build_filters(self, query: Query) -> list[Keep]:
        columns = self._shelf.columns
        tongues, filters = columns.tongues, list[Keep]()
        if query.tongues is not None:
            wanted = frozenset(query.tongues)
            filters.append(lambda position: tongues[position] in wanted)
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
        dates = self._shelf.columns.dates
        undated = [position for position in found if not dates[position]]
        dated = sorted((p for p in found if dates[p]), key=dates.__getitem__, reverse=query.is_descending)
        return undated + dated if self._has_nulls_first else dated + undated

    def _build_key(self, sort: str) -> "Callable[[int], int | str]":
        columns = self._shelf.columns
        match sort:
            case "revenue":
                return columns.revenues.__getitem__
            case "vote_average":
                return columns.averages.__getitem__
            case "vote_count":
                return columns.votes.__getitem__
            case "title" | "name":
                return lambda position: faces.compose_name(self._shelf, position)
            case "original_title" | "original_name":
                return lambda position: faces.compose_original_name(self._shelf, position)
            case _:
                return columns.popularity.__getitem__


def _mark(genres: int, traits: int) -> int:
    """The genre mask with the traits that hide a title above it, so that one pass tests both."""
    return genres | (_ADULT_MARK if traits & bits.ADULT else 0) | (_VIDEO_MARK if traits & bits.VIDEO else 0)


def _filter_marks(order: Sequence[int], marks: Sequence[int], query: Query) -> list[int]:
    wanted, barred = query.genres, query.barred_genres
    barred |= (0 if query.includes_adult else _ADULT_MARK) | (0 if query.includes_video else _VIDEO_MARK)
    pairs = zip(order, marks, strict=True)
    if not wanted:
        return [position for position, mark in pairs if not mark & barred]
    if query.are_all_genres_needed:
        return [position for position, mark in pairs if mark & (wanted | barred) == wanted]
    return [position for position, mark in pairs if mark & wanted and not mark & barred]


def _build_span_filter(low: float, high: float, column: Sequence[int]) -> Keep:
    return lambda position: low <= column[position] <= high
