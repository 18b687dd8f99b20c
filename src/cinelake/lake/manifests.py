"""Owns the manifest: the immutable list of a slice's batches, whose existence is the commit.

Invariant: an object that a manifest names is never written again. What was short and is had later goes into further
batches and a manifest with the next revision; the highest revision counts.
"""

from datetime import datetime

import msgspec

from cinelake.errors import DamagedError
from cinelake.lake.batches import parse_batch
from cinelake.lake.documents import read_document, write_document
from cinelake.lake.keys import MANIFESTS, SliceKey, parse_manifest_key
from cinelake.lake.store import Store


class Batch(msgspec.Struct, frozen=True):
    """One Raw object: key, number of records, size, and SHA-256 in hex."""

    key: str
    records: int
    bytes: int
    sha256: str


class Quarantined(msgspec.Struct, frozen=True):
    """An id that could not be had, and why."""

    id: int
    reason: str


class Tombstone(msgspec.Struct, frozen=True):
    """A title that a slice held and holds no more, and how that was learnt.

    Attributes:
        reason: gone (the service answers 404), merged (so it does, and its changes name the title without flags), moved (it
            stands in another slice of the run), or left (it is there, and the selection does not ask for it any more).
    """

    id: int
    reason: str

    @property
    def is_deleted(self) -> bool:
        """Whether the title is nowhere any more, not only out of this slice."""
        return self.reason in {"gone", "merged"}


class Request(msgspec.Struct, frozen=True):
    """What each record of a slice was asked with; a slice holds records of one request only."""

    append: tuple[str, ...]
    include_adult: bool
    include_video: bool


class Manifest(msgspec.Struct, frozen=True):
    """A committed slice.

    Attributes:
        total: titles that the service counted while the slice was listed.
        listed: ids that were found.
        unproven: how far listing and total still disagree.
        is_listing_incomplete: the disagreement is more than was tolerated.
        records: records in the batches.
        gone: ids that the service lists but answers with 404.
        kept: titles whose records stand in the batches of former runs of the slice: a refresh fetches only what is due.
        tombstones: titles that the former runs held and that the slice holds no more.

    Each title that was listed or held before is one of these: listed = records + kept + gone + quarantined + tombstones of
    those that are not gone.
    """

    kind: str
    slice: str
    run_on: str
    revision: int
    request: Request
    total: int
    listed: int
    unproven: int
    is_listing_incomplete: bool = msgspec.field(name="is_listing_short")
    records: int
    gone: tuple[int, ...]
    quarantined: tuple[Quarantined, ...]
    batches: tuple[Batch, ...]
    committed_at: datetime
    kept: int = 0
    tombstones: tuple[Tombstone, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Nothing is missing that is known to exist."""
        return not self.quarantined and not self.is_listing_incomplete


def has_same_content(manifest: Manifest, other: Manifest) -> bool:
    """Whether two manifests say the same of a slice, but for the revision, the instant and the reasons of what failed."""
    ids = [tuple(q.id for q in each.quarantined) for each in (manifest, other)]
    alike = msgspec.structs.replace(
        manifest, revision=other.revision, committed_at=other.committed_at, quarantined=other.quarantined
    )
    return alike == other and ids[0] == ids[1]


def commit_manifest(store: Store, key: SliceKey, manifest: Manifest) -> None:
    """Make a slice exist for readers."""
    write_document(store, key.manifest(manifest.revision), manifest)


def read_manifest(store: Store, key: SliceKey, revision: int) -> Manifest | None:
    """One revision of a slice's manifest, as `list_manifests` names it.

    Raises:
        DamagedError: it cannot be read.
    """
    return read_document(store, key.manifest(revision), Manifest, hint=_mend(key, revision))


def list_manifests(store: Store, prefix: str = MANIFESTS) -> dict[SliceKey, int]:
    """Every committed slice below a prefix, with its highest revision."""
    newest: dict[SliceKey, int] = {}
    for entry in store.list_entries(prefix + "/"):
        parsed = parse_manifest_key(entry.key)
        if parsed:
            newest[parsed[0]] = max(parsed[1], newest.get(parsed[0], 0))
    return newest


def _mend(key: SliceKey, revision: int) -> str:
    return (
        f"remove {key.manifest(revision)} and run the same command again: "
        "the batches are checked and used as they are, nothing is fetched twice"
    )


def read_stored_ids(store: Store, manifest: Manifest) -> set[int]:
    """The ids in a manifest's batches.

    Raises:
        DamagedError: a batch is missing or cannot be read.
    """
    held: set[int] = set()
    for batch in manifest.batches:
        stored = store.read(batch.key)
        try:
            held.update(parse_batch(stored.data if stored else b""))
        except ValueError as error:
            raise DamagedError(
                batch.key,
                f"it cannot be read ({error})",
                "a batch as its manifest describes it",
                "run `cinelake verify`",
            ) from error
    return held
