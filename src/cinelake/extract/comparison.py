"""Owns the comparison with the service as it is now: lists the selection anew and names what either side lacks."""

import msgspec

from cinelake.extract.listing import ListedWindow, Lister, UndatedFinder
from cinelake.extract.plan import Plan, fetch_plan
from cinelake.extract.slices import KINDS, Slice
from cinelake.extract.verify import Problem, ids_in, name_ids
from cinelake.lake.layout import RunKey, manifests_folder
from cinelake.lake.manifest import list_manifests, read_manifest
from cinelake.lake.storage import Store
from cinelake.tmdb.client import Client


class Comparison(msgspec.Struct, frozen=True):
    """A run held against the service: the ids that the service lists now, and what either side lacks."""

    kind: str
    ids: frozenset[int]
    problems: tuple[Problem, ...]


async def verify_against_service(client: Client, store: Store, run: RunKey, plan: Plan) -> Comparison:
    """List the selection as the service has it now, and name what either side lacks.

    Raises:
        ServiceError, CredentialsError: the service cannot be asked.
    """
    held: set[int] = set()
    committed = list_manifests(store, manifests_folder(KINDS[plan.selection.media], plan.run_on))
    for planned in plan.slices:
        key = planned.slice.key(plan.run_on)
        manifest = read_manifest(store, key, committed[key]) if key in committed else None
        if manifest is not None:
            held.update(manifest.gone)
            for batch in manifest.batches:
                stored = store.read(batch.key)
                held |= ids_in(stored.data) if stored else set()
    now = await fetch_plan(client, plan.selection, run_on=plan.run_on, now=plan.planned_at)
    lister = Lister(client)
    there: set[int] = set()
    unproven = 0
    for planned in now.slices:
        for window in await _list_now(client, lister, planned.slice, plan):
            there.update(window.ids)
            unproven += window.missing
    problems = []
    kind = KINDS[plan.selection.media]
    if lacking := sorted(there - held):
        detail = f"{len(lacking)} {kind.lower()} that the service has and the lake has not: {name_ids(lacking)}"
        problems.append(Problem("not in the lake", run.plan(), detail, tuple(lacking)))
    if surplus := sorted(held - there):
        detail = f"{len(surplus)} {kind.lower()} that the lake has and the service lists no more: {name_ids(surplus)}"
        problems.append(Problem("not in the service", run.plan(), detail, tuple(surplus)))
    if unproven:
        problems.append(Problem("unproven", run.plan(), f"the service's own counts disagree with its lists by {unproven}"))
    return Comparison(kind, frozenset(there), tuple(problems))


async def _list_now(client: Client, lister: Lister, piece: Slice, plan: Plan) -> list[ListedWindow]:
    query = piece.query(plan.selection)
    if piece.is_undated:
        return [await UndatedFinder(client, lister).list_undated(query)]
    windows: list[ListedWindow] = []

    async def keep(window: ListedWindow) -> None:
        windows.append(window)

    await lister.list_dated(query, keep)
    return windows
