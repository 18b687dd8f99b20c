"""What follows the publication of a version: copies for other tools, views for DuckDB, and the Iceberg catalog.

Each step compares before it writes, so an unchanged build completes what a killed process left, and otherwise writes
nothing.
"""

from cinelake.lake.store import Store
from cinelake.refine.iceberg.register import update_iceberg
from cinelake.refine.publication.copies import update_copies
from cinelake.refine.publication.views import update_views
from cinelake.refine.versions import Pointer


def complete_publication(store: Store, pointer: Pointer) -> tuple[str, ...]:
    """Bring everything that shows the current version up to date. Returns warnings.

    Raises:
        DamagedPartError: a part of the current version differs from its SHA-256.
        DamagedError: a part of the current version does not exist.
        StoreError: the store refuses a write.
    """
    current = update_copies(store, pointer)
    update_views(store, current)
    return update_iceberg(store, current)
