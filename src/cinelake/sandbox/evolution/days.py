"""Plans the changes of a day: which titles change, are deleted, appear and return, and which the change list names. Pure.

Invariant: a day depends on the seed, the media, the day and the state before it; no title changes twice in a day. As in
TMDB, the change list reports few new votes, misses some edits, and names unknown ids.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from random import Random

from cinelake.sandbox.catalogue.proportions import GENRES_A_TITLE, ID_GAPS
from cinelake.sandbox.catalogue.seeded_random import build_random, draw_many
from cinelake.sandbox.catalogue.texts import MediaTitles

_VOTED, _REVISED, _GENRE_CHANGED, _DATE_CHANGED, _DELETED, _ADDED = 0.02, 0.004, 0.0008, 0.0008, 0.0004, 0.0008
"""Shares of the present titles, per day."""
_VOTES_NAMED, _EDITS_NAMED = 0.1, 0.85
_UNKNOWN_IDS, _NULL_ID_DAYS = 3, 0.3
_MIN_ABSENT_DAYS = 3
"""Days for which a title is at least absent before it returns."""
_MAX_VOTES = 4_000_000_000


@dataclass(frozen=True, slots=True)
class Figures:
    """A title's votes, average and popularity after a day, in the units of the columns."""

    votes: int
    average: int
    popularity: int


@dataclass(frozen=True, slots=True)
class NewTitle:
    """A title that is added: its id, genre mask, language and popularity; it has no votes."""

    id: int
    genres: int
    language: int
    popularity: int


@dataclass(frozen=True, slots=True)
class Day:
    """The changes of one day, by position.

    Attributes:
        named: the changed titles that the change list names.
        unknown_ids: ids in the change list that no title has; None stands for null.
    """

    ordinal: int
    figures: Mapping[int, Figures]
    revised: tuple[int, ...]
    genres: Mapping[int, int]
    dates: Mapping[int, int]
    deleted: tuple[int, ...]
    restored: tuple[int, ...]
    new_titles: tuple[NewTitle, ...]
    named: tuple[int, ...]
    unknown_ids: tuple[int | None, ...]

    @property
    def changed(self) -> frozenset[int]:
        """Positions of all changed titles; new titles have none yet."""
        return frozenset((*self.figures, *self.revised, *self.genres, *self.dates, *self.deleted, *self.restored))


def plan_day(titles: MediaTitles, ordinal: int) -> Day:
    """Plan the day with that ordinal, given the titles on the day before."""
    source, columns = build_random(titles.seed, titles.media, "day", ordinal), titles.columns
    size = len(columns) - len(titles.overlay.absent)
    unused = _draw_present(titles, source)

    def take(share: float, least: int) -> tuple[int, ...]:
        return tuple(islice(unused, min(max(round(size * share), least), size // 10)))

    deleted = take(_DELETED, 1)
    undated = _find_undated(titles, source, deleted)
    dates = {
        position: _draw_date(source, columns.dates[position], ordinal) for position in {*take(_DATE_CHANGED, 2), *undated}
    }
    genres = {
        position: _draw_mask(source, titles, position) for position in take(_GENRE_CHANGED, 2) if position not in dates
    }
    revised = tuple(position for position in take(_REVISED, 2) if position not in dates)
    figures = {position: _draw_figures(source, titles, position) for position in take(_VOTED, 3) if position not in dates}
    restored = tuple(islice((p for p, day in titles.overlay.absent.items() if day <= ordinal - _MIN_ABSENT_DAYS), 1))
    new_titles = _draw_new_titles(source, titles, max(round(size * _ADDED), 2))
    edits = (*dates, *genres, *revised)
    return Day(
        ordinal,
        figures=figures,
        revised=revised,
        genres=genres,
        dates=dates,
        deleted=deleted,
        restored=restored,
        new_titles=new_titles,
        named=(
            *deleted,
            *restored,
            *_draw_share(source, edits, _EDITS_NAMED),
            *_draw_share(source, figures, _VOTES_NAMED),
            *_draw_share(source, range(len(columns), len(columns) + len(new_titles)), _EDITS_NAMED),
        ),
        unknown_ids=_draw_unknown_ids(source, new_titles[-1].id),
    )


def _draw_present(titles: MediaTitles, source: Random) -> Iterator[int]:
    """Positions of all titles that are not absent, in random order."""
    count, seen = len(titles.columns), set(titles.overlay.absent)
    while len(seen) < count:
        position = source.randrange(count)
        if position not in seen:
            seen.add(position)
            yield position


def _find_undated(titles: MediaTitles, source: Random, excluded: Iterable[int]) -> tuple[int, ...]:
    """The first undated title after a random position, or nothing."""
    dates, start = titles.columns.dates, source.randrange(max(len(titles.columns), 1))
    try:
        position = dates.index(0, start)
    except ValueError:
        return ()
    return () if position in titles.overlay.absent or position in set(excluded) else (position,)


def _draw_date(source: Random, previous: int, today: int) -> int:
    """Another date; a dated title may become undated."""
    near = today + source.randrange(-40, 120)
    if not previous:
        return near
    return source.choice((0, near, max(previous + source.choice((-1, 1)) * source.randrange(1, 4000), 1)))


def _draw_mask(source: Random, titles: MediaTitles, position: int) -> int:
    """The genres of a title with one added or removed."""
    mask, every = titles.columns.genres[position], range(len(titles.genres))
    has, lacks = [bit for bit in every if mask >> bit & 1], [bit for bit in every if not mask >> bit & 1]
    loses = bool(has) and source.random() < 0.5  # noqa: PLR2004 - as often as not
    return mask ^ 1 << source.choice(has if loses else lacks)


def _draw_figures(source: Random, titles: MediaTitles, position: int) -> Figures:
    columns = titles.columns
    votes, average = columns.votes[position], columns.averages[position]
    added = 1 + int(source.random() ** 3 * (20 + votes / 20))
    vote = round(1000 * source.uniform(1, 10))
    return Figures(
        votes=min(votes + added, _MAX_VOTES),
        average=round((average * votes + vote * added) / (votes + added)),
        popularity=min(round(columns.popularity[position] * source.uniform(0.8, 1.3)) + 1, _MAX_VOTES),
    )


def _draw_new_titles(source: Random, titles: MediaTitles, count: int) -> tuple[NewTitle, ...]:
    title_id, columns = titles.columns.ids[-1], titles.columns
    sizes, found = draw_many(source, GENRES_A_TITLE, count), []
    for size, gap in zip(sizes, draw_many(source, ID_GAPS, count), strict=True):
        title_id += gap
        mask = sum(1 << bit for bit in source.sample(range(len(titles.genres)), size))
        language = columns.languages[source.randrange(len(columns))]
        found.append(NewTitle(title_id, mask, language, source.randrange(1_000, 30_000)))
    return tuple(found)


def _draw_share(source: Random, positions: Iterable[int], share: float) -> list[int]:
    return [position for position in positions if source.random() < share]


def _draw_unknown_ids(source: Random, last_id: int) -> tuple[int | None, ...]:
    """Ids far above the last one, which no title ever gets, and a null on some days."""
    unknown = sorted({last_id + 10_000_000 + source.randrange(1_000_000) for _ in range(_UNKNOWN_IDS)})
    return (*unknown, None) if source.random() < _NULL_ID_DAYS else tuple(unknown)
