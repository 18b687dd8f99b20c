"""Stores for tests: one that fails on request, around a real one."""

from collections.abc import Callable, Iterator
from pathlib import Path

from cinelake.lake.store import Entry, Store, Stored
from cinelake.lake.stores.object_store import open_memory


class Killed(BaseException):
    """Simulates kill -9: our code must not catch it."""


class WatchedStore:
    """Forwards every call; `before` gets (method, key) first and may raise. Records the keys that were written."""

    def __init__(self, inner: Store, before: Callable[[str, str], None] = lambda _method, _key: None) -> None:
        self._inner = inner
        self.before = before
        self.written: list[str] = []

    def read(self, key: str) -> Stored | None:
        self.before("read", key)
        return self._inner.read(key)

    def read_pieces(self, key: str) -> Iterator[bytes] | None:
        self.before("read", key)
        return self._inner.read_pieces(key)

    def write(self, key: str, data: bytes) -> None:
        self.before("write", key)
        self._inner.write(key, data)
        self.written.append(key)

    def write_file(self, key: str, path: Path) -> None:
        self.before("write", key)
        self._inner.write_file(key, path)
        self.written.append(key)

    def copy(self, source: str, target: str) -> str | None:
        self.before("write", target)
        version = self._inner.copy(source, target)
        if version is not None:
            self.written.append(target)
        return version

    def swap(self, key: str, data: bytes, expected: str | None) -> str | None:
        self.before("swap", key)
        version = self._inner.swap(key, data, expected)
        if version is not None:
            self.written.append(key)
        return version

    def list_entries(self, prefix: str) -> Iterator[Entry]:
        self.before("list", prefix)
        return self._inner.list_entries(prefix)

    def delete(self, key: str) -> None:
        self.before("delete", key)
        self._inner.delete(key)


def read_all(store: Store, prefix: str = "") -> dict[str, bytes]:
    """Return every object below a prefix."""
    found = {}
    for entry in store.list_entries(prefix):
        stored = store.read(entry.key)
        if stored is not None:
            found[entry.key] = stored.data
    return found


def copy_store(store: Store) -> Store:
    """A memory store with the same objects."""
    other = open_memory()
    for key, data in read_all(store).items():
        other.write(key, data)
    return other
