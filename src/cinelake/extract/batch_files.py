"""Reads and writes the batches of slices: what an earlier process wrote, what this run fetched, what slices share.

Invariant: of a chunk in several pieces, the object with the chunk's own number is written last, so that its presence shows
that the chunk is complete. A batch holds records that were fetched under one
run number, or that are as good as fetched under it.
"""

import asyncio
import hashlib
from collections import OrderedDict

from cinelake.extract.context import RunContext
from cinelake.extract.processes import BatchNumbers
from cinelake.extract.slice_state import SliceState
from cinelake.lake.batches import Chunk, encode_batches, parse_batch
from cinelake.lake.keys import parse_raw_key
from cinelake.lake.manifests import Batch
from cinelake.log import Event

_CACHED_BATCHES = 4


class BatchFiles:
    """The batches of the slices of a run. One object per run."""

    def __init__(self, context: RunContext, numbers: BatchNumbers) -> None:
        self._context = context
        self._numbers = numbers
        self._cache: OrderedDict[str, dict[int, bytes]] = OrderedDict()

    def list_objects(self, state: SliceState) -> dict[int, str]:
        """The keys of the objects that are stored under the names of a slice, by number."""
        prefix = state.key.raw(0).removesuffix("0.json")
        parsed = ((entry.key, parse_raw_key(entry.key)) for entry in self._context.store.list_entries(prefix))
        return {found[1]: key for key, found in parsed if found and found[0] == state.key}

    async def read_chunk(self, state: SliceState, chunk: Chunk) -> dict[int, bytes]:
        """The records of a chunk that an earlier process wrote; its objects count as batches of the slice."""
        numbers = [n for n in sorted(state.objects) if n >= chunk.number and (n - chunk.number) % state.chunk_count == 0]
        if chunk.number not in numbers:
            return {}
        found: dict[int, bytes] = {}
        for number in numbers:
            key = state.objects[number]
            stored = await asyncio.to_thread(self._context.store.read, key)
            try:
                records = parse_batch(stored.data if stored else b"")
            except ValueError as error:
                records, reason = {}, str(error)
            else:
                reason = "" if records.keys() <= set(chunk.ids) - found.keys() else "it holds other ids"
            if reason or stored is None:
                self._context.log.warning(Event.BATCH_REFETCHED, key=key, reason=reason)
                for each in numbers:
                    state.batches.pop(each, None)
                return {}
            found |= records
            digest, fetched_under = hashlib.sha256(stored.data).hexdigest(), self._numbers.find(key)
            state.batches[number] = Batch(key, len(records), len(stored.data), digest, fetched_under)
        return found

    def write_chunk(self, state: SliceState, chunk: Chunk, records: dict[int, bytes]) -> None:
        """Write the records of a chunk that are not stored yet, ids ascending, as one batch or several.

        Batches of the chunk that an earlier process wrote stay: what it did not get comes after them.
        """
        stored = state.pieces_of(chunk.number)
        base = max(stored) + state.chunk_count if stored else chunk.number
        in_order = [records[title_id] for title_id in chunk.ids if title_id in records]
        for piece in encode_batches(base, in_order, state.chunk_count):
            key = state.key.raw(piece.number)
            self._numbers.replace(key)
            self._context.store.write(key, piece.data)
            state.batches[piece.number] = Batch(key, piece.records, len(piece.data), piece.sha256, self._numbers.number)
            self._context.progress.bytes_written += len(piece.data)

    async def read_record(self, state: SliceState, number: int, title_id: int) -> bytes | None:
        """A record of chunk `number`, which is written; None if no verified batch of it has a current record."""
        for piece in state.pieces_of(number):
            batch = state.batches[piece]
            if not self._numbers.is_current(batch.number):
                continue
            if batch.key not in self._cache:
                self._cache[batch.key] = await asyncio.to_thread(self._read_verified, batch)
                while len(self._cache) > _CACHED_BATCHES:
                    self._cache.popitem(last=False)
            self._cache.move_to_end(batch.key)
            if title_id in self._cache[batch.key]:
                return self._cache[batch.key][title_id]
        return None

    def delete_leftovers(self, state: SliceState) -> None:
        """Delete the objects of an earlier listing, which no manifest will name."""
        for number in state.objects.keys() - state.batches.keys():
            if number > state.base:
                self._context.store.delete(state.objects[number])

    def _read_verified(self, batch: Batch) -> dict[int, bytes]:
        """The records of a batch; none if its hash does not match, so that damage is not copied."""
        stored = self._context.store.read(batch.key)
        if stored is None or hashlib.sha256(stored.data).hexdigest() != batch.sha256:
            self._context.log.warning(Event.BATCH_DAMAGED, key=batch.key)
            return {}
        return parse_batch(stored.data)
