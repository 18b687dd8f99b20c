"""Undo an upgrade: give a lake the form of format 1 back, so that cinelake 0.6 continues it.

What format 1 had is copied back where nothing has changed since; what runs wrote since is written as loose documents, whose
further fields 0.6 ignores. Tables are those of format 1. Raw is not touched. Invariant: the copies that are kept aside are
deleted last, so a process that is killed anywhere is continued by the same command.
"""

from collections.abc import Callable, Iterator

import msgspec

from cinelake.concurrency import map_concurrently
from cinelake.errors import UsageError
from cinelake.extract.planning.plan import Plan
from cinelake.extract.run_documents import RunReport, Watermark, list_runs, read_plan
from cinelake.extract.tracing.trace import unfold_traces
from cinelake.lake.folding.folded_keys import ROOTS
from cinelake.lake.folding.unfold_slices import delete_folded, list_documents
from cinelake.lake.keys import (
    KEPT_ASIDE,
    LAKE_FORMAT,
    LISTINGS,
    MANIFESTS,
    OWN,
    REFINED,
    RUNS,
    SNAPSHOTS,
    TRUSTED,
    UPGRADE,
    VERSIONS,
    WATERMARKS,
    WINDOWS,
    is_feed_slice,
)
from cinelake.lake.listings import Listing
from cinelake.lake.manifests import Manifest, list_manifests
from cinelake.lake.scores import Scored, decode_rows
from cinelake.lake.store import Store
from cinelake.upgrade.record import RECORD, State, UpgradeRecord, copy_all, list_kept, read_record, write_record
from cinelake.upgrade.stamping import Document, strip
from cinelake.upgrade.upgrade import DERIVED, TABLES, Progress

_KNOWN = (*ROOTS, RUNS, WATERMARKS, WINDOWS, UPGRADE, f"{OWN}/lease", f"{OWN}/ingests", f"{OWN}/workbench", f"{OWN}/athena")
"""What format 1 has below _cinelake besides tables: it stays."""


def undo_upgrade(store: Store, progress: Progress) -> None:
    """Undo an upgrade, or continue an undo. The caller holds the lease.

    Raises:
        UsageError: the lake was not upgraded, or cannot be taken back any more; nothing was changed.
        DamagedError: a document cannot be read; the same command continues when it is repaired.
    """
    record = read_upgraded(store)
    if record.state in {State.KEEPING, State.WRITING, State.DONE}:
        kept = list_kept(store)
        _check_possible(store, record, kept)
        record = msgspec.structs.replace(record, state=State.UNDOING)
        write_record(store, record)
    if record.state is State.UNDOING:
        kept = list_kept(store)
        progress("writing the documents of runs as loose ones")
        _restore_slices(store, kept)
        _restore_runs(store, kept)
        if record.kept_tables is not None:
            progress("restoring the tables of format 1")
            _restore_tables(store, kept)
        _delete_new(store)
        write_record(store, msgspec.structs.replace(record, state=State.CLEANING))
    for entry in list(store.list_entries(f"{KEPT_ASIDE}/")):
        store.delete(entry.key)
    store.delete(RECORD)


def read_upgraded(store: Store) -> UpgradeRecord:
    """The record of an upgraded lake. An undo checks it before it takes the lease, which writes into the lake.

    Raises:
        UsageError: the lake was not upgraded.
        DamagedError: the record cannot be read.
    """
    record = read_record(store)
    if record is None:
        raise UsageError("this lake was not upgraded from format 1", hint="there is nothing to undo")
    return record


def _check_possible(store: Store, record: UpgradeRecord, kept: dict[str, str]) -> None:
    """Check that everything that was kept aside is there, and that 0.6 understands what was written since."""
    tables = sum(key.startswith((*TABLES, *DERIVED)) for key in kept)
    if record.state is State.DONE and (len(kept) - tables, tables) != (record.kept, record.kept_tables or 0):
        raise UsageError(
            "the upgrade cannot be undone: files of format 1 were removed since",
            cause=f"{len(kept):,} of {record.kept + (record.kept_tables or 0):,} files are left",
            hint="`cinelake prune` removes them with the first of their days; continue with this version",
            subject=KEPT_ASIDE,
        )
    for run in list_runs(store):
        plan = read_plan(store, run)
        if plan is not None and any(each.slice.is_block for each in plan.slices):
            raise UsageError(
                f"the upgrade cannot be undone: cinelake 0.6 cannot read the run {run.run_on} {run.selection_id}",
                cause="it was listed by blocks of ids",
                hint="continue with this version",
                subject=run.plan(),
            )
    feeds = sorted(key for key in list_manifests(store) if is_feed_slice(key.name))  # a feed-only refresh has no plan
    if feeds:
        raise UsageError(
            f"the upgrade cannot be undone: cinelake 0.6 cannot read the slice {feeds[0].name} of {feeds[0].run_on}",
            cause="a feed-only refresh fetched it",
            hint="continue with this version",
            subject=feeds[0].listing(),
        )


