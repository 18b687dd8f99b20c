"""The proportions of the catalogue: shares of missing values, and distributions of all others.

Invariant: they follow measurements on 44,485 real films (2024-12) and a sample of 17,774 (2025-12). Titles draw their
values from pools, so that a million titles do not need a million calls of a distribution.
"""

import math
from collections.abc import Sequence
from datetime import date
from random import Random

from cinelake.sandbox.catalogue.genre_table import Genre

ADULT = 0.012
SOFTCORE = 0.003
NEW_YEAR = 0.079
JUNK_MONEY = 0.05
ID_GAPS = {1: 0.6, 2: 0.2, 3: 0.1, 5: 0.06, 11: 0.04}
IMDB_IDS = {0: 0.862, 64: 0.129, 128: 0.009}
EMPTY_LISTS = {0: 0.675, 8: 0.124, 16: 0.032, 32: 0.041, 8 | 16: 0.045, 8 | 32: 0.02, 16 | 32: 0.003, 8 | 16 | 32: 0.06}
COLLECTION_SIZES = {1: 0.19, 2: 0.42, 3: 0.22, 4: 0.09, 5: 0.04, 6: 0.02, 8: 0.02}
HAS_BUDGET, HAS_REVENUE = 1, 2
MOVIE_MONEY = {0: 0.866, HAS_BUDGET: 0.061, HAS_REVENUE: 0.022, HAS_BUDGET | HAS_REVENUE: 0.051}
NO_MONEY = {0: 1.0}
GENRES_A_TITLE = {0: 0.033, 1: 0.196, 2: 0.351, 3: 0.306, 4: 0.082, 5: 0.025, 6: 0.007}
RUNTIMES = {
    0: 0.12,
    **{minute: 0.26 * math.exp(-((minute - 14) ** 2) / 160) / 22 for minute in range(1, 45)},
    **{minute: 0.62 * math.exp(-((minute - 94) ** 2) / 700) / 46 for minute in range(45, 230)},
}
_POOL = 10_000
_FIRST_YEAR, _BOX_OFFICE, _CENTURY = 1874, 1895, 1900


def build_years(today: date) -> dict[int, float]:
    """The weight of each year, by the ordinal of its 1 January: low before 1900, then doubling every 18 years."""
    weights = {}
    for year in range(_FIRST_YEAR, today.year + 4):
        weight = 1.2 + math.exp((year - _CENTURY) / 26)
        if year < _CENTURY:
            weight = 1.2 if year >= _BOX_OFFICE else 0.08
        if year == today.year:
            weight *= 0.1 + 0.9 * today.timetuple().tm_yday / 366
        elif year > today.year:
            weight *= 0.1 ** (year - today.year)
        weights[date(year, 1, 1).toordinal()] = weight
    return weights


def build_masks(source: Random, genres: Sequence[Genre]) -> list[int]:
    """A pool of genre masks, with the exact share of each number of genres."""
    weights = [genre.weight for genre in genres]
    pool = []
    for count, share in GENRES_A_TITLE.items():
        for _ in range(round(share * _POOL)):
            mask = 0
            while mask.bit_count() < count:
                mask |= 1 << source.choices(range(len(genres)), weights)[0]
            pool.append(mask)
    return pool


def build_votes(source: Random) -> list[int]:
    """A pool of vote counts: 0 for two titles in five, and a long tail."""
    none = _POOL * 2 // 5
    return [0] * none + [min(1 + int(source.lognormvariate(1.7, 1.9)), 40_000) for _ in range(_POOL - none)]


def build_averages(source: Random) -> list[int]:
    """A pool of vote averages in 1/1,000 of a point, around 6.1."""
    return [round(1000 * min(max(source.gauss(6.1, 1.4), 0.5), 10)) for _ in range(_POOL)]


def build_popularity(source: Random) -> list[int]:
    """A pool of popularity in 1/10,000, before votes are added to it."""
    return [round(10_000 * source.lognormvariate(-1.2, 0.9)) for _ in range(_POOL)]
