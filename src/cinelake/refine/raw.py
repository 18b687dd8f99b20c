"""Owns what of Raw counts: which files are committed, which are the first version's, and which are left aside.

A slice counts by its newest manifest. A slice without manifest and without listing was written by the first version, and
counts as it stands; one with a listing is being fetched right now and does not count yet. The fingerprint of all that
counts says whether there is anything to build.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import date, datetime

import msgspec

from cinelake.lake.layout import RAW, SliceKey, parse_raw_key
from cinelake.lake.manifest import Batch, list_manifests, read_manifest
from cinelake.lake.storage import Entry, Store
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
class RawZone:
    """What counts, what is left aside, and the objects that manifests name and that are not there."""

    files: tuple[RawFile, ...]
    left: tuple[LeftAside, ...]
    absent: tuple[RawFile, ...]


def list_raw(store: Store) -> RawZone:
    """Everything in Raw, sorted into what counts and what does not.

    Raises:
        DamagedError: a manifest cannot be read.
    """
    entries = {entry.key: entry for entry in store.list_entries(f"{RAW}/")}
    committed = list_manifests(store)
    files: list[RawFile] = []
    absent: list[RawFile] = []
    for key, revision in sorted(committed.items()):
        manifest = read_manifest(store, key, revision)
        for batch in manifest.batches if manifest and key.kind in FOLDERS else ():
            entry = entries.pop(batch.key, None)
            size = entry.size if entry else 0
            file = _describe(key, batch.key, size, batch, manifest.committed_at if manifest else None)
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
    return RawZone(tuple(sorted(files, key=lambda f: f.key)), tuple(left), tuple(absent))


def fingerprint(store: Store, zone: RawZone) -> str:
    """A hash over all that counts: keys and contents; manifests are believed, files without one are read."""
    whole = hashlib.sha256()
    for file in (*zone.files, *zone.absent):
        if file.batch:
            content, when = f"{file.batch.sha256} {file.size}", f"{file.committed_at}"
        else:
            stored = store.read(file.key)
            content, when = hashlib.sha256(stored.data if stored else b"").hexdigest(), "-"
        whole.update(f"{file.key} {content} {when}\n".encode())
    return whole.hexdigest()


def _describe(key: SliceKey, name: str, size: int, batch: Batch | None, at: datetime | None) -> RawFile:
    genre = _GENRE.match(key.name)
    return RawFile(name, FOLDERS[key.kind], key.run_on, key.name, int(genre[1]) if genre else None, size, batch, at)


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
