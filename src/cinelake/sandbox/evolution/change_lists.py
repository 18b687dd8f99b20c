"""Builds the change lists of single days.

Invariant: the list of a day up to the start of the sandbox is invented: it depends only on the seed, the media and the day,
and names titles that have not changed and a few ids that do not exist. The list of a later day reports its real changes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from cinelake.sandbox.catalogue.json_text import render_flag, render_value
from cinelake.sandbox.catalogue.seeded_random import build_random
from cinelake.sandbox.catalogue.texts import MediaTitles
from cinelake.sandbox.catalogue.title_columns import ADULT, SOFTCORE

_CHANGED_PER_DAY = 0.006
"""Share of the titles that change in a day, as recorded in 2026."""
_DELETED_PER_DAY = 3


@dataclass(frozen=True, slots=True)
class Period:
    """The days from first to last, inclusive."""

    first: date
    last: date

    @property
    def day_count(self) -> int:
        """Days between the ends, as TMDB counts them for its limit of 14."""
        return (self.last - self.first).days


def parse_period(query: Mapping[str, str], today: date) -> Period:
    """Parse the requested days; without dates, yesterday and today.

    Raises:
        ValueError: a date is not YYYY-MM-DD.
    """
    last = date.fromisoformat(query["end_date"]) if query.get("end_date") else today
    first = date.fromisoformat(query["start_date"]) if query.get("start_date") else last - timedelta(days=1)
    return Period(first, last)


def build_changes(origin: MediaTitles, period: Period, feeds: Mapping[int, Mapping[int | None, str]]) -> list[str]:
    """The rows of all changed titles as JSON text, each id once; a row with null flags means that the title was deleted.

    `origin` has the titles at the start; `feeds` has the rows of the days since, by ordinal and id.
    """
    start, rows = origin.today.toordinal(), dict[int | None, str]()
    for ordinal in range(period.first.toordinal(), period.last.toordinal() + 1):
        rows |= _invent_day(origin, ordinal) if ordinal <= start else feeds.get(ordinal, {})
    return list(rows.values())


def render_row(number: int | None, traits: int | None) -> str:
    """A row of the list; without traits its flags are null."""
    if traits is None:
        return f'{{"id":{render_value(number)},"adult":null,"softcore":null}}'
    return f'{{"id":{number},"adult":{render_flag(traits & ADULT)},"softcore":{render_flag(traits & SOFTCORE)}}}'


def _invent_day(titles: MediaTitles, ordinal: int) -> dict[int | None, str]:
    columns, source = titles.columns, build_random(titles.seed, titles.media, "changes", ordinal)
    if not len(columns):
        return {}
    positions = source.sample(range(len(columns)), max(round(len(columns) * _CHANGED_PER_DAY), 1))
    rows = [(columns.ids[position], render_row(columns.ids[position], columns.traits[position])) for position in positions]
    deleted = {columns.ids[-1] + source.randrange(1, 1_000_000) for _ in range(_DELETED_PER_DAY)}
    rows += [(number, render_row(number, None)) for number in sorted(deleted)]
    source.shuffle(rows)
    return dict[int | None, str](rows)
