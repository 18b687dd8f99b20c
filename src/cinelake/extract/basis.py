"""Owns what a run starts from: what the lake holds of its slices, what of that is due, and whether too much would be lost.

Invariant: a run that would lose too much leaves nothing behind, so that the next one looks anew.
"""

from collections.abc import Iterator

from cinelake.errors import ShortError
from cinelake.extract.changes import Changes
from cinelake.extract.drops import DropGuard, count_held, find_elsewhere
from cinelake.extract.due import Basis, choose_wanted
from cinelake.extract.former import read_former
from cinelake.extract.plan import Plan
from cinelake.lake.keys import RunKey
from cinelake.lake.listings import Listing, read_listing
from cinelake.lake.manifests import Manifest
from cinelake.lake.store import Store
from cinelake.media import KINDS
from cinelake.selection.limits import Limits


def read_basis(store: Store, plan: Plan, changes: Changes | None) -> Basis:
    """What former runs hold of the slices of a plan, and what of that is to be fetched again.

    Raises:
        DamagedError: a manifest, listing or batch cannot be read.
    """
    names = [planned.slice.name for planned in plan.slices]
    held = read_former(store, KINDS[plan.selection.media], plan.selection.request, names, plan.run_on)
    if plan.refresh is None or changes is None:
        return Basis(held)
    return Basis(held, choose_wanted(held.values(), plan.refresh, plan.run_on).union(changes.ids))


def check_drops(store: Store, plan: Plan, committed: dict[str, Manifest], basis: Basis, limits: Limits) -> DropGuard:
    """Hold what no slice lists any more against the limits, once all slices are listed.

    Raises:
        DamagedError: a listing cannot be read.
        ShortError: it is too much; the run is as if it had never begun, but for slices that are committed.
    """
    guard = DropGuard(count_held(basis.slices.values()), limits)
    buried = (each for manifest in committed.values() for each in manifest.tombstones if each.reason != "moved")
    guard.dropped.update(each.id for each in buried)  # what former processes of the run took away counts, too
    if not guard.held:
        return guard
    lost = frozenset(title_id for each in _read_listings(store, plan) for title_id in set(each.unlisted) - each.kept_ids)
    if not lost:
        return guard
    listed = (set(listing.ids).difference(listing.unlisted) for listing in _read_listings(store, plan))
    guard.elsewhere = find_elsewhere(lost, listed)
    try:
        guard.check(lost)
    except ShortError:
        _forget_run(store, plan, committed)
        raise
    return guard


def _read_listings(store: Store, plan: Plan) -> Iterator[Listing]:
    for planned in plan.slices:
        listing = read_listing(store, planned.slice.key(plan.run_on), plan.selection.request)
        if listing is not None:
            yield listing


def _forget_run(store: Store, plan: Plan, committed: dict[str, Manifest]) -> None:
    """Remove what was listed, and then the plan, without which there is no run; what is committed stays, and its plan."""
    run = RunKey(plan.selection.id, plan.run_on)
    for planned in plan.slices:
        key = planned.slice.key(plan.run_on)
        if planned.slice.name not in committed:
            store.delete(key.listing())
            store.delete(key.snapshot())
    if not committed:
        store.delete(run.changes())
        store.delete(run.plan())
