"""Owns what a store is: seven methods, the same promises everywhere, and one place where a lake's URL becomes one.

Promises, held by one contract suite: a write is seen whole or not at all, and once it has returned it survives; a swap
changes an object only if it is still the one that was read (or still absent); absence is data. Two of the methods are there
because a file that a user gives may be larger than the memory: no sum of the other five writes it in one step, or reads it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Stored:
    """An object as read: its bytes, and the version that a swap can name."""

    data: bytes
    version: str


@dataclass(frozen=True, slots=True)
class Entry:
    """An object as listed: key and size in bytes."""

    key: str
    size: int


class Store(Protocol):
    """A flat space of keys. Methods block; StoreError says what a store refused."""

    def read(self, key: str) -> Stored | None:
        """The object, or None when there is none."""
        ...

    def read_pieces(self, key: str) -> Iterator[bytes] | None:
        """The object piece by piece, in memory that does not grow with it, or None when there is none."""
        ...

    def write(self, key: str, data: bytes) -> None:
        """Put an object, replacing what was there."""
        ...

    def write_file(self, key: str, path: Path) -> None:
        """Put the bytes of a file, in memory that does not grow with it, replacing what was there.

        Raises:
            OSError: the file cannot be opened; the store was not touched.
        """
        ...

    def swap(self, key: str, data: bytes, expected: str | None) -> str | None:
        """Put an object if its version is still `expected` (None: if there is none); the new version, or None."""
        ...

    def list_entries(self, prefix: str) -> Iterator[Entry]:
        """Every object whose key starts with `prefix`, in order of keys."""
        ...

    def delete(self, key: str) -> None:
        """Remove an object; it is no error if there is none."""
        ...
