"""Decide which files of Raw a build reads: those of committed slices, those of version 1 of the lake, and no others.

The newest manifest of a slice lists its files. A slice without manifest and listing comes from version 1 of the lake, and
all its files are read. A slice with a listing but no manifest is being fetched, and its files are ignored. The rows of a
listing are read with the slice. The fingerprint of all inputs shows whether a new build is needed.
"""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

import msgspec

from cinelake.lake.documents import encode_document
from cinelake.lake.keys import RAW, SliceKey, parse_raw_key
from cinelake.lake.listings import has_listing
from cinelake.lake.manifests import Batch, Manifest, list_manifests, read_manifest
from cinelake.lake.scores import list_scored
from cinelake.lake.store import Entry, Store
from cinelake.refine.fields import FOLDERS
from cinelake.selection.slices import parse_genre_id

NOT_COMMITTED = "the slice is not committed yet"
NOT_IN_MANIFEST = "the manifest of the slice does not list the file"
UNKNOWN_NAME = "the name is not one that cinelake gives"


@dataclass(frozen=True, slots=True)
class RawFile:
    """A file that a build reads. `batch` is its entry in the manifest, or None in version 1 of the lake."""

    key: str
    kind: str
    collected_on: date
    slice: str
    genre_id: int | None
    size: int
    batch: Batch | None
    committed_at: datetime | None


class IgnoredFile(msgspec.Struct, frozen=True):
    """A file of Raw that a build does not read, and the reason."""

    key: str
    reason: str


@dataclass(frozen=True, slots=True)
class CommittedSlice:
    """A slice with its newest manifest, and whether it has listed scores."""

    key: SliceKey
    manifest: Manifest
    has_scores: bool

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


def list_raw(store: Store) -> RawZone:
    """Classify everything in Raw.

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
            size = entry.size if entry else 0
            file = _describe(each.key, batch.key, size, batch, each.manifest.committed_at)
            (files if entry else missing).append(file)
    ignored: list[IgnoredFile] = []
    is_fetching: dict[SliceKey, bool] = {}
    for entry in entries.values():
        parsed = parse_raw_key(entry.key)
        reason = _find_ignore_reason(store, entry, revisions, is_fetching)
        if reason or parsed is None:
            ignored.append(IgnoredFile(entry.key, reason))
        else:
            files.append(_describe(parsed[0], entry.key, entry.size, None, None))
    return RawZone(tuple(sorted(files, key=lambda f: f.key)), tuple(ignored), tuple(missing), slices)


def fingerprint(store: Store, zone: RawZone) -> str:
    """A hash over the keys and contents of all inputs. Only files without a manifest are read for it.

    Listed scores are written before the manifest of their slice, which identifies them.
    """
    digest = hashlib.sha256()
    for file in (*zone.files, *zone.missing):
        if file.batch:
            content, when = f"{file.batch.sha256} {file.size}", f"{file.committed_at}"
        else:
            stored = store.read(file.key)
            content, when = hashlib.sha256(stored.data if stored else b"").hexdigest(), "-"
        digest.update(f"{file.key} {content} {when}\n".encode())
    for each in zone.slices:
        manifest = hashlib.sha256(encode_document(each.manifest)).hexdigest()
        digest.update(f"{each.key.manifest(each.manifest.revision)} {manifest} {each.has_scores}\n".encode())
    return digest.hexdigest()


def _read_slices(store: Store, revisions: dict[SliceKey, int]) -> tuple[CommittedSlice, ...]:
    scored = list_scored(store)
    known = ((key, revision) for key, revision in sorted(revisions.items()) if key.kind in FOLDERS)
    found = ((key, read_manifest(store, key, revision)) for key, revision in known)
    return tuple(CommittedSlice(key, manifest, key in scored) for key, manifest in found if manifest)


def _describe(key: SliceKey, name: str, size: int, batch: Batch | None, at: datetime | None) -> RawFile:
    return RawFile(name, FOLDERS[key.kind], key.run_on, key.name, parse_genre_id(key.name), size, batch, at)


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
