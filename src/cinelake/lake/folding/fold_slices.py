"""Fold the documents of a finished run's slices: one object for the manifests, one for the listings, one for the scores.

Invariant: a folded document is written and read back before any document in it is deleted, so a process that is killed
leaves each document at least once. Lower revisions of a manifest are deleted before higher ones, so that what is left of
a slice is never older than what was folded. Documents that are damaged stay as they are.
"""

from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

import msgspec

from cinelake.concurrency import map_concurrently
from cinelake.errors import DamagedError
from cinelake.lake.folding.folded_keys import FoldedKey
from cinelake.lake.folding.folded_view import DayDocuments, list_days, load_folded
from cinelake.lake.folding.listing_columns import ListingPart, hash_ids, index_kept, take_differences
from cinelake.lake.folding.owners import find_owners, release_owners, share_ids, write_folded
from cinelake.lake.keys import LISTINGS, MANIFESTS, SNAPSHOTS, SliceKey, format_day
from cinelake.lake.listings import Listing, read_any_listing
from cinelake.lake.manifests import read_manifest
from cinelake.lake.scores import encode_part, read_scores
from cinelake.lake.store import Store

Parts = dict[str, msgspec.Raw]
Encode = Callable[[Store, SliceKey, int], tuple[bytes, int] | None]
"""Read a revision of the document of a slice; return its part of the folded document and its run number."""


class StoppedError(Exception):
    """The caller asked to stop; what is left is folded later."""


@dataclass(frozen=True, slots=True)
class FinishedRun:
    """The slices of a run: kind, day, selection and names of slices. `check` raises StoppedError when it must stop."""

    kind: str
    run_on: date
    selection_id: str
    names: Collection[str]
    check: Callable[[], None] = lambda: None

    def key(self, name: str) -> SliceKey:
        """The key of a slice."""
        return SliceKey(self.kind, self.run_on, name)


def fold_slices(store: Store, run: FinishedRun) -> None:
    """Fold what is loose of a finished run, with what was folded of it before. Does nothing if nothing is loose.

    Raises:
        StoppedError: from `run.check`; the lake is intact.
        StoreError: the store refuses or fails; the lake is intact.
    """
    manifests = _Folding(store, run, MANIFESTS)
    listings = _Folding(store, run, LISTINGS)
    scores = _Folding(store, run, SNAPSHOTS)
    if not (manifests.is_needed or listings.is_needed or scores.is_needed):
        return
    manifests.gather(_encode_manifest)
    listings.gather(_encode_listing)
    number = max(manifests.number, listings.number)
    manifests.commit(number)
    listings.share_ids(number)
    listings.commit(number)
    scores.gather(_encode_scores)
    scores.commit(max(number, scores.number))


def find_loose(store: Store, kind: str) -> dict[date, set[str]]:
    """What can be folded of a kind, by day: names of slices with loose documents, ids of selections folded twice."""
    found: dict[date, set[str]] = {}
    for root in (MANIFESTS, LISTINGS, SNAPSHOTS):
        for (_, _, run_on), documents in list_days(store, root, kind).items():
            selections = [each.name.selection_id for each in documents.folded]
            loose = {*documents.loose, *(each for each in selections if selections.count(each) > 1)}
            if loose:
                found.setdefault(run_on, set()).update(loose)
    return found


class _Folding:
    """The folding of one root."""

    def __init__(self, store: Store, run: FinishedRun, root: str) -> None:
        self._store, self._run, self._root = store, run, root
        days = list_days(store, root, f"{run.kind}/{format_day(run.run_on)}")
        self._documents = days.get((root, run.kind, run.run_on), DayDocuments())
        self._own = [each for each in self._documents.folded if each.name.selection_id == run.selection_id]
        self._loose = [name for name in sorted(run.names) if name in self._documents.loose]
        self._parts: Parts = {}
        self._folded: list[str] = []
        self.number = max((each.name.number for each in self._own), default=0)

    @property
    def is_needed(self) -> bool:
        """Whether anything is loose, or folded twice."""
        return bool(self._loose) or len(self._own) > 1

    def gather(self, encode: Encode) -> None:
        """Read the newest document of each loose slice, and the parts that were folded before."""
        for each in self._own:
            self._run.check()
            folded = load_folded(self._store, each)
            self._parts |= folded.parts if folded else {}
        for name, part, number in map_concurrently(lambda name: self._read(encode, name), self._loose):
            if part is not None:
                self._parts[name] = msgspec.Raw(part)
                self._folded.append(name)
                self.number = max(self.number, number)

    def share_ids(self, number: int) -> None:
        """Refer to the last run of the selection for listings that have the same ids."""
        share_ids(self._parts, self._folded, find_owners(self._store, self._key(number)))

    def commit(self, number: int) -> None:
        """Write the folded document, then delete what is in it."""
        if not self.is_needed or not self._parts:
            return
        key = self._key(number)
        self._run.check()
        write_folded(self._store, key, self._parts)
        earlier = [each.entry.key for each in self._own if each.name != key]
        if earlier and self._root == LISTINGS:
            release_owners(self._store, self._run.kind, earlier, heir=key.key())
        for deleted in [*([each] for each in earlier), *self._list_rounds()]:
            self._run.check()
            list(map_concurrently(self._store.delete, deleted))

    def _key(self, number: int) -> FoldedKey:
        return FoldedKey(self._root, self._run.kind, self._run.run_on, self._run.selection_id, number)

    def _read(self, encode: Encode, name: str) -> tuple[str, bytes | None, int]:
        """The part of a slice and its number; no part if the document is damaged or gone."""
        self._run.check()
        with suppress(DamagedError):
            if encoded := encode(self._store, self._run.key(name), max(self._documents.loose[name])):
                return name, *encoded
        return name, None, 0

    def _list_rounds(self) -> Iterator[list[str]]:
        """The keys of loose documents that are folded, the lowest revision of each slice first."""
        revisions = {name: sorted(self._documents.loose[name]) for name in self._folded}
        for at in range(max(map(len, revisions.values()), default=0)):
            yield [self._documents.loose[name][known[at]].key for name, known in revisions.items() if at < len(known)]


def _encode_manifest(store: Store, key: SliceKey, revision: int) -> tuple[bytes, int] | None:
    manifest = read_manifest(store, key, revision)
    return (msgspec.json.encode(manifest), manifest.number) if manifest else None


def _encode_listing(store: Store, key: SliceKey, _revision: int) -> tuple[bytes, int] | None:
    listing = read_any_listing(store, key)
    return (msgspec.json.encode(encode_listing(listing)), listing.number) if listing else None


def encode_listing(listing: Listing) -> ListingPart:
    """The compact form of a listing, with its ids. Pure."""
    kept = index_kept(listing.ids, listing.kept)
    if kept is None:
        return ListingPart(msgspec.Raw(msgspec.json.encode(listing)), is_whole=True)
    head = msgspec.structs.replace(listing, ids=[], kept={}, unlisted=[])
    return ListingPart(
        head=msgspec.Raw(msgspec.json.encode(head)),
        count=len(listing.ids),
        digest=hash_ids(listing.ids),
        ids=take_differences(listing.ids),
        days=list(listing.kept),
        kept=kept,
        unlisted=take_differences(listing.unlisted),
    )


def _encode_scores(store: Store, key: SliceKey, _revision: int) -> tuple[bytes, int] | None:
    rows = read_scores(store, key)
    return None if rows is None else (encode_part(rows), 0)
