"""Owns the bytes of a batch: which ids go into which, how records stand in it, and how it is read back. Pure.

Batch n of a slice is a function of the slice's ids alone, so an object that exists under its name is done work. A chunk
that is too large is halved: the left half keeps the number, the right half gets number + count x 2^depth, where count is
the number of chunks; so all pieces of chunk n are those whose number equals n modulo count.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

MAX_RECORDS = 100
MAX_BYTES = 10_000_000


@dataclass(frozen=True, slots=True)
class Chunk:
    """Up to 100 ids, ascending, that make batch `number`."""

    number: int
    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """One Raw object to be: number, bytes, number of records and SHA-256 in hex."""

    number: int
    data: bytes
    records: int
    sha256: str


class _Identified(msgspec.Struct, gc=False):
    id_tmdb: int


_RECORD_LIST = msgspec.json.Decoder(list[msgspec.Raw])
_RECORD = msgspec.json.Decoder(_Identified)


def cut_chunks(ids: Sequence[int], base: int = 0) -> list[Chunk]:
    """The chunks of a slice's ascending ids, numbered from base + 1."""
    starts = range(0, len(ids), MAX_RECORDS)
    return [Chunk(base + n, tuple(ids[at : at + MAX_RECORDS])) for n, at in enumerate(starts, 1)]


def splice_record(body: bytes, title_id: int) -> bytes:
    """A detail payload with `"id_tmdb":N,` before its first key; nothing else is touched."""
    return b'{"id_tmdb":%d,%b' % (title_id, body.strip()[1:])


def build_pieces(number: int, records: Sequence[bytes], count: int, most_bytes: int = MAX_BYTES) -> list[Piece]:
    """The objects that hold a chunk's records (each at most `most_bytes` long), the one of the chunk's number last.

    That order makes the existence of object `number` say that the whole chunk is there.
    """
    data = b"[\n" + b",\n".join(records) + b"\n]\n"
    if len(data) <= most_bytes or len(records) == 1:
        return [Piece(number, data, len(records), hashlib.sha256(data).hexdigest())]
    half = len(records) // 2
    right = build_pieces(number + count, records[half:], 2 * count, most_bytes)
    return right + build_pieces(number, records[:half], 2 * count, most_bytes)


def fits(record: bytes, most_bytes: int = MAX_BYTES) -> bool:
    """Whether a record alone makes a batch that is not too large."""
    return len(record) + 5 <= most_bytes


def parse_batch(data: bytes) -> dict[int, bytes]:
    """The records of a Raw object by id, each byte for byte.

    Raises:
        ValueError: it is not a batch as cinelake writes it, or holds an id twice.
    """
    try:
        records = [bytes(raw) for raw in _RECORD_LIST.decode(data)]
        by_id = {_RECORD.decode(record).id_tmdb: record for record in records}
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    if len(by_id) != len(records):
        raise ValueError("an id stands in it twice")
    return by_id
