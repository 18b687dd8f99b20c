"""The versions of the tables: which objects are current, and the document that names them.

_cinelake/refined/current.json    the pointer: it names the current version, and is replaced in one step

Invariant: readers follow the pointer and never list folders, so they do not see a version before it is complete.
"""

from datetime import datetime

import msgspec

from cinelake.lake.documents import read_document
from cinelake.lake.keys import OWN
from cinelake.lake.store import Store
from cinelake.refine.build_report import BuildReport

POINTER = f"{OWN}/refined/current.json"
REFINED = "Refined"
TRUSTED = "Trusted"


class Part(msgspec.Struct, frozen=True):
    """A Parquet object: key, rows, size in bytes, and SHA-256 in hex."""

    key: str
    rows: int
    bytes: int
    sha256: str


class Published(msgspec.Struct, frozen=True):
    """A table of the current version; `keys` is its primary key."""

    name: str
    zone: str
    about: str
    keys: tuple[str, ...]
    parts: tuple[Part, ...]


class PreviousVersion(msgspec.Struct, frozen=True):
    """An earlier version that is kept: its name, and its objects of Trusted."""

    version: str
    trusted: tuple[str, ...]


class Pointer(msgspec.Struct, frozen=True):
    """The current version: its tables, the report of its build, and the earlier versions that are kept, newest first."""

    version: str
    built_at: datetime
    tables: tuple[Published, ...]
    report: BuildReport
    previous: tuple[PreviousVersion, ...] = msgspec.field(name="former")

    def parts(self, table: str) -> tuple[Part, ...]:
        """The objects of a table; none if there is no such table."""
        return next((each.parts for each in self.tables if each.name == table), ())


def read_pointer(store: Store) -> Pointer | None:
    """The current version, or None before the first build.

    Raises:
        DamagedError: the pointer cannot be read.
    """
    return read_document(store, POINTER, Pointer, hint=f"remove {POINTER} and run `cinelake build`; nothing else is lost")


def has_all_parts(store: Store, pointer: Pointer) -> bool:
    """Whether every object of the current version exists with its size."""
    sizes = {entry.key: entry.size for zone in (REFINED, TRUSTED) for entry in store.list_entries(f"{zone}/")}
    return all(sizes.get(part.key) == part.bytes for table in pointer.tables for part in table.parts)
