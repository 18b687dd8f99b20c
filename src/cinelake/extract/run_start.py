"""What a run starts from: its plan, the changes, the titles of previous runs, and the limit on removals.

Invariant: a run that would remove too many titles deletes its own documents, so that the next one starts over.
"""

import asyncio
from collections.abc import Iterator

import msgspec

from cinelake.concurrency import map_concurrently
from cinelake.errors import IncompleteError, OvertakenError
from cinelake.extract.context import RunContext
from cinelake.extract.planning.counting import count_run
from cinelake.extract.planning.decision import Decision, Refresh, Resume, Run, RunRequest, Start
from cinelake.extract.planning.plan import Plan
from cinelake.extract.planning.run_facts import read_decision
from cinelake.extract.run_documents import read_plan
from cinelake.lake.documents import write_document
from cinelake.lake.keys import MANIFESTS, RunKey
from cinelake.lake.listings import Listing, delete_listing, list_listed, read_listing, read_listing_head
from cinelake.lake.manifests import Manifest, list_manifests
from cinelake.lake.store import Store
from cinelake.log import Event
from cinelake.media import KINDS
from cinelake.refresh.change_feed import Changes, list_days, read_or_fetch_changes
from cinelake.refresh.previous_runs import Beginning, divide_windows, read_previous_runs
from cinelake.refresh.refetch_policy import PreviousRuns
from cinelake.refresh.removals import RemovalGuard, count_stored, find_listed
from cinelake.selection.limits import Limits


async def decide(context: RunContext, request: RunRequest) -> Decision:
    """What to do with a request on the API's date.

    A single request comes first: it shows the date, and a wrong token or address fails fast.

    Raises:
        DamagedError: a document of the selection cannot be read.
        ServiceError, CredentialsError: TMDB does not answer, or refuses the token.
        UsageError: as `decide_run` raises it.
    """
    await context.client.check_connection()
    today = context.clock.now().date()
    decision = await asyncio.to_thread(read_decision, context.store, request, today)
    label = decision.key.run_on
    if isinstance(decision, Start | Refresh) and request.run_on is None and label != today:
        message = f"a run of another day has the date {today}; the new run gets the date {label}, the latest that is free"
        context.log.warning(Event.RUN_DATE_TAKEN, message=message)
    return decision


async def plan_run(context: RunContext, run: Run) -> Plan:
    """The plan of a run, from the lake; the first time it is counted and stored.

    Raises:
        ServiceError, CredentialsError: TMDB does not answer, or refuses the token.
    """
    plan = await asyncio.to_thread(read_plan, context.store, run.key)
    if plan is None:
        if isinstance(run, Resume):
            hint = "run the same command again"
            raise OvertakenError(f"another process abandoned the run of {run.key.run_on}", hint=hint)
        counted = await count_run(context.client, context.store, run, context.clock.now())
        plan = msgspec.structs.replace(counted, number=context.number)
        await asyncio.to_thread(write_document, context.store, run.key.plan(), plan)
    return plan


async def read_changes(context: RunContext, key: RunKey, plan: Plan) -> Changes | None:
    """What the change feed names for a refresh; None for a run that fetches everything."""
    if plan.refresh is None:
        return None
    days = list_days(plan.refresh.since, plan.fetched_on or plan.run_on)
    before = RunKey(plan.selection.id, plan.refresh.continues_on)
    return await read_or_fetch_changes(context.client, context.store, key, plan.selection.media, days, before)


def load_previous_runs(store: Store, plan: Plan, changes: Changes | None) -> PreviousRuns:
    """What previous runs have stored of the slices of a plan, and which of it to fetch again.

    Raises:
        DamagedError: a manifest, listing or batch cannot be read.
    """
    today, ids = plan.fetched_on or plan.run_on, changes.ids if changes else None
    found = read_previous_runs(store, plan.selection, _find_beginning(store, plan), today, plan.refresh, ids)
    return divide_windows(found, plan.retired, [planned.slice for planned in plan.slices if planned.slice.is_block])


def _find_beginning(store: Store, plan: Plan) -> Beginning:
    """From where the run of a plan looks back; a slice that it lists next looks back at everything."""
    kind = KINDS[plan.selection.media]
    committed = list_manifests(store, f"{MANIFESTS}/{kind}")
    has_earlier = {key.name for key in committed if key.run_on != plan.run_on}
    keys = [planned.slice.key(plan.run_on) for planned in plan.slices]
    listed = [key for key in keys if key.name in has_earlier and key in list_listed(store, kind, plan.run_on)]
    heads = map_concurrently(lambda key: read_listing_head(store, key), listed)
    numbers: dict[str, int | None] = dict.fromkeys(key.name for key in keys)
    for key, listing in zip(listed, heads, strict=True):
        if listing is not None and not (listing.is_incomplete and key in committed):  # that would be listed again
            numbers[key.name] = listing.number
    return Beginning(plan.run_on, numbers)


def check_run_removals(
    store: Store, plan: Plan, committed: dict[str, Manifest], previous_runs: PreviousRuns, limits: Limits
) -> RemovalGuard:
    """Compare what the run would remove with the limits, once all slices are listed.

    Raises:
        DamagedError: a listing cannot be read.
        IncompleteError: it is too much; nothing of the run stays in the lake, except slices that are committed.
    """
    guard = RemovalGuard(count_stored(previous_runs.slices.values()), limits)
    for name, manifest in committed.items():  # removals by earlier processes of the run count too
        buried = (each.id for each in manifest.tombstones if each.reason != "moved")
        guard.removed.update(title_id for title_id in buried if title_id in previous_runs.titles(name))
    if not guard.stored:
        return guard
    unlisted = frozenset(
        title_id
        for each in _read_listings(store, plan)
        for title_id in set(each.unlisted) - each.kept_ids
        if title_id in previous_runs.titles(each.slice)
    )
    if not unlisted:
        return guard
    listed = (set(listing.ids).difference(listing.unlisted) for listing in _read_listings(store, plan))
    guard.elsewhere = find_listed(unlisted, listed)
    try:
        guard.check(unlisted)
    except IncompleteError:
        _abandon_run(store, plan, committed)
        raise
    return guard


def _read_listings(store: Store, plan: Plan) -> Iterator[Listing]:
    for planned in plan.slices:
        listing = read_listing(store, planned.slice.key(plan.run_on), plan.selection.request)
        if listing is not None:
            yield listing


def _abandon_run(store: Store, plan: Plan, committed: dict[str, Manifest]) -> None:
    """Delete the listings, then the plan, which makes the run exist. Committed slices stay, and the plan with them."""
    run = RunKey(plan.selection.id, plan.run_on)
    for planned in plan.slices:
        key = planned.slice.key(plan.run_on)
        if planned.slice.name not in committed:
            delete_listing(store, key)
    if not committed:
        store.delete(run.changes())
        store.delete(run.plan())
