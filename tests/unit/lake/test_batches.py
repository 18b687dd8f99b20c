"""Records and batches, byte for byte."""

import hashlib
import json

import pytest

from cinelake.lake.batches import MAX_BYTES, cut_chunks, encode_batches, fits_batch, parse_batch, splice_record

BODY = '{"adult":false,"id":680,"title":"Pulp \u00e9\\u00e9"}'.encode()


def test_record_has_the_id_first_and_is_otherwise_as_received() -> None:
    assert splice_record(BODY, 680) == b'{"id_tmdb":680,' + BODY[1:]
    assert splice_record(b" \n" + BODY + b"\n", 680) == b'{"id_tmdb":680,' + BODY[1:]


def test_batch_is_a_json_array_of_its_records() -> None:
    records = [splice_record(b'{"id":%d}' % n, n) for n in (1, 2, 3)]
    (batch,) = encode_batches(7, records, 9)
    assert json.loads(batch.data) == [{"id_tmdb": n, "id": n} for n in (1, 2, 3)]
    assert (batch.number, batch.records, batch.sha256) == (7, 3, hashlib.sha256(batch.data).hexdigest())
    assert parse_batch(batch.data) == dict(zip((1, 2, 3), records, strict=True))


def test_chunks_have_a_hundred_ids_and_numbers_from_one() -> None:
    chunks = cut_chunks(range(1, 251))
    assert [(c.number, len(c.ids)) for c in chunks] == [(1, 100), (2, 100), (3, 50)]
    assert [c.number for c in cut_chunks(range(5), base=3)] == [4]
    assert cut_chunks([]) == []


def test_largest_record_fits_a_batch() -> None:
    largest = b"x" * (MAX_BYTES - len(b"[\n\n]\n"))
    assert fits_batch(largest)
    assert len(encode_batches(1, [largest], 1)[0].data) == MAX_BYTES
    assert not fits_batch(largest + b"x")


@pytest.mark.parametrize("data", [b"", b"[", b"{}", b"[1]", b'[{"id":1}]', b'[{"id_tmdb":1},{"id_tmdb":1}]', b"[]garbage"])
def test_invalid_batch_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_batch(data)
