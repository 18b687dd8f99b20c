"""Load what manifests say besides their batches: the counts of each slice and run, and the tombstones."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from cinelake.lake.keys import is_feed_slice
from cinelake.refine.engines.engine import Engine
from cinelake.refine.trusted.raw_files import CommittedSlice

_COUNTS = ("number", "first_number", "total", "listed", "records", "kept", "gone", "quarantined", "unproven")
_SLICE_COLUMNS = {
    "kind": "VARCHAR",
    "slice": "VARCHAR",
    "collected_on": "DATE",
    "genre_id": "BIGINT",
    **dict.fromkeys(_COUNTS, "BIGINT"),
    "is_complete": "BOOLEAN",
    "committed_at": "TIMESTAMP",
}
_TOMBSTONE_COLUMNS = {
    "kind": "VARCHAR",
    "id_tmdb": "BIGINT",
    "slice": "VARCHAR",
    "collected_on": "DATE",
    "number": "BIGINT",
    "reason": "VARCHAR",
}


def load_history(slices: Iterable[CommittedSlice], engine: Engine) -> None:
    """Load the rows of all manifests into the engine, under the names that models use."""
    every = list(slices)
    parts = (each for each in every if not is_feed_slice(each.key.name))  # those contain no part of a selection
    engine.load_rows("raw_slice", _SLICE_COLUMNS, [_count(each) for each in parts])
    tombstones = [row for each in every for row in _list_tombstones(each)]
    engine.load_rows("raw_tombstone", _TOMBSTONE_COLUMNS, tombstones)


def _count(each: CommittedSlice) -> tuple[object, ...]:
    manifest, on = each.manifest, each.key.run_on.isoformat()
    buried = {stone.id for stone in manifest.tombstones}  # no longer listed; funnel counts them
    gone, listed = len(set(manifest.gone) - buried), manifest.listed - len(buried)
    first = min((batch.number or manifest.number for batch in manifest.batches), default=manifest.number)
    counts = manifest.total, listed, manifest.records, manifest.kept, gone, len(manifest.quarantined), manifest.unproven
    origin = each.kind, each.key.name, on, each.genre_id, manifest.number, first
    return *origin, *counts, manifest.is_complete, _format_instant(manifest.committed_at)


def _list_tombstones(each: CommittedSlice) -> Iterator[tuple[object, ...]]:
    """The tombstones of a manifest. A 404 ends a title in every slice, even if this slice did not have it."""
    manifest = each.manifest
    reasons = {title_id: ("gone", number) for title_id, number in manifest.list_gone()}
    reasons |= {stone.id: (stone.reason, stone.number or manifest.number) for stone in manifest.tombstones}
    on = each.key.run_on.isoformat()
    for title_id, (reason, number) in reasons.items():
        yield each.kind, title_id, each.key.name, on, number, reason


def _format_instant(at: datetime) -> str:
    """An instant as a text in UTC without time zone, which both engines read alike."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
