"""Owns what a lake holds of each day of runs: which objects, and in which order they may go.

The plan of a run goes first: without it there is no run, for whoever verifies or goes on with one. Then the manifests,
the lower revision first, so that no reader counts half a slice: batches without one, beside a listing, are those of a slice
that is not committed. The listings go last, so that no batch ever looks as if the first version had left it; where a slice
has no listing, its batches go before its manifest for the same reason.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from cinelake.lake.keys import (
    LISTINGS,
    MANIFESTS,
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

_PLAN, _REPORT, _TRACE, _UNLISTED, _MANIFEST, _BATCH, _WINDOW, _LISTING = range(8)
_RUN = re.compile(rf"{RUNS}/(?P<selection>[\w-]+)/(?P<on>\d{{4}}-\d{{2}}-\d{{2}})/(?P<name>.+)")
_STEPS = {"report.json": _REPORT, "plan.json": _PLAN}


@dataclass(slots=True)
class DayObjects:
    """The objects of one day, by (step, revision): what is lower goes earlier."""

    steps: dict[tuple[int, int], list[Entry]] = field(default_factory=dict)

    def add(self, entry: Entry, step: int, revision: int = 0) -> None:
        """Take an object in."""
        self.steps.setdefault((step, revision), []).append(entry)

    def list_commits(self) -> Iterator[Entry]:
        """Manifests and listings."""
        return self._pick(_MANIFEST, _LISTING)

    def list_unlisted(self) -> Iterator[Entry]:
        """Batches of slices without a listing."""
        return self._pick(_UNLISTED)

    def _pick(self, *steps: int) -> Iterator[Entry]:
        yield from (entry for (step, _), entries in self.steps.items() if step in steps for entry in entries)

    def in_order(self) -> list[list[Entry]]:
        """All, step by step."""
        return [self.steps[step] for step in sorted(self.steps)]


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
            if place := parse_kind_and_day(entry.key, root):
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
        if found and kind_of(found["selection"]) == kind and (on := _parse_day(found["on"])):
            yield on, entry, _STEPS.get(found["name"], _TRACE), 0


def kind_of(selection_id: str) -> str | None:
    """Films or series, by the name of a selection."""
    return next((kind for media, kind in KINDS.items() if selection_id.startswith(f"{media.value}-")), None)


def _parse_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
