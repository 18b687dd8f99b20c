"""Owns which titles are said to have changed on which day.

Invariant: a day's list depends on the seed, the media and the day only; it names a few ids that no longer exist.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain

from cinelake.sandbox.chance import dice
from cinelake.sandbox.columns import ADULT, SOFTCORE
from cinelake.sandbox.faces import Shelf
from cinelake.sandbox.jsontext import render_flag

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


def build_changes(shelf: Shelf, period: Period) -> list[str]:
    """The rows of all changed titles as JSON text, each id once; null flags stand for a title that is gone."""
    days = range(period.first.toordinal(), period.last.toordinal() + 1)
    rows = dict(chain.from_iterable(_build_day(shelf, day) for day in days))
    return list(rows.values())


def _build_day(shelf: Shelf, ordinal: int) -> list[tuple[int, str]]:
    columns, source = shelf.columns, dice(shelf.seed, shelf.name, "changes", ordinal)
    if not len(columns):
        return []
    positions = source.sample(range(len(columns)), max(round(len(columns) * _A_DAY), 1))
    rows = []
    for position in positions:
        number, traits = columns.ids[position], columns.traits[position]
        flags = f'"adult":{render_flag(traits & ADULT)},"softcore":{render_flag(traits & SOFTCORE)}'
        rows.append((number, f'{{"id":{number},{flags}}}'))
    vanished = {columns.ids[-1] + source.randrange(1, 1_000_000) for _ in range(_VANISHED_A_DAY)}
    rows += [(number, f'{{"id":{number},"adult":null,"softcore":null}}') for number in sorted(vanished)]
    source.shuffle(rows)
    return rows
