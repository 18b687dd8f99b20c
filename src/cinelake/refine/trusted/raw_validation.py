"""Validate a Raw file record by record. Pure.

A record is accepted unchanged or refused with a reason. No value is guessed or replaced by null. A whole file is refused
only if it is not a list of records. Invariant: records = accepted + refused.
"""

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

import msgspec

from cinelake.refine.fields import Record, build_struct, list_unknown

_LIST: Final = msgspec.json.Decoder(list[msgspec.Raw])
_ID_LIMIT = 2**63
_FAILURES = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


class Refused(msgspec.Struct, frozen=True):
    """A refused record: its position in the file from 1, its id if known, and the reason. Position 0 is the whole file."""

    position: int
    id: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class Findings:
    """The result for one file.

    Attributes:
        ids: the ids of the accepted records, in file order.
        positions: where they are in the file, from 0, in the same order; empty if all records of the file are accepted.
        records: all records of the file; 0 if it is not a list of records.
        unknown: the number of records with each unknown field.
        clean: the file without refused records, or None if no record was refused.
    """

    sha256: str
    ids: list[int]
    records: int
    positions: list[int] = field(default_factory=list)
    refused: tuple[Refused, ...] = ()
    unknown: dict[str, int] = field(default_factory=dict)
    clean: bytes | None = None

    def locate(self, index: int) -> int:
        """Where the accepted record with this index in `ids` is in the file, from 0."""
        return self.positions[index] if self.positions else index


def inspect_file(data: bytes, record: Record) -> Findings:
    """Validate each record of a file against the definition of its fields."""
    sha256 = hashlib.sha256(data).hexdigest()
    try:
        ids = [each.id_tmdb for each in _decoders(record).file.decode(data)]
    except _FAILURES:
        return _inspect_records(sha256, data, record)
    if len(set(ids)) != len(ids):
        return _inspect_records(sha256, data, record)
    return Findings(sha256, ids, len(ids))


def split_records(data: bytes) -> list[bytes]:
    """The records of a file that is a list of records, each byte for byte."""
    return [bytes(row) for row in _LIST.decode(data)]


@dataclass(frozen=True, slots=True)
class _Decoders:
    file: msgspec.json.Decoder[Any]
    strict: msgspec.json.Decoder[Any]
    lenient: msgspec.json.Decoder[Any]


@cache
def _decoders(record: Record) -> _Decoders:
    strict, lenient = build_struct(record, is_strict=True), build_struct(record, is_strict=False)
    return _Decoders(
        msgspec.json.Decoder(list[strict]),  # type: ignore[valid-type]
        msgspec.json.Decoder(strict),
        msgspec.json.Decoder(lenient),
    )


def _inspect_records(sha256: str, data: bytes, record: Record) -> Findings:
    """Validate a file record by record, because something in it is new or invalid."""
    try:
        data.decode()
        rows = _LIST.decode(data)
    except _FAILURES as error:
        return Findings(sha256, [], 0, refused=(Refused(0, None, f"it is no JSON list of records ({error})"),))
    decoders = _decoders(record)
    accepted: dict[int, int] = {}
    refused: list[Refused] = []
    unknown: Counter[str] = Counter()
    for position, row in enumerate(rows):
        try:
            found = decoders.lenient.decode(row).id_tmdb
            names = _find_unknown(row, record)
        except _FAILURES as error:
            refused.append(Refused(position + 1, _find_id(row), _describe(error)))
            continue
        if found in accepted:
            refused.append(Refused(position + 1, found, "its id stands in this file before"))
            continue
        accepted[found] = position
        unknown.update(names)
    clean = b"[" + b",".join(bytes(rows[position]) for position in accepted.values()) + b"]" if refused else None
    return Findings(sha256, list(accepted), len(rows), list(accepted.values()), tuple(refused), dict(unknown), clean)


def _find_unknown(row: msgspec.Raw, record: Record) -> set[str]:
    try:
        _decoders(record).strict.decode(row)
    except _FAILURES:
        return list_unknown(msgspec.json.decode(row), record)
    return set()


def _find_id(row: msgspec.Raw) -> int | None:
    try:
        value = msgspec.json.decode(row)
    except _FAILURES:
        return None
    found = value.get("id_tmdb") if isinstance(value, dict) else None
    is_id = isinstance(found, int) and not isinstance(found, bool) and abs(found) < _ID_LIMIT
    return found if is_id else None


def _describe(error: Exception) -> str:
    """The reason for a refusal, from the decoder's error."""
    text = str(error)
    if "missing required field `id_tmdb`" in text:
        return "it has no id_tmdb"
    return text.replace("Expected `", "expected `").replace(" - at `$.", " at `")
