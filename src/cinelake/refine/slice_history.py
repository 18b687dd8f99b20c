"""Owns what a lake tells of its slices beyond their records: counts, tombstones, and what the listings' rows said.

The rows of a listing are judged before an engine reads them, as records are; but they are ours, not the service's, so one
that is no such row is damage, not quarantine.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import msgspec

from cinelake.errors import DamagedError
from cinelake.lake.store import Store
from cinelake.refine.engines.engine import Engine
from cinelake.refine.engines.scratch import Place
from cinelake.refine.raw_files import Committed

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
_Whole = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]


class _Listed(msgspec.Struct, gc=False):
    """What a listing's row says of a title."""

    id_tmdb: _Whole
    popularity: float | None = None
    vote_average: float | None = None
    vote_count: _Whole | None = None


_DECODER: Final = msgspec.json.Decoder(list[_Listed])


@dataclass(slots=True)
class History:
    """Rows for the engine: the slices, their tombstones, and the files of what was listed, which it reads by `paths`."""

    slices: list[tuple[object, ...]] = field(default_factory=list)
    tombstones: list[tuple[object, ...]] = field(default_factory=list)
    listings: list[tuple[object, ...]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)


def stage_history(store: Store, committed: Iterable[Committed], place: Place, folder: Path) -> History:
    """Read and judge what committed slices leave besides their batches.

    Raises:
        DamagedError: what a listing's rows said cannot be read.
    """
    history = History()
    for number, each in enumerate(committed):
        history.slices.append(_count(each))
        history.tombstones += _list_tombstones(each)
        address = (
            None if each.snapshot_size is None else _share_listed(store, each, place, folder / f"listed-{number}.json")
        )
        if address is not None:
            on, at = each.key.run_on.isoformat(), format_instant(each.manifest.committed_at)
            history.listings.append((address, each.key.snapshot(), each.kind, on, at))
            history.paths.append(address)
    return history


def load_history(history: History, engine: Engine) -> None:
    """Hand it to the engine, under the names by which models know it."""
    engine.load_files("raw_listed", _LISTED_COLUMNS, history.paths)
    engine.load_rows("raw_listing", _LISTING_COLUMNS, history.listings)
    engine.load_rows("raw_slice", _SLICE_COLUMNS, history.slices)
    engine.load_rows("raw_tombstone", _TOMBSTONE_COLUMNS, history.tombstones)


def format_instant(at: datetime) -> str:
    """An instant as both engines read it: UTC, without saying so."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def _count(each: Committed) -> tuple[object, ...]:
    told, on = each.manifest, each.key.run_on.isoformat()
    buried = {stone.id for stone in told.tombstones}  # listed no more; they stand in the funnel
    gone, listed = len(set(told.gone) - buried), told.listed - len(buried)
    counts = told.total, listed, told.records, told.kept, gone, len(told.quarantined), told.unproven
    place = each.kind, each.key.name, on, each.genre_id
    return *place, *counts, told.is_complete, format_instant(told.committed_at)


def _list_tombstones(each: Committed) -> Iterator[tuple[object, ...]]:
    """Those of its manifest; what the service answered with 404 is gone for all slices, whether this one held it or not."""
    reasons = dict.fromkeys(each.manifest.gone, "gone") | {stone.id: stone.reason for stone in each.manifest.tombstones}
    on, at = each.key.run_on.isoformat(), format_instant(each.manifest.committed_at)
    for title_id, reason in reasons.items():
        yield each.kind, title_id, each.key.name, on, at, reason


def _share_listed(store: Store, each: Committed, place: Place, path: Path) -> str | None:
    """Where the engine can read what a listing's rows said; None if it said nothing."""
    key = each.key.snapshot()
    stored = store.read(key)
    try:
        rows = _DECODER.decode(stored.data) if stored else []
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise DamagedError(
            key,
            f"it cannot be read ({error})",
            "a list of what titles had when they were listed",
            "remove it and build again: only the popularity and votes of that day are lost",
        ) from error
    if not rows or stored is None:
        return None
    address = place.find(store, key)
    if address is None:
        path.write_bytes(stored.data)
        address = place.share(path)
    return address
