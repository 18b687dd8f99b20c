"""Checks one slice: its manifest against its batches and its listing, and the records it kept against earlier runs.

Invariant: every count and hash is computed from bytes that are read now.
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
"""Objects read at the same time, because each read of a remote store waits for the network."""


@dataclass(slots=True)
class Findings:
    """What has been counted so far, and the problems.

    Attributes:
        ids: all ids found, by kind; slice_ids: those of one slice.
        stored: number of records and completeness, by slice.
        unresolved: what a slice lacked when it was committed; a later run of the same slice may have resolved it.
    """

    runs: int = 0
    slices: int = 0
    batches: int = 0
    records: int = 0
    bytes: int = 0
    gone: int = 0
    ids: dict[str, set[int]] = field(default_factory=dict)
    slice_ids: "dict[SliceKey, array[int]]" = field(default_factory=dict)
    stored: dict[SliceKey, tuple[int, bool]] = field(default_factory=dict)
    unresolved: list[tuple[SliceKey, Problem]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def check_slice(
    store: Store, key: SliceKey, manifest: Manifest, findings: Findings, *, checks_kept: bool
) -> Iterator[Problem]:
    """Check a committed slice, and add its counts to `findings`.

    With `checks_kept`, also look for the records that it kept from earlier runs; these must have been checked before.
    """
    manifest_key = key.manifest(manifest.revision)
    findings.slices += 1
    findings.gone += len(manifest.gone)
    seen: set[int] = set()
    with ThreadPoolExecutor(_READERS) as pool:
        checked = list(pool.map(partial(_check_batch, store), manifest.batches))
    for batch, (ids, problem) in zip(manifest.batches, checked, strict=True):
        if problem:
            yield problem
        if repeated := sorted(seen & ids):
            detail = f"already in another batch of the slice: {format_ids(repeated)}"
            yield Problem("duplicate id", batch.key, detail, tuple(repeated))
        seen |= ids
        findings.batches += 1
        findings.records += len(ids)
        findings.bytes += batch.bytes
    findings.ids.setdefault(key.kind, set()).update(seen)
    findings.slice_ids[key] = array("q", seen)
    yield from _check_counts(manifest, manifest_key)
    yield from _check_listing(store, key, manifest, findings, checks_kept=checks_kept)
    findings.unresolved += ((key, problem) for problem in _list_unresolved(manifest, manifest_key))


def _check_counts(manifest: Manifest, manifest_key: str) -> Iterator[Problem]:
    """Check that the numbers of a manifest add up."""
    in_batches = sum(batch.records for batch in manifest.batches)
    removed = {each.id for each in manifest.tombstones} - set(manifest.gone)
    accounted = manifest.records + manifest.kept + len(manifest.gone) + len(manifest.quarantined) + len(removed)
    if in_batches != manifest.records or accounted != manifest.listed:
        parts = f"{in_batches} in batches + {len(manifest.gone)} gone + {len(manifest.quarantined)} quarantined"
        parts += f" + {manifest.kept} kept + {len(removed)} moved or left" * bool(manifest.kept or removed)
        detail = f"the manifest states {manifest.listed} listed ids and {manifest.records} records, but has {parts}"
        yield Problem("count mismatch", manifest_key, detail)
    if manifest.total > manifest.listed + manifest.unproven:
        detail = f"TMDB counted {manifest.total} titles; {manifest.listed} are listed and {manifest.unproven} unproven"
        yield Problem("count mismatch", manifest_key, detail)


def _list_unresolved(manifest: Manifest, manifest_key: str) -> Iterator[Problem]:
    """What a slice lacked when it was committed."""
    if manifest.quarantined:
        ids = tuple(each.id for each in manifest.quarantined)
        detail = f"could not be fetched: {format_ids(ids)} ({manifest.quarantined[0].reason})"
        yield Problem("quarantined", manifest_key, detail, ids)
    if manifest.is_listing_incomplete:
        detail = f"TMDB counted {manifest.total} titles, {manifest.listed} were found"
        yield Problem("incomplete listing", manifest_key, detail)


def _check_batch(store: Store, batch: Batch) -> tuple[set[int], Problem | None]:
    """The ids in a batch, and what is wrong with it."""
    stored = store.read(batch.key)
    if stored is None:
        return set(), Problem("missing object", batch.key, f"its manifest lists it with {batch.records} records")
    size = len(stored.data)
    if hashlib.sha256(stored.data).hexdigest() != batch.sha256:
        kind = "truncated object" if size < batch.bytes else "altered object"
        return read_ids(stored.data), Problem(kind, batch.key, f"{size} bytes; the SHA-256 differs from its manifest")
    try:
        ids = set(parse_batch(stored.data))
    except ValueError as error:
        return set(), Problem("not a batch", batch.key, str(error))
    if len(ids) != batch.records:
        return ids, Problem("count mismatch", batch.key, f"{len(ids)} records; its manifest states {batch.records}")
    return ids, None


def read_ids(data: bytes) -> set[int]:
    """The ids in a Raw object; empty if it is not a batch."""
    try:
        return set(parse_batch(data))
    except ValueError:
        return set()


def _check_listing(
    store: Store, key: SliceKey, manifest: Manifest, findings: Findings, *, checks_kept: bool
) -> Iterator[Problem]:
    """Check that each listed id is accounted for and that no other id is."""
    try:
        listing = read_document(store, key.listing(), Listing, hint="remove it: the manifest is valid without it")
    except DamagedError as error:
        yield Problem("damaged listing", key.listing(), str(error))
        return
    if listing is None:
        yield Problem("missing listing", key.listing(), "the manifest cannot be compared with the listed ids")
        return
    if checks_kept:
        yield from _check_kept(key, listing, findings)
    removed = (each.id for each in manifest.tombstones)
    quarantined = (each.id for each in manifest.quarantined)
    known = set(findings.slice_ids[key]).union(manifest.gone, quarantined, removed, listing.kept_ids)
    if missing := sorted(set(listing.ids) - known):
        yield Problem("missing ids", key.name, f"listed, but not accounted for: {format_ids(missing)}", tuple(missing))
    if unexpected := sorted(known - set(listing.ids)):
        yield Problem("unexpected ids", key.name, f"not in the listing: {format_ids(unexpected)}", tuple(unexpected))


def _check_kept(key: SliceKey, listing: Listing, findings: Findings) -> Iterator[Problem]:
    """Check that each kept title has a record in the batches of the day that the listing names."""
    for day, ids in listing.kept.items():
        stored = findings.slice_ids.get(replace(key, run_on=date.fromisoformat(day)), ())
        if missing := sorted(set(ids).difference(stored)):
            detail = f"the batches of {day} have no record of {format_ids(missing)}"
            yield Problem("missing ids", key.name, detail, tuple(missing))
