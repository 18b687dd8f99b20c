"""Run numbers: the order of everything that a lake stores. Each acquisition of the lease takes the next one.

The counter is the highest key below NUMBERS. Invariant: a number is taken once (by a conditional create), and is higher
than that of any document of the lake, also after the counter is lost. Stores that ignore the condition of a write have no
such guarantee beyond the lease.
"""

import gzip
import re
from collections.abc import Iterator
from contextlib import suppress

import msgspec

from cinelake.concurrency import map_concurrently
from cinelake.errors import LeaseHeldError
from cinelake.lake.documents import encode_document
from cinelake.lake.keys import (
    LISTINGS,
    MANIFESTS,
    NUMBERS,
    OWN,
    POINTER,
    PROCESSES,
    RUNS,
    TRUSTED,
    WATERMARKS,
    parse_manifest_key,
    parse_run_key,
)
from cinelake.lake.numbered_keys import number_key, parse_number_key
from cinelake.lake.store import Store

_GZIP_MAGIC = b"\x1f\x8b"
_FOLDED = re.compile(rf"{OWN}/.*\.folded-(\d+)\.json\.gz")
_PART = re.compile(rf"{TRUSTED}/.*/(\d+)-[^/]*\.parquet")
_PROCESS = re.compile(rf"{PROCESSES}/.*/(\d+)\.json")
_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, OSError, EOFError)


class _Taken(msgspec.Struct, frozen=True):
    """The document of the counter."""

    number: int


class _Numbered(msgspec.Struct, gc=False):
    number: int = 0


class _Document(msgspec.Struct, gc=False):
    """The fields of any document that hold numbers."""

    number: int = 0
    batches: list[_Numbered] | int = []
    tombstones: list[_Numbered] | dict[str, int] = []
    gone_under: list[int] = []

    def find_highest(self) -> int:
        """The highest number in the document."""
        lists = (each for each in (self.batches, self.tombstones) if isinstance(each, list))
        return max([self.number, *self.gone_under, *(each.number for some in lists for each in some)])


_DOCUMENTS = msgspec.json.Decoder(_Document)


def take_number(store: Store) -> int:
    """Take the next run number: one more than any that was taken before."""
    taken = _list_taken(store)
    number = 1 + (taken[-1] if taken else _find_highest(store))
    while True:
        if store.swap(number_key(number), encode_document(_Taken(number)), None) is None:
            number += 1  # another process took it
            continue
        taken = _list_taken(store)
        if taken and taken[-1] > number:  # this process waited so long that later numbers were taken and lower ones deleted
            store.delete(number_key(number))
            number = taken[-1] + 1
            continue
        for lower in taken:
            if lower < number:
                store.delete(number_key(lower))
        return number


def check_number(store: Store, number: int) -> None:
    """Check that no process took a higher number, before a commit under `number`.

    Raises:
        LeaseHeldError: one did: it has the lease now.
    """
    taken = _list_taken(store)
    if taken and taken[-1] > number:
        raise LeaseHeldError(
            f"another command took over this lake: it has run number {taken[-1]}, and this process has {number}",
            hint="wait until it ends; then run the same command again: it continues from here",
            subject=number_key(taken[-1]),
        )


def _list_taken(store: Store) -> list[int]:
    """The numbers that the counter shows, ascending."""
    parsed = (parse_number_key(entry.key) for entry in store.list_entries(f"{NUMBERS}/"))
    return sorted(number for number in parsed if number is not None)


def _find_highest(store: Store) -> int:
    """The highest number of any document, when the counter does not show it.

    Runs and manifests without a number, as in lakes of format 1, count as one each: an upgrade can then number them in
    order, below every number that is taken.
    """
    to_read: list[str] = []
    highest = 0
    for root in (RUNS, MANIFESTS, LISTINGS, WATERMARKS, PROCESSES):
        for entry in store.list_entries(f"{root}/"):
            if named := _FOLDED.fullmatch(entry.key) or _PROCESS.fullmatch(entry.key):
                highest = max(highest, int(named[1]))
            else:
                to_read.append(entry.key)
    for entry in store.list_entries(f"{TRUSTED}/"):
        if named := _PART.fullmatch(entry.key):
            highest = max(highest, int(named[1]))
    unnumbered = 0
    for key, number in _read_numbers(store, [*to_read, POINTER]):
        highest = max(highest, number)
        unnumbered += number == 0 and bool(parse_manifest_key(key) or parse_run_key(key))
    return highest + unnumbered


def _read_numbers(store: Store, keys: list[str]) -> Iterator[tuple[str, int]]:
    """The highest number in each document; 0 for one that has none or cannot be read."""

    def read(key: str) -> int:
        stored = store.read(key)
        with suppress(*_UNREADABLE):
            data = stored.data if stored else b"{}"
            return _DOCUMENTS.decode(gzip.decompress(data) if data.startswith(_GZIP_MAGIC) else data).find_highest()
        return 0

    yield from zip(keys, map_concurrently(read, keys), strict=True)
