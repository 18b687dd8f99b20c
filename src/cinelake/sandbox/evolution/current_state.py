"""The current state of one media: its titles after the days that have passed, and the change lists of these days.

Invariant: the catalogue itself never changes; its columns are copied once, before the first day.
"""

from dataclasses import replace

from cinelake.sandbox.api.discover_results import TitleIndex
from cinelake.sandbox.catalogue.texts import MediaTitles
from cinelake.sandbox.catalogue.title_columns import IMDB_NULL, Columns
from cinelake.sandbox.evolution.change_lists import render_row
from cinelake.sandbox.evolution.days import Day, NewTitle, plan_day
from cinelake.sandbox.evolution.overlay import Overlay


class CurrentState:
    """The titles of one media, which change day by day.

    Attributes:
        origin: the titles at the start; titles, index: the titles now.
        feeds: rows of the change list of each day that has passed, by ordinal and id.
    """

    def __init__(self, origin: MediaTitles, *, has_nulls_first: bool) -> None:
        self.origin = origin
        self.titles = origin
        self.feeds: dict[int, dict[int | None, str]] = {}
        self._has_nulls_first = has_nulls_first
        self.index = TitleIndex(origin, has_nulls_first=has_nulls_first)

    def find_position(self, title_id: int) -> int | None:
        """The position of the title with that id; None if there is none, or it is absent."""
        position = self.titles.columns.find_position(title_id)
        return None if position is None or position in self.titles.overlay.absent else position

    def find_next(self, position: int) -> int:
        """The position of the next title that is not absent."""
        count, absent = len(self.titles.columns), self.titles.overlay.absent
        return next(other % count for other in range(position + 1, position + 1 + count) if other % count not in absent)

    def advance(self, ordinals: range) -> list[int]:
        """Apply the changes of some days; return the ids of changed titles that no change list of these days names."""
        if not len(self.origin.columns):
            self.feeds.update({ordinal: {} for ordinal in ordinals})
            return []
        if self.titles is self.origin:
            self.titles = replace(self.origin, columns=self.origin.columns.copy(), overlay=Overlay())
        unnamed: set[int] = set()
        for ordinal in ordinals:
            day = plan_day(self.titles, ordinal)
            count = len(self.titles.columns)
            changed = day.changed.union(range(count, count + len(day.new_titles)))
            _apply_day(self.titles, day)
            self.feeds[ordinal] = _render_feed(self.titles, day)
            unnamed -= {self.titles.columns.ids[position] for position in day.named}
            unnamed |= {self.titles.columns.ids[position] for position in changed.difference(day.named)}
        self.index = TitleIndex(self.titles, has_nulls_first=self._has_nulls_first)
        return sorted(unnamed)


def _apply_day(titles: MediaTitles, day: Day) -> None:
    columns, overlay = titles.columns, titles.overlay
    for position, figures in day.figures.items():
        columns.votes[position] = figures.votes
        columns.averages[position] = figures.average
        columns.popularity[position] = figures.popularity
    for position in day.revised:
        overlay.revisions[position] = overlay.revisions.get(position, 0) + 1
    for position, mask in day.genres.items():
        columns.genres[position] = mask
    for position, date in day.dates.items():
        columns.dates[position] = date
    for position in day.deleted:
        overlay.absent[position] = day.ordinal
    for position in day.restored:
        del overlay.absent[position]
    first = len(columns)
    for new_title in day.new_titles:
        _append(columns, new_title, day.ordinal)
    edited = (*day.revised, *day.genres, *day.dates, *day.restored, *range(first, len(columns)))
    overlay.edited.update(dict.fromkeys(edited, day.ordinal))


def _append(columns: Columns, new_title: NewTitle, ordinal: int) -> None:
    """Append a title of that day, with few known values."""
    known = {
        "ids": new_title.id,
        "dates": ordinal,
        "genres": new_title.genres,
        "popularity": new_title.popularity,
        "languages": new_title.language,
        "traits": IMDB_NULL,
    }
    for name, column in columns.by_name().items():
        column.append(known.get(name, 0))


def _render_feed(titles: MediaTitles, day: Day) -> dict[int | None, str]:
    """The rows of a day's change list; those of deleted titles have null flags."""
    columns, deleted = titles.columns, set(day.deleted)
    rows = {
        columns.ids[position]: render_row(columns.ids[position], None if position in deleted else columns.traits[position])
        for position in day.named
    }
    return rows | {number: render_row(number, None if number is None else 0) for number in day.unknown_ids}
