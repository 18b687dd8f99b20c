"""The interface of a store: a flat space of keys with eight methods.

Promises, checked by one contract suite for every store: a write is visible completely or not at all, and survives once
it has returned; a swap replaces an object only if it is still the one that was read (or still absent); an absent object
is None, not an error. `read_pieces` and `write_file` exist for files that are larger than memory.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Stored:
    """An object as read: its bytes, and the version to pass to a swap."""

    data: bytes
    version: str


@dataclass(frozen=True, slots=True)
class Entry:
    """An object as listed: key, size in bytes, and the version that a read returns (it changes with every write)."""

    key: str
    size: int
    version: str = field(default="", compare=False)


class Store(Protocol):
    """A store of objects. Methods block; they raise StoreError if the store refuses or fails."""

    def read(self, key: str) -> Stored | None:
        """Read an object, or None if there is none."""
        ...

    def read_pieces(self, key: str) -> Iterator[bytes] | None:
        """Read an object in pieces, in constant memory, or None if there is none."""
        ...

    def write(self, key: str, data: bytes) -> None:
        """Write an object, replacing any under the same key."""
        ...

    def write_file(self, key: str, path: Path) -> None:
        """Write the bytes of a file, in constant memory, replacing any object under the same key.

        Raises:
            OSError: the file cannot be opened; the store is unchanged.
        """
        ...

    def copy(self, source: str, target: str) -> str | None:
        """Copy the bytes of an object under another key, replacing any there. Return the copy's version, or None.

        It is None if there is no such object; then the target is unchanged. Nothing else appears beside the target.
        """
        ...

    def swap(self, key: str, data: bytes, expected: str | None) -> str | None:
        """Write an object if its version is still `expected` (None: it is absent). Return the new version, or None."""
        ...

    def list_entries(self, prefix: str) -> Iterator[Entry]:
        """List every object whose key starts with `prefix`, in order of keys."""
        ...

    def delete(self, key: str) -> None:
        """Delete an object; it is no error if there is none."""
        ...
