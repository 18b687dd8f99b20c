import base64
import math
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.dashboard.oracle.decode import decode_blob, decode_column

from cinelake.dashboard.encoding import (
    UNKNOWN,
    Column,
    IntegerType,
    compress_text,
    encode_floats,
    encode_integers,
    encode_lists,
    encode_texts,
    join_columns,
)

KINDS: list[IntegerType] = ["u8", "u16", "u32"]


def decode(column: Column) -> list[object]:
    return decode_column(column.type, column.length, column.data)


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_integers_round_trip_or_become_unknown(kind: IntegerType, data: st.DataObject) -> None:
    values = data.draw(st.lists(st.none() | st.integers(-5, 2 * UNKNOWN[kind]) | st.just(UNKNOWN[kind] - 1)))
    expected = [v if v is not None and 0 <= v < UNKNOWN[kind] else None for v in values]
    assert decode(encode_integers("n", kind, values)) == expected


@given(st.lists(st.none() | st.floats(allow_nan=False)))
def test_floats_round_trip_exactly(values: list[float | None]) -> None:
    assert decode(encode_floats("n", "f64", values)) == values


def test_f32_is_the_nearest_number() -> None:
    (value,) = decode(encode_floats("n", "f32", [9.4321]))
    assert isinstance(value, float)
    assert math.isclose(value, 9.4321, rel_tol=1e-7)


@given(st.lists(st.text()))
def test_texts_round_trip_without_nul(values: list[str]) -> None:
    assert decode(encode_texts("n", values)) == [value.replace("\0", " ") for value in values]


def test_lone_surrogates_become_question_marks() -> None:
    assert decode(encode_texts("n", ["a", "x\ud800y", "\u2028", ""])) == ["a", "x?y", "\u2028", ""]


@pytest.mark.parametrize(
    ("size", "kind"), [(0, "list8"), (255, "list8"), (256, "list16"), (65_535, "list16"), (65_536, "list32")]
)
def test_lists_use_the_narrowest_type(size: int, kind: str) -> None:
    values = [[], [size - 1, 0], [size // 2] * 3] if size else [[], []]
    column = encode_lists("n", values, size)
    assert column.type == kind
    assert decode(column) == values


def test_long_lists_are_cut() -> None:
    assert decode(encode_lists("n", [list(range(300)), [7]], 300)) == [list(range(255)), [7]]


@given(st.lists(st.text(max_size=9), max_size=20))
def test_columns_are_aligned(values: list[str]) -> None:
    columns = [
        encode_texts("a", values),
        encode_integers("b", "u8", [1] * len(values)),
        encode_floats("c", "f64", [0.5] * len(values)),
    ]
    described = [{"name": c.name, "type": c.type, "length": c.length, "bytes": len(c.data)} for c in columns]
    blob = join_columns(columns)
    assert len(blob) % 8 == 0
    assert decode_blob(described, blob)["c"] == [0.5] * len(values)


def test_numbers_are_little_endian() -> None:
    assert encode_integers("n", "u16", [258]).data == b"\x02\x01"
    assert encode_floats("n", "f64", [1.0]).data == struct.pack("<d", 1.0)


@given(st.binary())
def test_compressed_bytes_round_trip(data: bytes) -> None:
    assert zlib.decompress(base64.b64decode(compress_text(data)), -15) == data
