"""Decide which files of Raw a build reads: those of committed slices, those of version 1 of the lake, and no others.

The newest manifest of a slice lists its files. A slice without manifest and listing comes from version 1 of the lake, and
all its files are read. A slice with a listing but no manifest is being fetched, and its files are ignored. The scores of a
listing are read with the slice. The fingerprint of all inputs shows whether a new build is needed.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import msgspec

from cinelake.concurrency import map_concurrently
from cinelake.lake.keys import RAW, SliceKey, parse_raw_key
from cinelake.lake.listings import has_listing
from cinelake.lake.manifests import Batch, Manifest, list_manifests, read_manifest
from cinelake.lake.store import Entry, Store
from cinelake.refine.fields import FOLDERS
from cinelake.refine.part_hashes import hash_object
from cinelake.selection.slices import parse_genre_id

NOT_COMMITTED = "the slice is not committed yet"
NOT_IN_MANIFEST = "the manifest of the slice does not list the file"
UNKNOWN_NAME = "the name is not one that cinelake gives"
_ENCODER = msgspec.json.Encoder()


class HashedFile(msgspec.Struct, frozen=True):
    """The SHA-256 of a file that no manifest lists, while the store lists it with this size and version."""

    key: str
    size: int
    version: str
    sha256: str


@dataclass(frozen=True, slots=True)
class RawFile:
    """A file that a build reads.

    Attributes:
        collected_on: the day in its key.
        fetched_on: the API's day when its run began.
        number: the number of that run; 0 in version 1 of the lake.
        size: as the store lists it; 0 if it does not exist.
        sha256: of its contents, as its manifest states it or as it was read.
        records: as its manifest states it; None in version 1 of the lake.
        hashed: how `sha256` was found in version 1 of the lake.
    """

    key: str
    kind: str
    collected_on: date
    fetched_on: date
    number: int
    slice: str
    genre_id: int | None
    size: int
    sha256: str
    records: int | None
    hashed: HashedFile | None = None


class IgnoredFile(msgspec.Struct, frozen=True):
    """A file of Raw that a build does not read, and the reason."""

    key: str
    reason: str


@dataclass(frozen=True, slots=True)
class CommittedSlice:
    """A slice with its newest manifest."""

    key: SliceKey
    manifest: Manifest

    @property
    def kind(self) -> str:
        """The kind of its titles."""
        return FOLDERS[self.key.kind]

    @property
    def genre_id(self) -> int | None:
        """The genre in its name."""
        return parse_genre_id(self.key.name)


@dataclass(frozen=True, slots=True)
class RawZone:
    """The contents of Raw; `missing` are objects that a manifest lists and that do not exist."""

    files: tuple[RawFile, ...]
    ignored: tuple[IgnoredFile, ...]
    missing: tuple[RawFile, ...]
    slices: tuple[CommittedSlice, ...]


def list_raw(store: Store, known: Mapping[str, HashedFile]) -> RawZone:
    """Classify everything in Raw. Files without a manifest are read to hash them, unless they are `known`, by key.

    Raises:
        DamagedError: a manifest cannot be read.
    """
    entries = {entry.key: entry for entry in store.list_entries(f"{RAW}/")}
    revisions = list_manifests(store)
    slices = _read_slices(store, revisions)
    files: list[RawFile] = []
    missing: list[RawFile] = []
    for each in slices:
        for batch in each.manifest.batches:
            entry = entries.pop(batch.key, None)
            (files if entry else missing).append(_describe(each, batch, entry.size if entry else 0))
    ignored: list[IgnoredFile] = []
    old: list[Entry] = []
    is_fetching: dict[SliceKey, bool] = {}
    for entry in entries.values():
        reason = _find_ignore_reason(store, entry, revisions, is_fetching)
        if reason:
            ignored.append(IgnoredFile(entry.key, reason))
        else:
            old.append(entry)
    hashed = map_concurrently(lambda entry: _hash_file(store, entry, known.get(entry.key)), old)
    files += (_describe_old(each) for each in hashed)
    return RawZone(tuple(sorted(files, key=lambda f: f.key)), tuple(ignored), tuple(missing), slices)


def fingerprint(zone: RawZone) -> str:
    """A hash over the keys and contents of all inputs.

    Listed scores are written before the manifest of their slice, which identifies them.
    """
    digest = hashlib.sha256()
    for file in (*zone.files, *zone.missing):
        digest.update(f"{file.key} {file.sha256} {file.size} {file.number}\n".encode())
    for each in zone.slices:
        digest.update(f"{each.key.kind} {each.key.run_on} {each.key.name} ".encode())
        digest.update(_ENCODER.encode(each.manifest))
    return digest.hexdigest()


def _read_slices(store: Store, revisions: dict[SliceKey, int]) -> tuple[CommittedSlice, ...]:
    keys = [key for key in sorted(revisions) if key.kind in FOLDERS]
    found = map_concurrently(lambda key: read_manifest(store, key, revisions[key]), keys)
    return tuple(CommittedSlice(key, manifest) for key, manifest in zip(keys, found, strict=True) if manifest)


def _describe(each: CommittedSlice, batch: Batch, size: int) -> RawFile:
    key, manifest = each.key, each.manifest
    number = batch.number or manifest.number
    origin = key.run_on, manifest.fetched_on or key.run_on, number, key.name, each.genre_id
    return RawFile(batch.key, each.kind, *origin, size, batch.sha256, batch.records)


def _hash_file(store: Store, entry: Entry, known: HashedFile | None) -> HashedFile:
    """The SHA-256 of a file of version 1 of the lake."""
    if known and entry.version and (known.size, known.version) == (entry.size, entry.version):
        return known
    return HashedFile(entry.key, entry.size, entry.version, hash_object(store, entry.key) or "")


def _describe_old(hashed: HashedFile) -> RawFile:
    parsed = parse_raw_key(hashed.key)
    if parsed is None:
        raise AssertionError(hashed.key)  # such a file is ignored
    key = parsed[0]
    origin = key.run_on, key.run_on, 0, key.name, parse_genre_id(key.name)
    return RawFile(hashed.key, FOLDERS[key.kind], *origin, hashed.size, hashed.sha256, None, hashed)


def _find_ignore_reason(
    store: Store, entry: Entry, revisions: dict[SliceKey, int], is_fetching: dict[SliceKey, bool]
) -> str:
    """Why a file that no manifest lists is ignored, or an empty text if it comes from version 1 of the lake."""
    parsed = parse_raw_key(entry.key)
    if parsed is None or parsed[0].kind not in FOLDERS:
        return UNKNOWN_NAME
    key = parsed[0]
    if key in revisions:
        return NOT_IN_MANIFEST
    if key not in is_fetching:
        is_fetching[key] = has_listing(store, key)
    return NOT_COMMITTED if is_fetching[key] else ""
