"""Owns the steps by which a file enters the lake: check, copy, then say so in a document.

Invariant: Raw is history. An object that a document names is never written with other bytes; one without a document is
what a killed ingest left if it has the file's size, and anybody else's if it has not, and that is never touched.
"""

import os
import re
import stat
from datetime import date
from pathlib import Path

from cinelake.clock import Clock
from cinelake.errors import UsageError
from cinelake.imdb.file_check import Checked, check_file
from cinelake.imdb.ingested import Ingest, IngestKey, read_ingest
from cinelake.lake.documents import write_document
from cinelake.lake.keys import is_portable
from cinelake.lake.store import Store

_NAME = re.compile(r"\w[\w .()-]*")
_MOST_NAME_BYTES = 200
"""A folder's file system takes 255, and the document's name is longer than the file's."""


def ingest_file(store: Store, path: Path, run_on: date, clock: Clock) -> tuple[Ingest, bool]:
    """Put a file into Raw as it is; what is in the lake then, and whether anything was written.

    Raises:
        UsageError: it is no whole file of a known kind, or its name is taken on that day.
        StoreError: the lake refuses; nothing half is left, and the same command goes on.
        DamagedError: the document of a former ingest cannot be read.
    """
    name = show_path(path)
    _check_name(path, name)
    state = _read_state(path, name)
    checked = check_file(path, name)
    key = IngestKey(checked.kind, run_on, path.name)
    held, known = _read_size(store, key.raw()), read_ingest(store, key)
    _check_place(name, key, checked, held, known)
    if known and held == checked.bytes:
        return known, False
    _copy(store, key, path, name, state)
    ingest = known or _describe(key, checked, clock)
    write_document(store, key.document(), ingest)
    return ingest, True


def show_path(path: Path) -> str:
    """A path as text that can be printed and encoded, whatever bytes it has."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _copy(store: Store, key: IngestKey, path: Path, name: str, state: tuple[int, int, int]) -> None:
    """Write the file that was checked, and nothing that has become of it since.

    Raises:
        UsageError: it is no longer the same.
    """
    todo = "wait until it is complete, then run the same command again"
    changed = UsageError(name, "it was changed while it was being read", "a file that nobody writes to", todo)
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


def _describe(key: IngestKey, checked: Checked, clock: Clock) -> Ingest:
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


def _check_place(name: str, key: IngestKey, checked: Checked, held: int | None, known: Ingest | None) -> None:
    """Refuse to write over what is in the lake already.

    Raises:
        UsageError: another content is there under the same name and day.
    """
    if known:
        is_free, who = known.sha256 == checked.sha256, "another content was ingested"
    else:
        is_free, who = held in {None, checked.bytes}, "another object, not from cinelake, is"
    if not is_free:
        happened = f"{who} under its name on {key.run_on} ({key.raw()})"
        todo = "give the file another name, or another day with --run-date"
        raise UsageError(name, happened, "a name that is free on that day, since Raw is history", todo)


def _check_name(path: Path, name: str) -> None:
    is_valid = _NAME.fullmatch(path.name) and is_portable(path.name)
    if not is_valid or len(os.fsencode(path.name)) > _MOST_NAME_BYTES:
        expected = f"letters, digits, blanks and . _ - ( ), at most {_MOST_NAME_BYTES} bytes"
        raise UsageError(name, "its name cannot be one in a lake", expected, "rename it")


def _read_state(path: Path, name: str) -> tuple[int, int, int]:
    """What changes when a file does: its number, size and time.

    Raises:
        UsageError: there is no such file, or it can be read only once.
    """
    try:
        found = path.stat()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        todo = "check its name and permissions"
        raise UsageError(name, f"it cannot be read ({reason})", "a file that this user may read", todo) from error
    if not stat.S_ISREG(found.st_mode):
        what = "a folder" if stat.S_ISDIR(found.st_mode) else "no file on a disk"
        todo = "name its files one by one" if stat.S_ISDIR(found.st_mode) else "save it as one first"
        raise UsageError(name, f"it is {what}", "a file, which is read twice: to check it and to copy it", todo)
    return found.st_ino, found.st_size, found.st_mtime_ns


def _read_size(store: Store, key: str) -> int | None:
    """The size of an object, None when there is none."""
    return next((entry.size for entry in store.list_entries(key) if entry.key == key), None)
