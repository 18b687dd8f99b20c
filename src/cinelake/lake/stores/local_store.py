"""A lake in a folder. Each write goes to a temporary file, to the disk, then under its name in one step.

Invariant: a name never shows an incomplete file, also after a power cut: the file is synced before the rename, the
folder after it. Leftovers of a killed write have names that no key has, and are not listed.
"""

import errno
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import BinaryIO

from cinelake.errors import StoreError
from cinelake.lake.store import Entry, Stored
from cinelake.lake.stores.system_calls import lock_file, sync_folder

_UNFINISHED = ".unfinished-"
_LOCK = ".lock"
_PIECE = 1 << 20


class LocalStore:
    """A lake in a folder, which is created by the first write."""

    def __init__(self, root: Path) -> None:
        self._root = root.absolute()

    def __repr__(self) -> str:
        return str(self._root)

    @property
    def root(self) -> Path:
        """The folder. The file of an object is below it, under its key."""
        return self._root

    def read(self, key: str) -> Stored | None:
        """Read an object, or None if there is none."""
        with self._translated(key):
            try:
                with (self._root / key).open("rb") as file:
                    return Stored(file.read(), _version(os.fstat(file.fileno())))
            except FileNotFoundError:
                return None

    def read_pieces(self, key: str) -> Iterator[bytes] | None:
        """Read an object in pieces, in constant memory, or None if there is none."""
        with self._translated(key):
            try:
                file = (self._root / key).open("rb")
            except FileNotFoundError:
                return None
            return self._iterate(key, file)

    def write(self, key: str, data: bytes) -> None:
        """Write an object, replacing any under the same key."""
        with self._translated(key):
            self._put(self._root / key, [data])

    def write_file(self, key: str, path: Path) -> None:
        """Write the bytes of a file, in pieces, replacing any object under the same key."""
        with path.open("rb") as file, self._translated(key):
            self._put(self._root / key, iter(partial(file.read, _PIECE), b""))

    def copy(self, source: str, target: str) -> str | None:
        """Copy the bytes of an object under another key. Return the copy's version, or None if there is no such object."""
        with self._translated(target):
            try:
                file = (self._root / source).open("rb")
            except FileNotFoundError:
                return None
            # Other programs read all files of a folder at any time, so the unfinished copy is not beside its target.
            with file:
                return self._put(self._root / target, iter(partial(file.read, _PIECE), b""), self._root)

    def swap(self, key: str, data: bytes, expected: str | None) -> str | None:
        """Write an object if its version is still `expected`. Return the new version, or None."""
        path = self._root / key
        with self._translated(key), self._lock(path):
            found = path.stat() if path.exists() else None
            if (None if found is None else _version(found)) != expected:
                return None
            return self._put(path, [data])

    def list_entries(self, prefix: str) -> Iterator[Entry]:
        """List every object whose key starts with `prefix`, in order of keys."""
        folder = self._root / prefix.rpartition("/")[0]
        found: list[Entry] = []
        with self._translated(prefix):
            for parent, _, names in os.walk(folder, onerror=_raise_unless_absent):
                for name in names:
                    path = Path(parent, name)
                    # A name that is not UTF-8 is escaped: cinelake wrote no such file, but someone else may have.
                    key = os.fsencode(path.relative_to(self._root).as_posix()).decode("utf-8", "backslashreplace")
                    if key.startswith(prefix) and not name.startswith(_UNFINISHED) and name != _LOCK:
                        with suppress(FileNotFoundError):  # deleted while being listed
                            stat = path.stat()
                            found.append(Entry(key, stat.st_size, _version(stat)))
        yield from sorted(found, key=lambda entry: entry.key)

    def delete(self, key: str) -> None:
        """Delete an object, and the folders that it leaves empty; it is no error if there is none."""
        path = self._root / key
        with self._translated(key), suppress(FileNotFoundError):
            path.unlink()
            for folder in path.parents:
                if folder == self._root or not _remove_if_empty(folder):
                    break

    def _iterate(self, key: str, file: BinaryIO) -> Iterator[bytes]:
        with file, self._translated(key):
            yield from iter(partial(file.read, _PIECE), b"")

    def _put(self, path: Path, pieces: Iterable[bytes], staging: Path | None = None) -> str:
        """Write a file under its name in one step, by way of a folder of the same disk; return its version."""
        temporary = (staging or path.parent) / f"{_UNFINISHED}{secrets.token_hex(8)}"
        try:
            with self._create(temporary) as file:
                for piece in pieces:
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
                version = _version(os.fstat(file.fileno()))
            self._rename(temporary, path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        sync_folder(path.parent)
        return version

    def _rename(self, temporary: Path, path: Path) -> None:
        try:
            temporary.replace(path)
        except FileNotFoundError:
            self._make_folder(path.parent)
            temporary.replace(path)

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
            sync_folder(made.parent)

    @contextmanager
    def _lock(self, path: Path) -> Iterator[None]:
        self._make_folder(path.parent)
        with lock_file(path.with_name(_LOCK)):
            yield

    @contextmanager
    def _translated(self, key: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if error.errno in {errno.ENOSPC, errno.EDQUOT}:
                raise StoreError(
                    f'cannot write "{key}" to lake "{self._root}": the disk is full',
                    hint="free some space and run the same command again: it continues from here",
                    subject=key,
                ) from error
            raise StoreError(
                f'cannot access "{key}" in lake "{self._root}"',
                cause=error.strerror or str(error),
                hint="the lake must be a folder that can be read and written: check its path and permissions",
                subject=key,
            ) from error


def _raise_unless_absent(error: OSError) -> None:
    """Raise unless the folder is absent: a folder that cannot be read is not an empty one."""
    if not isinstance(error, FileNotFoundError | NotADirectoryError):
        raise error


def _remove_if_empty(folder: Path) -> bool:
    try:
        folder.rmdir()
    except OSError:  # not empty, or another process is faster
        return False
    return True


def _version(stat: os.stat_result) -> str:
    """Return a text that changes with every write, since each write creates a new file."""
    return f"{stat.st_ino}-{stat.st_mtime_ns}-{stat.st_size}"
