"""Owns what a lake holds of each day of runs: which objects, in which order they may go, and what newer things rest on.

The report of a run goes first: one without it that is not the newest is no run, for whoever verifies. Then the manifests,
the lower revision first, so that no reader counts half a slice: batches without one, beside a listing, are those of a slice
that is not committed. The listings go last, so that no batch ever looks as if the first version had left it; where a slice
has no listing, its batches go before its manifest for the same reason.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from cinelake.errors import DamagedError
from cinelake.extract.report import list_runs, read_report
from cinelake.extract.slices import KINDS
from cinelake.extract.slicework import Listing
from cinelake.lake.documents import read_document
from cinelake.lake.layout import (
    LISTINGS,
    MANIFESTS,
    RAW,
    RUNS,
    SNAPSHOTS,
    WINDOWS,
    SliceKey,
    parse_listing_key,
    parse_manifest_key,
    parse_place,
    parse_raw_key,
)
from cinelake.lake.manifest import read_manifest
from cinelake.lake.storage import Entry, Store

_REPORT, _TRACE, _PLAN, _UNLISTED, _MANIFEST, _BATCH, _WINDOW, _LISTING = range(8)
_RUN = re.compile(rf"{RUNS}/(?P<selection>[\w-]+)/(?P<on>\d{{4}}-\d{{2}}-\d{{2}})/(?P<name>.+)")
_STEPS = {"report.json": _REPORT, "plan.json": _PLAN}


@dataclass(slots=True)
class DayObjects:
    """The objects of one day, by (step, revision): what is lower goes earlier."""

    steps: dict[tuple[int, int], list[Entry]] = field(default_factory=dict)

    def add(self, entry: Entry, step: int, revision: int = 0) -> None:
        """Take an object in."""
        self.steps.setdefault((step, revision), []).append(entry)

    def pick(self, *steps: int) -> Iterator[Entry]:
        """The objects of some steps."""
        yield from (entry for (step, _), entries in self.steps.items() if step in steps for entry in entries)

    def in_order(self) -> list[list[Entry]]:
        """All, step by step."""
        return [self.steps[step] for step in sorted(self.steps)]


@dataclass(frozen=True, slots=True)
class Holdings:
    """What a lake holds of one kind of title, as far as pruning goes.

    Attributes:
        days: all that have anything, ascending; needs: what newer things rest on, by day, with the reason.
        unproven: days with batches that neither manifest nor listing tells of, as the first version left them.
        complete_on: the day of the newest complete run, None if there is none.
    """

    kind: str
    days: tuple[date, ...]
    needs: Mapping[date, str]
    unproven: frozenset[date] = frozenset()
    complete_on: date | None = None


def read_objects(store: Store, kind: str) -> dict[date, DayObjects]:
    """Everything that runs of a kind left, by day. What bears no name of the lake's own is left out."""
    days: dict[date, DayObjects] = {}
    for on, entry, step, revision in (*_read_slices(store, kind), *_read_runs(store, kind)):
        days.setdefault(on, DayObjects()).add(entry, step, revision)
    return days


def _read_slices(store: Store, kind: str) -> Iterator[tuple[date, Entry, int, int]]:
    """Day, object, step and revision of what stands under the names of slices."""
    listed: set[str] = set()
    for root, step in ((LISTINGS, _LISTING), (WINDOWS, _WINDOW), (SNAPSHOTS, _WINDOW)):
        for entry in store.list_entries(f"{root}/{kind}/"):
            listed |= {entry.key} if root == LISTINGS else set()
            if place := parse_place(entry.key, root):
                yield place[1], entry, step, 0
    for entry in store.list_entries(f"{MANIFESTS}/{kind}/"):
        if manifest := parse_manifest_key(entry.key):
            yield manifest[0].run_on, entry, _MANIFEST, manifest[1]
    for entry in store.list_entries(f"{RAW}/{kind}/"):
        if batch := parse_raw_key(entry.key):
            yield batch[0].run_on, entry, _BATCH if batch[0].listing() in listed else _UNLISTED, 0


