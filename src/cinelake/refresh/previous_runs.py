"""Read what earlier runs stored of each slice: which titles, and the day whose batches have the record of each.

The newest manifest of a slice and its listing hold the answer; newer means a higher number. If the listing is gone, the
batches of all runs do. Runs that requested other parts or switches do not count, nor do records of days that were pruned.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from cinelake.concurrency import map_concurrently
from cinelake.lake.keys import MANIFESTS, SliceKey
from cinelake.lake.listings import Listing, read_listing
from cinelake.lake.manifests import Manifest, Request, list_manifests, read_manifest, read_stored_ids
from cinelake.lake.store import Store
from cinelake.media import KINDS
from cinelake.refresh.refetch_policy import (
    NO_TITLES,
    PreviousRuns,
    RefetchPolicy,
    StoredTitles,
    build_stored_titles,
    choose_refetch,
)
from cinelake.selection.selection import Selection
from cinelake.selection.slices import Slice


@dataclass(frozen=True, slots=True)
class Beginning:
    """From where a run looks back at earlier ones.

    Attributes:
        run_on: the label of the run; None to look at every run.
        numbers: by the name of a slice, the number under which the run listed it; None if it will be listed next.
    """

    run_on: date | None
    numbers: Mapping[str, int | None]

    def follows(self, key: SliceKey, manifest: Manifest) -> bool:
        """Whether a manifest of a slice is from before this run. Those of the same label are its own."""
        if self.run_on is None:
            return True
        number = self.numbers[key.name]
        is_before = number is None or manifest.order < (number, self.run_on.isoformat())
        return is_before and key.run_on != self.run_on


@dataclass(slots=True)
class _Run:
    """A committed slice of a run: its place in the order, and the day on which the run began.

    `manifest` is kept for the newest run of each slice, which nearly always has the answer; the others are read again.
    """

    order: tuple[int, str]
    key: SliceKey
    revision: int
    began_on: date
    is_before: bool
    manifest: Manifest | None

    def read(self, store: Store) -> Manifest | None:
        """The manifest, or None if it was removed since."""
        return self.manifest or read_manifest(store, self.key, self.revision)


def read_stored_titles(store: Store, kind: str, request: Request, beginning: Beginning) -> dict[str, StoredTitles]:
    """The titles that earlier runs stored, by slice name.

    Raises:
        DamagedError: a manifest, listing or batch cannot be read.
    """
    runs = _read_runs(store, kind, beginning)

    def read(name: str) -> StoredTitles:
        return _read_slice(store, sorted(runs[name], key=lambda run: run.order, reverse=True), request)

    known = [name for name in beginning.numbers if name in runs]
    return dict(zip(known, map_concurrently(read, known), strict=True))


def read_previous_runs(
    store: Store,
    selection: Selection,
    beginning: Beginning,
    today: date,
    policy: RefetchPolicy | None,
    changed: Collection[int] | None,
) -> PreviousRuns:
    """What earlier runs stored, and which of these titles a run that began `today` fetches again.

    A run that fetches everything has neither a policy nor `changed` ids; a refresh has the ids that the change feed names.

    Raises:
        DamagedError: a manifest, listing or batch cannot be read.
    """
    stored = read_stored_titles(store, KINDS[selection.media], selection.request, beginning)
    if policy is None or changed is None:
        return PreviousRuns(stored)
    named = frozenset(changed)
    return PreviousRuns(stored, choose_refetch(stored.values(), policy, today, named).union(named))


def divide_windows(previous: PreviousRuns, windows: Collection[Slice], blocks: Collection[Slice]) -> PreviousRuns:
    """The same titles, but those of windows as titles of the blocks that take them over, too. Pure."""
    if not windows:
        return previous
    days = {i: day for each in windows for i, day in _pair(previous.titles(each.name))}
    began = {day: on for each in windows for day, on in previous.titles(each.name).began.items()}
    ids, slices = sorted(days), dict(previous.slices)
    for block in blocks:
        first, last = bisect_left(ids, block.first_id or 0), bisect_left(ids, (block.last_id or 0) + 1)
        moved = {title_id: days[title_id] for title_id in ids[first:last]}
        stored = previous.titles(block.name)
        slices[block.name] = build_stored_titles(
            moved | dict(_pair(stored)), stored.as_of, stored.failed, began | dict(stored.began)
        )
    return PreviousRuns(slices, previous.refetch)


def _pair(stored: StoredTitles) -> Iterator[tuple[int, int]]:
    yield from zip(stored.ids, stored.days, strict=True)


def find_record_days(manifest: Manifest, listing: Listing) -> dict[int, int]:
    """The day (ordinal) of the record of each title that a slice stores after a run. Pure."""
    absent = {*manifest.gone, *(q.id for q in manifest.quarantined), *(each.id for each in manifest.tombstones)}
    days = {title_id: date.fromisoformat(day).toordinal() for day, ids in listing.kept.items() for title_id in ids}
    today = date.fromisoformat(manifest.run_on).toordinal()
    return {title_id: days.get(title_id, today) for title_id in listing.ids if title_id not in absent}


def _read_runs(store: Store, kind: str, beginning: Beginning) -> dict[str, list[_Run]]:
    """The committed slices of other runs of a kind, by slice name; also those that are not before the run."""
    revisions = list_manifests(store, f"{MANIFESTS}/{kind}")
    keys = [key for key in revisions if key.name in beginning.numbers and key.run_on != beginning.run_on]

    def read(key: SliceKey) -> _Run | None:
        manifest = read_manifest(store, key, revisions[key])
        if manifest is None:
            return None
        began_on = manifest.fetched_on or key.run_on
        return _Run(manifest.order, key, revisions[key], began_on, beginning.follows(key, manifest), manifest)

    runs: defaultdict[str, list[_Run]] = defaultdict(list)
    newest: dict[str, _Run] = {}
    for run in filter(None, map_concurrently(read, keys)):
        runs[run.key.name].append(run)
        other = newest.get(run.key.name)
        is_newest = run.is_before and (other is None or other.order < run.order)
        if is_newest:
            newest[run.key.name] = run
        if dropped := other if is_newest else run:
            dropped.manifest = None
    return runs


def _read_slice(store: Store, newest_first: list[_Run], request: Request) -> StoredTitles:
    present = {run.key.run_on.toordinal() for run in newest_first}
    began = {run.key.run_on.toordinal(): run.began_on.toordinal() for run in newest_first if run.began_on != run.key.run_on}
    before = [run for run in newest_first if run.is_before]
    manifests = ((run, run.read(store)) for run in before)
    comparable = ((run, manifest) for run, manifest in manifests if manifest is not None and manifest.request == request)
    for run, manifest in comparable:
        days = _read_days(store, run.key, manifest, ((each.key, older) for each, older in comparable))
        stored = {title_id: day for title_id, day in days.items() if day in present}
        return build_stored_titles(stored, run.began_on, (q.id for q in manifest.quarantined), began)
    return NO_TITLES


def _read_days(
    store: Store, key: SliceKey, manifest: Manifest, older: Iterator[tuple[SliceKey, Manifest]]
) -> Mapping[int, int]:
    """The day of the record of each title; older runs answer for a title that this run could not fetch."""
    listing = read_listing(store, key, manifest.request)
    if listing is None:
        return _fold_batches(store, [manifest, *(each for _, each in older)])
    days = find_record_days(manifest, listing)
    failed = {q.id for q in manifest.quarantined}
    if failed and (before := next(older, None)):
        previous = _read_days(store, *before, older)
        days |= {title_id: previous[title_id] for title_id in failed if title_id in previous}
    return days


def _fold_batches(store: Store, newest_first: list[Manifest]) -> Mapping[int, int]:
    """The day of the record of each title, read from the batches of all runs."""
    days: dict[int, int] = {}
    for manifest in reversed(newest_first):
        day = date.fromisoformat(manifest.run_on).toordinal()
        days.update(dict.fromkeys(read_stored_ids(store, manifest), day))
        for each in manifest.tombstones:
            days.pop(each.id, None)
    return days
