"""Owns what a store is: seven methods, the same promises everywhere, and one place where a lake's URL becomes one.

Promises, held by one contract suite: a write is seen whole or not at all, and once it has returned it survives; a swap
changes an object only if it is still the one that was read (or still absent); absence is data. Two of the methods are there
because a file that a user gives may be larger than the memory: no sum of the other five writes it in one step, or reads it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from cinelake.errors import UsageError


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


def open_store(url: str, options: Mapping[str, str]) -> Store:
    """The store at a lake's URL: a folder, file://…, s3://bucket/prefix or memory://.

    Raises:
        UsageError: the URL names no such thing.
    """
    parts = urlsplit(url)
    if parts.scheme in {"s3", "file"} and (parts.query or parts.fragment or "?" in url):
        raise UsageError(
            f"lake '{url}'", "it has a ? or a #", "a plain address, such as s3://bucket/films", "correct --lake"
        )
    if parts.scheme == "file" and parts.netloc not in {"", "localhost"}:
        expected = "file:// and a path from the root, such as file:///data/lake, or the folder alone"
        raise UsageError(
            f"lake '{url}'", f"'{parts.netloc}' stands where a machine's name does", expected, "correct --lake"
        )
    match parts.scheme:
        case "s3" if parts.netloc:
            from cinelake.lake.object_store import open_s3  # noqa: PLC0415 - a lake in a folder starts without it

            return open_s3(parts.netloc, parts.path.strip("/"), options)
        case "memory":
            from cinelake.lake.object_store import open_memory  # noqa: PLC0415 - the same

            return open_memory()
        case "" | "file":
            from cinelake.lake.local_store import LocalStore  # noqa: PLC0415 - the same

            return LocalStore(Path(unquote(parts.path) if parts.scheme else url).expanduser())
        case _:
            raise UsageError(
                f"lake '{url}'",
                "there is no such kind of store",
                "a folder or s3://bucket/prefix",
                "give it with --lake or in CINELAKE_LAKE",
            )
