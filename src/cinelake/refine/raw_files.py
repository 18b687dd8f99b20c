"""Owns what of Raw counts: which files are committed, which are the first version's, and which are left aside.

A slice counts by its newest manifest. A slice without manifest and without listing was written by the first version, and
counts as it stands; one with a listing is being fetched right now and does not count yet. What a listing's rows said counts
if its slice does. The fingerprint of all that counts says whether there is anything to build.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import date, datetime

import msgspec

from cinelake.lake.documents import encode_document
from cinelake.lake.keys import RAW, SNAPSHOTS, SliceKey, parse_raw_key
from cinelake.lake.manifests import Batch, Manifest, list_manifests, read_manifest
from cinelake.lake.store import Entry, Store
from cinelake.refine.fields import FOLDERS

_GENRE = re.compile(r"genre-(\d{1,9})-")
LEFT_UNCOMMITTED = "its slice is still being fetched"
LEFT_UNNAMED = "its slice's manifest does not name it"
LEFT_FOREIGN = "its name is none that cinelake gives"


@dataclass(frozen=True, slots=True)
class RawFile:
    """One file that counts; `batch` is what its manifest says of it, None in a lake of the first version."""

    key: str
    kind: str
    collected_on: date
    slice: str
    genre_id: int | None
    size: int
    batch: Batch | None
    committed_at: datetime | None


class LeftAside(msgspec.Struct, frozen=True):
    """A file in Raw that does not count, and why."""

    key: str
    reason: str


@dataclass(frozen=True, slots=True)
class Committed:
    """A slice with its newest manifest; `snapshot_size` is that of what its listing's rows said, None without such."""

    key: SliceKey
    manifest: Manifest
    snapshot_size: int | None

    @property
    def kind(self) -> str:
        """The kind of its titles."""
        return FOLDERS[self.key.kind]

    @property
    def genre_id(self) -> int | None:
        """The genre that its name tells."""
        return _find_genre(self.key)


@dataclass(frozen=True, slots=True)
class RawZone:
    """What counts, what is left aside, the objects that manifests name and that are not there, and who committed what."""

    files: tuple[RawFile, ...]
    left: tuple[LeftAside, ...]
    absent: tuple[RawFile, ...]
    committed: tuple[Committed, ...]


def list_raw(store: Store) -> RawZone:
    """Everything in Raw, sorted into what counts and what does not.

    Raises:
        DamagedError: a manifest cannot be read.
    """
    entries = {entry.key: entry for entry in store.list_entries(f"{RAW}/")}
    committed = list_manifests(store)
    slices = _read_committed(store, committed)
    files: list[RawFile] = []
    absent: list[RawFile] = []
    for each in slices:
        for batch in each.manifest.batches:
            entry = entries.pop(batch.key, None)
            size = entry.size if entry else 0
            file = _describe(each.key, batch.key, size, batch, each.manifest.committed_at)
            (files if entry else absent).append(file)
    left: list[LeftAside] = []
    is_fetching: dict[SliceKey, bool] = {}
    for entry in entries.values():
        parsed = parse_raw_key(entry.key)
        reason = _judge(store, entry, committed, is_fetching)
        if reason or parsed is None:
            left.append(LeftAside(entry.key, reason))
        else:
            files.append(_describe(parsed[0], entry.key, entry.size, None, None))
    return RawZone(tuple(sorted(files, key=lambda f: f.key)), tuple(left), tuple(absent), slices)


def fingerprint(store: Store, zone: RawZone) -> str:
    """A hash over all that counts: keys and contents; manifests are believed, files without one are read.

    A snapshot is written once, before its slice's manifest: with that manifest, its size stands for it.
    """
    whole = hashlib.sha256()
    for file in (*zone.files, *zone.absent):
        if file.batch:
            content, when = f"{file.batch.sha256} {file.size}", f"{file.committed_at}"
        else:
            stored = store.read(file.key)
            content, when = hashlib.sha256(stored.data if stored else b"").hexdigest(), "-"
        whole.update(f"{file.key} {content} {when}\n".encode())
    for each in zone.committed:
        manifest = hashlib.sha256(encode_document(each.manifest)).hexdigest()
        whole.update(f"{each.key.manifest(each.manifest.revision)} {manifest} {each.snapshot_size}\n".encode())
    return whole.hexdigest()


def _read_committed(store: Store, committed: dict[SliceKey, int]) -> tuple[Committed, ...]:
    sizes = {entry.key: entry.size for entry in store.list_entries(f"{SNAPSHOTS}/")}
    known = ((key, revision) for key, revision in sorted(committed.items()) if key.kind in FOLDERS)
    found = ((key, read_manifest(store, key, revision)) for key, revision in known)
    return tuple(Committed(key, manifest, sizes.get(key.snapshot())) for key, manifest in found if manifest)


def _find_genre(key: SliceKey) -> int | None:
    genre = _GENRE.match(key.name)
    return int(genre[1]) if genre else None


def _describe(key: SliceKey, name: str, size: int, batch: Batch | None, at: datetime | None) -> RawFile:
    return RawFile(name, FOLDERS[key.kind], key.run_on, key.name, _find_genre(key), size, batch, at)


def _judge(store: Store, entry: Entry, committed: dict[SliceKey, int], is_fetching: dict[SliceKey, bool]) -> str:
    """Why a file that no manifest names is left aside; empty if it counts all the same."""
    parsed = parse_raw_key(entry.key)
    if parsed is None or parsed[0].kind not in FOLDERS:
        return LEFT_FOREIGN
    key = parsed[0]
    if key in committed:
        return LEFT_UNNAMED
    if key not in is_fetching:
        is_fetching[key] = store.read(key.listing()) is not None
    return LEFT_UNCOMMITTED if is_fetching[key] else ""
