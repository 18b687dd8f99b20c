"""Encode and decode batches: which ids form a batch, and how records are stored in it. Pure.

Batch n of a slice depends only on the slice's ids, so an existing object is finished work. A chunk whose batch would be
too large is halved: the left half keeps the number, the right half gets number + count x 2^depth, where count is the
number of chunks. All batches of chunk n therefore have numbers equal to n modulo count.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

MAX_RECORDS = 100
MAX_BYTES = 10_000_000


@dataclass(frozen=True, slots=True)
class Chunk:
    """Up to 100 ids, ascending, that form batch `number`."""

    number: int
    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class EncodedBatch:
    """A batch ready to be written: number, bytes, number of records and SHA-256 in hex."""

    number: int
    data: bytes
    records: int
    sha256: str


class _Identified(msgspec.Struct, gc=False):
    id_tmdb: int


_RECORD_LIST = msgspec.json.Decoder(list[msgspec.Raw])
_RECORD = msgspec.json.Decoder(_Identified)


def cut_chunks(ids: Sequence[int], base: int = 0) -> list[Chunk]:
    """Cut a slice's ascending ids into chunks, numbered from base + 1."""
    starts = range(0, len(ids), MAX_RECORDS)
    return [Chunk(base + n, tuple(ids[at : at + MAX_RECORDS])) for n, at in enumerate(starts, 1)]


def splice_record(body: bytes, title_id: int) -> bytes:
    """Insert `"id_tmdb":N,` before the first key of a detail response; every other byte stays as received."""
    return b'{"id_tmdb":%d,%b' % (title_id, body.strip()[1:])


def encode_batches(number: int, records: Sequence[bytes], count: int, most_bytes: int = MAX_BYTES) -> list[EncodedBatch]:
    """Encode a chunk's records as one or more batches of at most `most_bytes`; the chunk's own number comes last.

    With this order, the existence of object `number` proves that the whole chunk was written.
    """
    data = b"[\n" + b",\n".join(records) + b"\n]\n"
    if len(data) <= most_bytes or len(records) == 1:
        return [EncodedBatch(number, data, len(records), hashlib.sha256(data).hexdigest())]
    half = len(records) // 2
    right = encode_batches(number + count, records[half:], 2 * count, most_bytes)
    return right + encode_batches(number, records[:half], 2 * count, most_bytes)


def fits_batch(record: bytes, most_bytes: int = MAX_BYTES) -> bool:
    """Whether a batch with only this record is small enough."""
    return len(record) + 5 <= most_bytes


def parse_batch(data: bytes) -> dict[int, bytes]:
    """Return the records of a batch by id, each byte for byte.

    Raises:
        ValueError: the data is not a batch as cinelake writes it, or contains an id twice.
    """
    try:
        records = [bytes(raw) for raw in _RECORD_LIST.decode(data)]
        by_id = {_RECORD.decode(record).id_tmdb: record for record in records}
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    if len(by_id) != len(records):
        raise ValueError("it contains an id twice")
    return by_id
