"""Owns the fetching of details: many chunks of many slices as one stream, so that the pace never waits for a slice to end.

At most OPEN_CHUNKS chunks are unfinished at a time, which bounds memory and what a kill can cost. An id that an earlier
slice of the same window holds is taken from there, not asked again. Invariant: a chunk's object is written only when each
of its ids is had, gone, or quarantined with its reason; a manifest only when all its chunks are.
"""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Container
from dataclasses import dataclass, field

from cinelake.extract.context import RunContext
from cinelake.extract.slice_state import SliceState, build_manifest
from cinelake.lake.batches import MAX_BYTES, Chunk, encode_batches, fits_batch, parse_batch, splice_record
from cinelake.lake.keys import parse_raw_key
from cinelake.lake.manifests import Batch, Manifest, commit_manifest, has_same_content
from cinelake.log import Event
from cinelake.refresh.removals import RemovalGuard, belongs_to_slice
from cinelake.selection.selection import Selection
from cinelake.tmdb.responses import FailedRequest, Gone

OPEN_CHUNKS = 3
WORKERS = 20
_CACHED_BATCHES = 4


@dataclass(slots=True)
class _OpenChunk:
    work: SliceState
    chunk: Chunk
    had: dict[int, bytes]
    pending: int = 0
    fetched: int = 0
    is_finished: asyncio.Event = field(default_factory=asyncio.Event)


