"""Records and batches, byte for byte."""

import hashlib
import json

import pytest

from cinelake.lake.batches import MAX_BYTES, build_pieces, cut_chunks, fits, parse_batch, splice_record

BODY = '{"adult":false,"id":680,"title":"Pulp \u00e9\\u00e9"}'.encode()


def test_the_id_stands_first_and_every_other_byte_is_as_received() -> None:
    assert splice_record(BODY, 680) == b'{"id_tmdb":680,' + BODY[1:]
    assert splice_record(b" \n" + BODY + b"\n", 680) == b'{"id_tmdb":680,' + BODY[1:]


def test_a_batch_is_a_json_array_of_its_records() -> None:
    records = [splice_record(b'{"id":%d}' % n, n) for n in (1, 2, 3)]
    (piece,) = build_pieces(7, records, 9)
    assert json.loads(piece.data) == [{"id_tmdb": n, "id": n} for n in (1, 2, 3)]
    assert (piece.number, piece.records, piece.sha256) == (7, 3, hashlib.sha256(piece.data).hexdigest())
    assert parse_batch(piece.data) == dict(zip((1, 2, 3), records, strict=True))


def test_chunks_hold_a_hundred_ids_and_count_from_one() -> None:
    chunks = cut_chunks(range(1, 251))
    assert [(c.number, len(c.ids)) for c in chunks] == [(1, 100), (2, 100), (3, 50)]
    assert [c.number for c in cut_chunks(range(5), base=3)] == [4]
    assert cut_chunks([]) == []


def test_a_record_that_alone_fills_a_batch_fits_and_one_byte_more_does_not() -> None:
    largest = b"x" * (MAX_BYTES - len(b"[\n\n]\n"))
    assert fits(largest)
    assert len(build_pieces(1, [largest], 1)[0].data) == MAX_BYTES
    assert not fits(largest + b"x")


@pytest.mark.parametrize("data", [b"", b"[", b"{}", b"[1]", b'[{"id":1}]', b'[{"id_tmdb":1},{"id_tmdb":1}]', b"[]garbage"])
def test_what_is_no_batch_of_ours_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_batch(data)
