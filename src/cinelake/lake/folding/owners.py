"""The ids of listings that did not change: a folded document refers to the one that has them, its owner.

Invariant: an owner has the ids itself, so there are no chains; and before an owner is deleted, every document that refers
to it is rewritten.
"""

from collections.abc import Collection, Iterable, Mapping

import msgspec

from cinelake.errors import StoreError
from cinelake.lake.folding.folded_document import Folded, build_damaged, encode_folded
from cinelake.lake.folding.folded_keys import FoldedKey, parse_folded_key
from cinelake.lake.folding.folded_view import (
    DayDocuments,
    FoldedEntry,
    discard_day,
    find_day,
    list_days,
    list_folded,
    load_folded,
)
from cinelake.lake.folding.listing_columns import ListingPart, add_up, take_differences
from cinelake.lake.keys import LISTINGS, SliceKey
from cinelake.lake.store import Store

OWNER_DAYS = 2
"""How many days older than a reference its owner may be. Buckets remove objects by age, and listings live three days longer
than the manifests that need them, so an owner goes after the manifests of all listings that refer to it."""
_PART = msgspec.json.Decoder(ListingPart)


def find_owners(store: Store, key: FoldedKey) -> dict[tuple[str, str], str]:
    """The owners that a new document can refer to, by slice and digest: what the last run of the selection refers to.

    A damaged document is none.
    """
    earlier = [
        each
        for documents in list_days(store, LISTINGS, key.kind).values()
        for each in documents.folded
        if each.name.selection_id == key.selection_id
        and each.name.run_on != key.run_on
        and (each.name.number, each.name.run_on) < (key.number, key.run_on)
    ]
    newest = max(earlier, key=lambda each: (each.name.number, each.name.run_on), default=None)
    owners: dict[tuple[str, str], str] = {}
    for each, folded in list_folded(store, [newest] if newest else []):
        for name, part in folded.parts.items() if isinstance(folded, Folded) else ():
            listing = _PART.decode(part)
            if not listing.is_whole:
                owners[name, listing.digest] = listing.owner or each.entry.key
    return {each: owner for each, owner in owners.items() if _is_near(key, owner)}


def _is_near(key: FoldedKey, owner: str) -> bool:
    parsed = parse_folded_key(owner)
    return parsed is not None and abs((key.run_on - parsed.run_on).days) <= OWNER_DAYS


def share_ids(parts: dict[str, msgspec.Raw], names: Iterable[str], owners: Mapping[tuple[str, str], str]) -> None:
    """Replace the ids of the listings `names` by a reference, where an owner has the same ids."""
    for name in names:
        part = _PART.decode(parts[name])
        owner = owners.get((name, part.digest), "")
        if owner and not part.is_whole:
            parts[name] = msgspec.Raw(msgspec.json.encode(msgspec.structs.replace(part, ids=None, owner=owner)))


def read_owned_ids(store: Store, key: SliceKey, listing: ListingPart) -> list[int]:
    """The ids of a listing that another document of its owner's day has.

    Raises:
        DamagedError: no document has them.
    """
    owner = parse_folded_key(listing.owner)
    for is_fresh in (False, True) if owner else ():
        documents = find_day(store, LISTINGS, owner.kind, owner.run_on, is_fresh=is_fresh) if owner else DayDocuments()
        for each in reversed(documents.folded):
            folded = load_folded(store, each)
            part = folded.parts.get(key.name) if folded else None
            found = _PART.decode(part) if part is not None else None
            if found is not None and found.ids is not None and found.digest == listing.digest:
                return add_up(found.ids)
    raise build_damaged(listing.owner, f"it has no ids of {key.name}")


def release_owners(store: Store, kind: str, doomed: Collection[str], heir: str = "") -> None:
    """Rewrite the documents that refer to `doomed` ones, which can be deleted then.

    The oldest document that refers to an owner gets the ids, and later ones refer to it; or all refer to the document
    `heir`, if that has the ids.

    Raises:
        DamagedError: the ids cannot be read.
    """
    entries = [
        each
        for documents in list_days(store, LISTINGS, kind).values()
        for each in documents.folded
        if each.entry.key not in doomed
    ]
    entries.sort(key=lambda each: (each.entry.key != heir, each.name.number, each.entry.key))
    holders: dict[tuple[str, str], str] = {}
    if all(not isinstance(each, Folded) or set(each.owners).isdisjoint(doomed) for _, each in list_folded(store, entries)):
        return
    for each, folded in list_folded(store, entries):
        if isinstance(folded, Folded):
            parts = _release_parts(store, each, folded, doomed, holders)
            if parts != folded.parts:
                write_folded(store, each.name, parts)


def _release_parts(
    store: Store, each: FoldedEntry, folded: Folded, doomed: Collection[str], holders: dict[tuple[str, str], str]
) -> dict[str, msgspec.Raw]:
    """The parts of a document without references to `doomed` ones; `holders` has the new owners, and gets further ones."""
    parts = dict(folded.parts)
    for name, part in folded.parts.items():
        listing = _PART.decode(part)
        if listing.is_whole:
            continue
        if listing.owner in doomed:
            holder = holders.get((name, listing.digest))
            if holder and _is_near(each.name, holder):
                listing = msgspec.structs.replace(listing, owner=holder)
            else:
                ids = read_owned_ids(store, SliceKey(each.name.kind, each.name.run_on, name), listing)
                listing = msgspec.structs.replace(listing, ids=take_differences(ids), owner="")
            parts[name] = msgspec.Raw(msgspec.json.encode(listing))
        if listing.ids is not None:
            holders[name, listing.digest] = each.entry.key
    return parts


def write_folded(store: Store, key: FoldedKey, parts: dict[str, msgspec.Raw]) -> None:
    """Write a folded document, and read it back.

    Raises:
        StoreError: the store returns something else than what was written.
    """
    listings = (_PART.decode(part) for part in parts.values()) if key.root == LISTINGS else ()
    owners = tuple(sorted({each.owner for each in listings if each.owner}))
    data = encode_folded(Folded(key.number, parts, owners))
    store.write(key.key(), data)
    stored = store.read(key.key())
    discard_day(store, SliceKey(key.kind, key.run_on, ""))
    if stored is None or stored.data != data:
        raise StoreError(
            f'the store returned other bytes for "{key.key()}" than were written',
            hint="check the store; then run the same command again: the loose documents are still there",
            subject=key.key(),
        )
