"""Write the documents of a run of format 1 in the folded form of format 2, from the copies that are kept aside."""

from collections.abc import Callable, Mapping
from contextlib import suppress

import msgspec

from cinelake.concurrency import map_concurrently
from cinelake.errors import DamagedError
from cinelake.lake.documents import decode_document, encode_document
from cinelake.lake.folding.fold_slices import encode_listing
from cinelake.lake.folding.folded_keys import FoldedKey, parse_loose_key
from cinelake.lake.folding.owners import find_owners, share_ids, write_folded
from cinelake.lake.keys import LISTINGS, MANIFESTS, SNAPSHOTS, SliceKey
from cinelake.lake.listings import Listing
from cinelake.lake.manifests import Manifest
from cinelake.lake.scores import decode_rows, encode_part
from cinelake.lake.store import Store
from cinelake.upgrade.numbering import UNPLANNED, NumberedRun
from cinelake.upgrade.stamping import stamp_manifest

Revisions = Mapping[SliceKey, list[int]]


def list_revisions(kept: Mapping[str, str]) -> dict[SliceKey, list[int]]:
    """The revisions of the manifest of each slice, ascending."""
    found: dict[SliceKey, list[int]] = {}
    for key in kept:
        if parsed := parse_loose_key(key, MANIFESTS):
            found.setdefault(parsed[0], []).append(parsed[1])
    return {key: sorted(revisions) for key, revisions in found.items()}


def fold_old_run(store: Store, run: NumberedRun, kept: Mapping[str, str], revisions: Revisions) -> None:
    """Fold the committed slices of a run, and number the listings of the others, which stay loose.

    Documents that are damaged stay as they are.

    Raises:
        StoreError: the store refuses or fails; what was loose still is.
    """
    selection_id = f"{run.kind.lower()}-{UNPLANNED}" if run.selection_id == UNPLANNED else run.selection_id
    keys = [SliceKey(run.kind, run.run_on, name) for name in run.committed]
    loose: list[list[str]] = []
    for root, encode in ((MANIFESTS, _encode_manifest), (LISTINGS, _encode_listing), (SNAPSHOTS, _encode_scores)):
        stored = {key: _name_documents(root, key, revisions) for key in keys}
        sources = {key: names[-1] for key, names in stored.items() if names and names[-1] in kept}
        parts = _encode_all(store, encode, {key: kept[name] for key, name in sources.items()}, run.number)
        if not parts:
            continue
        folded = FoldedKey(root, run.kind, run.run_on, selection_id, run.number)
        if root == LISTINGS:
            share_ids(parts, list(parts), find_owners(store, folded))
        write_folded(store, folded, parts)
        loose += [stored[key] for key in keys if key.name in parts]
    for at in range(max(map(len, loose), default=0)):
        list(map_concurrently(store.delete, [names[at] for names in loose if at < len(names)]))
    for name in run.listed:
        _number_listing(store, SliceKey(run.kind, run.run_on, name), kept, run.number)


def _name_documents(root: str, key: SliceKey, revisions: Revisions) -> list[str]:
    """The keys of the documents of a slice below a root, the newest last."""
    if root == MANIFESTS:
        return [key.manifest(revision) for revision in revisions.get(key, ())]
    return [key.listing() if root == LISTINGS else key.snapshot()]


def _encode_all(
    store: Store, encode: Callable[[str, bytes, int], bytes], sources: Mapping[SliceKey, str], number: int
) -> dict[str, msgspec.Raw]:
    """The parts of slices by name, from the keys of their documents; without those that are damaged."""

    def read(key: SliceKey) -> bytes | None:
        stored = store.read(sources[key])
        with suppress(DamagedError, msgspec.MsgspecError, ValueError, RecursionError):
            return encode(sources[key], stored.data, number) if stored else None
        return None

    encoded = zip(sources, map_concurrently(read, sources), strict=True)
    return {key.name: msgspec.Raw(part) for key, part in encoded if part is not None}


def _encode_manifest(key: str, data: bytes, number: int) -> bytes:
    return msgspec.json.encode(stamp_manifest(decode_document(data, key, Manifest, hint=""), number))


def _encode_listing(key: str, data: bytes, number: int) -> bytes:
    listing = decode_document(data, key, Listing, hint="")
    return msgspec.json.encode(encode_listing(msgspec.structs.replace(listing, number=number)))


def _encode_scores(_key: str, data: bytes, _number: int) -> bytes:
    return encode_part(decode_rows(data))


def _number_listing(store: Store, key: SliceKey, kept: Mapping[str, str], number: int) -> None:
    stored = store.read(kept[key.listing()]) if key.listing() in kept else None
    with suppress(DamagedError):
        if stored is not None:
            listing = decode_document(stored.data, key.listing(), Listing, hint="")
            store.write(key.listing(), encode_document(msgspec.structs.replace(listing, number=number)))
