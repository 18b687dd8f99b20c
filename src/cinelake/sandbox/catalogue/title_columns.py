"""The attributes by which discover finds titles, as columns, so that a million titles take tens of megabytes.

Invariant: index i of every column is the same title; ids ascend, with gaps; an undated title has date 0. The first n titles
do not depend on the number of titles.
"""

from array import array
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from itertools import accumulate
from random import Random

from cinelake.sandbox.catalogue import proportions
from cinelake.sandbox.catalogue.genre_table import Genre
from cinelake.sandbox.catalogue.languages import LANGUAGES
from cinelake.sandbox.catalogue.seeded_random import build_random, draw_many

ADULT, VIDEO, SOFTCORE, NO_COMPANIES, NO_COUNTRIES, NO_LANGUAGES, IMDB_NULL, IMDB_EMPTY = (1 << bit for bit in range(8))
"""The bits of the column `traits`."""


@dataclass(frozen=True, slots=True)
class Columns:
    """All titles of one media. Popularity is in 1/10,000, the vote average in 1/1,000, runtime in minutes."""

    ids: "array[int]"
    dates: "array[int]"
    genres: "array[int]"
    votes: "array[int]"
    averages: "array[int]"
    popularity: "array[int]"
    runtimes: "array[int]"
    languages: "array[int]"
    traits: "array[int]"
    budgets: "array[int]"
    revenues: "array[int]"
    collections: "array[int]"

    def __len__(self) -> int:
        return len(self.ids)

    def find_position(self, title_id: int) -> int | None:
        """The position of the title with that id, or None."""
        position = bisect_left(self.ids, title_id)
        return position if position < len(self.ids) and self.ids[position] == title_id else None

    def by_name(self) -> "dict[str, array[int]]":
        """The columns by name."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    def copy(self) -> "Columns":
        """A copy that can be changed independently."""
        return Columns(**{name: column[:] for name, column in self.by_name().items()})


@dataclass(frozen=True, slots=True)
class MediaProfile:
    """How films and series differ: media, genres, and the shares of some properties."""

    media: str
    genres: tuple[Genre, ...]
    undated_share: float
    video_share: float
    money: Mapping[int, float]
    collection_share: float


def build_columns(profile: MediaProfile, count: int, *, seed: int, today: date) -> Columns:
    """Draw the columns, each from its own random generator."""

    def source(column: str) -> Random:
        return build_random(seed, profile.media, column)

    def draw(column: str, weights: Mapping[int, float]) -> list[int]:
        return draw_many(source(column), weights, count)

    def pick(column: str, pool: list[int]) -> list[int]:
        return source(column).choices(pool, k=count)

    votes = array("I", pick("votes", proportions.build_votes(source("vote pool"))))
    means = pick("averages", proportions.build_averages(source("average pool")))
    base = pick("popularity", proportions.build_popularity(source("popularity pool")))
    traits = _add(draw("empty", proportions.EMPTY_LISTS), draw("imdb", proportions.IMDB_IDS))
    traits = _add(traits, draw("adult", {0: 1 - proportions.ADULT, ADULT: proportions.ADULT}))
    traits = _add(traits, draw("softcore", {0: 1 - proportions.SOFTCORE, SOFTCORE: proportions.SOFTCORE}))
    traits = _add(traits, draw("video", {0: 1 - profile.video_share, VIDEO: profile.video_share}))
    collections = _build_collections(source("collections"), count, profile.collection_share)
    budgets, revenues = _build_money(source("money"), draw("money kind", profile.money), collections)
    return Columns(
        ids=array("I", accumulate(draw("ids", proportions.ID_GAPS))),
        dates=_build_dates(source("dates"), count, profile.undated_share, today),
        genres=array("I", pick("genres", proportions.build_masks(source("genre pool"), profile.genres))),
        votes=votes,
        averages=array("H", [mean if count_ else 0 for mean, count_ in zip(means, votes, strict=True)]),
        popularity=array("I", [low + int(2500 * count_**0.4) for low, count_ in zip(base, votes, strict=True)]),
        runtimes=array("H", draw("runtimes", proportions.RUNTIMES)),
        languages=array("B", draw("tongues", {row: language.weight for row, language in enumerate(LANGUAGES)})),
        traits=traits,
        budgets=budgets,
        revenues=revenues,
        collections=collections,
    )


def _add(left: "array[int] | list[int]", right: list[int]) -> "array[int]":
    return array("B", [a | b for a, b in zip(left, right, strict=True)])


def _build_dates(source: Random, count: int, undated_share: float, today: date) -> "array[int]":
    """Dates as ordinals: a weighted year and a random day; 1 January is frequent, because often only the year is known."""
    offsets = dict.fromkeys(range(1, 365), (1 - proportions.NEW_YEAR) / 364) | {0: proportions.NEW_YEAR}
    seeds = [source.getrandbits(64) for _ in range(3)]
    years = draw_many(build_random(seeds[0]), proportions.build_years(today), count)
    days = draw_many(build_random(seeds[1]), offsets, count)
    known = draw_many(build_random(seeds[2]), {0: undated_share, 1: 1 - undated_share}, count)
    return array("I", [(year + day) * one for year, day, one in zip(years, days, known, strict=True)])


def _build_collections(source: Random, count: int, share: float) -> "array[int]":
    """The number of each title's collection, 0 for none; collections are filled one after another."""
    column = array("I", bytes(4 * count))
    number, room = 0, 0
    members = [row for row, roll in enumerate([source.random() for _ in range(count)]) if roll < share]
    for member in members:
        if room == 0:
            number, room = number + 1, draw_many(source, proportions.COLLECTION_SIZES, 1)[0]
        column[member], room = number, room - 1
    return column


def _build_money(source: Random, kinds: list[int], collections: "array[int]") -> "tuple[array[int], array[int]]":
    """Budgets and revenues in dollars, 0 for unknown; films of a collection earn more per dollar of budget."""
    budgets, revenues = array("I", bytes(4 * len(kinds))), array("q", bytes(8 * len(kinds)))
    for row in [row for row, kind in enumerate(kinds) if kind]:
        kind, junk = kinds[row], source.random() < proportions.JUNK_MONEY
        budget = 3 if junk else min(round(source.lognormvariate(14.6, 1.9)), 450_000_000)
        times = source.lognormvariate(1.12 if collections[row] else 0.2, 1.3)
        if kind & proportions.HAS_BUDGET:
            budgets[row] = max(budget, 1)
        if kind & proportions.HAS_REVENUE:
            revenues[row] = 1 if junk else max(round(budget * times), 1)
    return budgets, revenues
