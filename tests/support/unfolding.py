"""Lakes whose documents of slices are loose, so that a test can edit or remove one of them."""

from tests.support.stores import copy_store, read_all

from cinelake.lake.folding.unfold_slices import unfold_slices
from cinelake.lake.store import Store


def unfold(store: Store) -> Store:
    """Write the folded documents of a store as loose ones; return the same store."""
    unfold_slices(store)
    return store


def read_unfolded(store: Store, prefix: str) -> dict[str, bytes]:
    """The objects below a prefix as they would be if nothing was folded; the store is not changed."""
    return read_all(unfold(copy_store(store)), prefix)
