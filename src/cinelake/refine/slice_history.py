"""Stage what slices store besides their records: counts and tombstones from manifests, and the rows of listings.

The rows of a listing are validated before an engine reads them, like records. cinelake writes them itself, so an invalid
row is damage and not a case for the quarantine.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from cinelake.lake.scores import encode_scores, read_scores
from cinelake.lake.store import Store
from cinelake.refine.engines.engine import Engine
from cinelake.refine.engines.scratch import Scratch
from cinelake.refine.raw_files import CommittedSlice

_LISTED_COLUMNS = {"id_tmdb": "BIGINT", "popularity": "DOUBLE", "vote_average": "DOUBLE", "vote_count": "BIGINT"}
_LISTING_COLUMNS = {
    "path": "VARCHAR",
    "key": "VARCHAR",
    "kind": "VARCHAR",
    "collected_on": "DATE",
    "committed_at": "TIMESTAMP",
}
_SLICE_COLUMNS = {
    "kind": "VARCHAR",
    "slice": "VARCHAR",
    "collected_on": "DATE",
    "genre_id": "BIGINT",
    **dict.fromkeys(("total", "listed", "records", "kept", "gone", "quarantined", "unproven"), "BIGINT"),
    "is_complete": "BOOLEAN",
    "committed_at": "TIMESTAMP",
}
_TOMBSTONE_COLUMNS = {
    "kind": "VARCHAR",
    "id_tmdb": "BIGINT",
    "slice": "VARCHAR",
    "collected_on": "DATE",
    "committed_at": "TIMESTAMP",
    "reason": "VARCHAR",
}


@dataclass(slots=True)
class History:
    """Rows for the engine: slices, tombstones and listings, and the addresses of the listings' rows in `paths`."""

    slices: list[tuple[object, ...]] = field(default_factory=list)
    tombstones: list[tuple[object, ...]] = field(default_factory=list)
    listings: list[tuple[object, ...]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)


def stage_history(store: Store, slices: Iterable[CommittedSlice], scratch: Scratch, folder: Path) -> History:
    """Read the manifests and validate the listings' rows of committed slices.

    Raises:
        DamagedError: the rows of a listing cannot be read.
    """
    history = History()
    for number, each in enumerate(slices):
        history.slices.append(_count(each))
        history.tombstones += _list_tombstones(each)
        if not each.has_scores:
            continue
        address = _share_listed(store, each, scratch, folder / f"listed-{number}.json")
        if address is not None:
            on, at = each.key.run_on.isoformat(), format_instant(each.manifest.committed_at)
            history.listings.append((address, each.key.snapshot(), each.kind, on, at))
            history.paths.append(address)
    return history


def load_history(history: History, engine: Engine) -> None:
    """Load the rows into the engine, under the names that models use."""
    engine.load_files("raw_listed", _LISTED_COLUMNS, history.paths)
    engine.load_rows("raw_listing", _LISTING_COLUMNS, history.listings)
    engine.load_rows("raw_slice", _SLICE_COLUMNS, history.slices)
    engine.load_rows("raw_tombstone", _TOMBSTONE_COLUMNS, history.tombstones)


def format_instant(at: datetime) -> str:
    """An instant as a text in UTC without time zone, which both engines read alike."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def _count(each: CommittedSlice) -> tuple[object, ...]:
    manifest, on = each.manifest, each.key.run_on.isoformat()
    buried = {stone.id for stone in manifest.tombstones}  # no longer listed; funnel counts them
    gone, listed = len(set(manifest.gone) - buried), manifest.listed - len(buried)
    counts = manifest.total, listed, manifest.records, manifest.kept, gone, len(manifest.quarantined), manifest.unproven
    return each.kind, each.key.name, on, each.genre_id, *counts, manifest.is_complete, format_instant(manifest.committed_at)


def _list_tombstones(each: CommittedSlice) -> Iterator[tuple[object, ...]]:
    """The tombstones of a manifest. A 404 ends a title in every slice, even if this slice did not have it."""
    reasons = dict.fromkeys(each.manifest.gone, "gone") | {stone.id: stone.reason for stone in each.manifest.tombstones}
    on, at = each.key.run_on.isoformat(), format_instant(each.manifest.committed_at)
    for title_id, reason in reasons.items():
        yield each.kind, title_id, each.key.name, on, at, reason


def _share_listed(store: Store, each: CommittedSlice, scratch: Scratch, path: Path) -> str | None:
    """The address of the rows of a listing, or None if it has none."""
    rows = read_scores(store, each.key)
    if not rows:
        return None
    path.write_bytes(encode_scores(rows))
    return scratch.share(path)
