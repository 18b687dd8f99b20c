"""Owns the order in which a dashboard is made: tables, pack, page, and one object in the lake, written in one step.

Invariant: nothing of the lake but that object changes, and the same version gives the same bytes, in whatever lake it is.
"""

from dataclasses import dataclass
from typing import Final

from cinelake.clock import Clock
from cinelake.dashboard.encoding import pack_text
from cinelake.dashboard.lake_summary import read_slices
from cinelake.dashboard.page_data import Pack, Source, encode_head, read_pack
from cinelake.dashboard.sampling import ROOM
from cinelake.errors import UsageError
from cinelake.lake.local_store import LocalStore
from cinelake.lake.store import Store
from cinelake.pages.assembler import Parts, draw_page, read_parts
from cinelake.refine.query import open_tables

DASHBOARD: Final = "Dashboard/index.html"
"""The object's key."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A dashboard that was written: its version, the titles on it and in the lake, its size, and how long that took."""

    version: str
    kept: int
    titles: int
    bytes: int
    seconds: float


def build_dashboard(store: Store, clock: Clock) -> Drawn:
    """Write the page of what is current.

    Raises:
        UsageError: nothing was built yet, or by another release.
        DamagedError: a table's object or a manifest cannot be read.
        StoreError: the lake cannot be read or written.
    """
    began = clock.monotonic()
    pack = gather_pack(store)
    page = draw_dashboard(read_parts("dashboard"), pack).encode()
    store.write(DASHBOARD, page)
    sample = pack.head["sample"]
    titles = sample["of"] if sample else pack.kept
    return Drawn(pack.head["version"], pack.kept, titles, len(page), clock.monotonic() - began)


def draw_dashboard(parts: Parts, pack: Pack) -> str:
    """The page of this data: one HTML file."""
    return draw_page(parts, encode_head(pack).decode(), pack_text(pack.blob))


def gather_pack(store: Store, room: int = ROOM) -> Pack:
    """What the page of a lake's current version holds, about `room` titles of it; errors as of `build_dashboard`."""
    with open_tables(store) as tables:
        source = Source(tables.version, tables.built_at, name_lake(store))
        try:
            return read_pack(tables, source, read_slices(tables), room)
        except UsageError as error:  # the questions are our own: it is the tables that lack something
            what = f"another release built it ({str(error).splitlines()[0]})"
            raise UsageError("Refined", what, "tables of this release", "run cinelake build") from error


def name_lake(store: Store) -> str:
    """A lake's name as others may read it: of a folder its last part only, since the page may be published."""
    return store.root.absolute().name if isinstance(store, LocalStore) else repr(store)
