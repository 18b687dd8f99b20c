"""Owns the comparison with the service as it is now: lists the selection anew and names what either side lacks."""

import asyncio
from collections.abc import Iterator

import msgspec

from cinelake.extract.listing.lister import ListedWindow, Lister
from cinelake.extract.listing.undated import UndatedFinder
from cinelake.extract.listing.windows import build_slice_query
from cinelake.extract.planning.counting import count_selection
from cinelake.extract.planning.plan import Plan
from cinelake.extract.run_documents import list_runs, read_plan
from cinelake.lake.keys import RunKey, manifests_folder
from cinelake.lake.listings import read_listing
from cinelake.lake.manifests import list_manifests, read_manifest
from cinelake.lake.problems import Problem, format_ids
from cinelake.lake.store import Store
from cinelake.media import KINDS
from cinelake.selection.slices import Slice
from cinelake.tmdb.client import Client
from cinelake.verify.slice_checks import ids_in


class Comparison(msgspec.Struct, frozen=True):
    """A run held against the service: the ids that the service lists now, and what either side lacks."""

    kind: str
    ids: frozenset[int]
    problems: tuple[Problem, ...]


async def compare_runs(client: Client, store: Store, run: RunKey | None = None) -> list[Comparison]:
    """Hold a run, or else the newest run of each selection, against the service.

    Raises:
        ServiceError, CredentialsError: the service cannot be asked.
    """
    await client.check_connection()
    runs = [run] if run else {each.selection_id: each for each in list_runs(store)}.values()
    plans = ((each, read_plan(store, each)) for each in runs)
    return [await verify_against_service(client, store, each, plan) for each, plan in plans if plan is not None]


async def verify_against_service(client: Client, store: Store, run: RunKey, plan: Plan) -> Comparison:
    """List the selection as the service has it now, and name what either side lacks.

    Raises:
        ServiceError, CredentialsError: the service cannot be asked.
    """
    held = await asyncio.to_thread(_read_held, store, plan)
    now = await count_selection(client, plan.selection, run_on=plan.run_on, now=plan.planned_at)
    lister = Lister(client)
    there: dict[int | None, set[int]] = {genre_id: set() for genre_id in plan.selection.genres}
    unproven = 0
    for planned in now.slices:
        for window in await _list_now(client, lister, planned.slice, plan):
            there[planned.slice.genre_id].update(window.ids)
            unproven += window.missing
    kind = KINDS[plan.selection.media]
    problems = [each for genre_id in there for each in _compare(run, kind, genre_id, held[genre_id], there[genre_id])]
    if unproven:
        problems.append(
            Problem("unproven count", run.plan(), f"the service's own counts disagree with its lists by {unproven}")
        )
    return Comparison(kind, frozenset().union(*there.values()), tuple(problems))


def _read_held(store: Store, plan: Plan) -> dict[int | None, set[int]]:
    """The ids that the lake accounts for in a run, by genre: held, by the run or those before it, or known to be gone."""
    held: dict[int | None, set[int]] = {genre_id: set() for genre_id in plan.selection.genres}
    committed = list_manifests(store, manifests_folder(KINDS[plan.selection.media], plan.run_on))
    for planned in plan.slices:
        key = planned.slice.key(plan.run_on)
        manifest = read_manifest(store, key, committed[key]) if key in committed else None
        if manifest is None:
            continue
        ids = held[planned.slice.genre_id]
        ids.update(set(manifest.gone).difference(each.id for each in manifest.tombstones))
        for batch in manifest.batches:
            stored = store.read(batch.key)
            ids |= ids_in(stored.data) if stored else set()
        if manifest.kept:
            listing = read_listing(store, key, manifest.request)
            ids |= listing.kept_ids if listing else set()
    return held


def _compare(run: RunKey, kind: str, genre_id: int | None, held: set[int], there: set[int]) -> Iterator[Problem]:
    """What either side lacks of a genre."""
    titles = kind.lower() if genre_id is None else f"{kind.lower()} of genre {genre_id}"
    if lacking := sorted(there - held):
        detail = f"{len(lacking)} {titles} that the service has and the lake has not: {format_ids(lacking)}"
        yield Problem("not in the lake", run.plan(), detail, tuple(lacking))
    if surplus := sorted(held - there):
        detail = f"{len(surplus)} {titles} that the lake has and the service lists no more: {format_ids(surplus)}"
        yield Problem("not in TMDB", run.plan(), detail, tuple(surplus))


async def _list_now(client: Client, lister: Lister, piece: Slice, plan: Plan) -> list[ListedWindow]:
    query = build_slice_query(piece, plan.selection)
    if piece.is_undated:
        return [await UndatedFinder(client, lister).list_undated(query)]
    windows: list[ListedWindow] = []

    async def keep(window: ListedWindow) -> None:
        windows.append(window)

    await lister.list_dated(query, keep)
    return windows
