"""What a run starts from: its plan, the changes, the titles of previous runs, and the limit on removals.

Invariant: a run that would remove too many titles deletes its own documents, so that the next one starts over.
"""

import asyncio
from collections.abc import Iterator

import msgspec

from cinelake.errors import IncompleteError, OvertakenError
from cinelake.extract.context import RunContext
from cinelake.extract.planning.counting import count_run
from cinelake.extract.planning.decision import Resume, Run
from cinelake.extract.planning.plan import Plan
from cinelake.extract.run_documents import read_plan
from cinelake.lake.documents import write_document
from cinelake.lake.keys import RunKey
from cinelake.lake.listings import Listing, delete_listing, read_listing
from cinelake.lake.manifests import Manifest
from cinelake.lake.store import Store
from cinelake.refresh.change_feed import Changes, list_days, read_or_fetch_changes
from cinelake.refresh.previous_runs import divide_windows, read_previous_runs
from cinelake.refresh.refetch_policy import PreviousRuns
from cinelake.refresh.removals import RemovalGuard, count_stored, find_listed
from cinelake.selection.limits import Limits


async def plan_run(context: RunContext, run: Run) -> Plan:
    """The plan of a run, from the lake; the first time it is counted and stored.

    Raises:
        ServiceError, CredentialsError: TMDB does not answer, or refuses the token.
    """
    plan = await asyncio.to_thread(read_plan, context.store, run.key)
    await context.client.check_connection()  # a single request first, so that a wrong token or address fails fast
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
    days, before = list_days(plan.refresh.since, plan.run_on), RunKey(plan.selection.id, plan.refresh.since)
    return await read_or_fetch_changes(context.client, context.store, key, plan.selection.media, days, before)


def load_previous_runs(store: Store, plan: Plan, changes: Changes | None) -> PreviousRuns:
    """What previous runs have stored of the slices of a plan, and which of it to fetch again.

    Raises:
        DamagedError: a manifest, listing or batch cannot be read.
    """
    names = [planned.slice.name for planned in plan.slices]
    ids = changes.ids if changes else None
    found = read_previous_runs(store, plan.selection, names, plan.run_on, plan.refresh, ids)
    return divide_windows(found, plan.retired, [planned.slice for planned in plan.slices if planned.slice.is_block])


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
