"""Decode the data of a page from its HTML, without sharing code with the encoder."""

import base64
import json
import math
import re
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_CODES = {"u8": "B", "u16": "H", "u32": "I", "f32": "f", "f64": "d"}
_UNKNOWN = {"u8": 255, "u16": 65_535, "u32": 4_294_967_295}


@dataclass(frozen=True, slots=True)
class Decoded:
    """The head, and the values of each column; None means unknown."""

    head: Mapping[str, Any]
    columns: Mapping[str, list[Any]]

    def dim(self, name: str) -> list[list[Any]]:
        """The entries of a dimension."""
        return list(self.head["dims"][name])


def decode_page(page: str) -> Decoded:
    """Decode the data of a page."""
    head = json.loads(_find(page, "head"))
    return Decoded(head, decode_blob(head["columns"], zlib.decompress(base64.b64decode(_find(page, "blob")), -15)))


def decode_blob(described: list[dict[str, Any]], blob: bytes) -> dict[str, list[Any]]:
    """Decode the columns that a head lists."""
    columns, start = {}, 0
    for column in described:
        data = blob[start : start + column["bytes"]]
        columns[column["name"]] = decode_column(column["type"], column["length"], data)
        start += -(-column["bytes"] // 8) * 8
    assert start == len(blob)
    return columns


def decode_column(kind: str, length: int, data: bytes) -> list[Any]:
    """Decode one column."""
    if kind == "text":
        texts = data.decode().split("\0") if length else []
        assert len(texts) == length
        return texts
    if kind.startswith("list"):
        members = iter(_numbers("u" + kind.removeprefix("list"), data[length:]))
        lists = [[next(members) for _ in range(count)] for count in data[:length]]
        assert next(members, None) is None
        return lists
    values = _numbers(kind, data)
    assert len(values) == length
    return [None if value == _UNKNOWN.get(kind) or math.isnan(value) else value for value in values]


def _numbers(kind: str, data: bytes) -> list[Any]:
    code = _CODES[kind]
    return [value for (value,) in struct.iter_unpack(f"<{code}", data)]


def _find(page: str, name: str) -> str:
    (found,) = re.findall(rf'<script type="[^"]+" id="{name}">(.*?)</script', page, re.DOTALL)
    return str(found)
