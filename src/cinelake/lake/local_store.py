"""Owns a lake in a folder: each write goes to a sibling file, to the disk, then under its name in one step.

Invariant: a name never shows half a file, also after a power cut: the file is synced before the rename, the folder
after it. Leftovers of a killed write carry a name that no key can have, and are not listed.
"""

import errno
import fcntl
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import BinaryIO

from cinelake.errors import StoreError
from cinelake.lake.store import Entry, Stored

_UNFINISHED = ".unfinished-"
_LOCK = ".lock"
_PIECE = 1 << 20


class LocalStore:
    """A folder on this machine; it is made when first written to."""

    def __init__(self, root: Path) -> None:
        self._root = root.absolute()

    def __repr__(self) -> str:
        return str(self._root)

    @property
    def root(self) -> Path:
        """The folder: an object's file lies below it under its key, for readers that want files."""
        return self._root

    def read(self, key: str) -> Stored | None:
        """The object, or None when there is none."""
        with self._translated(key):
            try:
                with (self._root / key).open("rb") as file:
                    return Stored(file.read(), _version(os.fstat(file.fileno())))
            except FileNotFoundError:
                return None

    def read_pieces(self, key: str) -> Iterator[bytes] | None:
        """The object piece by piece, in memory that does not grow with it, or None when there is none."""
        with self._translated(key):
            try:
                file = (self._root / key).open("rb")
            except FileNotFoundError:
                return None
            return self._read_on(key, file)

    def write(self, key: str, data: bytes) -> None:
        """Put an object, replacing what was there."""
        with self._translated(key):
            self._put(self._root / key, [data])

    def write_file(self, key: str, path: Path) -> None:
        """Put the bytes of a file, piece by piece, replacing what was there."""
        with path.open("rb") as file, self._translated(key):
            self._put(self._root / key, iter(partial(file.read, _PIECE), b""))

    def swap(self, key: str, data: bytes, expected: str | None) -> str | None:
        """Put an object if its version is still `expected`; the new version, or None."""
        path = self._root / key
        with self._translated(key), self._locked(path):
            found = path.stat() if path.exists() else None
            if (None if found is None else _version(found)) != expected:
                return None
            self._put(path, [data])
            return _version(path.stat())

    def list_entries(self, prefix: str) -> Iterator[Entry]:
        """Every object whose key starts with `prefix`, in order of keys."""
        folder = self._root / prefix.rpartition("/")[0]
        found: list[Entry] = []
        with self._translated(prefix):
            for parent, _, names in os.walk(folder, onerror=_raise_unless_absent):
                for name in names:
                    path = Path(parent, name)
                    # A name that is no text is shown, though nothing of ours can have it.
                    key = os.fsencode(path.relative_to(self._root).as_posix()).decode("utf-8", "backslashreplace")
                    if key.startswith(prefix) and not name.startswith(_UNFINISHED) and name != _LOCK:
                        with suppress(FileNotFoundError):  # removed while being listed
                            found.append(Entry(key, path.stat().st_size))
        yield from sorted(found, key=lambda entry: entry.key)

    def delete(self, key: str) -> None:
        """Remove an object; it is no error if there is none."""
        with self._translated(key), suppress(FileNotFoundError):
            (self._root / key).unlink()

    def _read_on(self, key: str, file: BinaryIO) -> Iterator[bytes]:
        with file, self._translated(key):
            yield from iter(partial(file.read, _PIECE), b"")

    def _put(self, path: Path, pieces: Iterable[bytes]) -> None:
        sibling = path.with_name(f"{_UNFINISHED}{secrets.token_hex(8)}")
        try:
            with self._create(sibling) as file:
                for piece in pieces:
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
            sibling.replace(path)
        except BaseException:
            sibling.unlink(missing_ok=True)
            raise
        _sync_folder(path.parent)

    def _create(self, path: Path) -> BinaryIO:
        try:
            return path.open("xb")
        except FileNotFoundError:
            self._make_folder(path.parent)
            return path.open("xb")

    def _make_folder(self, folder: Path) -> None:
        missing = [f for f in (folder, *folder.parents) if not f.exists()]
        folder.mkdir(parents=True, exist_ok=True)
        for made in missing:
            _sync_folder(made.parent)

    @contextmanager
    def _locked(self, path: Path) -> Iterator[None]:
        self._make_folder(path.parent)
        with path.with_name(_LOCK).open("wb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    @contextmanager
    def _translated(self, key: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            happened, todo = f"{error.strerror or error}", "check the folder and its permissions"
            if error.errno in {errno.ENOSPC, errno.EDQUOT}:
                happened = "the disk is full"
                todo = "free some space and run the same command again: nothing so far is lost"
            expected = "a folder that can be read and written"
            raise StoreError(f"lake {self._root}", f"{happened} ({key})", expected, todo) from error


def _raise_unless_absent(error: OSError) -> None:
    """A folder that cannot be read is not an empty one."""
    if not isinstance(error, FileNotFoundError | NotADirectoryError):
        raise error


def _version(stat: os.stat_result) -> str:
    """Changes with every write, since each one makes a new file."""
    return f"{stat.st_ino}-{stat.st_mtime_ns}-{stat.st_size}"


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
