"""The listing of a slice: its ids, stored before any detail is fetched.

Invariant: a listing belongs to one request (parts and switches); a slice never mixes records of two.
"""

from datetime import date, datetime

import msgspec

from cinelake.errors import UsageError
from cinelake.lake.documents import read_document
from cinelake.lake.keys import SliceKey
from cinelake.lake.manifests import Manifest, Request, read_manifest
from cinelake.lake.store import Store


class Listing(msgspec.Struct, frozen=True):
    """A slice's ids, stored before any detail is fetched.

    Attributes:
        total: titles that the service counted; ids: ascending; missing: by how much the two disagree.
        is_incomplete: the disagreement is more than was tolerated.
        windows: (since, until, total, missing) of each window, as proof.
        kept: of the ids those that are not fetched, by the day (ISO) of the run whose batches have their records.
        unlisted: of the ids those that former runs held and that were not found now; what is not kept is asked for.
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

    @property
    def kept_ids(self) -> set[int]:
        """The ids that are not fetched."""
        return {title_id for ids in self.kept.values() for title_id in ids}

    @property
    def ids_to_fetch(self) -> list[int]:
        """The ids to fetch, ascending."""
        kept = self.kept_ids
        return [title_id for title_id in self.ids if title_id not in kept] if kept else self.ids


def read_listing(store: Store, key: SliceKey, request: Request) -> Listing | None:
    """The stored listing of a slice, or None.

    Raises:
        DamagedError: it cannot be read.
        UsageError: it was made for records of another kind.
    """
    listing = read_document(store, key.listing(), Listing, hint=f"remove {key.listing()} and run again: it is listed anew")
    if listing is not None:
        check_request(key, listing.request, request)
    return listing


def read_committed(store: Store, key: SliceKey, revision: int, request: Request) -> Manifest | None:
    """A revision of the manifest of a slice, or None if it is gone.

    Raises:
        DamagedError: it cannot be read.
        UsageError: its records are of another kind.
    """
    manifest = read_manifest(store, key, revision)
    if manifest is not None:
        check_request(key, manifest.request, request)
    return manifest


def check_request(key: SliceKey, held: Request, asked: Request) -> None:
    """Refuse to mix records of two kinds in a slice.

    Raises:
        UsageError: they differ.
    """
    if held != asked:
        raise UsageError(
            f"{key.name} of {key.run_on}",
            f"its records were asked with {_describe(held)}, this command asks with {_describe(asked)}",
            "one kind of record in a slice",
            "repeat the former options, or give another --lake or --run-date",
        )


def _describe(request: Request) -> str:
    parts = ",".join(request.append) or "none"
    return f"--append {parts}{' --include-adult' * request.include_adult}{' --include-video' * request.include_video}"
