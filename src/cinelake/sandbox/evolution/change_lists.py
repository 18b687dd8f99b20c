"""Owns which titles are said to have changed on which day.

Invariant: the list of a day up to the start depends on the seed, the media and the day only: it is invented, and names
titles without any change of theirs, and a few ids that do not exist. That of a later day is what happened on it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from cinelake.sandbox.catalogue.json_text import render_flag, render_value
from cinelake.sandbox.catalogue.seeded_random import dice
from cinelake.sandbox.catalogue.texts import Shelf
from cinelake.sandbox.catalogue.title_columns import ADULT, SOFTCORE

_A_DAY = 0.006
"""Share of the titles that change in a day, as recorded in 2026."""
_VANISHED_A_DAY = 3


@dataclass(frozen=True, slots=True)
class Period:
    """Days from first to last, both within."""

    first: date
    last: date

    @property
    def day_count(self) -> int:
        """Days between the ends, as the limit of 14 counts them."""
        return (self.last - self.first).days


def parse_period(query: Mapping[str, str], today: date) -> Period:
    """The days asked for; without dates the last 24 hours.

    Raises:
        ValueError: a date is not YYYY-MM-DD.
    """
    last = date.fromisoformat(query["end_date"]) if query.get("end_date") else today
    first = date.fromisoformat(query["start_date"]) if query.get("start_date") else last - timedelta(days=1)
    return Period(first, last)


def build_changes(origin: Shelf, period: Period, feeds: Mapping[int, Mapping[int | None, str]]) -> list[str]:
    """The rows of all changed titles as JSON text, each id once; null flags stand for a title that is gone.

    `origin` is the media as it was at the start; `feeds` are the rows of the days since, by ordinal and id.
    """
    start, rows = origin.today.toordinal(), dict[int | None, str]()
    for ordinal in range(period.first.toordinal(), period.last.toordinal() + 1):
        rows |= _invent_day(origin, ordinal) if ordinal <= start else feeds.get(ordinal, {})
    return list(rows.values())


def render_row(number: int | None, traits: int | None) -> str:
    """A row of the list; without traits it has no flags."""
    if traits is None:
        return f'{{"id":{render_value(number)},"adult":null,"softcore":null}}'
    return f'{{"id":{number},"adult":{render_flag(traits & ADULT)},"softcore":{render_flag(traits & SOFTCORE)}}}'


def _invent_day(shelf: Shelf, ordinal: int) -> dict[int | None, str]:
    columns, source = shelf.columns, dice(shelf.seed, shelf.name, "changes", ordinal)
    if not len(columns):
        return {}
    positions = source.sample(range(len(columns)), max(round(len(columns) * _A_DAY), 1))
    rows = [(columns.ids[position], render_row(columns.ids[position], columns.traits[position])) for position in positions]
    vanished = {columns.ids[-1] + source.randrange(1, 1_000_000) for _ in range(_VANISHED_A_DAY)}
    rows += [(number, render_row(number, None)) for number in sorted(vanished)]
    source.shuffle(rows)
    return dict[int | None, str](rows)
