"""Ingests a file into the lake: checks it, copies it into Raw, then writes its document.

Invariant: Raw is history. An object that a document names is never overwritten with other bytes. An object without a
document is left over from a killed ingest if it has the file's size; otherwise another program wrote it, and it stays.
"""

import os
import re
import stat
from datetime import date
from pathlib import Path

from cinelake.clock import Clock
from cinelake.errors import UsageError
from cinelake.imdb.file_check import CheckedFile, check_file, unreadable
from cinelake.imdb.ingested import Ingest, IngestKey, read_ingest
from cinelake.lake.documents import write_document
from cinelake.lake.keys import is_portable
from cinelake.lake.lake_format import write_format
from cinelake.lake.store import Store

_NAME = re.compile(r"\w[\w .()-]*")
_MAX_NAME_BYTES = 200
"""File systems allow 255 bytes, and the name of the document is longer than that of the file."""


def ingest_file(store: Store, path: Path, run_on: date, clock: Clock) -> tuple[Ingest, bool]:
    """Copy a file into Raw as it is; return its description, and whether anything was written.

    Raises:
        UsageError: it is not a valid file of a known kind, or the lake has another file of that name and day.
        StoreError: the store refuses; no partial file is left, and the same command continues.
        DamagedError: the document of an earlier ingest cannot be read.
    """
    name = show_path(path)
    _check_name(path, name)
    state = _read_state(path, name)
    checked = check_file(path, name)
    key = IngestKey(checked.kind, run_on, path.name)
    stored_bytes, known = _read_size(store, key.raw()), read_ingest(store, key)
    _check_conflict(name, key, checked, stored_bytes, known)
    if known and stored_bytes == checked.bytes:
        return known, False
    write_format(store, clock.now())
    _copy(store, key, path, name, state)
    ingest = known or _describe(key, checked, clock)
    write_document(store, key.document(), ingest)
    return ingest, True


def show_path(path: Path) -> str:
    """A path as text that can be printed and encoded, whatever bytes it has."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _copy(store: Store, key: IngestKey, path: Path, name: str, state: tuple[int, int, int]) -> None:
    """Copy the file that was checked.

    Raises:
        UsageError: the file has changed since it was checked.
    """
    changed = UsageError(
        f'"{name}" changed while it was being read',
        hint="wait until no program writes to it, then run the same command again",
        subject=name,
    )
    try:
        store.write_file(key.raw(), path)
    except OSError as error:
        raise changed from error
    try:
        is_same = _read_state(path, name) == state
    except UsageError:
        is_same = False
    if not is_same:
        store.delete(key.raw())
        raise changed


def _describe(key: IngestKey, checked: CheckedFile, clock: Clock) -> Ingest:
    return Ingest(
        kind=key.kind.name,
        format=key.kind.format,
        file=key.name,
        run_on=key.run_on,
        key=key.raw(),
        rows=checked.rows,
        bytes=checked.bytes,
        sha256=checked.sha256,
        is_compressed=checked.is_compressed,
        duplicates=checked.duplicates,
        first_duplicate_line=checked.first_duplicate_line,
        ingested_at=clock.now(),
    )


def _check_conflict(
    name: str, key: IngestKey, checked: CheckedFile, stored_bytes: int | None, known: Ingest | None
) -> None:
    """Check that the lake has no other content under the same name and day.

    Raises:
        UsageError: it has.
    """
    if known:
        is_free, other = known.sha256 == checked.sha256, "a different file of that name"
    else:
        is_free, other = stored_bytes in {None, checked.bytes}, "an object that cinelake did not write"
    if not is_free:
        raise UsageError(
            f'cannot ingest "{name}": the lake already has {other} on {key.run_on}',
            hint="rename the file, or choose another day with --run-date; Raw is never overwritten",
            subject=key.raw(),
        )


def _check_name(path: Path, name: str) -> None:
    is_valid = _NAME.fullmatch(path.name) and is_portable(path.name)
    if not is_valid or len(os.fsencode(path.name)) > _MAX_NAME_BYTES:
        allowed = f"letters, digits, spaces and . _ - ( ), at most {_MAX_NAME_BYTES} bytes"
        raise UsageError(f'"{name}" cannot be a file name in a lake', hint=f"rename it: use {allowed}", subject=name)


def _read_state(path: Path, name: str) -> tuple[int, int, int]:
    """Inode, size and modification time, which show whether a file has changed.

    Raises:
        UsageError: there is no such file, or it is not a regular one.
    """
    try:
        found = path.stat()
    except (OSError, ValueError) as error:
        raise unreadable(name, error) from error
    if stat.S_ISDIR(found.st_mode):
        raise UsageError(f'"{name}" is a folder', hint="give the path of each file", subject=name)
    if not stat.S_ISREG(found.st_mode):
        hint = "save it as a file first: ingest reads it twice, to check and to copy it"
        raise UsageError(f'"{name}" is not a regular file', hint=hint, subject=name)
    return found.st_ino, found.st_size, found.st_mtime_ns


def _read_size(store: Store, key: str) -> int | None:
    """The size of an object, or None if there is none."""
    return next((entry.size for entry in store.list_entries(key) if entry.key == key), None)
