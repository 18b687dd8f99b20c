"""Seeded randomness: every random choice of the sandbox comes from here.

Invariant: the same seed parts give the same choices in every process, independent of hash randomisation.
"""

import random
from collections.abc import Mapping
from hashlib import blake2b
from itertools import accumulate

_WORD = 0xFFFF_FFFF_FFFF_FFFF


def build_random(*parts: int | str) -> random.Random:
    """A random generator seeded with these parts."""
    return random.Random("|".join(map(str, parts)))  # noqa: S311 - an invented catalogue needs no secrets


def digest(*parts: int | str) -> int:
    """A 64-bit hash of the parts."""
    return int.from_bytes(blake2b("|".join(map(str, parts)).encode(), digest_size=8).digest(), "big")


def mix(seed: int, number: int) -> int:
    """A 64-bit hash of a seed and a number by splitmix64, which is cheaper than a generator for one value."""
    word = (seed * 0x9E37_79B9_7F4A_7C15 + number * 0xD1B5_4A32_D192_ED03 + 0x8CB9_2BA7_2F3D_8DD7) & _WORD
    word = ((word ^ (word >> 30)) * 0xBF58_476D_1CE4_E5B9) & _WORD
    word = ((word ^ (word >> 27)) * 0x94D0_49BB_1331_11EB) & _WORD
    return word ^ (word >> 31)


def draw_many(source: random.Random, weights: Mapping[int, float], count: int) -> list[int]:
    """Draw `count` of the keys with these weights; the first n do not depend on the count."""
    return source.choices(list(weights), cum_weights=list(accumulate(weights.values())), k=count)
