"""What a feed-only refresh leaves besides its slice: its report, and what the feed had named when it was read last."""

from datetime import date, datetime

import msgspec

from cinelake.lake.documents import read_document
from cinelake.lake.keys import FEEDS, feed_key
from cinelake.lake.store import Store
from cinelake.selection.selection import Selection


class FeedReport(msgspec.Struct, frozen=True):
    """The result of a feed-only refresh. It says nothing about titles that the feed does not name.

    Attributes:
        since: the first day of the feed that was read.
        slice: the slice that has its records; empty if it fetched nothing.
        named: ids that the feed named for the first time; titles: those of them that are stored, and were requested.
        is_complete: whether each of them was fetched or is gone, and the feed could be read completely.
    """

    selection: Selection
    run_on: date
    number: int
    since: date
    slice: str
    is_complete: bool
    named: int
    titles: int
    records: int
    gone: int
    quarantined: tuple[int, ...]
    batches: int
    bytes: int
    requests: int
    refused: int
    retried: int
    seconds: float
    finished_at: datetime


class FeedState(msgspec.Struct, frozen=True):
    """How far a selection has followed the change feed without listing.

    Attributes:
        until: the day on which the feed was read last.
        named: all ids that the feed had named for that day; those that could not be fetched are left out.
        report: of the last feed-only refresh.
    """

    until: date
    named: tuple[int, ...]
    report: FeedReport


def read_feed_state(store: Store, selection_id: str) -> FeedState | None:
    """How far a selection has followed the feed; None if it never did.

    Raises:
        DamagedError: it cannot be read.
    """
    key = feed_key(selection_id)
    hint = f"remove {key}; the next feed-only refresh reads the feed since the last complete run"
    return read_document(store, key, FeedState, hint=hint)


def list_feed_states(store: Store) -> list[FeedState]:
    """How far each selection has followed the feed.

    Raises:
        DamagedError: one cannot be read.
    """
    names = [entry.key.removeprefix(f"{FEEDS}/").removesuffix(".json") for entry in store.list_entries(f"{FEEDS}/")]
    return [state for name in sorted(names) if (state := read_feed_state(store, name)) is not None]
