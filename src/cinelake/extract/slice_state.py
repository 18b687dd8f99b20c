"""The state of one slice in a run: what is to be fetched, what came of it, and the manifest that follows from it. Pure."""

from array import array
from bisect import bisect_left
from collections.abc import Container, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from cinelake.lake.batches import MAX_RECORDS, Chunk, cut_chunks
from cinelake.lake.keys import SliceKey, parse_raw_key
from cinelake.lake.listings import Listing
from cinelake.lake.manifests import Batch, Manifest, Quarantined, Tombstone
from cinelake.refresh.refetch_policy import NO_TITLES, StoredTitles
from cinelake.selection.slices import Slice


@dataclass(slots=True)
class SliceState:
    """What is to be fetched for one slice, and what came of it.

    Attributes:
        ids: what to fetch, ascending; batches are numbered from `base` + 1.
        previous: the manifest that this one continues, when an incomplete slice is repaired.
        stored: the titles that previous runs have of the slice.
        unlisted: stored titles that the slice does not list any more; their details show why.
        left: unlisted titles that TMDB still has, each with its tombstone.
        gone: titles that TMDB answered with 404, each with the run number under which it did.
        objects: the keys of the objects found under the names of the slice, by number.
        is_complete: the slice is committed and complete; later slices may copy records from it.
    """

    slice: Slice
    key: SliceKey
    listing: Listing
    ids: "array[int]"
    base: int = 0
    previous: Manifest | None = None
    stored: StoredTitles = NO_TITLES
    unlisted: frozenset[int] = frozenset()
    left: dict[int, Tombstone] = field(default_factory=dict)
    gone: dict[int, int] = field(default_factory=dict)
    quarantined: dict[int, str] = field(default_factory=dict)
    batches: dict[int, Batch] = field(default_factory=dict)
    objects: dict[int, str] = field(default_factory=dict)
    is_complete: bool = False

    @property
    def chunk_count(self) -> int:
        """The number of chunks."""
        return -(-len(self.ids) // MAX_RECORDS)

    def chunks(self) -> list[Chunk]:
        """The chunks of the ids to fetch."""
        return cut_chunks(self.ids, self.base)

    def chunk_of(self, title_id: int) -> int | None:
        """The number of the chunk that has an id; None if the id is not to be fetched."""
        at = bisect_left(self.ids, title_id)
        return self.base + at // MAX_RECORDS + 1 if at < len(self.ids) and self.ids[at] == title_id else None

    def pieces_of(self, number: int) -> list[int]:
        """The numbers of the batches that hold chunk `number`."""
        return [n for n in sorted(self.batches) if (n - number) % self.chunk_count == 0 and n >= number]


def build_state(piece: Slice, key: SliceKey, listing: Listing, stored: StoredTitles = NO_TITLES) -> SliceState:
    """The state of a slice that is not committed yet."""
    return SliceState(
        piece, key, listing, array("q", listing.ids_to_fetch), stored=stored, unlisted=frozenset(listing.unlisted)
    )


def build_retired(state: SliceState, number: int, previous: Manifest | None, unfetched: Mapping[int, str]) -> SliceState:
    """The state of a slice whose titles other slices of the run have taken over: it fetches nothing.

    It keeps the titles that these slices could not fetch: `unfetched` has the reasons.
    """
    kept = {title_id: unfetched[title_id] for title_id in state.listing.ids if title_id in unfetched}
    moved = {i: Tombstone(i, "moved", number) for i in state.listing.ids if i not in kept}
    return replace(state, ids=array("q"), previous=previous, left=moved, quarantined=kept)


def build_repair(
    piece: Slice, key: SliceKey, listing: Listing, previous: Manifest, fetched: set[int], stored: StoredTitles = NO_TITLES
) -> SliceState:
    """The state of a committed slice that is incomplete: what it lacks goes into further batches.

    `fetched` are the ids in the batches that it has.
    """
    unlisted = frozenset(listing.unlisted)
    known = fetched.union(previous.gone, (each.id for each in previous.tombstones if each.id in unlisted))
    missing = sorted(set(listing.ids_to_fetch) - known | {q.id for q in previous.quarantined})
    numbers = [parsed[1] for batch in previous.batches if (parsed := parse_raw_key(batch.key))]
    base = max(numbers, default=0)
    return SliceState(piece, key, listing, array("q", missing), base, previous, stored=stored, unlisted=unlisted)


def build_complete(piece: Slice, key: SliceKey, listing: Listing, manifest: Manifest) -> SliceState:
    """The state of a slice that is committed and complete, from which later slices copy records."""
    batches = {parsed[1]: batch for batch in manifest.batches if (parsed := parse_raw_key(batch.key))}
    return SliceState(
        piece,
        key,
        listing,
        array("q", listing.ids_to_fetch),
        gone=dict(manifest.list_gone()),
        quarantined={q.id: q.reason for q in manifest.quarantined},
        batches=batches,
        is_complete=True,
    )


def build_manifest(
    state: SliceState, now: datetime, vanished: Container[int] = (), *, number: int, fetched_on: date | None
) -> Manifest:
    """The manifest of a slice whose ids are all fetched, gone or quarantined. What `previous` names stays as it is.

    `vanished` are the ids that the change feed names without flags, which means that TMDB merged or deleted them.
    """
    previous = state.previous
    gone = dict(sorted((state.gone | dict(previous.list_gone() if previous else ())).items()))
    removed = {
        i: Tombstone(i, "merged" if i in vanished else "gone", under) for i, under in gone.items() if i in state.stored
    }
    absent = {*gone, *state.listing.unlisted}
    former = {each.id: each for each in previous.tombstones if each.id in absent} if previous else {}
    tombstones = former | state.left | removed
    batches = [*(previous.batches if previous else ()), *(state.batches[n] for n in sorted(state.batches))]
    return Manifest(
        kind=state.key.kind,
        slice=state.key.name,
        run_on=state.key.run_on.isoformat(),
        revision=previous.revision + 1 if previous else 1,
        request=state.listing.request,
        total=state.listing.total,
        listed=len(state.listing.ids),
        unproven=state.listing.missing,
        is_listing_incomplete=state.listing.is_incomplete,
        records=sum(batch.records for batch in batches),
        gone=tuple(gone),
        quarantined=tuple(Quarantined(i, reason) for i, reason in sorted(state.quarantined.items())),
        batches=tuple(batches),
        committed_at=now,
        kept=sum(map(len, state.listing.kept.values())),
        tombstones=tuple(tombstones[title_id] for title_id in sorted(tombstones)),
        number=number,
        listed_under=state.listing.number,
        fetched_on=previous.fetched_on if previous else fetched_on,
        gone_under=() if set(gone.values()) <= {number} else tuple(gone.values()),
    )
