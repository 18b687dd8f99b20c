"""Owns how values become bytes that a page reads without parsing: typed columns, little endian. Pure.

Invariant: what is unknown, or is no number of the type, is the type's largest integer, or NaN; never a wrong number.

    u8 u16 u32 f32 f64     `length` numbers
    text                   `length` strings in UTF-8 with U+0000 between them; a NUL within one becomes a space
    list8 list16 list32    `length` counts as u8, then all the members, one list after the other, as u8, u16 or u32
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
"""Bytes: each column starts at a multiple, so that a page can read it where it lies."""
MOST_MEMBERS: Final = 255
"""Of one list: its count is one byte. What is beyond is left out."""

_CODES: Final = {"u8": "B", "u16": "H", "u32": "I", "f32": "f", "f64": "d"}
UNKNOWN: Final[dict[IntegerType, int]] = {"u8": 2**8 - 1, "u16": 2**16 - 1, "u32": 2**32 - 1}
"""What stands for unknown in each type of integers."""
_LISTS: Final[tuple[tuple[ListType, IntegerType], ...]] = (("list8", "u8"), ("list16", "u16"), ("list32", "u32"))


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, its type, how many titles it is of, and its bytes, without what fills up behind them."""

    name: str
    type: str
    length: int
    data: bytes


def encode_integers(name: str, kind: IntegerType, values: Sequence[int | None]) -> Column:
    """Whole numbers from 0; what is negative or too large for the type is unknown."""
    unknown = UNKNOWN[kind]
    return Column(
        name, kind, len(values), _pack(kind, [unknown if v is None or not 0 <= v < unknown else v for v in values])
    )


def encode_floats(name: str, kind: FloatType, values: Sequence[float | None]) -> Column:
    """Numbers; NaN is unknown."""
    return Column(name, kind, len(values), _pack(kind, [float("nan") if v is None else v for v in values]))


def encode_texts(name: str, values: Sequence[str]) -> Column:
    """Strings, each as `clean_text` leaves it."""
    return Column(name, "text", len(values), "\0".join(map(clean_text, values)).encode())


def encode_lists(name: str, values: Sequence[Sequence[int]], size: int) -> Column:
    """Lists of indices below `size`, in the narrowest type that holds them."""
    kind, member = next((kind, member) for kind, member in _LISTS if size <= UNKNOWN[member])
    cut = [each[:MOST_MEMBERS] for each in values]
    counts = _pack("u8", [len(each) for each in cut])
    return Column(name, kind, len(values), counts + _pack(member, list(chain.from_iterable(cut))))


def clean_text(text: str) -> str:
    """A text that UTF-8 can hold and that U+0000 ends nowhere: halves of characters become '?'."""
    return text.replace("\0", " ").encode(errors="replace").decode()


def join_columns(columns: Iterable[Column]) -> bytes:
    """The bytes of all columns in their order, each filled up with zeros to the next multiple of 8."""
    return b"".join(column.data + bytes(-len(column.data) % ALIGNMENT) for column in columns)


def pack_text(data: bytes) -> str:
    """Bytes as text: compressed (deflate without a frame), then base64."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return base64.b64encode(packer.compress(data) + packer.flush()).decode()


def _pack(kind: IntegerType | FloatType, values: Sequence[float]) -> bytes:
    return struct.pack(f"<{len(values)}{_CODES[kind]}", *values)
