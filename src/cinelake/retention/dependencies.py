"""Finds the days of runs that a lake still needs, why, and for which selections.

These are needed: the newest manifest of each slice and request (the next run continues from it), the days whose records it
keeps, and the newest run and the newest complete run of each selection. An abandoned selection needs nothing, nor does a
slice that no other selection plans, a slice of a feed-only refresh, or one whose titles have all moved to other slices.
What is newer has a higher run number; dates only name the days.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import chain

from cinelake.concurrency import map_concurrently
from cinelake.errors import DamagedError
from cinelake.extract.run_documents import list_runs, read_plan, read_report
from cinelake.lake.folding.folded_view import list_parts
from cinelake.lake.keys import LISTINGS, MANIFESTS, RunKey, SliceKey, is_feed_slice, parse_raw_key
from cinelake.lake.listings import read_any_listing, read_listing_head
from cinelake.lake.manifests import Manifest, Request, list_manifests, read_manifest
from cinelake.lake.store import Store
from cinelake.retention.inventory import DayObjects, kind_of


@dataclass(frozen=True, slots=True)
class Dependencies:
    """The days of runs of one kind of titles, and which of them are needed.

    Attributes:
        days: all days that have any object, those with older run numbers first.
        reasons: why a day is needed; selections: which selections need it. Days that are not needed are in neither.
        unproven: days with batches that have neither manifest nor listing, as version 1 of the lake wrote them.
        complete_on: the day of the newest complete run, or None.
        fetched_on: the API's date of the oldest run of a day, where that is not the day itself.
    """

    kind: str
    days: tuple[date, ...]
    reasons: Mapping[date, str]
    unproven: frozenset[date] = frozenset()
    complete_on: date | None = None
    selections: Mapping[date, frozenset[str]] = field(default_factory=dict)
    fetched_on: Mapping[date, date] = field(default_factory=dict)


@dataclass(slots=True)
class _NeededDays:
    """The days that are needed: the first reason found, and all selections that need them."""

    reasons: dict[date, str] = field(default_factory=dict)
    selections: dict[date, set[str]] = field(default_factory=dict)

    def add(self, day: date, reason: str, selections: Iterable[str]) -> None:
        """Add a reason."""
        self.reasons.setdefault(day, reason)
        self.selections.setdefault(day, set()).update(selections)


@dataclass(frozen=True, slots=True)
class _Slice:
    """A slice of a day as far as it matters here.

    Attributes:
        request: None if it is unknown.
        has_moved: whether other slices have taken over all its titles.
    """

    key: SliceKey
    number: int
    request: Request | None
    is_committed: bool = False
    has_kept: bool = True
    has_moved: bool = False
    fetched_on: date | None = None

    @property
    def order(self) -> tuple[int, SliceKey]:
        """What is newer comes later."""
        return self.number, self.key


@dataclass(frozen=True, slots=True)
class _Run:
    """A run: its number, the slices of its plan, and whether it is complete."""

    key: RunKey
    number: int
    names: frozenset[str]
    is_complete: bool


def read_dependencies(
    store: Store, kind: str, objects: Mapping[date, DayObjects], abandoned: frozenset[str] = frozenset()
) -> Dependencies:
    """Find what is needed of these objects, without the `abandoned` selections.

    Raises:
        DamagedError: a plan, manifest or report that decides cannot be read.
    """
    slices = _read_slices(store, kind)
    runs = _read_runs(store, kind)
    planned = _PlannedSlices(runs, abandoned)
    wanted = [each for each in slices if not planned.is_abandoned(each.key)]
    needed = _NeededDays()
    complete_on = _add_run_needs([run for run in runs if run.key.selection_id not in abandoned], needed)
    own = [each for each in wanted if not is_feed_slice(each.key.name)]  # the next refresh fetches what the feed names
    _add_slice_needs(store, own, needed, planned)
    committed = {each.key for each in slices if each.is_committed}
    unproven = {
        day
        for day, each in objects.items()
        if any((batch := parse_raw_key(entry.key)) and batch[0] not in committed for entry in each.list_unlisted())
    }
    return Dependencies(
        kind,
        _order_days(objects, wanted),
        needed.reasons,
        frozenset(unproven),
        complete_on,
        {day: frozenset(each) for day, each in needed.selections.items()},
        _find_fetched_on(slices),
    )


def _order_days(objects: Iterable[date], slices: list[_Slice]) -> tuple[date, ...]:
    """The days, ordered by the highest run number that was committed on each, then by date."""
    newest: dict[date, int] = {}
    for each in slices:
        newest[each.key.run_on] = max(each.number, newest.get(each.key.run_on, 0))
    return tuple(sorted(objects, key=lambda day: (newest.get(day, 0), day)))


def _find_fetched_on(slices: list[_Slice]) -> dict[date, date]:
    found: dict[date, date] = {}
    for each in slices:
        if each.fetched_on is not None:
            found[each.key.run_on] = min(each.fetched_on, found.get(each.key.run_on, each.fetched_on))
    return found


def _read_slices(store: Store, kind: str) -> list[_Slice]:
    """The slices of all days, the older ones first: by the newest manifest, or else by the listing."""
    committed = list_manifests(store, f"{MANIFESTS}/{kind}")
    listed = list_parts(store, LISTINGS, kind) - committed.keys()

    def read(key: SliceKey) -> _Slice:
        manifest = read_manifest(store, key, committed[key]) if key in committed else None
        if manifest is None:
            return _read_listed(store, key)
        return _Slice(
            key,
            manifest.number,
            manifest.request,
            is_committed=True,
            has_kept=manifest.kept > 0,
            has_moved=_has_moved(manifest),
            fetched_on=manifest.fetched_on,
        )

    return sorted(map_concurrently(read, sorted({*committed, *listed})), key=lambda each: each.order)


def _read_listed(store: Store, key: SliceKey) -> _Slice:
    try:
        head = read_listing_head(store, key)
    except DamagedError:
        head = None
    return _Slice(key, head.number if head else 0, head.request if head else None)


def _read_runs(store: Store, kind: str) -> list[_Run]:
    """The runs that have a plan, the older ones first."""

    def read(key: RunKey) -> _Run:
        plan, report = read_plan(store, key), read_report(store, key)
        names = frozenset(planned.slice.name for planned in plan.slices) if plan else frozenset[str]()
        number = max(plan.number if plan else 0, report.number if report else 0)
        return _Run(key, number, names, report is not None and report.is_complete)

    runs = [run for run in list_runs(store) if kind_of(run.selection_id) == kind]
    return sorted(map_concurrently(read, runs), key=lambda run: (run.number, run.key.run_on, run.key.selection_id))


class _PlannedSlices:
    """The selections whose run of a day plans a slice."""

    def __init__(self, runs: list[_Run], abandoned: frozenset[str]) -> None:
        self._abandoned = abandoned
        self._days: dict[date, list[_Run]] = {}
        for run in runs:
            self._days.setdefault(run.key.run_on, []).append(run)

    def list_selections(self, key: SliceKey) -> set[str]:
        """The selections that plan the slice; empty if no plan names it."""
        return {run.key.selection_id for run in self._days.get(key.run_on, ()) if key.name in run.names}

    def is_abandoned(self, key: SliceKey) -> bool:
        """Whether only abandoned selections plan the slice. Without any plan it is left over from a killed prune."""
        return bool(self._abandoned) and self.list_selections(key) <= self._abandoned


def _add_slice_needs(store: Store, slices: list[_Slice], needed: _NeededDays, planned: _PlannedSlices) -> None:
    """Add the days of the newest manifest of each slice and request, of later unfinished slices, and of kept records."""
    newest: dict[tuple[str, Request | None], _Slice] = {}
    first: dict[str, date] = {}
    unfinished: dict[tuple[str, Request | None], list[_Slice]] = {}
    for each in slices:
        slice_request = each.key.name, each.request
        if each.is_committed:
            newest[slice_request] = each
            unfinished[slice_request] = []
            first.setdefault(each.key.name, each.key.run_on)
        else:
            unfinished.setdefault(slice_request, []).append(each)
    followed = {*newest.values(), *chain.from_iterable(unfinished.values())}
    deciding = sorted((each for each in followed if not each.has_moved), key=lambda each: each.order)
    kept = map_concurrently(lambda each: _read_kept_days(store, each, first.get(each.key.name)), deciding)
    for each, days in zip(deciding, kept, strict=True):
        selections = planned.list_selections(each.key)
        needed.add(each.key.run_on, f"it has the newest records of {each.key.name}", selections)
        for day in days:
            needed.add(day, f"the run of {each.key.run_on} still uses its records of {each.key.name}", selections)


def _add_run_needs(runs: list[_Run], needed: _NeededDays) -> date | None:
    """Add the days of the newest and the newest complete run of each selection; return the newest complete day of all."""
    for selection in sorted({run.key.selection_id for run in runs}):
        own = [run for run in runs if run.key.selection_id == selection]
        complete = [run for run in own if run.is_complete]
        for run in (own[-1], *complete[-1:]):
            needed.add(run.key.run_on, f"it has the newest run of {selection}", [selection])
    return max((run.key.run_on for run in runs if run.is_complete), default=None)


def _has_moved(manifest: Manifest) -> bool:
    is_empty = not (manifest.records or manifest.kept or manifest.quarantined)
    return is_empty and bool(manifest.tombstones) and all(each.reason == "moved" for each in manifest.tombstones)


def _read_kept_days(store: Store, each: _Slice, first: date | None) -> list[date]:
    """The days whose records a slice keeps; if they are unknown, `first`, which blocks all later days too."""
    if each.is_committed and not each.has_kept:
        return []
    unknown = [first or each.key.run_on]
    try:
        listing = read_any_listing(store, each.key)
        return unknown if listing is None else [date.fromisoformat(day) for day, ids in listing.kept.items() if ids]
    except (DamagedError, ValueError):
        return unknown
