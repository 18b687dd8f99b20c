"""Finds the days of runs that a lake still needs, why, and for which selections.

These are needed: the newest manifest of each slice and request (the next run continues from it), the days whose records it
keeps, and the newest run and the newest complete run of each selection. An abandoned selection needs nothing, nor does a
slice that no other selection plans.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import chain

from cinelake.errors import DamagedError
from cinelake.extract.run_documents import list_runs, read_plan, read_report
from cinelake.lake.documents import read_document
from cinelake.lake.keys import RunKey, SliceKey, parse_listing_key, parse_manifest_key, parse_raw_key
from cinelake.lake.listings import Listing
from cinelake.lake.manifests import Request, read_manifest
from cinelake.lake.store import Store
from cinelake.retention.inventory import DayObjects, kind_of


@dataclass(frozen=True, slots=True)
class Dependencies:
    """The days of runs of one kind of titles, and which of them are needed.

    Attributes:
        days: all days that have any object, ascending.
        reasons: why a day is needed; selections: which selections need it. Days that are not needed are in neither.
        unproven: days with batches that have neither manifest nor listing, as version 1 of the lake wrote them.
        complete_on: the day of the newest complete run, or None.
    """

    kind: str
    days: tuple[date, ...]
    reasons: Mapping[date, str]
    unproven: frozenset[date] = frozenset()
    complete_on: date | None = None
    selections: Mapping[date, frozenset[str]] = field(default_factory=dict)


@dataclass(slots=True)
class _NeededDays:
    """The days that are needed: the first reason found, and all selections that need them."""

    reasons: dict[date, str] = field(default_factory=dict)
    selections: dict[date, set[str]] = field(default_factory=dict)

    def add(self, day: date, reason: str, selections: Iterable[str]) -> None:
        """Add a reason."""
        self.reasons.setdefault(day, reason)
        self.selections.setdefault(day, set()).update(selections)


def read_dependencies(
    store: Store, kind: str, objects: Mapping[date, DayObjects], abandoned: frozenset[str] = frozenset()
) -> Dependencies:
    """Find what is needed of these objects, without the `abandoned` selections.

    Raises:
        DamagedError: a manifest or report that decides cannot be read.
    """
    committed: dict[SliceKey, int] = {}
    listed: set[SliceKey] = set()
    for day in objects.values():
        for entry in day.list_commits():
            if manifest := parse_manifest_key(entry.key):
                committed[manifest[0]] = max(manifest[1], committed.get(manifest[0], 0))
            elif listing := parse_listing_key(entry.key):
                listed.add(listing)
    runs = [run for run in list_runs(store) if kind_of(run.selection_id) == kind]
    needed = _NeededDays()
    complete_on = _read_run_needs(store, [run for run in runs if run.selection_id not in abandoned], needed)
    _read_slice_needs(store, committed, listed, needed, _PlannedSlices(store, runs, abandoned))
    unproven = {
        day
        for day, each in objects.items()
        if any((batch := parse_raw_key(entry.key)) and batch[0] not in committed for entry in each.list_unlisted())
    }
    selections = {day: frozenset(each) for day, each in needed.selections.items()}
    return Dependencies(kind, tuple(sorted(objects)), needed.reasons, frozenset(unproven), complete_on, selections)


class _PlannedSlices:
    """The selections whose run of a day plans a slice, and the requests with which they fetch its records."""

    def __init__(self, store: Store, runs: list[RunKey], abandoned: frozenset[str]) -> None:
        self._store = store
        self._runs = runs
        self._abandoned = abandoned
        self._days: dict[date, dict[str, dict[str, Request]]] = {}

    def list_selections(self, key: SliceKey) -> set[str]:
        """The selections that plan the slice; empty if no plan names it."""
        return set(self._list_requests(key))

    def read_request(self, key: SliceKey, revision: int) -> Request | None:
        """The request of a slice's records, or None if it is unknown.

        Plans are read before manifests, because there are far fewer of them.
        """
        requests = set(self._list_requests(key).values())
        if len(requests) == 1:
            return requests.pop()
        if revision:
            manifest = read_manifest(self._store, key, revision)
            return manifest.request if manifest else None
        try:
            listing = read_document(self._store, key.listing(), Listing, hint="run `cinelake verify`")
        except DamagedError:
            return None
        return listing.request if listing else None

    def is_abandoned(self, key: SliceKey) -> bool:
        """Whether only abandoned selections plan the slice. Without any plan it is left over from a killed prune."""
        return bool(self._abandoned) and self.list_selections(key) <= self._abandoned

    def _list_requests(self, key: SliceKey) -> dict[str, Request]:
        """The requests of a slice, by selection."""
        if key.run_on not in self._days:
            self._days[key.run_on] = self._read_day(key.run_on)
        return self._days[key.run_on].get(key.name, {})

    def _read_day(self, day: date) -> dict[str, dict[str, Request]]:
        requests: dict[str, dict[str, Request]] = {}
        for run in self._runs:
            if run.run_on != day:
                continue
            plan = read_plan(self._store, run)
            if plan is None:
                continue
            for planned in plan.slices:
                requests.setdefault(planned.slice.name, {})[run.selection_id] = plan.selection.request
        return requests


def _read_slice_needs(
    store: Store, committed: Mapping[SliceKey, int], listed: set[SliceKey], needed: _NeededDays, planned: _PlannedSlices
) -> None:
    """Add the days of the newest manifest of each slice and request, of later unfinished slices, and of kept records."""
    newest: dict[tuple[str, Request | None], SliceKey] = {}
    first: dict[str, date] = {}
    unfinished: dict[tuple[str, Request | None], list[SliceKey]] = {}
    for key in sorted({*committed, *listed}):
        if planned.is_abandoned(key):
            continue
        slice_request = key.name, planned.read_request(key, committed.get(key, 0))
        if key in committed:
            newest[slice_request] = key
            unfinished[slice_request] = []
            first.setdefault(key.name, key.run_on)
        else:
            unfinished.setdefault(slice_request, []).append(key)
    for key in sorted({*newest.values(), *chain.from_iterable(unfinished.values())}):
        selections = planned.list_selections(key)
        needed.add(key.run_on, f"it has the newest records of {key.name}", selections)
        for day in _read_kept_days(store, key, committed.get(key, 0), first.get(key.name, key.run_on)):
            needed.add(day, f"the run of {key.run_on} still uses its records of {key.name}", selections)


def _read_run_needs(store: Store, runs: list[RunKey], needed: _NeededDays) -> date | None:
    """Add the days of the newest and the newest complete run of each selection; return the newest complete day of all."""
    complete_on: date | None = None
    for selection in sorted({run.selection_id for run in runs}):
        newest_first = [run for run in reversed(runs) if run.selection_id == selection]
        reports = ((run.run_on, read_report(store, run)) for run in newest_first)
        complete = next((on for on, report in reports if report is not None and report.is_complete), None)
        for day in filter(None, (newest_first[0].run_on, complete)):
            needed.add(day, f"it has the newest run of {selection}", [selection])
        complete_on = max(filter(None, (complete, complete_on)), default=None)
    return complete_on


def _read_kept_days(store: Store, key: SliceKey, revision: int, first: date) -> list[date]:
    """The days whose records a slice keeps; if they are unknown, `first`, which blocks all later days too."""
    manifest = read_manifest(store, key, revision) if revision else None
    if manifest is not None and not manifest.kept:
        return []
    try:
        listing = read_document(store, key.listing(), Listing, hint="run `cinelake verify`")
        return [first] if listing is None else [date.fromisoformat(day) for day, ids in listing.kept.items() if ids]
    except (DamagedError, ValueError):
        return [first]
