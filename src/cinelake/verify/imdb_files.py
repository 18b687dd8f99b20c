"""Owns the proof after the fact for ingested files: each held against its document, and Raw/Local against the documents.

Reads every file once, piece by piece, and writes nothing. Invariant: a file counts as sound only by the bytes read now.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from cinelake.errors import DamagedError
from cinelake.imdb.ingested import INGESTS, RAW_LOCAL, Ingest, IngestKey, parse_ingest_key, read_ingest
from cinelake.lake.problems import Problem
from cinelake.lake.store import Store


@dataclass(frozen=True, slots=True)
class IngestProof:
    """Files that have a document, their bytes as read now, and what is wrong."""

    files: int
    bytes: int
    problems: tuple[Problem, ...]


def verify_ingests(store: Store) -> IngestProof:
    """Hold every ingested file against its document; name the missing, the altered, and those without one."""
    keys = [key for entry in store.list_entries(f"{INGESTS}/") if (key := parse_ingest_key(entry.key))]
    problems: list[Problem] = []
    total = 0
    for key in keys:
        size, found = _check_file(store, key)
        total += size
        problems += found
    named = {key.raw() for key in keys}
    problems += [
        Problem("file without document", entry.key, "cinelake did not ingest it, or an ingest was interrupted")
        for entry in store.list_entries(f"{RAW_LOCAL}/")
        if entry.key not in named
    ]
    return IngestProof(len(keys), total, tuple(problems))


def _check_file(store: Store, key: IngestKey) -> tuple[int, list[Problem]]:
    """The bytes of a file, and what is wrong with it or its document."""
    try:
        ingest = read_ingest(store, key)
    except DamagedError as error:
        return 0, [Problem("damaged document", key.document(), str(error))]
    if ingest is None:  # removed since it was listed
        return 0, []
    pieces = store.read_pieces(key.raw())
    if pieces is None:
        return 0, [Problem("missing file", key.raw(), f"its document names it, with {ingest.rows:,} rows")]
    size, sha256 = _digest(pieces)
    return size, list(_compare(key, ingest, size, sha256))


def _compare(key: IngestKey, ingest: Ingest, size: int, sha256: str) -> Iterator[Problem]:
    if ingest.key != key.raw():
        yield Problem("damaged document", key.document(), f"it names {ingest.key}; it should name {key.raw()}")
    if sha256 != ingest.sha256:
        kind = "truncated file" if size < ingest.bytes else "altered file"
        yield Problem(kind, key.raw(), f"{size:,} bytes with another SHA-256 than its document says")
    elif size != ingest.bytes:
        yield Problem("damaged document", key.document(), f"it says {ingest.bytes:,} bytes; the file has {size:,}")


def _digest(pieces: Iterator[bytes]) -> tuple[int, str]:
    """Bytes and SHA-256 of what comes in pieces."""
    whole, size = hashlib.sha256(), 0
    for piece in pieces:
        whole.update(piece)
        size += len(piece)
    return size, whole.hexdigest()
