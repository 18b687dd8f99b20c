"""Properties of batches and keys."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from cinelake.lake.batches import cut_chunks, encode_batches, parse_batch, splice_record
from cinelake.lake.keys import RunKey, SliceKey, is_portable, parse_raw_key

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
def test_batches_contain_every_record_once_and_stay_small(sizes: list[int], numbers: tuple[int, int]) -> None:
    number, count = numbers
    records = [splice_record(b'{"id":%d,"x":"%b"}' % (n, b"y" * size), n) for n, size in enumerate(sizes, 1)]
    batches = encode_batches(number, records, count, _MOST_BYTES)
    stored = [
        record
        for batch in sorted(batches, key=lambda each: min(parse_batch(each.data)))
        for record in parse_batch(batch.data).values()
    ]
    assert stored == records
    assert all(len(batch.data) <= _MOST_BYTES or batch.records == 1 for batch in batches)
    assert len({batch.number for batch in batches}) == len(batches)
    assert all(batch.number % count == number % count for batch in batches)
    assert batches[-1].number == number  # written last: its existence proves that all were written


@given(
    st.sampled_from(["Movies", "Series"]),
    st.dates(date(2000, 1, 1), date(2999, 12, 31)),
    st.from_regex(r"(genre-[0-9]{1,5}|all)-([0-9]{4}-[0-9]{4}|[0-9]{8}-[0-9]{8}|-1899|undated)", fullmatch=True),
    st.integers(1, 10**6),
)
def test_keys_parse_to_what_they_were_built_from(kind: str, on: date, name: str, number: int) -> None:
    key = SliceKey(kind, on, name)
    assert parse_raw_key(key.raw(number)) == (key, number)
    run = RunKey(f"movie-{name}-0123abcd", on)
    keys = (
        key.raw(number),
        key.listing(),
        key.snapshot(),
        key.window(name),
        key.manifest(number),
        run.plan(),
        run.trace(name),
    )
    assert all(is_portable(part) for each in keys for part in each.split("/"))
