"""From where a feed-only refresh goes on, and what the feed newly names. Reads the lake.

Unlike the next refresh, which reads the feed again from the last complete run on, it fetches a title once for each day that
names it. A second change on that day waits for the refresh.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from cinelake.extract.feed.documents import read_feed_state
from cinelake.extract.planning.decision import RefreshRequest, refuse_refresh
from cinelake.extract.planning.plan import Plan
from cinelake.extract.planning.run_facts import read_run_facts
from cinelake.extract.run_documents import read_plan
from cinelake.lake.keys import (
    RunKey,
    is_feed_slice,
    listings_folder,
    manifests_folder,
    parse_listing_key,
    parse_raw_key,
    raw_folder,
)
from cinelake.lake.manifests import list_manifests
from cinelake.lake.store import Store
from cinelake.refresh.change_feed import read_stored_changes
from cinelake.selection.selection import Selection
from cinelake.tmdb.validation import Change


@dataclass(frozen=True, slots=True)
class Beginning:
    """From where a feed-only refresh goes on.

    Attributes:
        plan: of the last complete run, which says what the selection contains.
        until: the day on which the feed was read last.
        named: the ids that it had named for that day, and whose titles were fetched since.
    """

    plan: Plan
    until: date
    named: frozenset[int] = field(default_factory=frozenset)


def read_beginning(store: Store, selection: Selection, today: date) -> Beginning:
    """From where a feed-only refresh of a selection goes on: the last one, or a complete run that is newer.

    A reading that a wrong clock dated in the future does not count.

    Raises:
        DamagedError: a document cannot be read.
        UsageError: the lake has no complete run of the selection.
    """
    facts = read_run_facts(store, RefreshRequest(selection), today)
    if facts.newest_complete is None:
        raise refuse_refresh(selection, facts)
    label = facts.newest_complete
    key = RunKey(selection.id, label)
    plan = read_plan(store, key)
    if plan is None:
        raise refuse_refresh(selection, facts)
    state = read_feed_state(store, selection.id)
    if state is not None and state.until <= today and state.report.number > facts.runs[label].number:
        return Beginning(plan, state.until, frozenset(state.named))
    changes = read_stored_changes(store, key)
    if changes is None or changes.until > today:
        return Beginning(plan, facts.day_of(label))
    return Beginning(plan, changes.until, frozenset(changes.named.get(changes.until.isoformat(), ())))


def select_new(rows: Mapping[date, list[Change]], beginning: Beginning) -> set[int]:
    """The ids that the feed names and did not name when it was read last. Pure."""
    new: set[int] = set()
    for day, changes in rows.items():
        known = beginning.named if day == beginning.until else frozenset[int]()
        new |= {row.id for row in changes if row.id is not None} - known
    return new


def delete_leftovers(store: Store, kind: str, day: date) -> None:
    """Delete what a feed-only refresh of a day left if it was killed before its commit. The caller holds the lease.

    The listing goes last, because batches without one would look like those of version 1 of the lake.
    """
    committed = list_manifests(store, manifests_folder(kind, day))
    parsed = (parse_listing_key(entry.key) for entry in store.list_entries(f"{listings_folder(kind, day)}/"))
    leftovers = {key for key in parsed if key and is_feed_slice(key.name) and key not in committed}
    if not leftovers:
        return
    for entry in list(store.list_entries(f"{raw_folder(kind, day)}/")):
        if (batch := parse_raw_key(entry.key)) and batch[0] in leftovers:
            store.delete(entry.key)
    for key in leftovers:
        store.delete(key.listing())
