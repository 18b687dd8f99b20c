"""Verifies ingested IMDb files: each against its document, and Raw/Local against all documents.

Invariant: every file is read and hashed in pieces, and nothing is written.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from cinelake.errors import DamagedError
from cinelake.imdb.ingested import RAW_LOCAL, Ingest, IngestKey, parse_ingest_key, read_ingest
from cinelake.lake.keys import INGESTS
from cinelake.lake.problems import Problem
from cinelake.lake.store import Store


@dataclass(frozen=True, slots=True)
class IngestVerification:
    """The number of files that have a document, their size as read, and the problems."""

    files: int
    bytes: int
    problems: tuple[Problem, ...]


def verify_ingests(store: Store) -> IngestVerification:
    """Compare every ingested file with its document; report missing files, altered ones, and those without a document."""
    keys = [key for entry in store.list_entries(f"{INGESTS}/") if (key := parse_ingest_key(entry.key))]
    problems: list[Problem] = []
    total = 0
    for key in keys:
        size, found = _check_file(store, key)
        total += size
        problems += found
    named = {key.raw() for key in keys}
    problems += [
        Problem("file without document", entry.key, "another program wrote it, or an ingest was interrupted")
        for entry in store.list_entries(f"{RAW_LOCAL}/")
        if entry.key not in named
    ]
    return IngestVerification(len(keys), total, tuple(problems))


def _check_file(store: Store, key: IngestKey) -> tuple[int, list[Problem]]:
    """The size of a file, and what is wrong with it or its document."""
    try:
        ingest = read_ingest(store, key)
    except DamagedError as error:
        return 0, [Problem("damaged document", key.document(), str(error))]
    if ingest is None:  # removed since it was listed
        return 0, []
    pieces = store.read_pieces(key.raw())
    if pieces is None:
        return 0, [Problem("missing file", key.raw(), f"its document lists it with {ingest.rows:,} rows")]
    size, sha256 = _hash_pieces(pieces)
    return size, list(_compare(key, ingest, size, sha256))


def _compare(key: IngestKey, ingest: Ingest, size: int, sha256: str) -> Iterator[Problem]:
    if ingest.key != key.raw():
        yield Problem("damaged document", key.document(), f"it names {ingest.key} instead of {key.raw()}")
    if sha256 != ingest.sha256:
        kind = "truncated file" if size < ingest.bytes else "altered file"
        yield Problem(kind, key.raw(), f"{size:,} bytes; the SHA-256 differs from its document")
    elif size != ingest.bytes:
        yield Problem("damaged document", key.document(), f"it states {ingest.bytes:,} bytes; the file has {size:,}")


def _hash_pieces(pieces: Iterator[bytes]) -> tuple[int, str]:
    """Size and SHA-256 of a file that comes in pieces."""
    digest, size = hashlib.sha256(), 0
    for piece in pieces:
        digest.update(piece)
        size += len(piece)
    return size, digest.hexdigest()