def _read_runs(store: Store, kind: str) -> Iterator[tuple[date, Entry, int, int]]:
    """The same of what stands under the names of runs."""
    for entry in store.list_entries(f"{RUNS}/"):
        found = _RUN.fullmatch(entry.key)
        if found and _kind_of(found["selection"]) == kind and (on := _parse_day(found["on"])):
            yield on, entry, _STEPS.get(found["name"], _TRACE), 0


def read_holdings(store: Store, kind: str, objects: Mapping[date, DayObjects]) -> Holdings:
    """What of these objects is needed, and for what.

    Raises:
        DamagedError: a manifest or report that decides on it cannot be read.
    """
    committed: dict[SliceKey, int] = {}
    listed: set[SliceKey] = set()
    for day in objects.values():
        for entry in day.pick(_MANIFEST, _LISTING):
            if manifest := parse_manifest_key(entry.key):
                committed[manifest[0]] = max(manifest[1], committed.get(manifest[0], 0))
            elif listing := parse_listing_key(entry.key):
                listed.add(listing)
    needs = _read_slice_needs(store, committed, listed)
    newest, complete_on = _read_run_needs(store, kind)
    unproven = {
        day
        for day, each in objects.items()
        if any((batch := parse_raw_key(entry.key)) and batch[0] not in committed for entry in each.pick(_UNLISTED))
    }
    return Holdings(kind, tuple(sorted(objects)), needs | newest, frozenset(unproven), complete_on)


def _read_slice_needs(store: Store, committed: Mapping[SliceKey, int], listed: set[SliceKey]) -> dict[date, str]:
    """The days of the newest manifest of each slice name, of what is being fetched since, and of what these keep."""
    newest: dict[str, SliceKey] = {}
    first: dict[str, date] = {}
    for key in sorted(committed):
        newest[key.name] = key
        first.setdefault(key.name, key.run_on)
    begun = {key for key in listed if key.name not in newest or key.run_on > newest[key.name].run_on}
    needs: dict[date, str] = {}
    for key in sorted({*newest.values(), *begun}):
        needs.setdefault(key.run_on, f"it has the newest of {key.name}")
        for day in _read_kept(store, key, committed.get(key, 0), first.get(key.name, key.run_on)):
            needs.setdefault(day, f"{key.name} of {key.run_on} keeps records of it")
    return needs


def _read_run_needs(store: Store, kind: str) -> tuple[dict[date, str], date | None]:
    """The days of the newest run of each selection, and of its newest complete one; and that of the newest complete run."""
    needs: dict[date, str] = {}
    complete_on: date | None = None
    runs = [run for run in list_runs(store) if _kind_of(run.selection_id) == kind]
    for selection in sorted({run.selection_id for run in runs}):
        newest_first = [run for run in reversed(runs) if run.selection_id == selection]
        reports = ((run.run_on, read_report(store, run)) for run in newest_first)
        done = next((on for on, report in reports if report is not None and report.is_complete), None)
        needs |= {on: f"it has the newest run of {selection}" for on in {newest_first[0].run_on, done} if on}
        complete_on = max(filter(None, (done, complete_on)), default=None)
    return needs, complete_on


def _read_kept(store: Store, key: SliceKey, revision: int, first: date) -> list[date]:
    """The days whose batches a slice still rests on; all from `first` on where nobody can say any more."""
    manifest = read_manifest(store, key, revision) if revision else None
    if manifest is not None and not manifest.kept:
        return []
    try:
        listing = read_document(store, key.listing(), Listing, todo="run `cinelake verify`")
        return [first] if listing is None else [date.fromisoformat(day) for day, ids in listing.kept.items() if ids]
    except (DamagedError, ValueError):
        return [first]


def _kind_of(selection_id: str) -> str | None:
    return next((kind for media, kind in KINDS.items() if selection_id.startswith(f"{media.value}-")), None)


def _parse_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
