"""The versions of the tables: which objects are current, and the documents that name them.

_cinelake/refined/current.json              the pointer: it names the current version, and is replaced in one step
Versions/<version>/<table>/<table>.parquet  a table of a version
Versions/<version>/_state/…                 what the next build starts from (build_state)
Versions/<version>/version.json             the description of a version, for making it current again
Versions/shared/<table>/…                   parts of tables that several versions name

Invariant: cinelake's readers follow the pointer and never list folders, so they do not see a version before it is
complete. The objects of a version never change.
"""

import re
from datetime import date, datetime

import msgspec

from cinelake.lake.documents import read_document
from cinelake.lake.keys import OWN, POINTER, TRUSTED, VERSIONS
from cinelake.lake.store import Store
from cinelake.refine.build_report import BuildReport

PINNED = f"{OWN}/iceberg/versions.json"
SHARED = f"{VERSIONS}/shared"
_VERSION_KEY = re.compile(rf"{VERSIONS}/(?P<version>[0-9a-f]{{16}})/.+")


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


def name_part(version: str, table: str) -> str:
    """The key of the only part of a table of a version."""
    return f"{VERSIONS}/{version}/{table}/{table}.parquet"


def name_state(version: str, name: str) -> str:
    """The key of an internal file of a version, which the next build reads."""
    return f"{VERSIONS}/{version}/_state/{name}"


def name_shared(table: str, day: date, name: str) -> str:
    """The key of a part that several versions name: the rows of one day, which never change."""
    return f"{SHARED}/{table}/dt={day.isoformat()}/{name}.parquet"


def name_description(version: str) -> str:
    """The key of the description of a version."""
    return f"{VERSIONS}/{version}/version.json"


def parse_version(key: str) -> str | None:
    """The version that an object below Versions/ belongs to; None for shared parts and for files of others."""
    found = _VERSION_KEY.fullmatch(key)
    return found["version"] if found else None


def read_version(store: Store, version: str) -> Pointer | None:
    """The description of a version, without earlier versions, or None if it was never published.

    Raises:
        DamagedError: it cannot be read.
    """
    key = name_description(version)
    return read_document(store, key, Pointer, hint=f"remove {key}; the version can no longer be made current again")


class Pinned(msgspec.Struct, frozen=True):
    """The versions that live snapshots of the Iceberg catalog name. They stay until the catalog expires them.

    `shown` is the version that every table of the catalog shows, or empty while it is being changed.
    """

    versions: tuple[str, ...] = ()
    shown: str = ""


def read_pinned(store: Store) -> Pinned:
    """The versions that stay because a live snapshot names them.

    Raises:
        DamagedError: the document cannot be read.
    """
    hint = f"remove {PINNED} and the folder of the catalog; then run `cinelake catalog --format iceberg`"
    return read_document(store, PINNED, Pinned, hint=hint) or Pinned()


def has_all_parts(store: Store, pointer: Pointer) -> bool:
    """Whether every object of a version exists with its size."""
    sizes = list_sizes(store)
    return all(sizes.get(part.key) == part.bytes for table in pointer.tables for part in table.parts)


def list_sizes(store: Store) -> dict[str, int]:
    """The size of each object of all versions, by key."""
    return {entry.key: entry.size for zone in (VERSIONS, TRUSTED) for entry in store.list_entries(f"{zone}/")}
