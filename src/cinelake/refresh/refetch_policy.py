"""Owns what a run fetches again: three simple sets, joined. Pure.

Due is what a slice lists and does not hold (and the reverse, to learn why), what the service says has changed, and what is
old. Invariant: each title that a slice lists or holds is either due or kept.
"""

import math
from array import array
from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

import msgspec

MAX_AGE_DAYS = 170
"""Nothing grows older: TMDB's terms allow six months, and whoever refreshes once a week still has a day to spare."""
ROUND_DAYS = 150
"""In so many days the oldest records go round, unless told otherwise: a hundred and fiftieth of them each time."""


class Refresh(msgspec.Struct, frozen=True):
    """What makes a run a refresh.

    Attributes:
        since: the watermark that it starts from; oldest: how many of the oldest records are due, None for a ROUND_DAYS-th.
    """

    since: date
    oldest: int | None = None
    max_age_days: int = MAX_AGE_DAYS


@dataclass(frozen=True, slots=True)
class Held:
    """What a slice holds before a run: ids, ascending, and of each the day (as an ordinal) whose run has its record.

    `as_of` is the day of the newest run that told so, None if none did; `failed` are those that it asked for in vain.
    """

    ids: "array[int]"
    days: "array[int]"
    as_of: date | None = None
    failed: frozenset[int] = frozenset()

    def __len__(self) -> int:
        return len(self.ids)

    def __contains__(self, title_id: object) -> bool:
        return self.day_of(title_id) is not None if isinstance(title_id, int) else False

    def day_of(self, title_id: int) -> int | None:
        """The day of a title's record."""
        at = bisect_left(self.ids, title_id)
        return self.days[at] if at < len(self.ids) and self.ids[at] == title_id else None


NOTHING = Held(array("q"), array("l"))


def build_held(days: Mapping[int, int], as_of: date | None = None, failed: Iterable[int] = ()) -> Held:
    """From the day of each id; of `failed` those count that are held."""
    ids = array("q", sorted(days))
    return Held(ids, array("l", (days[i] for i in ids)), as_of, frozenset(i for i in failed if i in days))


@dataclass(frozen=True, slots=True)
class Basis:
    """What a run starts from: what former runs hold of each slice, and which ids have changed or are old.

    `wanted` is None where everything is fetched.
    """

    slices: Mapping[str, Held] = field(default_factory=dict)
    wanted: frozenset[int] | None = None

    def held(self, name: str) -> Held:
        """What former runs hold of the slice of that name."""
        return self.slices.get(name, NOTHING)


@dataclass(frozen=True, slots=True)
class Due:
    """What a slice is to have after a run, ascending, and how.

    Attributes:
        kept: of those that stay as they are, by the day (ISO) whose run has their records.
        unlisted: held and not listed any more; those that are not kept are asked for, to learn why.
    """

    ids: list[int]
    kept: dict[str, list[int]]
    unlisted: list[int]


def choose_old(held: Iterable[Held], refresh: Refresh, run_on: date) -> frozenset[int]:
    """The ids whose records have grown too old, and the oldest others; of records of one day, those with the lowest ids."""
    ages: dict[int, int] = {}
    for each in held:
        for title_id, day in zip(each.ids, each.days, strict=True):
            ages[title_id] = min(day, ages.get(title_id, day))
    limit = (run_on - timedelta(days=refresh.max_age_days)).toordinal()
    count = math.ceil(len(ages) / ROUND_DAYS) if refresh.oldest is None else refresh.oldest
    by_age = sorted(ages, key=lambda title_id: (ages[title_id], title_id))
    return frozenset(by_age[:count]).union(title_id for title_id in by_age if ages[title_id] < limit)


def choose_wanted(held: Collection[Held], refresh: Refresh, run_on: date) -> frozenset[int]:
    """The ids of held titles to fetch again, whatever the feed says: the old ones, and those that nothing vouches for.

    That is what a run asked for in vain, and slices that no run has told of since the watermark: the feed is not asked what
    changed before it.
    """
    unfollowed = (i for each in held if each.as_of is not None and each.as_of < refresh.since for i in each.ids)
    return choose_old(held, refresh, run_on).union(unfollowed, *(each.failed for each in held))


def plan_due(listed: Iterable[int], held: Held, wanted: frozenset[int] | None, *, is_proven: bool) -> Due:
    """What of a slice is due. `wanted` are the ids that have changed or are old; None if everything is due.

    Titles that an unproven listing lacks are kept: it is no ground to take anything away.
    """
    found = set(listed)
    unlisted = [title_id for title_id in held.ids if title_id not in found]
    kept: dict[str, list[int]] = {}
    for title_id, day in zip(held.ids, held.days, strict=True):
        is_asked = wanted is None or title_id in wanted
        is_kept = not is_asked if title_id in found else not is_proven and not (wanted and title_id in wanted)
        if is_kept:
            kept.setdefault(date.fromordinal(day).isoformat(), []).append(title_id)
    return Due(sorted(found.union(unlisted)), dict(sorted(kept.items())), unlisted)
