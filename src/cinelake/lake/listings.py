"""The listing of a slice: its ids, stored before any detail is fetched.

Invariant: a slice contains records of one request only (appended parts and switches).
"""

from datetime import date, datetime

import msgspec

from cinelake.errors import UsageError
from cinelake.lake.documents import decode_document, write_document
from cinelake.lake.folding.folded_document import build_damaged
from cinelake.lake.folding.folded_keys import day_folder
from cinelake.lake.folding.folded_view import Part, discard_day, has_part, list_parts, read_part
from cinelake.lake.folding.listing_columns import ListingPart, add_up, list_kept
from cinelake.lake.folding.owners import read_owned_ids
from cinelake.lake.keys import LISTINGS, SliceKey
from cinelake.lake.manifests import Manifest, Request, read_manifest
from cinelake.lake.store import Store

_ABSENT = "remove {} and run the same command again: it lists the slice again"


class Listing(msgspec.Struct, frozen=True):
    """The ids of a slice.

    Attributes:
        total: the number of titles according to TMDB.
        missing: the difference between total and ids.
        is_incomplete: the difference exceeds the tolerance.
        windows: (since, until, total, missing) of each window, as proof.
        ids: ascending.
        kept: ids that are not fetched, by the date (ISO) of the run whose batches contain their records.
        number: the number of the run that listed the slice.
        unlisted: ids that previous runs stored and that TMDB no longer lists; those not kept are fetched. In a block also
            ids that only the change feed names: TMDB may have added them after the export.
        export: the id export that lists the slice; empty if discover does.
    """

    slice: str
    request: Request
    total: int
    missing: int
    is_incomplete: bool = msgspec.field(name="is_short")
    windows: tuple[tuple[date | None, date | None, int, int], ...]
    ids: list[int]
    listed_at: datetime
    kept: dict[str, list[int]] = msgspec.field(default_factory=dict)
    unlisted: list[int] = msgspec.field(default_factory=list)
    number: int = 0
    export: str = ""

    @property
    def kept_ids(self) -> set[int]:
        """The ids that are not fetched."""
        return {title_id for ids in self.kept.values() for title_id in ids}

    @property
    def ids_to_fetch(self) -> list[int]:
        """The ids to fetch, ascending."""
        kept = self.kept_ids
        return [title_id for title_id in self.ids if title_id not in kept] if kept else self.ids


class ListingHead(msgspec.Struct, frozen=True):
    """The fields of a listing that are read without its ids."""

    request: Request
    number: int = 0
    is_incomplete: bool = msgspec.field(name="is_short", default=False)


def write_listing(store: Store, key: SliceKey, listing: Listing) -> None:
    """Write the listing of a slice, replacing the one before it."""
    write_document(store, key.listing(), listing)
    discard_day(store, key)


def delete_listing(store: Store, key: SliceKey) -> None:
    """Delete the listing of a slice that is not committed, and its listed scores."""
    store.delete(key.listing())
    store.delete(key.snapshot())
    discard_day(store, key)


def has_listing(store: Store, key: SliceKey) -> bool:
    """Whether a slice has a listing.

    Raises:
        DamagedError: the folded document that may have it cannot be read.
    """
    return has_part(store, LISTINGS, key)


def list_listed(store: Store, kind: str, run_on: date) -> set[SliceKey]:
    """The slices of a day that have a listing.

    Raises:
        DamagedError: a folded document cannot be read.
    """
    return list_parts(store, LISTINGS, day_folder("", kind, run_on).strip("/"))


def read_any_listing(store: Store, key: SliceKey) -> Listing | None:
    """Read the stored listing of a slice, whatever its request, or None if there is none.

    Raises:
        DamagedError: the listing is damaged.
    """
    part = read_part(store, LISTINGS, key)
    if part is None:
        return None
    if not part.is_folded:
        return decode_document(part.data, part.key, Listing, hint=_ABSENT.format(part.key))
    folded = _decode_part(part)
    listing = decode_document(folded.head, part.key, Listing, hint=_ABSENT.format(part.key))
    if folded.is_whole:
        return listing
    try:
        ids = read_owned_ids(store, key, folded) if folded.ids is None else add_up(folded.ids)
        if len(ids) != folded.count:
            raise build_damaged(part.key, f"{key.name} has {len(ids)} ids instead of {folded.count}")
        kept = list_kept(ids, folded.days, folded.kept)
    except IndexError as error:
        raise build_damaged(part.key, f"{key.name}: {error}") from error
    return msgspec.structs.replace(listing, ids=ids, kept=kept, unlisted=add_up(folded.unlisted))


def read_listing_head(store: Store, key: SliceKey) -> ListingHead | None:
    """Read the listing of a slice without its ids, or None if there is none.

    Raises:
        DamagedError: the listing is damaged.
    """
    part = read_part(store, LISTINGS, key)
    if part is None:
        return None
    data = _decode_part(part).head if part.is_folded else part.data
    return decode_document(data, part.key, ListingHead, hint=_ABSENT.format(part.key))


def read_listing(store: Store, key: SliceKey, request: Request) -> Listing | None:
    """Read the stored listing of a slice, or None if there is none.

    Raises:
        DamagedError: the listing is damaged.
        UsageError: the listing was made for another request.
    """
    listing = read_any_listing(store, key)
    if listing is not None:
        check_request(key, listing.request, request)
    return listing


def _decode_part(part: Part) -> ListingPart:
    return decode_document(part.data, part.key, ListingPart, hint=_ABSENT.format(part.key))


def read_committed(store: Store, key: SliceKey, revision: int, request: Request) -> Manifest | None:
    """Read a revision of the manifest of a slice, or None if it is absent.

    Raises:
        DamagedError: the manifest is damaged.
        UsageError: the slice was extracted with another request.
    """
    manifest = read_manifest(store, key, revision)
    if manifest is not None:
        check_request(key, manifest.request, request)
    return manifest


def check_request(key: SliceKey, stored: Request, requested: Request) -> None:
    """Refuse to mix records of two requests in a slice.

    Raises:
        UsageError: the requests differ.
    """
    if stored != requested:
        raise UsageError(
            f"{key.name} of {key.run_on} was extracted with {_describe(stored)}, not with {_describe(requested)}",
            hint="a slice contains records of one kind: use the same options, or another --lake or --run-date",
            subject=key.name,
        )


def _describe(request: Request) -> str:
    parts = ",".join(request.append) or "none"
    return f"--append {parts}{' --include-adult' * request.include_adult}{' --include-video' * request.include_video}"
