"""Lists the blocks of a selection of all titles from TMDB's id export, or from both the export and discover.

An export is a whole file, so what it lists in a block is complete. It may be a day old: ids that only the change feed names
are added, if nothing says that they are deleted or adult. With discover as source, all windows are listed as well; the
blocks then contain what either lists, and the differences are stored for the run report.
"""

import asyncio
from bisect import bisect_left
from dataclasses import dataclass

from cinelake.extract.context import RunContext
from cinelake.extract.listing.lister import NO_SCORES, ListedWindow, Lister
from cinelake.extract.listing.window_store import delete_windows, list_windows
from cinelake.extract.listing.windows import build_slice_query
from cinelake.extract.planning.counting import fetch_selected_ids
from cinelake.extract.planning.plan import Plan
from cinelake.extract.run_documents import ListingProof
from cinelake.lake.documents import write_document
from cinelake.lake.keys import RunKey
from cinelake.refresh.change_feed import Changes
from cinelake.refresh.refetch_policy import PreviousRuns
from cinelake.selection.slices import Slice
from cinelake.tmdb.id_exports import ExportIds
from cinelake.tmdb.validation import Scores

_WINDOWS_AT_ONCE = 8
_EXAMPLES = 100


@dataclass(frozen=True, slots=True)
class BlockTitles:
    """The titles of a block: those that are listed, further ids that the change feed names, and the export's name."""

    window: ListedWindow
    named: list[int]
    export: str


@dataclass(frozen=True, slots=True)
class _Found:
    """What a run found: the export, and from discover the scores by id (empty if the export is the source)."""

    export: ExportIds
    scores: dict[int, Scores]
    ids: list[int]


class BlockLister:
    """Lists the blocks of a run. It reads the export, and discover if that is the source, once."""

    def __init__(
        self,
        context: RunContext,
        plan: Plan,
        lister: Lister,
        tolerance: float,
        changes: Changes | None,
        previous_runs: PreviousRuns,
    ) -> None:
        self._context = context
        self._plan = plan
        self._lister = lister
        self._tolerance = tolerance
        self._changes = changes
        self._previous_runs = previous_runs
        self._lock = asyncio.Lock()
        self._found: _Found | None = None

    async def list_block(self, piece: Slice) -> BlockTitles:
        """The titles of a block.

        Raises:
            ServiceError, CredentialsError: the export or discover cannot be read.
        """
        async with self._lock:
            if self._found is None:
                self._found = await self._find()
        found, first, last = self._found, piece.first_id or 0, piece.last_id or 0
        exported = found.export.cut(first, last)
        ids = sorted({*exported, *found.ids[bisect_left(found.ids, first) : bisect_left(found.ids, last + 1)]})
        scores = [found.scores.get(i, NO_SCORES) for i in ids] if found.scores else []
        named = [i for i in self._list_named(found.export) if first <= i <= last and i not in found.scores]
        stored = self._previous_runs.titles(piece.name)
        window = ListedWindow(None, None, len(ids), ids, 0, scores=scores)
        return BlockTitles(window, [i for i in named if i not in stored], found.export.name)

    async def close(self) -> None:
        """Delete the windows that were listed, once all blocks have a listing."""
        for planned in self._plan.windows:
            await asyncio.to_thread(delete_windows, self._context.store, planned.slice.key(self._plan.run_on))

    def _list_named(self, export: ExportIds) -> list[int]:
        """The ids that the change feed names, that the export does not, and that are neither deleted nor adult."""
        if self._changes is None:
            return []
        adult = () if self._plan.selection.include_adult else self._changes.adult
        unknown = set(self._changes.ids).difference(self._changes.vanished, adult)
        return sorted(title_id for title_id in unknown if title_id not in export)

    async def _find(self) -> _Found:
        today = self._context.clock.now().date()  # a run that is resumed later reads the newest export
        export = await fetch_selected_ids(self._context.client, self._plan.selection, today)
        if not self._plan.windows:
            return _Found(export, {}, [])
        windows = await self._list_windows()
        scores = {i: each for window in windows for i, each in zip(window.ids, window.scores, strict=True)}
        proof = compare(export, set(scores), sum(window.missing for window in windows), self._tolerance)
        key = RunKey(self._plan.selection.id, self._plan.run_on)
        await asyncio.to_thread(write_document, self._context.store, key.proof(), proof)
        return _Found(export, scores, sorted(scores))

    async def _list_windows(self) -> list[ListedWindow]:
        slots = asyncio.Semaphore(_WINDOWS_AT_ONCE)

        async def list_one(piece: Slice) -> list[ListedWindow]:
            async with slots:
                query = build_slice_query(piece, self._plan.selection)
                key = piece.key(self._plan.run_on)
                return await list_windows(self._context, self._lister, query, key, keeps_whole=True)

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(list_one(planned.slice)) for planned in self._plan.windows]
        return [window for task in tasks for window in task.result()]


def compare(export: ExportIds, discovered: set[int], missing: int, tolerance: float) -> ListingProof:
    """Compare what the export lists with what discover lists. Pure."""
    exported = set(export.listed)
    only_export, only_discover = sorted(exported - discovered), sorted(discovered - exported)
    return ListingProof(
        export=export.name,
        in_export=len(exported),
        in_discover=len(discovered),
        only_in_export=len(only_export),
        only_in_discover=len(only_discover),
        unproven=missing,
        is_proven=missing <= tolerance * (len(discovered) + missing),
        examples_in_export=tuple(only_export[:_EXAMPLES]),
        examples_in_discover=tuple(only_discover[:_EXAMPLES]),
    )
