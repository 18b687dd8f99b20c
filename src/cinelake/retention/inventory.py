"""Lists the objects of each day of runs, in the order in which they can be deleted.

Invariant: a prune that is killed between two steps leaves no partial slice that a reader or `verify` could take for a
complete one. The plan of a run goes first, because without it the run does not exist. Manifests follow: folded ones, the
oldest first, then loose ones, lower revisions before higher ones. Listings go last: batches beside a listing belong to a
slice that is not committed, but batches alone would look like the output of version 1 of the lake, which wrote neither
manifests nor listings. For the same reason the batches of a slice without a listing go before its manifest.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum, auto

from cinelake.lake.folding.folded_keys import parse_folded_key
from cinelake.lake.folding.folded_view import list_parts
from cinelake.lake.keys import (
    LISTINGS,
    MANIFESTS,
    PROCESSES,
    RAW,
    RUNS,
    SNAPSHOTS,
    WINDOWS,
    parse_kind_and_day,
    parse_manifest_key,
    parse_raw_key,
)
from cinelake.lake.store import Entry, Store
from cinelake.media import KINDS

_RUN = re.compile(rf"{RUNS}/(?P<selection>[\w-]+)/(?P<on>\d{{4}}-\d{{2}}-\d{{2}})/(?P<name>.+)")


class Step(IntEnum):
    """Kinds of objects, in the order of their deletion."""

    PLAN = auto()
    REPORT = auto()
    TRACE = auto()
    BATCH_WITHOUT_LISTING = auto()
    FOLDED_MANIFEST = auto()
    MANIFEST = auto()
    BATCH = auto()
    WINDOW = auto()
    LISTING = auto()


_RUN_STEPS = {"report.json": Step.REPORT, "plan.json": Step.PLAN}


@dataclass(slots=True)
class DayObjects:
    """The objects of one day, by step and revision or run number; lower ones are deleted first."""

    steps: dict[tuple[Step, int], list[Entry]] = field(default_factory=dict)

    def add(self, entry: Entry, step: Step, revision: int = 0) -> None:
        """Add an object."""
        self.steps.setdefault((step, revision), []).append(entry)

    def list_unlisted(self) -> Iterator[Entry]:
        """Batches of slices without a listing."""
        for (step, _), entries in self.steps.items():
            if step is Step.BATCH_WITHOUT_LISTING:
                yield from entries

    def in_order(self) -> list[list[Entry]]:
        """All objects, one list for each step."""
        return [*self.before_listings(), *self.listings()]

    def before_listings(self) -> list[list[Entry]]:
        """All objects but listings, one list for each step."""
        return [self.steps[step] for step in sorted(self.steps) if step[0] is not Step.LISTING]

    def listings(self) -> list[list[Entry]]:
        """The listings, which other listings may refer to."""
        return [self.steps[step] for step in sorted(self.steps) if step[0] is Step.LISTING]


def read_objects(store: Store, kind: str) -> dict[date, DayObjects]:
    """All objects of runs of a kind, by day; objects without one of cinelake's own names are left out."""
    days: dict[date, DayObjects] = {}
    for on, entry, step, revision in (*_read_slices(store, kind), *_read_runs(store, kind)):
        days.setdefault(on, DayObjects()).add(entry, step, revision)
    return days


def _read_slices(store: Store, kind: str) -> Iterator[tuple[date, Entry, Step, int]]:
    """Day, object, step and revision of everything that is named after a slice."""
    for root, step in ((LISTINGS, Step.LISTING), *((root, Step.WINDOW) for root in (WINDOWS, SNAPSHOTS, PROCESSES))):
        for entry in store.list_entries(f"{root}/{kind}/"):
            if parsed := parse_kind_and_day(entry.key, root):
                yield parsed[1], entry, step, 0
    for entry in store.list_entries(f"{MANIFESTS}/{kind}/"):
        if manifest := parse_manifest_key(entry.key):
            yield manifest[0].run_on, entry, Step.MANIFEST, manifest[1]
        elif folded := parse_folded_key(entry.key):
            yield folded.run_on, entry, Step.FOLDED_MANIFEST, folded.number
    listed = list_parts(store, LISTINGS, kind)
    for entry in store.list_entries(f"{RAW}/{kind}/"):
        if batch := parse_raw_key(entry.key):
            yield batch[0].run_on, entry, Step.BATCH if batch[0] in listed else Step.BATCH_WITHOUT_LISTING, 0


def _read_runs(store: Store, kind: str) -> Iterator[tuple[date, Entry, Step, int]]:
    """Day, object, step and revision of everything that is named after a run."""
    for entry in store.list_entries(f"{RUNS}/"):
        found = _RUN.fullmatch(entry.key)
        if found and kind_of(found["selection"]) == kind and (on := _parse_day(found["on"])):
            yield on, entry, _RUN_STEPS.get(found["name"], Step.TRACE), 0


def find_day(key: str) -> tuple[str, date] | None:
    """Kind and day of an object that is named after a slice or a run; None for any other."""
    for root in (LISTINGS, MANIFESTS, SNAPSHOTS, WINDOWS):
        if found := parse_kind_and_day(key, root):
            return found
    run = _RUN.fullmatch(key)
    kind, on = (kind_of(run["selection"]), _parse_day(run["on"])) if run else (None, None)
    return (kind, on) if kind and on else None


def kind_of(selection_id: str) -> str | None:
    """Movies or Series, from the id of a selection; None for any other text."""
    return next((kind for media, kind in KINDS.items() if selection_id.startswith(f"{media.value}-")), None)


def _parse_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
