"""Decide which titles a run fetches again. Pure.

A refresh fetches the titles that a slice lists and the lake lacks, those that it stores and no longer lists (to learn why),
those that the change feed names, and the oldest records. Invariant: each title that a slice lists or stores is either
fetched or kept.
"""

import math
from array import array
from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import MappingProxyType

import msgspec

from cinelake.selection.limits import REFETCH_AFTER_DAYS, ROTATION_DAYS


class RefetchPolicy(msgspec.Struct, frozen=True):
    """Which stored records a refresh fetches again; stored in its plan.

    Attributes:
        since: the watermark from which the refresh continues.
        oldest: how many of the oldest records to fetch; None for one ROTATION_DAYS-th of them.
        max_age_days: the age above which a record is always fetched.
        label: the label of the run that was complete on that day, if it is another day.
    """

    since: date
    oldest: int | None = None
    max_age_days: int = REFETCH_AFTER_DAYS
    label: date | None = None

    @property
    def continues_on(self) -> date:
        """The label of the run from which the refresh continues."""
        return self.label or self.since


@dataclass(frozen=True, slots=True)
class StoredTitles:
    """The titles that a lake stores of one slice.

    Attributes:
        ids: ascending.
        days: for each id the day, as an ordinal, whose batches have its record: the label of a run.
        as_of: the day on which the newest run of the slice began; None if there is none.
        failed: stored ids that the newest run could not fetch.
        began: for days that are not the ones on which their runs began, the latter.
    """

    ids: "array[int]"
    days: "array[int]"
    as_of: date | None = None
    failed: frozenset[int] = frozenset()
    began: Mapping[int, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.ids)

    def __contains__(self, title_id: object) -> bool:
        return self.day_of(title_id) is not None if isinstance(title_id, int) else False

    def day_of(self, title_id: int) -> int | None:
        """The day of a title's record, as an ordinal; None if the title is not stored."""
        at = bisect_left(self.ids, title_id)
        return self.days[at] if at < len(self.ids) and self.ids[at] == title_id else None


NO_TITLES = StoredTitles(array("q"), array("l"))


def build_stored_titles(
    days: Mapping[int, int],
    as_of: date | None = None,
    failed: Iterable[int] = (),
    began: Mapping[int, int] = MappingProxyType({}),
) -> StoredTitles:
    """Build from the day of each id; ids in `failed` that are not stored are ignored."""
    ids = array("q", sorted(days))
    return StoredTitles(ids, array("l", (days[i] for i in ids)), as_of, frozenset(i for i in failed if i in days), began)


@dataclass(frozen=True, slots=True)
class PreviousRuns:
    """What earlier runs left for a run to build on.

    Attributes:
        slices: the stored titles of each slice, by the slice's name.
        refetch: ids that are old or have changed; None if the run fetches everything.
    """

    slices: Mapping[str, StoredTitles] = field(default_factory=dict)
    refetch: frozenset[int] | None = None

    def titles(self, name: str) -> StoredTitles:
        """The stored titles of the slice of that name."""
        return self.slices.get(name, NO_TITLES)


@dataclass(frozen=True, slots=True)
class TitlePlan:
    """The titles of a slice, and which of them a run keeps; it fetches the others.

    Attributes:
        ids: listed or stored, ascending.
        kept: ids whose stored records stay, by the ISO date of the run that fetched them.
        unlisted: stored ids that the slice no longer lists, and ids that are only named.
    """

    ids: list[int]
    kept: dict[str, list[int]]
    unlisted: list[int]


def choose_oldest(
    stored: Iterable[StoredTitles], policy: RefetchPolicy, today: date, changed: Collection[int] = ()
) -> frozenset[int]:
    """The ids of the oldest records, and of all records above the maximum age.

    Of records of the same age, `changed` ones come first, because they are fetched anyway, then those of lower ids. No
    record waits longer for that: on each day that passes it by, as many records that are at least as old are fetched.
    """
    ages: dict[int, int] = {}
    for each in stored:
        for title_id, day in zip(each.ids, each.days, strict=True):
            began = each.began.get(day, day)
            ages[title_id] = min(began, ages.get(title_id, began))
    limit = (today - timedelta(days=policy.max_age_days)).toordinal()
    count = math.ceil(len(ages) / ROTATION_DAYS) if policy.oldest is None else policy.oldest
    by_age = sorted(ages, key=lambda title_id: (ages[title_id], title_id not in changed, title_id))
    return frozenset(by_age[:count]).union(title_id for title_id in by_age if ages[title_id] < limit)


def choose_refetch(
    stored: Collection[StoredTitles], policy: RefetchPolicy, today: date, changed: Collection[int] = ()
) -> frozenset[int]:
    """The stored ids to fetch again even if the change feed does not name them.

    Besides the oldest records these are the ids that the last run could not fetch, and all ids of slices without a run
    since the watermark: the change feed is read from the watermark on.
    """
    outdated = (i for each in stored if each.as_of is not None and each.as_of < policy.since for i in each.ids)
    return choose_oldest(stored, policy, today, changed).union(outdated, *(each.failed for each in stored))


def plan_titles(
    listed: Iterable[int],
    stored: StoredTitles,
    refetch: frozenset[int] | None,
    *,
    is_proven: bool,
    named: Collection[int] = (),
) -> TitlePlan:
    """Divide the titles of a slice into those to fetch and those to keep.

    Args:
        listed: ids in the new listing.
        stored: titles that earlier runs left.
        refetch: ids that are old or have changed; None to fetch everything.
        is_proven: whether the listing is known to be complete. If it is not, a stored title that it lacks is kept.
        named: ids to fetch although they are neither listed nor stored.
    """
    found = set(listed)
    unlisted = sorted({title_id for title_id in (*stored.ids, *named) if title_id not in found})
    kept: dict[str, list[int]] = {}
    for title_id, day in zip(stored.ids, stored.days, strict=True):
        is_refetched = refetch is None or title_id in refetch
        is_kept = not is_refetched if title_id in found else not is_proven and not (refetch and title_id in refetch)
        if is_kept:
            kept.setdefault(date.fromordinal(day).isoformat(), []).append(title_id)
    return TitlePlan(sorted(found.union(unlisted)), dict(sorted(kept.items())), unlisted)
