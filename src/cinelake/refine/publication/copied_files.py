"""Names the copies in Refined/ for each part of a version, and the document that records them.

Refined/<table>/<table>.parquet           a table in one file
Refined/<table>/<day>-<kind>.parquet      a part that versions share: Versions/shared/<table>/dt=<day>/<kind>-<hash>.parquet
_cinelake/refined/copies.json             the version that the copies show, with the store's tag of each copy
"""

import re
from typing import Final

import msgspec

from cinelake.errors import DamagedError
from cinelake.lake.documents import read_document
from cinelake.lake.keys import OWN, REFINED
from cinelake.lake.store import Store
from cinelake.refine.versions import SHARED, Part, Pointer

COPIES: Final = f"{OWN}/refined/copies.json"
_SHARED_PART = re.compile(rf"{SHARED}/(?P<table>[a-z_]+)/dt=(?P<day>[\d-]+)/(?P<kind>\w+)-[0-9a-f]+\.parquet")
_COPY = re.compile(rf"{REFINED}/(?P<table>[a-z_]+)/((?P=table)|\d{{4}}-\d\d-\d\d-\w+)\.parquet")


class Copy(msgspec.Struct, frozen=True):
    """A copy: its key, the SHA-256 of its bytes, and the tag under which the store lists it."""

    key: str
    sha256: str
    tag: str


class Copies(msgspec.Struct, frozen=True):
    """The copies in Refined/ once all of them show this version."""

    version: str
    files: tuple[Copy, ...]


def name_copies(pointer: Pointer) -> dict[str, Part]:
    """By key of the copy, the part of a version that it shows."""
    return {
        _name_copy(table.name, part): part for table in pointer.tables if table.zone == "refined" for part in table.parts
    }


def is_copy(key: str) -> bool:
    """Whether a key has the form of a copy. Other files in Refined/ are not cinelake's."""
    return _COPY.fullmatch(key) is not None


def read_copies(store: Store) -> Copies | None:
    """What the copies show, or None if that is unknown."""
    try:
        return read_document(store, COPIES, Copies, hint="run `cinelake build`")
    except DamagedError:  # the copies are made again
        return None


def _name_copy(table: str, part: Part) -> str:
    shared = _SHARED_PART.fullmatch(part.key)
    name = f"{shared['day']}-{shared['kind']}" if shared else table
    return f"{REFINED}/{table}/{name}.parquet"
