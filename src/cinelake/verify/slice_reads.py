"""Reads slices to verify them: many objects at the same time, because each read of a remote store waits for the network.

Invariant: slices come in the given order, each with its manifest, its listing, and every batch that the manifest names.
"""

import hashlib
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

from cinelake.concurrency import map_concurrently
from cinelake.errors import DamagedError
from cinelake.lake.batches import parse_batch
from cinelake.lake.keys import SliceKey
from cinelake.lake.listings import Listing, read_any_listing
from cinelake.lake.manifests import Batch, Manifest, read_manifest
from cinelake.lake.problems import Problem
from cinelake.lake.store import Store

BatchResult = tuple[set[int], Problem | None]
"""The ids in a batch, and what is wrong with it."""


@dataclass(slots=True)
class ReadSlice:
    """A committed slice as read: a document that is damaged is its error, one that is absent is None."""

    key: SliceKey
    manifest: Manifest | DamagedError | None
    listing: Listing | DamagedError | None
    batches: list[BatchResult] = field(default_factory=list)


def read_slices(store: Store, committed: Mapping[SliceKey, int], keys: Iterable[SliceKey]) -> Iterator[ReadSlice]:
    """Read the slices of these keys, in order; `committed` has the revision of each one's manifest."""
    waiting: deque[ReadSlice] = deque()

    def list_batches() -> Iterator[Batch | None]:
        """The batches of each slice, after a None that stands for the slice itself."""
        for found in map_concurrently(lambda key: _read_documents(store, key, committed[key]), keys):
            waiting.append(found)
            yield None
            if isinstance(found.manifest, Manifest):
                yield from found.manifest.batches

    current: ReadSlice | None = None
    for result in map_concurrently(partial(_read_batch_of, store), list_batches()):
        if result is not None and current is not None:
            current.batches.append(result)
            continue
        if current is not None:
            yield current
        current = waiting.popleft()
    if current is not None:
        yield current


def read_ids(data: bytes) -> set[int]:
    """The ids in a Raw object; empty if it is not a batch."""
    try:
        return set(parse_batch(data))
    except ValueError:
        return set()


def _read_documents(store: Store, key: SliceKey, revision: int) -> ReadSlice:
    manifest: Manifest | DamagedError | None
    listing: Listing | DamagedError | None
    try:
        manifest = read_manifest(store, key, revision)
    except DamagedError as error:
        manifest = error
    try:
        listing = read_any_listing(store, key)
    except DamagedError as error:
        listing = error
    return ReadSlice(key, manifest, listing)


def _read_batch_of(store: Store, batch: Batch | None) -> BatchResult | None:
    return None if batch is None else _read_batch(store, batch)


def _read_batch(store: Store, batch: Batch) -> tuple[set[int], Problem | None]:
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
