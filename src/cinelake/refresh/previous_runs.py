"""Read what earlier runs stored of each slice: which titles, and the day on which each record was fetched.

The newest manifest of a slice and its listing hold the answer. If the listing is gone, the batches of all runs do. Runs
that requested other parts or switches do not count, nor do records of days that were pruned.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date

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

_READERS = 8


def read_stored_titles(
    store: Store, kind: str, request: Request, names: Iterable[str], before: date
) -> dict[str, StoredTitles]:
    """The titles that runs of days before `before` stored, by slice name.

    Raises:
        DamagedError: a manifest, listing or batch cannot be read.
    """
    runs: defaultdict[str, list[tuple[date, SliceKey, int]]] = defaultdict(list)
    for key, revision in list_manifests(store, f"{MANIFESTS}/{kind}").items():
        if key.run_on < before:
            runs[key.name].append((key.run_on, key, revision))

    def read(name: str) -> StoredTitles:
        newest_first = [(key, revision) for _, key, revision in sorted(runs[name], reverse=True)]
        return _read_slice(store, newest_first, request)

    known = [name for name in names if name in runs]
    with ThreadPoolExecutor(_READERS) as pool:
        return dict(zip(known, pool.map(read, known), strict=True))


def read_previous_runs(
    store: Store,
    selection: Selection,
    names: Iterable[str],
    run_on: date,
    policy: RefetchPolicy | None,
    changed: Collection[int] | None,
) -> PreviousRuns:
    """What earlier runs stored of the slices `names`, and which of these titles a run of day `run_on` fetches again.

    A run that fetches everything has neither a policy nor `changed` ids; a refresh has the ids that the change feed names.

    Raises:
        DamagedError: a manifest, listing or batch cannot be read.
    """
    stored = read_stored_titles(store, KINDS[selection.media], selection.request, names, run_on)
    if policy is None or changed is None:
        return PreviousRuns(stored)
    named = frozenset(changed)
    return PreviousRuns(stored, choose_refetch(stored.values(), policy, run_on, named).union(named))


def divide_windows(previous: PreviousRuns, windows: Collection[Slice], blocks: Collection[Slice]) -> PreviousRuns:
    """The same titles, but those of windows as titles of the blocks that take them over, too. Pure."""
    if not windows:
        return previous
    days = {i: day for each in windows for i, day in _pair(previous.titles(each.name))}
    ids, slices = sorted(days), dict(previous.slices)
    for block in blocks:
        first, last = bisect_left(ids, block.first_id or 0), bisect_left(ids, (block.last_id or 0) + 1)
        moved = {title_id: days[title_id] for title_id in ids[first:last]}
        stored = previous.titles(block.name)
        slices[block.name] = build_stored_titles(moved | dict(_pair(stored)), stored.as_of, stored.failed)
    return PreviousRuns(slices, previous.refetch)


def _pair(stored: StoredTitles) -> Iterator[tuple[int, int]]:
    yield from zip(stored.ids, stored.days, strict=True)


def find_record_days(manifest: Manifest, listing: Listing) -> dict[int, int]:
    """The day (ordinal) of the record of each title that a slice stores after a run. Pure."""
    absent = {*manifest.gone, *(q.id for q in manifest.quarantined), *(each.id for each in manifest.tombstones)}
    days = {title_id: date.fromisoformat(day).toordinal() for day, ids in listing.kept.items() for title_id in ids}
    today = date.fromisoformat(manifest.run_on).toordinal()
    return {title_id: days.get(title_id, today) for title_id in listing.ids if title_id not in absent}


def _read_slice(store: Store, runs: list[tuple[SliceKey, int]], request: Request) -> StoredTitles:
    manifests = ((key, read_manifest(store, key, revision)) for key, revision in runs)
    comparable = ((key, manifest) for key, manifest in manifests if manifest is not None and manifest.request == request)
    for key, manifest in comparable:
        present = {each.run_on.toordinal() for each, _ in runs}
        days = _read_days(store, key, manifest, comparable)
        stored = {title_id: day for title_id, day in days.items() if day in present}
        return build_stored_titles(stored, key.run_on, (q.id for q in manifest.quarantined))
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
