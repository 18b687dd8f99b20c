"""The compact forms of listings and of listed scores in folded documents. Pure.

Ids are stored as differences, the day of each kept title as the index of a day, and scores column by column, which
compresses well. Invariant: what is decoded is equal to what was encoded; a listing that these forms cannot express is
stored whole.
"""

import hashlib
from collections.abc import Sequence
from itertools import accumulate

import msgspec


class ListingPart(msgspec.Struct, frozen=True, omit_defaults=True):
    """A listing in a folded document.

    Attributes:
        head: the listing in JSON without `ids`, `kept` and `unlisted`.
        count, digest: the number of ids and a hash of them.
        ids: the first id, then differences; None if the document `owner` has them, under the same slice and digest.
        days: the days of kept titles; kept: for each id the index of its day in `days`, counted from 1, or 0.
        unlisted: as `ids`.
        is_whole: `head` has everything.
    """

    head: msgspec.Raw
    count: int = 0
    digest: str = ""
    ids: list[int] | None = None
    owner: str = ""
    days: list[str] = []
    kept: list[int] = []
    unlisted: list[int] = []
    is_whole: bool = False


class ScoresPart(msgspec.Struct, frozen=True):
    """The listed scores of a slice, column by column; `ids` are differences."""

    ids: list[int]
    popularity: list[float | None]
    vote_average: list[float | None]
    vote_count: list[int | None]


def hash_ids(ids: Sequence[int]) -> str:
    """A hash of ids in their order."""
    return hashlib.sha256(msgspec.json.encode(ids)).hexdigest()[:16]


def take_differences(ids: Sequence[int]) -> list[int]:
    """The first id, then the difference of each from the one before."""
    return [after - before for before, after in zip((0, *ids), ids, strict=False)]


def add_up(differences: Sequence[int]) -> list[int]:
    """The ids of differences."""
    return list(accumulate(differences))


def index_kept(ids: Sequence[int], kept: dict[str, list[int]]) -> list[int] | None:
    """For each id the index of its day, counted from 1, or 0; None if that cannot express which titles are kept."""
    if not kept:
        return []
    day_of = {title_id: number for number, day in enumerate(kept.values(), 1) for title_id in day}
    indices = [day_of.get(title_id, 0) for title_id in ids]
    return indices if list_kept(ids, list(kept), indices) == kept else None


def list_kept(ids: Sequence[int], days: list[str], indices: Sequence[int]) -> dict[str, list[int]]:
    """The kept ids of each day, from the index of each id's day."""
    kept: dict[str, list[int]] = {day: [] for day in days}
    groups = list(kept.values())
    for title_id, index in zip(ids, indices, strict=False):
        if index:
            groups[index - 1].append(title_id)
    return kept
