"""The manifest of a slice: the immutable list of its batches. Writing it is the commit.

Invariant: an object that a manifest names is never written again. What was missing and is fetched later goes into further
batches and a manifest with the next revision; the highest revision counts.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime

import msgspec

from cinelake.errors import DamagedError
from cinelake.lake.batches import parse_batch
from cinelake.lake.documents import decode_document, write_document
from cinelake.lake.folding.folded_view import Revision, discard_day, list_days, list_folded, read_part
from cinelake.lake.keys import MANIFESTS, SliceKey
from cinelake.lake.store import Store

_VERIFY = "run `cinelake verify`, which lists the damage and how to repair it"


class Batch(msgspec.Struct, frozen=True, omit_defaults=True):
    """One Raw object: key, number of records, size, SHA-256 in hex, and the number of the run that fetched it."""

    key: str
    records: int
    bytes: int
    sha256: str
    number: int = 0


class Quarantined(msgspec.Struct, frozen=True):
    """An id that could not be fetched, and why."""

    id: int
    reason: str


class Tombstone(msgspec.Struct, frozen=True, omit_defaults=True):
    """A title that a previous run stored in a slice and that is no longer part of it.

    Attributes:
        number: the number of the run that found out.
        reason: gone (TMDB responds with 404), merged (404, and listed as changed without flags), moved (now in another
            slice of the run), or left (it exists, but the selection no longer includes it).
    """

    id: int
    reason: str
    number: int = 0

    @property
    def is_deleted(self) -> bool:
        """Whether the title no longer exists in TMDB, rather than only in this slice."""
        return self.reason in {"gone", "merged"}


class Request(msgspec.Struct, frozen=True):
    """The options with which each record of a slice was requested; a slice contains records of one request only."""

    append: tuple[str, ...]
    include_adult: bool
    include_video: bool


class Manifest(msgspec.Struct, frozen=True):
    """A committed slice.

    Attributes:
        total: the number of titles according to TMDB while the slice was listed.
        listed: ids that were found.
        unproven: the remaining difference between listing and total.
        is_listing_incomplete: the difference exceeds the tolerance.
        records: records in the batches.
        gone: ids that TMDB lists but responds to with 404.
        kept: titles whose records are in batches of previous runs of the slice; a refresh only fetches the others.
        tombstones: titles that previous runs stored and that are no longer part of the slice.
        number: the number of the run that wrote this revision. A higher number is newer, whatever the dates say.
        fetched_on: the API's date when the run began; `run_on` is its label. None in lakes of format 1: the label.
        gone_under: the run number under which each id of `gone` was found to be gone, in the same order; empty if that
            is `number` for all.
        listed_under: the number under which the slice was listed, which may be that of an earlier process of the run.

    Each title that was listed or stored before is counted once: listed = records + kept + gone + quarantined + tombstones
    of titles that are not gone.
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
    number: int = 0
    fetched_on: date | None = None
    gone_under: tuple[int, ...] = ()
    listed_under: int = 0

    @property
    def order(self) -> tuple[int, str]:
        """Orders the manifests of a slice: the newest shows the slice as it was listed last, whatever the dates say.

        Manifests of format 1 have no number: among them the date decides.
        """
        return self.listed_under or self.number, self.run_on

    def list_gone(self) -> Iterator[tuple[int, int]]:
        """Each id that is gone, with the number of the run that found out."""
        yield from zip(self.gone, self.gone_under or (self.number,) * len(self.gone), strict=True)

    @property
    def is_complete(self) -> bool:
        """Whether no title is missing that is known to exist."""
        return not self.quarantined and not self.is_listing_incomplete


def has_same_content(manifest: Manifest, other: Manifest) -> bool:
    """Whether two manifests are equal but for revision, number, time and the reasons of failures."""
    ids = [(tuple(q.id for q in each.quarantined), tuple(each.list_gone())) for each in (manifest, other)]
    alike = msgspec.structs.replace(
        manifest,
        revision=other.revision,
        committed_at=other.committed_at,
        quarantined=other.quarantined,
        number=other.number,
        gone_under=other.gone_under,
    )
    return alike == other and ids[0] == ids[1]


def commit_manifest(store: Store, key: SliceKey, manifest: Manifest) -> None:
    """Write the manifest, which makes the slice visible to readers."""
    write_document(store, key.manifest(manifest.revision), manifest)
    discard_day(store, key)


def read_manifest(store: Store, key: SliceKey, revision: int) -> Manifest | None:
    """Read one revision of a slice's manifest, or None if it is absent.

    Raises:
        DamagedError: the manifest is damaged.
    """
    part = read_part(store, MANIFESTS, key, revision)
    if part is None:
        return None
    hint = f"remove {part.key} and run the same command again: it checks the existing batches and fetches nothing twice"
    return decode_document(part.data, part.key, Manifest, hint=hint)


def list_manifests(
    store: Store, prefix: str = MANIFESTS, *, on_damage: Callable[[DamagedError], None] | None = None
) -> dict[SliceKey, int]:
    """Return every committed slice below a prefix (a whole folder), with its highest revision, loose or folded.

    Raises:
        DamagedError: a folded document cannot be read, and there is no `on_damage` to which the error is passed.
    """
    newest: dict[SliceKey, int] = {}
    days = list_days(store, MANIFESTS, prefix.removeprefix(MANIFESTS).strip("/"))
    for (_, kind, run_on), documents in days.items():
        for name, revisions in documents.loose.items():
            newest[SliceKey(kind, run_on, name)] = max(revisions)
    for each, folded in list_folded(store, (each for documents in days.values() for each in documents.folded)):
        if isinstance(folded, DamagedError):
            if on_damage is None:
                raise folded
            on_damage(folded)
            continue
        for name, part in folded.parts.items() if folded else ():
            key = SliceKey(each.name.kind, each.name.run_on, name)
            newest[key] = max(msgspec.json.decode(part, type=Revision).revision, newest.get(key, 0))
    return newest


def read_stored_ids(store: Store, manifest: Manifest) -> set[int]:
    """Read the ids in a manifest's batches.

    Raises:
        DamagedError: a batch is missing or damaged.
    """
    ids: set[int] = set()
    for batch in manifest.batches:
        stored = store.read(batch.key)
        if stored is None:
            raise DamagedError(f'missing batch "{batch.key}"', hint=_VERIFY, subject=batch.key)
        try:
            ids.update(parse_batch(stored.data))
        except ValueError as error:
            raise DamagedError(f'damaged batch "{batch.key}"', cause=str(error), hint=_VERIFY, subject=batch.key) from error
    return ids
