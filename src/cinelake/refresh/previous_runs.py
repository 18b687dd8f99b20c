"""Owns what a lake holds of each slice before a run: which titles, and the run of which day has the record of each.

The newest manifest of a slice says it, together with its listing; where that is gone, the batches of all its runs do.
Runs whose records were asked with other parts or switches do not count, nor do records of days that were removed.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date

from cinelake.lake.keys import MANIFESTS, SliceKey
from cinelake.lake.listings import Listing, read_listing
from cinelake.lake.manifests import Manifest, Request, list_manifests, read_manifest, read_stored_ids
from cinelake.lake.store import Store
from cinelake.media import KINDS
from cinelake.refresh.refetch_policy import NOTHING, Basis, Held, Refresh, build_held, choose_wanted
from cinelake.selection.selection import Selection

_READERS = 8


def read_former(store: Store, kind: str, request: Request, names: Iterable[str], before: date) -> dict[str, Held]:
    """What the slices of these names hold by runs of days before `before`.

    Raises:
        DamagedError: a manifest, listing or batch cannot be read.
    """
    runs: defaultdict[str, list[tuple[date, SliceKey, int]]] = defaultdict(list)
    for key, revision in list_manifests(store, f"{MANIFESTS}/{kind}").items():
        if key.run_on < before:
            runs[key.name].append((key.run_on, key, revision))

    def read(name: str) -> Held:
        newest_first = [(key, revision) for _, key, revision in sorted(runs[name], reverse=True)]
        return _read_slice(store, newest_first, request)

    wanted = [name for name in names if name in runs]
    with ThreadPoolExecutor(_READERS) as pool:
        return dict(zip(wanted, pool.map(read, wanted), strict=True))


def read_basis(
    store: Store,
    selection: Selection,
    names: Iterable[str],
    run_on: date,
    refresh: Refresh | None,
    changed: Collection[int] | None,
) -> Basis:
    """What previous runs hold of these slices, and what of that is to be fetched again.

    `changed` are the ids that the change feed names; None if it was not read, as for a run that fetches everything.

    Raises:
        DamagedError: a manifest, listing or batch cannot be read.
    """
    held = read_former(store, KINDS[selection.media], selection.request, names, run_on)
    if refresh is None or changed is None:
        return Basis(held)
    return Basis(held, choose_wanted(held.values(), refresh, run_on).union(changed))


def settle_held(manifest: Manifest, listing: Listing) -> dict[int, int]:
    """The day of the record of each title that a slice holds after a run. Pure."""
    absent = {*manifest.gone, *(q.id for q in manifest.quarantined), *(each.id for each in manifest.tombstones)}
    days = {title_id: date.fromisoformat(day).toordinal() for day, ids in listing.kept.items() for title_id in ids}
    today = date.fromisoformat(manifest.run_on).toordinal()
    return {title_id: days.get(title_id, today) for title_id in listing.ids if title_id not in absent}


def _read_slice(store: Store, runs: list[tuple[SliceKey, int]], request: Request) -> Held:
    manifests = ((key, read_manifest(store, key, revision)) for key, revision in runs)
    asked_alike = ((key, manifest) for key, manifest in manifests if manifest is not None and manifest.request == request)
    for key, manifest in asked_alike:
        there = {each.run_on.toordinal() for each, _ in runs}
        days = _read_days(store, key, manifest, asked_alike)
        held = {title_id: day for title_id, day in days.items() if day in there}
        return build_held(held, key.run_on, (q.id for q in manifest.quarantined))
    return NOTHING


def _read_days(
    store: Store, key: SliceKey, manifest: Manifest, older: Iterator[tuple[SliceKey, Manifest]]
) -> Mapping[int, int]:
    """The day of the record of each title; of what a run asked for in vain the older runs tell."""
    listing = read_listing(store, key, manifest.request)
    if listing is None:
        return _fold(store, [manifest, *(each for _, each in older)])
    days = settle_held(manifest, listing)
    failed = {q.id for q in manifest.quarantined}
    if failed and (before := next(older, None)):
        former = _read_days(store, *before, older)
        days |= {title_id: former[title_id] for title_id in failed if title_id in former}
    return days


def _fold(store: Store, newest_first: list[Manifest]) -> Mapping[int, int]:
    """The same out of the batches of all runs."""
    days: dict[int, int] = {}
    for manifest in reversed(newest_first):
        day = date.fromisoformat(manifest.run_on).toordinal()
        days.update(dict.fromkeys(read_stored_ids(store, manifest), day))
        for each in manifest.tombstones:
            days.pop(each.id, None)
    return days
