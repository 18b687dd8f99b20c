"""Read folded documents as the loose ones that cinelake 0.6 reads, and delete them once these are written."""

from collections.abc import Callable, Iterator
from functools import partial

from cinelake.concurrency import map_concurrently
from cinelake.errors import DamagedError
from cinelake.lake.documents import encode_document
from cinelake.lake.folding.folded_keys import ROOTS
from cinelake.lake.folding.folded_view import list_days, list_parts
from cinelake.lake.keys import LISTINGS, SNAPSHOTS, SliceKey
from cinelake.lake.listings import read_any_listing
from cinelake.lake.manifests import list_manifests, read_manifest
from cinelake.lake.scores import encode_scores, read_scores
from cinelake.lake.store import Store


def delete_folded(store: Store) -> None:
    """Delete all folded documents of slices, whose loose ones were written."""
    folded = [
        each.entry.key for root in ROOTS for documents in list_days(store, root).values() for each in documents.folded
    ]
    list(map_concurrently(store.delete, folded))


def list_documents(store: Store) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """The loose key of each document of a slice, and what reads it as cinelake 0.6 wrote it.

    Raises:
        DamagedError: a folded document cannot be read.
    """
    for key, revision in sorted(list_manifests(store).items()):
        yield key.manifest(revision), partial(_read_manifest, store, key, revision)
    for key in sorted(list_parts(store, LISTINGS)):
        yield key.listing(), partial(_read_listing, store, key)
    for key in sorted(list_parts(store, SNAPSHOTS)):
        yield key.snapshot(), partial(_read_scores, store, key)


def _read_manifest(store: Store, key: SliceKey, revision: int) -> bytes:
    manifest = read_manifest(store, key, revision)
    if manifest is None:
        raise _build_removed(key.manifest(revision))
    return encode_document(manifest)


def _read_listing(store: Store, key: SliceKey) -> bytes:
    listing = read_any_listing(store, key)
    if listing is None:
        raise _build_removed(key.listing())
    return encode_document(listing)


def _read_scores(store: Store, key: SliceKey) -> bytes:
    rows = read_scores(store, key)
    if rows is None:
        raise _build_removed(key.snapshot())
    return encode_scores(rows)


def _build_removed(key: str) -> DamagedError:
    return DamagedError(f'another process removed "{key}"', hint="run the same command again", subject=key)
