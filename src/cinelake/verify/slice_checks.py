"""Owns the proof of one slice: its manifest held against its batches and its listing, and what it kept against older runs.

Believes nothing that can be counted: each batch is read and hashed.
"""

import hashlib
from array import array
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial

from cinelake.errors import DamagedError
from cinelake.lake.batches import parse_batch
from cinelake.lake.documents import read_document
from cinelake.lake.keys import SliceKey
from cinelake.lake.listings import Listing
from cinelake.lake.manifests import Batch, Manifest
from cinelake.lake.problems import Problem, format_ids
from cinelake.lake.store import Store

_READERS = 8
"""Objects read at a time: a store far away takes its time for each."""


@dataclass(slots=True)
class Found:
    """What was counted so far, and what is wrong; `ids` by kind, `held` (records, completeness) and `seen` by slice."""

    runs: int = 0
    slices: int = 0
    batches: int = 0
    records: int = 0
    bytes: int = 0
    gone: int = 0
    ids: dict[str, set[int]] = field(default_factory=dict)
    held: dict[SliceKey, tuple[int, bool]] = field(default_factory=dict)
    seen: "dict[SliceKey, array[int]]" = field(default_factory=dict)
    unresolved: list[tuple[SliceKey, Problem]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def check_slice(store: Store, key: SliceKey, manifest: Manifest, found: Found, *, rests: bool) -> Iterator[Problem]:
    """What is wrong with a committed slice; where it `rests` on the runs before it, these were looked at before."""
    where = key.manifest(manifest.revision)
    found.slices += 1
    found.gone += len(manifest.gone)
    seen: set[int] = set()
    with ThreadPoolExecutor(_READERS) as pool:
        checked = list(pool.map(partial(_check_batch, store), manifest.batches))
    for batch, (ids, problem) in zip(manifest.batches, checked, strict=True):
        if problem:
            yield problem
        twice = sorted(seen & ids)
        if twice:
            yield Problem(
                "duplicate id", batch.key, f"{format_ids(twice)} also stand in another batch of the slice", tuple(twice)
            )
        seen |= ids
        found.batches += 1
        found.records += len(ids)
        found.bytes += batch.bytes
    found.ids.setdefault(key.kind, set()).update(seen)
    recorded = sum(batch.records for batch in manifest.batches)
    left = {each.id for each in manifest.tombstones} - set(manifest.gone)
    accounted = manifest.records + manifest.kept + len(manifest.gone) + len(manifest.quarantined) + len(left)
    if recorded != manifest.records or accounted != manifest.listed:
        parts = f"{recorded} in batches + {len(manifest.gone)} gone + {len(manifest.quarantined)} quarantined"
        parts += f" + {manifest.kept} kept + {len(left)} moved or left" * bool(manifest.kept or left)
        yield Problem("count mismatch", where, f"{manifest.listed} listed, {manifest.records} records stated, but {parts}")
    found.seen[key] = array("q", seen)
    yield from _check_listing(store, key, manifest, found, rests=rests)
    found.unresolved += ((key, problem) for problem in _list_unresolved(manifest, where))
    if manifest.total > manifest.listed + manifest.unproven:
        detail = (
            f"{manifest.total} were counted, {manifest.listed} listed, and only {manifest.unproven} are said to be unproven"
        )
        yield Problem("count mismatch", where, detail)


def _list_unresolved(manifest: Manifest, where: str) -> Iterator[Problem]:
    """What a slice lacked when it was committed."""
    if manifest.quarantined:
        lost = tuple(q.id for q in manifest.quarantined)
        yield Problem("quarantined", where, f"{format_ids(lost)} could not be had: {manifest.quarantined[0].reason}", lost)
    if manifest.is_listing_incomplete:
        yield Problem("incomplete listing", where, f"the service counted {manifest.total}, {manifest.listed} were found")


def _check_batch(store: Store, batch: Batch) -> tuple[set[int], Problem | None]:
    stored = store.read(batch.key)
    if stored is None:
        return set(), Problem("missing object", batch.key, f"its manifest names it, with {batch.records} records")
    size = len(stored.data)
    if hashlib.sha256(stored.data).hexdigest() != batch.sha256:
        kind = "truncated object" if size < batch.bytes else "altered object"
        return ids_in(stored.data), Problem(kind, batch.key, f"{size} bytes with another SHA-256 than its manifest says")
    try:
        ids = set(parse_batch(stored.data))
    except ValueError as error:
        return set(), Problem("not a batch", batch.key, str(error))
    if len(ids) != batch.records:
        return ids, Problem("count mismatch", batch.key, f"{len(ids)} records, its manifest says {batch.records}")
    return ids, None


def ids_in(data: bytes) -> set[int]:
    """The ids in a Raw object, none if it is not a batch."""
    try:
        return set(parse_batch(data))
    except ValueError:
        return set()


def _check_listing(store: Store, key: SliceKey, manifest: Manifest, found: Found, *, rests: bool) -> Iterator[Problem]:
    """The listing against what was found; where it `rests` on the runs before it, what it kept against these."""
    try:
        listing = read_document(store, key.listing(), Listing, hint="remove it: the manifest stands without it")
    except DamagedError as error:
        yield Problem("damaged listing", key.listing(), str(error))
        return
    if listing is None:
        yield Problem("missing listing", key.listing(), "the manifest cannot be held against what was listed")
        return
    if rests:
        yield from _check_kept(key, listing, found)
    dropped = (each.id for each in manifest.tombstones)
    known = set(found.seen[key]).union(manifest.gone, (q.id for q in manifest.quarantined), dropped, listing.kept_ids)
    lacking = sorted(set(listing.ids) - known)
    surplus = sorted(known - set(listing.ids))
    if lacking:
        yield Problem("missing ids", key.name, f"{format_ids(lacking)} were listed and are nowhere", tuple(lacking))
    if surplus:
        yield Problem("unexpected ids", key.name, f"{format_ids(surplus)} were never listed", tuple(surplus))


def _check_kept(key: SliceKey, listing: Listing, found: Found) -> Iterator[Problem]:
    """Each title that a run kept has its record in the batches of the day that its listing names; days come in order."""
    for day, ids in listing.kept.items():
        there = found.seen.get(replace(key, run_on=date.fromisoformat(day)), ())
        if lacking := sorted(set(ids).difference(there)):
            detail = f"the records of {format_ids(lacking)} are to stand in the batches of {day}, and do not"
            yield Problem("missing ids", key.name, detail, tuple(lacking))