def _restore_slices(store: Store, kept: dict[str, str]) -> None:
    """Write all documents of slices as loose ones, then delete the folded ones."""
    loose = {entry.key for root in ROOTS for entry in store.list_entries(f"{root}/")}

    def restore(document: tuple[str, Callable[[], bytes]]) -> None:
        key, read = document
        stored = store.read(key) if key in loose else None
        data = stored.data if stored else read()
        if key in kept and _is_same(store, kept[key], data):
            store.copy(kept[key], key)
        else:
            store.write(key, data)

    list(map_concurrently(restore, list_documents(store)))
    older = [(kept[key], key) for key in kept if key.startswith(f"{MANIFESTS}/")]
    present = {entry.key for entry in store.list_entries(f"{MANIFESTS}/")}
    copy_all(store, [(source, key) for source, key in older if key not in present])
    delete_folded(store)


def _restore_runs(store: Store, kept: dict[str, str]) -> None:
    """Restore the plans, reports and watermarks that did not change, and the traces."""
    for run in list_runs(store):
        unfold_traces(store, run)
    current = [entry.key for root in (RUNS, WATERMARKS) for entry in store.list_entries(f"{root}/")]
    for key in current:
        stored = store.read(key) if key in kept else None
        if stored is not None and _is_same(store, kept[key], stored.data):
            store.copy(kept[key], key)


def _is_same(store: Store, kept: str, data: bytes) -> bool:
    """Whether a document that is kept aside is the one of now, but for its numbers."""
    stored = store.read(kept)
    return stored is not None and (stored.data == data or _read_plain(kept, stored.data) == _read_plain(kept, data))


def _read_plain(key: str, data: bytes) -> Document | list[Scored] | bytes:
    """A document without numbers; its bytes if it cannot be read, or is of another kind."""
    kind = _kind_of(key.removeprefix(f"{KEPT_ASIDE}/"))
    try:
        if key.startswith(f"{KEPT_ASIDE}/{SNAPSHOTS}/"):
            return decode_rows(data)
        return strip(msgspec.json.decode(data, type=kind)) if kind else data
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return data


def _kind_of(key: str) -> type[Manifest | Listing | Plan | RunReport | Watermark] | None:
    for root, kind in ((MANIFESTS, Manifest), (LISTINGS, Listing), (WATERMARKS, Watermark)):
        if key.startswith(f"{root}/"):
            return kind
    return Plan if key.endswith("/plan.json") else RunReport if key.endswith("/report.json") else None


def _restore_tables(store: Store, kept: dict[str, str]) -> None:
    """Delete the tables that were built since, and copy those of format 1 back."""
    tables = {key: source for key, source in kept.items() if key.startswith((*TABLES, *DERIVED))}
    built = [key for key in _list_built(store) if key not in tables]
    list(map_concurrently(store.delete, built))
    copy_all(store, [(source, key) for key, source in tables.items()], replaces=True)


def _list_built(store: Store) -> Iterator[str]:
    """What builds, exports of the catalog and dashboards write; files of other programs are left alone."""
    for entry in store.list_entries(f"{VERSIONS}/"):
        yield entry.key
    for root in (TRUSTED, REFINED):
        for entry in store.list_entries(f"{root}/"):
            if entry.key.endswith(".parquet") or entry.key == f"{REFINED}/README.txt":
                yield entry.key
    for root in (*DERIVED, f"{OWN}/refined"):
        yield from (entry.key for entry in store.list_entries(f"{root}/"))
    yield "lake.duckdb"


def _delete_new(store: Store) -> None:
    """Delete the documents that format 1 does not have: its own number first, so that no process takes it for format 2."""
    store.delete(LAKE_FORMAT)
    keep = (*_KNOWN, f"{OWN}/refined", *DERIVED)
    for entry in list(store.list_entries(f"{OWN}/")):
        if not entry.key.startswith(keep):
            store.delete(entry.key)
