"""Owns what newer things rest on: the days that a lake cannot do without, why, and which selections need them.

The newest manifest of each slice is needed, for each request of its own, as runs go on from it; with the days that it
keeps records of, and the newest run of each selection.
A selection that was given up needs nothing, nor does a slice that is of no other.
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
class Holdings:
    """What a lake holds of one kind of title, as far as pruning goes.

    Attributes:
        days: all that have anything, ascending; needs: what newer things rest on, by day, with the reason.
        holders: the selections that need these days.
        unproven: days with batches that neither manifest nor listing tells of, as the first version left them.
        complete_on: the day of the newest complete run, None if there is none.
    """

    kind: str
    days: tuple[date, ...]
    needs: Mapping[date, str]
    unproven: frozenset[date] = frozenset()
    complete_on: date | None = None
    holders: Mapping[date, frozenset[str]] = field(default_factory=dict)


@dataclass(slots=True)
class _Needs:
    """What is needed: by day the first reason, and the selections that have any."""

    reasons: dict[date, str] = field(default_factory=dict)
    holders: dict[date, set[str]] = field(default_factory=dict)

    def add(self, day: date, reason: str, holders: Iterable[str]) -> None:
        """Take a reason in."""
        self.reasons.setdefault(day, reason)
        self.holders.setdefault(day, set()).update(holders)


def read_holdings(
    store: Store, kind: str, objects: Mapping[date, DayObjects], forgotten: frozenset[str] = frozenset()
) -> Holdings:
    """What of these objects is needed, and for what; not for the selections `forgotten`.

    Raises:
        DamagedError: a manifest or report that decides on it cannot be read.
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
    needs = _Needs()
    complete_on = _read_run_needs(store, [run for run in runs if run.selection_id not in forgotten], needs)
    _read_slice_needs(store, committed, listed, needs, _Owners(store, runs, forgotten))
    unproven = {
        day
        for day, each in objects.items()
        if any((batch := parse_raw_key(entry.key)) and batch[0] not in committed for entry in each.list_unlisted())
    }
    holders = {day: frozenset(each) for day, each in needs.holders.items()}
    return Holdings(kind, tuple(sorted(objects)), needs.reasons, frozenset(unproven), complete_on, holders)


class _Owners:
    """Which selections a slice of a day is of, and with what they ask for it: those whose run of that day plans it."""

    def __init__(self, store: Store, runs: list[RunKey], forgotten: frozenset[str]) -> None:
        self._store = store
        self._runs = runs
        self._forgotten = forgotten
        self._days: dict[date, dict[str, dict[str, Request]]] = {}

    def list_owners(self, key: SliceKey) -> set[str]:
        """The selections, none if no plan names the slice."""
        return set(self._list_requests(key))

    def read_request(self, key: SliceKey, revision: int) -> Request | None:
        """What its records are asked with; None if nobody can say. The plans tell, which are far fewer than manifests."""
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

    def is_forgotten(self, key: SliceKey) -> bool:
        """Whether nobody else wants it. One without a plan is what is left of a day that a killed prune had begun with."""
        return bool(self._forgotten) and self.list_owners(key) <= self._forgotten

    def _list_requests(self, key: SliceKey) -> dict[str, Request]:
        """By selection."""
        if key.run_on not in self._days:
            self._days[key.run_on] = self._read_day(key.run_on)
        return self._days[key.run_on].get(key.name, {})

    def _read_day(self, day: date) -> dict[str, dict[str, Request]]:
        owners: dict[str, dict[str, Request]] = {}
        for run in self._runs:
            if run.run_on != day:
                continue
            plan = read_plan(self._store, run)
            if plan is None:
                continue
            for planned in plan.slices:
                owners.setdefault(planned.slice.name, {})[run.selection_id] = plan.selection.request
        return owners


def _read_slice_needs(
    store: Store, committed: Mapping[SliceKey, int], listed: set[SliceKey], needs: _Needs, owners: _Owners
) -> None:
    """The days of the newest manifest of each slice and request, of what is being fetched since, and of what these keep."""
    newest: dict[tuple[str, Request | None], SliceKey] = {}
    first: dict[str, date] = {}
    begun: dict[tuple[str, Request | None], list[SliceKey]] = {}
    for key in sorted({*committed, *listed}):
        if owners.is_forgotten(key):
            continue
        asked = key.name, owners.read_request(key, committed.get(key, 0))
        if key in committed:
            newest[asked] = key
            begun[asked] = []
            first.setdefault(key.name, key.run_on)
        else:
            begun.setdefault(asked, []).append(key)
    for key in sorted({*newest.values(), *chain.from_iterable(begun.values())}):
        holders = owners.list_owners(key)
        needs.add(key.run_on, f"it has the newest of {key.name}", holders)
        for day in _read_kept(store, key, committed.get(key, 0), first.get(key.name, key.run_on)):
            needs.add(day, f"{key.name} of {key.run_on} keeps records of it", holders)


def _read_run_needs(store: Store, runs: list[RunKey], needs: _Needs) -> date | None:
    """The days of the newest run of each selection, and of its newest complete one; returns that of the newest complete."""
    complete_on: date | None = None
    for selection in sorted({run.selection_id for run in runs}):
        newest_first = [run for run in reversed(runs) if run.selection_id == selection]
        reports = ((run.run_on, read_report(store, run)) for run in newest_first)
        done = next((on for on, report in reports if report is not None and report.is_complete), None)
        for day in filter(None, (newest_first[0].run_on, done)):
            needs.add(day, f"it has the newest run of {selection}", [selection])
        complete_on = max(filter(None, (done, complete_on)), default=None)
    return complete_on


def _read_kept(store: Store, key: SliceKey, revision: int, first: date) -> list[date]:
    """The days whose batches a slice still rests on; all from `first` on where nobody can say any more."""
    manifest = read_manifest(store, key, revision) if revision else None
    if manifest is not None and not manifest.kept:
        return []
    try:
        listing = read_document(store, key.listing(), Listing, hint="run `cinelake verify`")
        return [first] if listing is None else [date.fromisoformat(day) for day, ids in listing.kept.items() if ids]
    except (DamagedError, ValueError):
        return [first]
