"""Owns the state of one slice in a run: its listing as stored, what is already held, and what its manifest will say.

Invariant: a listing belongs to one request (parts and switches); a slice never mixes records of two.
"""

from array import array
from bisect import bisect_left
from collections.abc import Container
from dataclasses import dataclass, field
from datetime import date, datetime

from cinelake.extract.listing.lister import ListedWindow
from cinelake.lake.batches import Chunk, cut_chunks
from cinelake.lake.keys import SliceKey, parse_raw_key
from cinelake.lake.listings import Listing
from cinelake.lake.manifests import Batch, Manifest, Quarantined, Request, Tombstone
from cinelake.refresh.refetch_policy import NO_TITLES, PreviousRuns, StoredTitles, plan_titles
from cinelake.selection.slices import Slice

_NO_PREVIOUS_RUNS = PreviousRuns()


@dataclass(slots=True)
class SliceState:
    """What is to be done for one slice, and what came of it.

    Attributes:
        ids: what to fetch, ascending; `base` is the number after which its batches count.
        former: the manifest to go on from, when a short slice is mended.
        held: what former runs hold of the slice.
        unlisted: what it held and does not list any more, for whatever is then asked.
        left: of those the ones that are there and not of the slice any more, each with the reason of its tombstone.
        leftovers: objects found under the slice's names, by number.
        is_settled: nothing is to be done; here only for what other slices may take from it.
    """

    slice: Slice
    key: SliceKey
    listing: Listing
    ids: "array[int]"
    base: int = 0
    former: Manifest | None = None
    held: StoredTitles = NO_TITLES
    unlisted: frozenset[int] = frozenset()
    left: dict[int, str] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)
    quarantined: dict[int, str] = field(default_factory=dict)
    batches: dict[int, Batch] = field(default_factory=dict)
    leftovers: dict[int, str] = field(default_factory=dict)
    is_settled: bool = False

    @property
    def chunk_count(self) -> int:
        """Chunks of this work."""
        return -(-len(self.ids) // 100)

    def chunks(self) -> list[Chunk]:
        """The chunks of this work."""
        return cut_chunks(self.ids, self.base)

    def chunk_of(self, title_id: int) -> int | None:
        """Number of the chunk that holds an id; None when the slice does not hold it."""
        at = bisect_left(self.ids, title_id)
        return self.base + at // 100 + 1 if at < len(self.ids) and self.ids[at] == title_id else None

    def pieces_of(self, number: int) -> list[int]:
        """Numbers of the objects that hold chunk `number`."""
        return [n for n in sorted(self.batches) if (n - number) % self.chunk_count == 0 and n >= number]


def build_listing(  # noqa: PLR0913 - what was found, and all that it is held against
    piece: Slice,
    request: Request,
    windows: list[ListedWindow],
    *,
    tolerance: float,
    now: datetime,
    former: Listing | None = None,
    previous_runs: PreviousRuns = _NO_PREVIOUS_RUNS,
) -> Listing:
    """The listing of a slice from its windows, and from what a former one of the same run had found.

    What that one was to fetch stays due, so that nothing is both fetched and kept. `tolerance` is the share of the slice's
    total by which ids and total may disagree. A title whose date moved from one window into another while they were listed
    was counted in both; here it counts once.
    """
    windows = sorted(windows, key=lambda w: w.until or date.max)
    found = {i for w in windows for i in w.ids}
    total = sum(w.total for w in windows) - (sum(len(w.ids) for w in windows) - len(found))
    missing = sum(w.missing for w in windows)
    wanted = previous_runs.refetch
    if former is not None:
        found.update(former.ids)
        found.difference_update(former.unlisted)
        wanted = None if wanted is None else wanted.union(former.ids_to_fetch)
    due = plan_titles(found, previous_runs.titles(piece.name), wanted, is_proven=missing == 0)
    return Listing(
        slice=piece.name,
        request=request,
        total=total,
        missing=missing,
        is_incomplete=missing > tolerance * total,
        windows=tuple((w.since, w.until, w.total, w.missing) for w in windows),
        ids=due.ids,
        listed_at=now,
        kept=due.kept,
        unlisted=due.unlisted,
    )


def build_manifest(work: SliceState, now: datetime, vanished: Container[int] = ()) -> Manifest:
    """What the slice is now. Batches that were there before are named again, unchanged.

    `vanished` are the ids that the service's changes name without flags.
    """
    former = work.former
    gone = work.gone.union(former.gone if former else ())
    dropped = work.left | {i: "merged" if i in vanished else "gone" for i in gone if i in work.held}
    still = gone.union(work.listing.unlisted)
    tombstones = {each.id: each for each in former.tombstones if each.id in still} if former else {}
    tombstones |= {title_id: Tombstone(title_id, reason) for title_id, reason in dropped.items()}
    batches = [*(former.batches if former else ()), *(work.batches[n] for n in sorted(work.batches))]
    return Manifest(
        kind=work.key.kind,
        slice=work.key.name,
        run_on=work.key.run_on.isoformat(),
        revision=former.revision + 1 if former else 1,
        request=work.listing.request,
        total=work.listing.total,
        listed=len(work.listing.ids),
        unproven=work.listing.missing,
        is_listing_incomplete=work.listing.is_incomplete,
        records=sum(batch.records for batch in batches),
        gone=tuple(sorted(gone)),
        quarantined=tuple(Quarantined(i, why) for i, why in sorted(work.quarantined.items())),
        batches=tuple(batches),
        committed_at=now,
        kept=sum(map(len, work.listing.kept.values())),
        tombstones=tuple(tombstones[title_id] for title_id in sorted(tombstones)),
    )


def build_work(piece: Slice, key: SliceKey, listing: Listing, held: StoredTitles = NO_TITLES) -> SliceState:
    """The work of a slice that is not committed yet. `held` is what former runs have of it."""
    return SliceState(
        piece, key, listing, array("q", listing.ids_to_fetch), held=held, unlisted=frozenset(listing.unlisted)
    )


def build_mending(
    piece: Slice, key: SliceKey, listing: Listing, former: Manifest, had: set[int], held: StoredTitles = NO_TITLES
) -> SliceState:
    """The work of a committed slice that was short: what it lacks goes into further batches. `had` are those it has."""
    unlisted = frozenset(listing.unlisted)
    settled = had.union(former.gone, (each.id for each in former.tombstones if each.id in unlisted))
    lacking = sorted(set(listing.ids_to_fetch) - settled | {q.id for q in former.quarantined})
    numbers = [parsed[1] for batch in former.batches if (parsed := parse_raw_key(batch.key))]
    base = max(numbers, default=0)
    return SliceState(piece, key, listing, array("q", lacking), base, former, held=held, unlisted=unlisted)


def build_settled(piece: Slice, key: SliceKey, listing: Listing, manifest: Manifest) -> SliceState:
    """A committed slice, for other slices to take records from."""
    batches = {parsed[1]: batch for batch in manifest.batches if (parsed := parse_raw_key(batch.key))}
    return SliceState(
        piece,
        key,
        listing,
        array("q", listing.ids_to_fetch),
        gone=set(manifest.gone),
        quarantined={q.id: q.reason for q in manifest.quarantined},
        batches=batches,
        is_settled=True,
    )
