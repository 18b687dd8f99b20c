"""Properties of batches and keys."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from cinelake.lake.batches import build_pieces, cut_chunks, parse_batch, splice_record
from cinelake.lake.keys import SliceKey, parse_raw_key

_MOST_BYTES = 500


@given(st.sets(st.integers(1, 2**40), max_size=450).map(sorted), st.integers(0, 50))
def test_chunks_are_the_ids_in_order_a_hundred_at_a_time(ids: list[int], base: int) -> None:
    chunks = cut_chunks(ids, base)
    assert [i for chunk in chunks for i in chunk.ids] == ids
    assert all(len(chunk.ids) == 100 for chunk in chunks[:-1])
    assert [chunk.number for chunk in chunks] == list(range(base + 1, base + 1 + len(chunks)))


@given(
    st.lists(st.integers(0, 400), min_size=1, max_size=100),
    st.integers(1, 40).flatmap(lambda count: st.tuples(st.integers(1, count), st.just(count))),
)
def test_pieces_hold_every_record_once_and_are_never_too_large(sizes: list[int], place: tuple[int, int]) -> None:
    number, count = place
    records = [splice_record(b'{"id":%d,"x":"%b"}' % (n, b"y" * size), n) for n, size in enumerate(sizes, 1)]
    pieces = build_pieces(number, records, count, _MOST_BYTES)
    held = [
        record
        for piece in sorted(pieces, key=lambda p: min(parse_batch(p.data)))
        for record in parse_batch(piece.data).values()
    ]
    assert held == records
    assert all(len(piece.data) <= _MOST_BYTES or piece.records == 1 for piece in pieces)
    assert len({piece.number for piece in pieces}) == len(pieces)
    assert all(piece.number % count == number % count for piece in pieces)
    assert pieces[-1].number == number  # written last: its existence says that all are there


@given(
    st.sampled_from(["Movies", "Series"]),
    st.dates(date(2000, 1, 1), date(2999, 12, 31)),
    st.from_regex(r"(genre-[0-9]{1,5}|all)-([0-9]{4}-[0-9]{4}|[0-9]{8}-[0-9]{8}|-1899|undated)", fullmatch=True),
    st.integers(1, 10**6),
)
def test_keys_read_back_as_what_they_were_built_from(kind: str, on: date, name: str, number: int) -> None:
    key = SliceKey(kind, on, name)
    assert parse_raw_key(key.raw(number)) == (key, number)
