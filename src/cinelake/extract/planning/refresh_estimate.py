"""Owns what a refresh would take: counted where counting is cheap, reckoned where only fetching would tell."""

import asyncio
import math
from datetime import date

import msgspec

from cinelake.errors import UsageError
from cinelake.extract.planning.estimate import estimate_plan
from cinelake.extract.planning.plan import Plan
from cinelake.extract.run_documents import Watermark, read_watermark
from cinelake.lake.store import Store
from cinelake.media import KINDS
from cinelake.refresh.change_feed import count_changes, list_days
from cinelake.refresh.previous_runs import read_stored_titles
from cinelake.refresh.refetch_policy import RefetchPolicy, choose_refetch
from cinelake.refresh.removals import count_stored
from cinelake.selection.selection import Selection
from cinelake.tmdb.client import Client
from cinelake.tmdb.endpoints import Query


class Outlook(msgspec.Struct, frozen=True):
    """What a refresh would take.

    Attributes:
        held: distinct titles that the lake has of the selection; new: how many more the service counts.
        old: records that are due whatever the feed says, by their age above all.
        changed: titles that the feed names, by the selection's share of all.
        list_requests, change_requests, detail_requests: what each would cost; the last is about right, not exact.
    """

    since: date
    held: int
    new: int
    old: int
    changed: int
    list_requests: int
    change_requests: int
    detail_requests: int
    minutes: float

    @property
    def requests(self) -> int:
        """All requests."""
        return self.list_requests + self.change_requests + self.detail_requests


def read_mark(store: Store, selection: Selection) -> Watermark:
    """The watermark that a refresh would start from.

    Raises:
        UsageError: the selection was never extracted whole.
    """
    mark = read_watermark(store, selection.id)
    if mark is None:
        todo = "leave --refresh out, and run cinelake extract"
        raise UsageError(f"selection {selection.id}", "it was never collected whole", "a complete run to go on from", todo)
    return mark


async def fetch_outlook(client: Client, store: Store, plan: Plan, refresh: RefetchPolicy, rate: float) -> Outlook:
    """Reckon what a refresh of a selection that is counted would take; a request for each day since, and one more.

    Raises:
        DamagedError, StoreError: what the lake holds cannot be read.
        ServiceError, CredentialsError: a count cannot be had.
    """
    selection = plan.selection
    pages, named = await count_changes(client, selection.media, list_days(refresh.since, plan.run_on))
    everything = (await client.fetch_count(Query(selection.media))).total_results
    names = [planned.slice.name for planned in plan.slices]
    held = await asyncio.to_thread(read_stored_titles, store, KINDS[selection.media], selection.request, names, plan.run_on)
    count = count_stored(held.values())
    old = len(choose_refetch(held.values(), refresh, plan.run_on))
    new = max(0, plan.total - sum(map(len, held.values())))
    changed = math.ceil(min(count, named * count / max(1, everything)))
    listing = estimate_plan(plan, rate).list_requests
    details = new + min(count, old + changed)
    minutes = (listing + pages + details) / rate / 60
    return Outlook(refresh.since, count, new, old, changed, listing, pages, details, minutes)
