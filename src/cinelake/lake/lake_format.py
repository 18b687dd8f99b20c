"""The format of a lake: a number for the layout of its keys and documents, kept in one document.

Invariant: no command works on a lake of a newer format than it knows. A lake without the document that has documents of
runs is of format 1, as cinelake 0.6 wrote it; its documents have no run numbers.
"""

from datetime import datetime

import msgspec

from cinelake.errors import UsageError
from cinelake.lake.documents import encode_document, read_document
from cinelake.lake.keys import INGESTS, LAKE_FORMAT, MANIFESTS, POINTER, RUNS, WATERMARKS
from cinelake.lake.store import Store

FORMAT = 2
"""The format that this version writes, and the newest that it reads."""
_OLD_ROOTS = (f"{RUNS}/", f"{WATERMARKS}/", f"{INGESTS}/", POINTER, f"{MANIFESTS}/")
"""Where a lake of format 1 has documents; the listings that are short come first."""


class LakeFormat(msgspec.Struct, frozen=True):
    """The format of a lake, and when the document was written."""

    format: int
    created_at: datetime


def read_format(store: Store) -> LakeFormat | None:
    """The format of a lake; None for an empty lake and for one of format 1.

    Raises:
        DamagedError: the document cannot be read.
    """
    return read_document(store, LAKE_FORMAT, LakeFormat, hint=f"restore {LAKE_FORMAT} from a copy of the lake")


def check_format(store: Store) -> None:
    """Refuse a lake of a newer format. Reads one object.

    Raises:
        UsageError: the format is newer.
        DamagedError: the document cannot be read.
    """
    found = read_format(store)
    if found is not None and found.format > FORMAT:
        raise UsageError(
            f"this lake has format {found.format}, and this cinelake reads up to format {FORMAT}",
            hint="upgrade cinelake",
            subject=LAKE_FORMAT,
        )


def is_old(store: Store) -> bool:
    """Whether the lake is of format 1: documents of runs, ingests or tables, and no document of the format."""
    if read_format(store) is not None:
        return False
    return any(True for root in _OLD_ROOTS for _ in store.list_entries(root))


def write_format(store: Store, now: datetime) -> None:
    """Write the document of the current format, unless the lake has one or is of format 1."""
    if read_format(store) is None and not is_old(store):
        store.swap(LAKE_FORMAT, encode_document(LakeFormat(FORMAT, now)), None)  # another process may be first