class Fetcher:
    """Fetches the details of slices. One object a run."""

    def __init__(
        self,
        context: RunContext,
        selection: Selection,
        on_commit: Callable[[SliceState, Manifest], None],
        *,
        guard: RemovalGuard,
        vanished: Container[int] = (),
    ) -> None:
        self._context = context
        self._selection = selection
        self._guard = guard
        self._vanished = vanished
        self._append = ",".join(selection.append)
        self._on_commit = on_commit
        self._queue: asyncio.Queue[tuple[_OpenChunk, int]] = asyncio.Queue()
        self._places = asyncio.Semaphore(OPEN_CHUNKS)
        self._open: dict[tuple[str, int], _OpenChunk] = {}
        self._siblings: list[SliceState] = []
        self._cache: OrderedDict[str, dict[int, bytes]] = OrderedDict()

    async def fetch_slices(self, works: AsyncIterator[SliceState]) -> None:
        """Fetch and commit slices in the order given; ends early, with open chunks finished, when a stop is asked for."""
        async with asyncio.TaskGroup() as group:
            workers = [group.create_task(self._work()) for _ in range(WORKERS)]
            committing: list[asyncio.Task[None]] = []
            async for work in works:
                if work.is_settled:
                    self._note_sibling(work)
                    continue
                committing = [task for task in committing if not task.done()]
                finished = await self._open_slice(group, work)
                if finished is None:
                    break
                committing.append(group.create_task(self._commit(work, finished)))
            for _ in range(OPEN_CHUNKS):  # all places free: all chunks are finished
                await self._places.acquire()
            if committing:
                await asyncio.wait(committing)
            for worker in workers:
                worker.cancel()

    async def _open_slice(self, group: asyncio.TaskGroup, work: SliceState) -> list[_OpenChunk] | None:
        """Open the chunks of a slice one after another; None when a stop was asked for in between."""
        earlier = self._note_sibling(work)
        prefix = work.key.raw(0).removesuffix("0.json")
        entries = await asyncio.to_thread(lambda: list(self._context.store.list_entries(prefix)))
        existing = {
            parsed[1]: entry.key for entry in entries if (parsed := parse_raw_key(entry.key)) and parsed[0] == work.key
        }
        opened: list[_OpenChunk] = []
        for chunk in work.chunks():
            await self._places.acquire()
            if self._context.stop.event.is_set():
                self._places.release()
                return None
            open_chunk = _OpenChunk(work, chunk, await self._read_done(work, chunk, existing))
            opened.append(open_chunk)
            self._open[work.key.name, chunk.number] = open_chunk
            group.create_task(self._open_chunk(open_chunk, earlier))
        work.leftovers = {number: key for number, key in existing.items() if number > work.base}
        return opened

    def _note_sibling(self, work: SliceState) -> list[SliceState]:
        """Remember a slice for later ones of its window; the earlier ones of that window."""
        earlier = [w for w in self._siblings if w.slice.window_name == work.slice.window_name]
        self._siblings = [*earlier, work]
        return earlier

    async def _open_chunk(self, open_chunk: _OpenChunk, earlier: list[SliceState]) -> None:
        """Send to the workers what must be asked; take from earlier slices what they hold."""
        wanted = [
            i
            for i in open_chunk.chunk.ids
            if i not in open_chunk.had and i not in open_chunk.work.gone and i not in open_chunk.work.quarantined
        ]
        shared = {i: owner for owner in reversed(earlier) for i in wanted if owner.chunk_of(i) is not None}
        self._context.progress.titles_done += len(open_chunk.chunk.ids) - len(wanted)
        self._context.progress.titles_kept += len(open_chunk.chunk.ids) - len(wanted)
        open_chunk.pending = len(wanted) + 1  # one for this function itself
        for title_id in wanted:
            if title_id not in shared:
                self._queue.put_nowait((open_chunk, title_id))
        for title_id, owner in shared.items():
            record = await self._read_shared(owner, title_id)
            if record is not None:
                self._take(open_chunk, title_id, record)
            elif title_id in owner.gone:
                self._note_gone(open_chunk.work, title_id)
            elif title_id in owner.quarantined:
                open_chunk.work.quarantined[title_id] = owner.quarantined[title_id]
            else:
                self._queue.put_nowait((open_chunk, title_id))
                continue
            self._context.progress.titles_done += 1
            open_chunk.pending -= 1
        await self._settle_one(open_chunk)

    async def _work(self) -> None:
        client, progress = self._context.client, self._context.progress
        while True:
            open_chunk, title_id = await self._queue.get()
            answer = await client.fetch_detail(self._selection.media, title_id, self._append)
            match answer:
                case bytes():
                    record = splice_record(answer, title_id)
                    if fits_batch(record):
                        self._take(open_chunk, title_id, record)
                    else:
                        self._quarantine(open_chunk.work, title_id, f"{len(record)} bytes, a batch holds {MAX_BYTES}")
                case Gone():
                    self._note_gone(open_chunk.work, title_id)
                    progress.gone += 1
                case FailedRequest(reason):
                    self._quarantine(open_chunk.work, title_id, reason)
            progress.titles_done += 1
            await self._settle_one(open_chunk)

    def _take(self, open_chunk: _OpenChunk, title_id: int, record: bytes) -> None:
        """Keep a record, unless it shows why its slice does not list the title any more."""
        work = open_chunk.work
        if title_id in work.unlisted and not belongs_to_slice(record, work.slice, self._selection):
            reason = work.left[title_id] = self._guard.name_reason(title_id)
            self._guard.note(title_id, reason)
            return
        open_chunk.had[title_id] = record
        open_chunk.fetched += 1

    def _note_gone(self, work: SliceState, title_id: int) -> None:
        work.gone.add(title_id)
        if title_id in work.held:
            self._guard.note(title_id, "gone")

    def _quarantine(self, work: SliceState, title_id: int, reason: str) -> None:
        work.quarantined[title_id] = reason
        self._context.progress.quarantined += 1
        self._context.log.warning(Event.RECORD_QUARANTINED, id=title_id, slice=work.key.name, reason=reason)

    async def _settle_one(self, open_chunk: _OpenChunk) -> None:
        """One id less to wait for; the last one writes the chunk."""
        open_chunk.pending -= 1
        if open_chunk.pending > 0:
            return
        if open_chunk.fetched:
            await asyncio.to_thread(self._write_chunk, open_chunk)
        open_chunk.had.clear()
        open_chunk.is_finished.set()
        del self._open[open_chunk.work.key.name, open_chunk.chunk.number]
        self._places.release()

    def _write_chunk(self, open_chunk: _OpenChunk) -> None:
        work = open_chunk.work
        records = [open_chunk.had[i] for i in open_chunk.chunk.ids if i in open_chunk.had]
        for number in work.pieces_of(open_chunk.chunk.number):  # of a former process; the cut may be another now
            del work.batches[number]
        for piece in encode_batches(open_chunk.chunk.number, records, work.chunk_count):
            key = work.key.raw(piece.number)
            self._context.store.write(key, piece.data)
            work.batches[piece.number] = Batch(key, piece.records, len(piece.data), piece.sha256)
            self._context.progress.bytes_written += len(piece.data)

    async def _read_done(self, work: SliceState, chunk: Chunk, existing: dict[int, str]) -> dict[int, bytes]:
        """The records of a chunk that a former process wrote; the objects count as the chunk's batches."""
        numbers = [n for n in sorted(existing) if n >= chunk.number and (n - chunk.number) % work.chunk_count == 0]
        if chunk.number not in numbers:  # the object of that number is written last: without it, nothing is sure
            return {}
        had: dict[int, bytes] = {}
        for number in numbers:
            stored = await asyncio.to_thread(self._context.store.read, existing[number])
            try:
                records = parse_batch(stored.data if stored else b"")
            except ValueError as error:
                records, reason = {}, str(error)
            else:
                reason = "" if records.keys() <= set(chunk.ids) - had.keys() else "it holds other ids"
            if reason or stored is None:
                self._context.log.warning(Event.BATCH_REFETCHED, key=existing[number], reason=reason)
                for n in numbers:
                    work.batches.pop(n, None)
                return {}
            had |= records
            work.batches[number] = build_batch(existing[number], stored.data, len(records))
        return had

    async def _read_shared(self, owner: SliceState, title_id: int) -> bytes | None:
        """A record out of an earlier slice's object, once that is written."""
        number = owner.chunk_of(title_id)
        if number is None:
            return None
        unfinished = self._open.get((owner.key.name, number))
        if unfinished is not None:
            await unfinished.is_finished.wait()
        for piece in owner.pieces_of(number):
            key = owner.batches[piece].key
            if key not in self._cache:
                self._cache[key] = await asyncio.to_thread(self._read_sound, owner.batches[piece])
                while len(self._cache) > _CACHED_BATCHES:
                    self._cache.popitem(last=False)
            self._cache.move_to_end(key)
            if title_id in self._cache[key]:
                return self._cache[key][title_id]
        return None

    def _read_sound(self, batch: Batch) -> dict[int, bytes]:
        """The records of a batch; none if it is not what its line says, so that no damage is copied."""
        stored = self._context.store.read(batch.key)
        if stored is None or hashlib.sha256(stored.data).hexdigest() != batch.sha256:
            self._context.log.warning(Event.BATCH_DAMAGED, key=batch.key)
            return {}
        return parse_batch(stored.data)

    async def _commit(self, work: SliceState, chunks: list[_OpenChunk]) -> None:
        for chunk in chunks:
            await chunk.is_finished.wait()
        for number in work.leftovers.keys() - work.batches.keys():  # of a former listing: no manifest will name them
            await asyncio.to_thread(self._context.store.delete, work.leftovers[number])
        manifest = build_manifest(work, self._context.clock.now(), self._vanished)
        former = work.former
        if former is None or not has_same_content(manifest, former):
            await asyncio.to_thread(commit_manifest, self._context.store, work.key, manifest)
            event = Event.SLICE_COMMITTED if former is None else Event.SLICE_AMENDED
            self._context.log.info(
                event,
                slice=work.key.name,
                listed=manifest.listed,
                records=manifest.records,
                gone=len(manifest.gone),
                quarantined=len(manifest.quarantined),
                kept=manifest.kept,
                tombstones=len(manifest.tombstones),
                batches=len(manifest.batches),
            )
        self._context.progress.slices_committed += 1
        self._on_commit(work, manifest)


def build_batch(key: str, data: bytes, records: int) -> Batch:
    """The manifest's line for an object that exists."""
    return Batch(key, records, len(data), hashlib.sha256(data).hexdigest())
