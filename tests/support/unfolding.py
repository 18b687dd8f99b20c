"""Lakes whose documents of slices are loose, so that a test can edit or remove one of them."""

from tests.support.stores import copy_store, read_all

from cinelake.lake.folding.folded_keys import ROOTS
from cinelake.lake.folding.unfold_slices import delete_folded, list_documents
from cinelake.lake.store import Store


def unfold(store: Store) -> Store:
    """Write the folded documents of a store as loose ones; return the same store."""
    loose = {entry.key for root in ROOTS for entry in store.list_entries(f"{root}/")}
    for key, read in list_documents(store):
        if key not in loose:
            store.write(key, read())
    delete_folded(store)
    return store


def read_unfolded(store: Store, prefix: str) -> dict[str, bytes]:
    """The objects below a prefix as they would be if nothing was folded; the store is not changed."""
    return read_all(unfold(copy_store(store)), prefix)
