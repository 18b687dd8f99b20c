"""Fetches details: the chunks of all slices form one stream, so that requests never wait for a slice to end.

At most OPEN_CHUNKS chunks are open at a time, which limits the memory in use and what a kill can cost. If an earlier slice
of the same window lists an id, its record is copied from there and not requested again. Invariant: the batches of a chunk
are written only when each of its ids is fetched, gone, or quarantined with a reason; a manifest when all its chunks are.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Container
from dataclasses import dataclass, field

from cinelake.extract.batch_files import BatchFiles
from cinelake.extract.context import RunContext
from cinelake.extract.planning.plan import Plan
from cinelake.extract.processes import BatchNumbers
from cinelake.extract.slice_state import SliceState, build_manifest
from cinelake.lake.batches import MAX_BYTES, Chunk, fits_batch, splice_record
from cinelake.lake.manifests import Manifest, Tombstone, commit_manifest, has_same_content
from cinelake.log import Event
from cinelake.refresh.removals import RemovalGuard, belongs_to_slice
from cinelake.tmdb.responses import FailedRequest, Gone

OPEN_CHUNKS = 3
WORKERS = 20


@dataclass(slots=True)
class _OpenChunk:
    """A chunk whose ids are being fetched.

    Attributes:
        stored: ids whose records an earlier process wrote.
        records: records to be written.
        pending: the number of ids that are neither fetched, gone nor quarantined.
    """

    state: SliceState
    chunk: Chunk
    stored: frozenset[int]
    records: dict[int, bytes] = field(default_factory=dict)
    pending: int = 0
    is_finished: asyncio.Event = field(default_factory=asyncio.Event)


class Fetcher:
    """Fetches the details of slices. One object per run."""

    def __init__(
        self,
        context: RunContext,
        plan: Plan,
        on_commit: Callable[[SliceState, Manifest], None],
        *,
        guard: RemovalGuard,
        numbers: BatchNumbers,
        vanished: Container[int] = (),
    ) -> None:
        self._context = context
        self._plan = plan
        self._selection = plan.selection
        self._guard = guard
        self._vanished = vanished
        self._append = ",".join(plan.selection.append)
        self._on_commit = on_commit
        self._numbers = numbers
        self._files = BatchFiles(context, numbers)
        self._queue: asyncio.Queue[tuple[_OpenChunk, int]] = asyncio.Queue()
        self._slots = asyncio.Semaphore(OPEN_CHUNKS)
        self._open: dict[tuple[str, int], _OpenChunk] = {}
        self._siblings: list[SliceState] = []

    async def fetch_slices(self, states: AsyncIterator[SliceState]) -> None:
        """Fetch and commit slices in the order given; after a stop request, finish the open chunks and return."""
        async with asyncio.TaskGroup() as group:
            workers = [group.create_task(self._work()) for _ in range(WORKERS)]
            committing: list[asyncio.Task[None]] = []
            async for state in states:
                if state.is_complete:
                    self._add_sibling(state)
                    continue
                committing = [task for task in committing if not task.done()]
                opened = await self._open_slice(group, state)
                if opened is None:
                    break
                committing.append(group.create_task(self._commit(state, opened)))
            for _ in range(OPEN_CHUNKS):  # all slots are free once all chunks are finished
                await self._slots.acquire()
            if committing:
                await asyncio.wait(committing)
            for _ in range(OPEN_CHUNKS):
                self._slots.release()
            for worker in workers:
                worker.cancel()

    async def _open_slice(self, group: asyncio.TaskGroup, state: SliceState) -> list[_OpenChunk] | None:
        """Open the chunks of a slice one after another; None if a stop was requested in between."""
        earlier = self._add_sibling(state)
        state.objects = await asyncio.to_thread(self._files.list_objects, state)
        opened: list[_OpenChunk] = []
        for chunk in state.chunks():
            await self._slots.acquire()
            if self._context.stop.event.is_set():
                self._slots.release()
                return None
            open_chunk = _OpenChunk(state, chunk, frozenset(await self._files.read_chunk(state, chunk)))
            opened.append(open_chunk)
            self._open[state.key.name, chunk.number] = open_chunk
            group.create_task(self._open_chunk(open_chunk, earlier))
        return opened

    def _add_sibling(self, state: SliceState) -> list[SliceState]:
        """Keep a slice for later ones of its window; return the earlier ones of that window."""
        earlier = [each for each in self._siblings if each.slice.window_name == state.slice.window_name]
        self._siblings = [*earlier, state]
        return earlier

    async def _open_chunk(self, open_chunk: _OpenChunk, earlier: list[SliceState]) -> None:
        """Copy what earlier slices have of a chunk, and queue the rest for the workers."""
        state, progress = open_chunk.state, self._context.progress
        missing = [
            i
            for i in open_chunk.chunk.ids
            if i not in open_chunk.stored and i not in state.gone and i not in state.quarantined
        ]
        shared = {i: owner for owner in reversed(earlier) for i in missing if owner.chunk_of(i) is not None}
        progress.titles_done += len(open_chunk.chunk.ids) - len(missing)
        progress.titles_kept += len(open_chunk.chunk.ids) - len(missing)
        open_chunk.pending = len(missing) + 1  # one for this function itself
        for title_id in missing:
            if title_id not in shared:
                self._queue.put_nowait((open_chunk, title_id))
        for title_id, owner in shared.items():
            record = await self._read_shared(owner, title_id)
            if record is not None:
                self._add_record(open_chunk, title_id, record)
            elif self._numbers.is_current(owner.gone.get(title_id, -1)):
                self._add_gone(state, title_id)
            elif title_id in owner.quarantined:
                state.quarantined[title_id] = owner.quarantined[title_id]
            else:
                self._queue.put_nowait((open_chunk, title_id))
                continue
            progress.titles_done += 1
            open_chunk.pending -= 1
        await self._finish_one(open_chunk)

    async def _work(self) -> None:
        client, progress = self._context.client, self._context.progress
        while True:
            open_chunk, title_id = await self._queue.get()
            answer = await client.fetch_detail(self._selection.media, title_id, self._append)
            match answer:
                case bytes():
                    record = splice_record(answer, title_id)
                    if fits_batch(record):
                        self._add_record(open_chunk, title_id, record)
                    else:
                        reason = f"the record has {len(record)} bytes, a batch holds {MAX_BYTES}"
                        self._quarantine(open_chunk.state, title_id, reason)
                case Gone():
                    self._add_gone(open_chunk.state, title_id)
                    progress.gone += 1
                case FailedRequest(reason):
                    self._quarantine(open_chunk.state, title_id, reason)
            progress.titles_done += 1
            await self._finish_one(open_chunk)

    def _add_record(self, open_chunk: _OpenChunk, title_id: int, record: bytes) -> None:
        """Keep a record, unless it shows why its slice does not list the title any more."""
        state = open_chunk.state
        if title_id in state.unlisted and not belongs_to_slice(record, state.slice, self._selection):
            reason = self._guard.name_reason(title_id)
            state.left[title_id] = Tombstone(title_id, reason, self._context.number)
            if title_id in state.stored:
                self._guard.note(title_id, reason)
            return
        open_chunk.records[title_id] = record

    def _add_gone(self, state: SliceState, title_id: int) -> None:
        state.gone[title_id] = self._context.number
        if title_id in state.stored:
            self._guard.note(title_id, "gone")

    def _quarantine(self, state: SliceState, title_id: int, reason: str) -> None:
        state.quarantined[title_id] = reason
        self._context.progress.quarantined += 1
        self._context.log.warning(Event.RECORD_QUARANTINED, id=title_id, slice=state.key.name, reason=reason)

    async def _finish_one(self, open_chunk: _OpenChunk) -> None:
        """Count one id as finished; after the last one, write the chunk."""
        open_chunk.pending -= 1
        if open_chunk.pending > 0:
            return
        state, chunk = open_chunk.state, open_chunk.chunk
        if open_chunk.records:
            await asyncio.to_thread(self._files.write_chunk, state, chunk, open_chunk.records)
        open_chunk.records.clear()
        open_chunk.is_finished.set()
        del self._open[state.key.name, chunk.number]
        self._slots.release()

    async def _read_shared(self, owner: SliceState, title_id: int) -> bytes | None:
        """A record from the batches of an earlier slice, once they are written."""
        number = owner.chunk_of(title_id)
        if number is None:
            return None
        unfinished = self._open.get((owner.key.name, number))
        if unfinished is not None:
            await unfinished.is_finished.wait()
        return await self._files.read_record(owner, number, title_id)

    async def _commit(self, state: SliceState, chunks: list[_OpenChunk]) -> None:
        for chunk in chunks:
            await chunk.is_finished.wait()
        await asyncio.to_thread(self._files.delete_leftovers, state)
        manifest = build_manifest(
            state,
            self._context.clock.now(),
            self._vanished,
            number=self._context.number,
            fetched_on=self._plan.fetched_on,
        )
        if state.previous is None or not has_same_content(manifest, state.previous):
            await asyncio.to_thread(self._context.check_number)
            await asyncio.to_thread(commit_manifest, self._context.store, state.key, manifest)
            self._context.log.info(
                Event.SLICE_COMMITTED if state.previous is None else Event.SLICE_AMENDED,
                slice=state.key.name,
                listed=manifest.listed,
                records=manifest.records,
                gone=len(manifest.gone),
                quarantined=len(manifest.quarantined),
                kept=manifest.kept,
                tombstones=len(manifest.tombstones),
                batches=len(manifest.batches),
            )
        self._context.progress.slices_committed += 1
        self._on_commit(state, manifest)
