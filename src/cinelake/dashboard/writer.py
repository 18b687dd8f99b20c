"""Write the dashboard: read the tables, encode the data, assemble the page, and write it to the lake in one step.

Invariant: no other object of the lake changes, and the same version gives the same bytes in every lake.
"""

from dataclasses import dataclass
from typing import Final

from cinelake.clock import Clock
from cinelake.dashboard.encoding import compress_text
from cinelake.dashboard.lake_summary import read_slices
from cinelake.dashboard.page_data import PageData, Source, encode_head, read_page_data
from cinelake.dashboard.sampling import CAPACITY
from cinelake.errors import UsageError
from cinelake.lake.store import Store
from cinelake.lake.stores.local_store import LocalStore
from cinelake.pages.assembler import Parts, draw_page, read_parts
from cinelake.refine.query import open_tables

DASHBOARD: Final = "Dashboard/index.html"
"""The key of the page."""


@dataclass(frozen=True, slots=True)
class WrittenDashboard:
    """A dashboard: its version, the titles on it (`kept`) and in the lake, its size, and the time to make it."""

    version: str
    kept: int
    titles: int
    bytes: int
    seconds: float


def build_dashboard(store: Store, clock: Clock) -> WrittenDashboard:
    """Write the page of the current version.

    Raises:
        UsageError: no version was built yet, or another release built it.
        DamagedError: an object of a table or a manifest cannot be read.
        StoreError: the store cannot be read or written.
    """
    began = clock.monotonic()
    data = load_page_data(store)
    page = render_dashboard(read_parts("dashboard"), data).encode()
    store.write(DASHBOARD, page)
    sample = data.head["sample"]
    titles = sample["of"] if sample else data.kept
    return WrittenDashboard(data.head["version"], data.kept, titles, len(page), clock.monotonic() - began)


def render_dashboard(parts: Parts, data: PageData) -> str:
    """The page with this data: one HTML file."""
    texts = {"head": encode_head(data).decode(), "blob": compress_text(data.blob)}
    return draw_page(parts, texts, allows_inline_styles=True)  # ECharts sets the style of single elements


def load_page_data(store: Store, capacity: int = CAPACITY) -> PageData:
    """The data of the current version's page, with about `capacity` titles. Raises the errors of `build_dashboard`."""
    with open_tables(store) as tables:
        source = Source(tables.version, tables.built_at, name_lake(store))
        try:
            return read_page_data(tables, source, read_slices(tables), capacity)
        except UsageError as error:  # the queries are our own, so the tables lack something
            raise UsageError(
                "the tables were built by another release of cinelake",
                cause=(error.cause or error.message).splitlines()[0],
                hint="run `cinelake build`, then `cinelake dashboard`",
            ) from error


def name_lake(store: Store) -> str:
    """The name of a lake for readers of the page: only the last part of a folder, because the page may be published."""
    return store.root.absolute().name if isinstance(store, LocalStore) else repr(store)
