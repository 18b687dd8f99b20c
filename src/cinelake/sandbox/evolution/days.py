"""Owns what a day brings to a media: which titles change, vanish, appear and come back, and what the feed says of it. Pure.

Invariant: a day depends on the seed, the media, the day and the state before it; no title is touched twice in a day. As in
the real service the feed is almost silent on votes, misses a share of the edits, and names ids that nobody holds.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from random import Random

from cinelake.sandbox.catalogue.proportions import GENRES_A_TITLE, ID_GAPS
from cinelake.sandbox.catalogue.seeded_random import dice, draw_many
from cinelake.sandbox.catalogue.texts import Shelf

_VOTED, _REWRITTEN, _REGENRED, _REDATED, _VANISHED, _APPEARED = 0.02, 0.004, 0.0008, 0.0008, 0.0004, 0.0008
"""Shares of the titles present, a day."""
_VOTES_NAMED, _EDITS_NAMED = 0.1, 0.85
_UNKNOWN_IDS, _NULL_ID_DAYS = 3, 0.3
_ABSENT_DAYS = 3
"""How long a title is away at least before it comes back."""
_MOST_VOTES = 4_000_000_000


@dataclass(frozen=True, slots=True)
class Count:
    """What a title's figures are after a day, in the units of the columns."""

    votes: int
    average: int
    popularity: int


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A title that was not there before: its id, genre mask, language and popularity; nobody has voted for it."""

    id: int
    genres: int
    tongue: int
    popularity: int


@dataclass(frozen=True, slots=True)
class Day:
    """What happens on one day, by position.

    Attributes:
        named: of the touched titles those that the feed names.
        strangers: ids that it names and nobody holds, None for null.
    """

    ordinal: int
    counts: Mapping[int, Count]
    rewritten: tuple[int, ...]
    genres: Mapping[int, int]
    dates: Mapping[int, int]
    vanished: tuple[int, ...]
    returned: tuple[int, ...]
    newcomers: tuple[Newcomer, ...]
    named: tuple[int, ...]
    strangers: tuple[int | None, ...]

    @property
    def touched(self) -> frozenset[int]:
        """Positions of all titles that are not what they were; newcomers have none yet."""
        return frozenset((*self.counts, *self.rewritten, *self.genres, *self.dates, *self.vanished, *self.returned))


def plan_day(shelf: Shelf, ordinal: int) -> Day:
    """What the day of that ordinal brings to a shelf as it is the day before."""
    source, columns = dice(shelf.seed, shelf.name, "day", ordinal), shelf.columns
    size = len(columns) - len(shelf.overlay.absent)
    fresh = _draw_present(shelf, source)

    def take(share: float, least: int) -> tuple[int, ...]:
        return tuple(islice(fresh, min(max(round(size * share), least), size // 10)))

    vanished = take(_VANISHED, 1)
    undated = _find_undated(shelf, source, vanished)
    dates = {position: _draw_date(source, columns.dates[position], ordinal) for position in {*take(_REDATED, 2), *undated}}
    genres = {position: _draw_mask(source, shelf, position) for position in take(_REGENRED, 2) if position not in dates}
    rewritten = tuple(position for position in take(_REWRITTEN, 2) if position not in dates)
    counts = {position: _draw_count(source, shelf, position) for position in take(_VOTED, 3) if position not in dates}
    returned = tuple(islice((p for p, day in shelf.overlay.absent.items() if day <= ordinal - _ABSENT_DAYS), 1))
    newcomers = _draw_newcomers(source, shelf, max(round(size * _APPEARED), 2))
    edits = (*dates, *genres, *rewritten)
    return Day(
        ordinal,
        counts=counts,
        rewritten=rewritten,
        genres=genres,
        dates=dates,
        vanished=vanished,
        returned=returned,
        newcomers=newcomers,
        named=(
            *vanished,
            *returned,
            *_draw_share(source, edits, _EDITS_NAMED),
            *_draw_share(source, counts, _VOTES_NAMED),
            *_draw_share(source, range(len(columns), len(columns) + len(newcomers)), _EDITS_NAMED),
        ),
        strangers=_draw_strangers(source, newcomers[-1].id),
    )


def _draw_present(shelf: Shelf, source: Random) -> Iterator[int]:
    """Positions of titles that are there, each once, without an end before all were given."""
    count, seen = len(shelf.columns), set(shelf.overlay.absent)
    while len(seen) < count:
        position = source.randrange(count)
        if position not in seen:
            seen.add(position)
            yield position


def _find_undated(shelf: Shelf, source: Random, barred: Iterable[int]) -> tuple[int, ...]:
    """One title without a date, if there is one behind a random place."""
    dates, start = shelf.columns.dates, source.randrange(max(len(shelf.columns), 1))
    try:
        position = dates.index(0, start)
    except ValueError:
        return ()
    return () if position in shelf.overlay.absent or position in set(barred) else (position,)


def _draw_date(source: Random, former: int, today: int) -> int:
    """Another date; a dated title may lose its own."""
    near = today + source.randrange(-40, 120)
    if not former:
        return near
    return source.choice((0, near, max(former + source.choice((-1, 1)) * source.randrange(1, 4000), 1)))


def _draw_mask(source: Random, shelf: Shelf, position: int) -> int:
    """The genres of a title with one more, or one fewer."""
    mask, every = shelf.columns.genres[position], range(len(shelf.genres))
    has, lacks = [bit for bit in every if mask >> bit & 1], [bit for bit in every if not mask >> bit & 1]
    loses = bool(has) and source.random() < 0.5  # noqa: PLR2004 - as often as not
    return mask ^ 1 << source.choice(has if loses else lacks)


def _draw_count(source: Random, shelf: Shelf, position: int) -> Count:
    columns = shelf.columns
    votes, average = columns.votes[position], columns.averages[position]
    added = 1 + int(source.random() ** 3 * (20 + votes / 20))
    vote = round(1000 * source.uniform(1, 10))
    return Count(
        votes=min(votes + added, _MOST_VOTES),
        average=round((average * votes + vote * added) / (votes + added)),
        popularity=min(round(columns.popularity[position] * source.uniform(0.8, 1.3)) + 1, _MOST_VOTES),
    )


def _draw_newcomers(source: Random, shelf: Shelf, count: int) -> tuple[Newcomer, ...]:
    title_id, columns = shelf.columns.ids[-1], shelf.columns
    sizes, found = draw_many(source, GENRES_A_TITLE, count), []
    for size, gap in zip(sizes, draw_many(source, ID_GAPS, count), strict=True):
        title_id += gap
        mask = sum(1 << bit for bit in source.sample(range(len(shelf.genres)), size))
        tongue = columns.tongues[source.randrange(len(columns))]
        found.append(Newcomer(title_id, mask, tongue, source.randrange(1_000, 30_000)))
    return tuple(found)


def _draw_share(source: Random, positions: Iterable[int], share: float) -> list[int]:
    return [position for position in positions if source.random() < share]


def _draw_strangers(source: Random, last_id: int) -> tuple[int | None, ...]:
    """Ids far behind the last one, so that no title ever gets them, and on some days a null."""
    unknown = sorted({last_id + 10_000_000 + source.randrange(1_000_000) for _ in range(_UNKNOWN_IDS)})
    return (*unknown, None) if source.random() < _NULL_ID_DAYS else tuple(unknown)
