"""Checks one slice: its manifest against its batches and its listing, and the records it kept against earlier runs.

Invariant: every count and hash is computed from bytes that are read now.
"""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from cinelake.errors import DamagedError
from cinelake.lake.keys import SliceKey
from cinelake.lake.listings import Listing
from cinelake.lake.manifests import Manifest
from cinelake.lake.problems import Problem, format_ids
from cinelake.verify.slice_reads import ReadSlice


@dataclass(slots=True)
class Findings:
    """What has been counted so far, and the problems.

    Attributes:
        ids: all ids found, by kind; slice_ids: those of one slice.
        stored: number of records and completeness, by slice.
        newest: by kind and slice name, its newest manifest's place in the order, its key, and what its listing kept.
        unresolved: what a slice lacked when it was committed; a later run of the same slice may have resolved it.
    """

    runs: int = 0
    slices: int = 0
    batches: int = 0
    records: int = 0
    bytes: int = 0
    gone: int = 0
    ids: dict[str, set[int]] = field(default_factory=dict)
    slice_ids: "dict[SliceKey, array[int]]" = field(default_factory=dict)
    stored: dict[SliceKey, tuple[int, bool]] = field(default_factory=dict)
    newest: dict[tuple[str, str], tuple[tuple[int, str], SliceKey, dict[str, list[int]]]] = field(default_factory=dict)
    unresolved: list[tuple[SliceKey, Problem]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def check_slice(found: ReadSlice, manifest: Manifest, findings: Findings) -> Iterator[Problem]:
    """Check a committed slice, and add its counts to `findings`."""
    key = found.key
    kept = found.listing.kept if isinstance(found.listing, Listing) else {}
    known = findings.newest.get((key.kind, key.name))
    if known is None or known[0] < manifest.order:
        findings.newest[key.kind, key.name] = manifest.order, key, kept
    manifest_key = key.manifest(manifest.revision)
    findings.slices += 1
    findings.gone += len(manifest.gone)
    seen: set[int] = set()
    for batch, (ids, problem) in zip(manifest.batches, found.batches, strict=True):
        if problem:
            yield problem
        if repeated := sorted(seen & ids):
            detail = f"already in another batch of the slice: {format_ids(repeated)}"
            yield Problem("duplicate id", batch.key, detail, tuple(repeated))
        seen |= ids
        findings.batches += 1
        findings.records += len(ids)
        findings.bytes += batch.bytes
    findings.ids.setdefault(key.kind, set()).update(seen)
    findings.slice_ids[key] = array("q", seen)
    yield from _check_counts(manifest, manifest_key)
    yield from _check_listing(found, manifest, findings)
    findings.unresolved += ((key, problem) for problem in _list_unresolved(manifest, manifest_key))


def _check_counts(manifest: Manifest, manifest_key: str) -> Iterator[Problem]:
    """Check that the numbers of a manifest add up."""
    in_batches = sum(batch.records for batch in manifest.batches)
    removed = {each.id for each in manifest.tombstones} - set(manifest.gone)
    accounted = manifest.records + manifest.kept + len(manifest.gone) + len(manifest.quarantined) + len(removed)
    if in_batches != manifest.records or accounted != manifest.listed:
        parts = f"{in_batches} in batches + {len(manifest.gone)} gone + {len(manifest.quarantined)} quarantined"
        parts += f" + {manifest.kept} kept + {len(removed)} moved or left" * bool(manifest.kept or removed)
        detail = f"the manifest states {manifest.listed} listed ids and {manifest.records} records, but has {parts}"
        yield Problem("count mismatch", manifest_key, detail)
    if manifest.total > manifest.listed + manifest.unproven:
        detail = f"TMDB counted {manifest.total} titles; {manifest.listed} are listed and {manifest.unproven} unproven"
        yield Problem("count mismatch", manifest_key, detail)


def _list_unresolved(manifest: Manifest, manifest_key: str) -> Iterator[Problem]:
    """What a slice lacked when it was committed."""
    if manifest.quarantined:
        ids = tuple(each.id for each in manifest.quarantined)
        detail = f"could not be fetched: {format_ids(ids)} ({manifest.quarantined[0].reason})"
        yield Problem("quarantined", manifest_key, detail, ids)
    if manifest.is_listing_incomplete:
        detail = f"TMDB counted {manifest.total} titles, {manifest.listed} were found"
        yield Problem("incomplete listing", manifest_key, detail)


def _check_listing(found: ReadSlice, manifest: Manifest, findings: Findings) -> Iterator[Problem]:
    """Check that each listed id is accounted for and that no other id is."""
    key, listing = found.key, found.listing
    if isinstance(listing, DamagedError):
        yield Problem("damaged listing", listing.subject, str(listing))
        return
    if listing is None:
        yield Problem("missing listing", key.listing(), "the manifest cannot be compared with the listed ids")
        return
    removed = (each.id for each in manifest.tombstones)
    quarantined = (each.id for each in manifest.quarantined)
    known = set(findings.slice_ids[key]).union(manifest.gone, quarantined, removed, listing.kept_ids)
    if missing := sorted(set(listing.ids) - known):
        yield Problem("missing ids", key.name, f"listed, but not accounted for: {format_ids(missing)}", tuple(missing))
    if unexpected := sorted(known - set(listing.ids)):
        yield Problem("unexpected ids", key.name, f"not in the listing: {format_ids(unexpected)}", tuple(unexpected))


def check_kept(findings: Findings) -> Iterator[Problem]:
    """Check that each title that the newest run of a slice kept has a record in the batches of the day that it names.

    Earlier runs of a slice may name days that were pruned since. All slices must have been checked.
    """
    for _, key, kept in findings.newest.values():
        for day, ids in kept.items():
            stored = findings.slice_ids.get(replace(key, run_on=date.fromisoformat(day)), ())
            if missing := sorted(set(ids).difference(stored)):
                detail = f"the batches of {day} have no record of {format_ids(missing)}"
                yield Problem("missing ids", key.name, detail, tuple(missing))
