"""The listing of a slice: its ids, stored before any detail is fetched.

Invariant: a slice contains records of one request only (appended parts and switches).
"""

from datetime import date, datetime

import msgspec

from cinelake.errors import UsageError
from cinelake.lake.documents import read_document
from cinelake.lake.keys import SliceKey
from cinelake.lake.manifests import Manifest, Request, read_manifest
from cinelake.lake.store import Store


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


def read_listing(store: Store, key: SliceKey, request: Request) -> Listing | None:
    """Read the stored listing of a slice, or None if there is none.

    Raises:
        DamagedError: the listing is damaged.
        UsageError: the listing was made for another request.
    """
    hint = f"remove {key.listing()} and run the same command again: it lists the slice again"
    listing = read_document(store, key.listing(), Listing, hint=hint)
    if listing is not None:
        check_request(key, listing.request, request)
    return listing


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
