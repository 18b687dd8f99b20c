"""Compares stored runs with TMDB's current lists: lists each selection again and names titles that one side lacks."""

import asyncio
from collections.abc import Iterator

import msgspec

from cinelake.errors import DamagedError
from cinelake.extract.listing.lister import ListedWindow, Lister
from cinelake.extract.listing.undated import UndatedFinder
from cinelake.extract.listing.windows import build_slice_query
from cinelake.extract.planning.counting import count_selection
from cinelake.extract.planning.plan import Plan
from cinelake.extract.run_documents import list_runs, read_plan, sort_runs
from cinelake.lake.keys import RunKey, manifests_folder
from cinelake.lake.listings import Listing
from cinelake.lake.manifests import list_manifests
from cinelake.lake.problems import Problem, format_ids
from cinelake.lake.store import Store
from cinelake.media import KINDS
from cinelake.selection.slices import Slice
from cinelake.tmdb.client import Client
from cinelake.verify.slice_reads import read_slices


class ApiComparison(msgspec.Struct, frozen=True):
    """A run compared with TMDB: the kind of titles, the ids that TMDB lists now, and the differences."""

    kind: str
    ids: frozenset[int]
    problems: tuple[Problem, ...]


async def compare_runs(client: Client, store: Store, run: RunKey | None = None) -> list[ApiComparison]:
    """Compare a run, or by default the newest run of each selection, with TMDB.

    Raises:
        ServiceError, CredentialsError: TMDB does not answer, or refuses the credentials.
    """
    await client.check_connection()
    runs = [run] if run else {each.selection_id: each for each in sort_runs(store, list_runs(store))}.values()
    plans = ((each, read_plan(store, each)) for each in runs)
    return [await compare_run(client, store, each, plan) for each, plan in plans if plan is not None]


async def compare_run(client: Client, store: Store, run: RunKey, plan: Plan) -> ApiComparison:
    """List the run's selection again, and name the titles that either side lacks.

    Raises:
        ServiceError, CredentialsError: TMDB does not answer, or refuses the credentials.
    """
    stored = await asyncio.to_thread(_read_stored_ids, store, plan)
    now = await count_selection(client, plan.selection, run_on=plan.run_on, now=plan.planned_at)
    lister = Lister(client)
    listed: dict[int | None, set[int]] = {genre_id: set() for genre_id in plan.selection.genres}
    unproven = 0
    for planned in now.slices:
        for window in await _list_slice(client, lister, planned.slice, plan):
            listed[planned.slice.genre_id].update(window.ids)
            unproven += window.missing
    kind = KINDS[plan.selection.media]
    problems = [each for genre in listed for each in _list_differences(run, kind, genre, stored[genre], listed[genre])]
    if unproven:
        detail = f"TMDB's counts and its lists differ by {unproven} titles"
        problems.append(Problem("unproven count", run.plan(), detail))
    return ApiComparison(kind, frozenset().union(*listed.values()), tuple(problems))


def _read_stored_ids(store: Store, plan: Plan) -> dict[int | None, set[int]]:
    """The ids that a run accounts for, by genre: stored by it or by an earlier run, or known to be gone."""
    stored: dict[int | None, set[int]] = {genre_id: set() for genre_id in plan.selection.genres}
    committed = list_manifests(store, manifests_folder(KINDS[plan.selection.media], plan.run_on))
    genres = {
        key: planned.slice.genre_id for planned in plan.slices if (key := planned.slice.key(plan.run_on)) in committed
    }
    for found in read_slices(store, committed, genres):
        if isinstance(found.manifest, DamagedError):
            raise found.manifest
        if found.manifest is None:
            continue
        ids = stored[genres[found.key]]
        ids.update(set(found.manifest.gone).difference(each.id for each in found.manifest.tombstones))
        ids.update(*(batch_ids for batch_ids, _ in found.batches))
        if isinstance(found.listing, Listing):
            ids |= found.listing.kept_ids
    return stored


def _list_differences(
    run: RunKey, kind: str, genre_id: int | None, stored: set[int], listed: set[int]
) -> Iterator[Problem]:
    """The titles of a genre that only one side has."""
    titles = kind.lower() if genre_id is None else f"{kind.lower()} of genre {genre_id}"
    if missing := sorted(listed - stored):
        detail = f"{len(missing)} {titles} that TMDB lists: {format_ids(missing)}"
        yield Problem("not in the lake", run.plan(), detail, tuple(missing))
    if surplus := sorted(stored - listed):
        detail = f"{len(surplus)} {titles} that TMDB no longer lists: {format_ids(surplus)}"
        yield Problem("not in TMDB", run.plan(), detail, tuple(surplus))


async def _list_slice(client: Client, lister: Lister, piece: Slice, plan: Plan) -> list[ListedWindow]:
    query = build_slice_query(piece, plan.selection)
    if piece.is_undated:
        return [await UndatedFinder(client, lister).list_undated(query)]
    windows: list[ListedWindow] = []

    async def keep(window: ListedWindow) -> None:
        windows.append(window)

    await lister.list_dated(query, keep)
    return windows
