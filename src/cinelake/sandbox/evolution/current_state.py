"""Owns the state of one media as of now: what the days that passed have made of the catalogue, and what their feeds said.

Invariant: the catalogue stays as it was; the columns are copied when the first day passes, and only then.
"""

from dataclasses import replace

from cinelake.sandbox.api.discover_results import Index
from cinelake.sandbox.catalogue.texts import Shelf
from cinelake.sandbox.catalogue.title_columns import IMDB_NULL, Columns
from cinelake.sandbox.evolution.change_lists import render_row
from cinelake.sandbox.evolution.days import Day, Newcomer, plan_day
from cinelake.sandbox.evolution.overlay import Overlay


class Present:
    """One media, which moves day by day.

    Attributes:
        origin: as it was at the start; shelf, index: as it is now.
        feeds: what the feed says of each day that passed, as rows by id.
    """

    def __init__(self, origin: Shelf, *, has_nulls_first: bool) -> None:
        self.origin = origin
        self.shelf = origin
        self.feeds: dict[int, dict[int | None, str]] = {}
        self._has_nulls_first = has_nulls_first
        self.index = Index(origin, has_nulls_first=has_nulls_first)

    def find_position(self, title_id: int) -> int | None:
        """Where the title of that id stands; none if there is none now."""
        position = self.shelf.columns.find_position(title_id)
        return None if position is None or position in self.shelf.overlay.absent else position

    def find_next(self, position: int) -> int:
        """The position of the next title that is there."""
        count, absent = len(self.shelf.columns), self.shelf.overlay.absent
        return next(other % count for other in range(position + 1, position + 1 + count) if other % count not in absent)

    def advance(self, ordinals: range) -> list[int]:
        """Let days pass; the ids of titles that became other than they were and that no feed of these days names."""
        if not len(self.origin.columns):
            self.feeds.update({ordinal: {} for ordinal in ordinals})
            return []
        if self.shelf is self.origin:
            self.shelf = replace(self.origin, columns=self.origin.columns.copy(), overlay=Overlay())
        unnamed: set[int] = set()
        for ordinal in ordinals:
            day = plan_day(self.shelf, ordinal)
            count = len(self.shelf.columns)
            touched = day.touched.union(range(count, count + len(day.newcomers)))
            _apply_day(self.shelf, day)
            self.feeds[ordinal] = _render_feed(self.shelf, day)
            unnamed -= {self.shelf.columns.ids[position] for position in day.named}
            unnamed |= {self.shelf.columns.ids[position] for position in touched.difference(day.named)}
        self.index = Index(self.shelf, has_nulls_first=self._has_nulls_first)
        return sorted(unnamed)


def _apply_day(shelf: Shelf, day: Day) -> None:
    columns, overlay = shelf.columns, shelf.overlay
    for position, count in day.counts.items():
        columns.votes[position] = count.votes
        columns.averages[position] = count.average
        columns.popularity[position] = count.popularity
    for position in day.rewritten:
        overlay.revisions[position] = overlay.revisions.get(position, 0) + 1
    for position, mask in day.genres.items():
        columns.genres[position] = mask
    for position, date in day.dates.items():
        columns.dates[position] = date
    for position in day.vanished:
        overlay.absent[position] = day.ordinal
    for position in day.returned:
        del overlay.absent[position]
    first = len(columns)
    for newcomer in day.newcomers:
        _append(columns, newcomer, day.ordinal)
    edited = (*day.rewritten, *day.genres, *day.dates, *day.returned, *range(first, len(columns)))
    overlay.edited.update(dict.fromkeys(edited, day.ordinal))


def _append(columns: Columns, newcomer: Newcomer, ordinal: int) -> None:
    """A title of that day, of which little is known yet."""
    known = {
        "ids": newcomer.id,
        "dates": ordinal,
        "genres": newcomer.genres,
        "popularity": newcomer.popularity,
        "tongues": newcomer.tongue,
        "traits": IMDB_NULL,
    }
    for name, column in columns.by_name().items():
        column.append(known.get(name, 0))


def _render_feed(shelf: Shelf, day: Day) -> dict[int | None, str]:
    """The rows of a day; what is gone has no flags."""
    columns, gone = shelf.columns, set(day.vanished)
    rows = {
        columns.ids[position]: render_row(columns.ids[position], None if position in gone else columns.traits[position])
        for position in day.named
    }
    return rows | {number: render_row(number, None if number is None else 0) for number in day.strangers}
