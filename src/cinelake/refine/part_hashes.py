"""Compare the objects of a version with their SHA-256, so that a build neither reuses nor copies a damaged one."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from cinelake.concurrency import map_concurrently
from cinelake.errors import DamagedError
from cinelake.lake.store import Store
from cinelake.refine.versions import Part


class DamagedPartError(DamagedError):
    """The bytes of an object differ from its SHA-256. A build that meets it counts the object as lost."""

    @classmethod
    def of(cls, key: str) -> "DamagedPartError":
        """The error for an object."""
        hint = "run `cinelake build` to build it again"
        return cls(f'object "{key}" is damaged: its SHA-256 differs from the recorded one', hint=hint, subject=key)


def check_object(store: Store, key: str, sha256: str) -> None:
    """Compare an object with its SHA-256; an object that does not exist is no error.

    Raises:
        DamagedPartError: the SHA-256 differs.
    """
    if hash_object(store, key) not in {None, sha256}:
        raise DamagedPartError.of(key)


def find_damaged(store: Store, parts: Iterable[Part]) -> set[str]:
    """The keys of the parts whose bytes differ from their SHA-256."""
    listed = list(parts)
    hashes = map_concurrently(lambda part: hash_object(store, part.key), listed)
    return {part.key for part, found in zip(listed, hashes, strict=True) if found not in {None, part.sha256}}


def hash_object(store: Store, key: str) -> str | None:
    """The SHA-256 of an object in hex, or None if it does not exist."""
    pieces = store.read_pieces(key)
    if pieces is None:
        return None
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
    return digest.hexdigest()


def hash_file(path: Path) -> str:
    """The SHA-256 of a local file in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
