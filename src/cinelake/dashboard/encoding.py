"""Encode values as typed little-endian columns that a page reads without parsing. Pure.

Invariant: an unknown value, or a value that the type cannot hold, becomes the largest integer of the type, or NaN.

    u8 u16 u32 f32 f64     `length` numbers
    text                   `length` strings in UTF-8, separated by U+0000; a NUL within a string becomes a space
    list8 list16 list32    `length` counts as u8, then all members, one list after the other, as u8, u16 or u32
"""

import base64
import struct
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final, Literal

IntegerType = Literal["u8", "u16", "u32"]
FloatType = Literal["f32", "f64"]
ListType = Literal["list8", "list16", "list32"]

ALIGNMENT: Final = 8
"""Each column starts at a multiple of this many bytes, so that a page can use it without copying."""
MOST_MEMBERS: Final = 255
"""The largest number of members of a list, because its count is one byte. More members are left out."""

_CODES: Final = {"u8": "B", "u16": "H", "u32": "I", "f32": "f", "f64": "d"}
UNKNOWN: Final[dict[IntegerType, int]] = {"u8": 2**8 - 1, "u16": 2**16 - 1, "u32": 2**32 - 1}
"""The value of each integer type that means unknown."""
_LISTS: Final[tuple[tuple[ListType, IntegerType], ...]] = (("list8", "u8"), ("list16", "u16"), ("list32", "u32"))


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, type, number of titles, and bytes without padding."""

    name: str
    type: str
    length: int
    data: bytes


def encode_integers(name: str, kind: IntegerType, values: Sequence[int | None]) -> Column:
    """Encode whole numbers from 0. Negative numbers and those too large for the type become unknown."""
    unknown = UNKNOWN[kind]
    return Column(
        name, kind, len(values), _pack(kind, [unknown if v is None or not 0 <= v < unknown else v for v in values])
    )


def encode_floats(name: str, kind: FloatType, values: Sequence[float | None]) -> Column:
    """Encode numbers; NaN means unknown."""
    return Column(name, kind, len(values), _pack(kind, [float("nan") if v is None else v for v in values]))


def encode_texts(name: str, values: Sequence[str]) -> Column:
    """Encode strings after `clean_text`."""
    return Column(name, "text", len(values), "\0".join(map(clean_text, values)).encode())


def encode_lists(name: str, values: Sequence[Sequence[int]], size: int) -> Column:
    """Encode lists of indices below `size`, in the narrowest type that can hold them."""
    kind, member = next((kind, member) for kind, member in _LISTS if size <= UNKNOWN[member])
    cut = [each[:MOST_MEMBERS] for each in values]
    counts = _pack("u8", [len(each) for each in cut])
    return Column(name, kind, len(values), counts + _pack(member, list(chain.from_iterable(cut))))


def clean_text(text: str) -> str:
    """A text that UTF-8 can encode and that contains no U+0000; lone surrogates become '?'."""
    return text.replace("\0", " ").encode(errors="replace").decode()


def join_columns(columns: Iterable[Column]) -> bytes:
    """The bytes of all columns in order, each padded with zeros to a multiple of 8."""
    return b"".join(column.data + bytes(-len(column.data) % ALIGNMENT) for column in columns)


def compress_text(data: bytes) -> str:
    """Bytes as text: compressed (raw deflate), then base64."""
    compressor = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return base64.b64encode(compressor.compress(data) + compressor.flush()).decode()


def _pack(kind: IntegerType | FloatType, values: Sequence[float]) -> bytes:
    return struct.pack(f"<{len(values)}{_CODES[kind]}", *values)
