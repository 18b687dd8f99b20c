"""Upgrade a lake of format 1: give its runs numbers, fold their documents, and keep the old ones aside.

First every document is copied aside, then the new ones are written from these copies, run by run, then the format is.
Raw is not touched. A build also moves the old tables aside. Invariant: a process that is killed anywhere is continued by
the next, which writes the same; what format 1 had stays below _cinelake/upgrade/format-1 until a prune removes it.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date, datetime

import msgspec

from cinelake.concurrency import map_concurrently
from cinelake.errors import DamagedError, UsageError
from cinelake.extract.planning.plan import Plan
from cinelake.extract.run_documents import RunReport, Watermark, list_runs, read_plan
from cinelake.lake.documents import encode_document
from cinelake.lake.folding.folded_view import list_parts
from cinelake.lake.keys import (
    LAKE_FORMAT,
    LISTINGS,
    MANIFESTS,
    OWN,
    REFINED,
    RUNS,
    SNAPSHOTS,
    TRUSTED,
    WATERMARKS,
    RunKey,
    SliceKey,
    watermark,
)
from cinelake.lake.lake_format import FORMAT, LakeFormat, is_old
from cinelake.lake.manifests import list_manifests, read_manifest
from cinelake.lake.store import Store
from cinelake.retention.inventory import kind_of
from cinelake.upgrade.numbering import UNPLANNED, NumberedRun, PlannedRun, number_runs
from cinelake.upgrade.record import State, UpgradeRecord, keep_aside, list_kept, read_record, write_record
from cinelake.upgrade.run_documents import fold_old_run, list_revisions
from cinelake.upgrade.stamping import stamp

Progress = Callable[[str], None]
_DOCUMENTS = (MANIFESTS, LISTINGS, SNAPSHOTS, RUNS, WATERMARKS)
TABLES = (TRUSTED, REFINED, f"{OWN}/refined")
DERIVED = (f"{OWN}/catalog",)
"""What commands write again in place: it is copied aside and stays."""


def needs_upgrade(store: Store, *, with_tables: bool) -> bool:
    """Whether documents of a lake, or (`with_tables`) its tables, are of format 1.

    Raises:
        DamagedError: the format or the record cannot be read.
    """
    record = read_record(store)
    if record is None:
        return is_old(store)
    return record.state is not State.DONE or (with_tables and record.kept_tables is None)


def upgrade_lake(store: Store, now: datetime, progress: Progress, *, with_tables: bool) -> None:
    """Upgrade a lake of format 1, or continue an upgrade. The caller holds the lease.

    Raises:
        UsageError: an undo was interrupted.
        StoreError: the store refuses or fails; the same command continues.
    """
    record = read_record(store)
    if record is None:
        if not is_old(store):
            return
        record = UpgradeRecord(now, State.KEEPING, tuple(_number_lake(store)))
        write_record(store, record)
    if record.state in {State.UNDOING, State.CLEANING}:
        raise UsageError("an undo of the upgrade was interrupted", hint="run `cinelake upgrade --undo` to finish it")
    if record.state is State.KEEPING:
        progress(f"upgrading the lake to format {FORMAT}: keeping its documents aside")
        keys = [entry.key for root in _DOCUMENTS for entry in store.list_entries(f"{root}/")]
        keep_aside(store, keys, is_moved=False)
        record = msgspec.structs.replace(record, state=State.WRITING, kept=len(keys))
        write_record(store, record)
    if record.state is State.WRITING:
        record = _write_documents(store, record, progress)
        store.swap(LAKE_FORMAT, encode_document(LakeFormat(FORMAT, now)), None)
        record = msgspec.structs.replace(record, state=State.DONE)
        write_record(store, record)
    if with_tables and record.kept_tables is None:
        progress("keeping the tables of format 1 aside")
        write_record(store, msgspec.structs.replace(record, kept_tables=_keep_tables(store)))


def _number_lake(store: Store) -> list[NumberedRun]:
    """Number the runs of the lake; documents that are damaged have no part in it."""
    planned = []
    for run in list_runs(store):
        with suppress(DamagedError):
            plan, kind = read_plan(store, run), kind_of(run.selection_id)
            if plan is not None and kind is not None:
                names = frozenset(each.slice.name for each in plan.slices)
                found = PlannedRun(kind, run.run_on, run.selection_id, plan.planned_at, names, plan.number, plan.fetched_on)
                planned.append(found)
    revisions = list_manifests(store)

    def read_commit(key: SliceKey) -> tuple[datetime, int] | None:
        with suppress(DamagedError):
            manifest = read_manifest(store, key, revisions[key])
            return (manifest.committed_at, manifest.number) if manifest else None
        return None

    commits = zip(revisions, map_concurrently(read_commit, revisions), strict=True)
    found_commits = {key: commit for key, commit in commits if commit is not None}
    committed = {key: at for key, (at, _) in found_commits.items()}
    known = {key: number for key, (_, number) in found_commits.items()}
    return number_runs(planned, committed, list_parts(store, LISTINGS) - revisions.keys(), known)


def _write_documents(store: Store, record: UpgradeRecord, progress: Progress) -> UpgradeRecord:
    kept = list_kept(store)
    revisions = list_revisions(kept)
    for run in record.runs[record.written :]:
        progress(f"upgrading the lake to format {FORMAT}: run {run.number:,} of {len(record.runs):,} ({run.run_on})")
        fold_old_run(store, run, kept, revisions)
        if run.selection_id != UNPLANNED:
            key = RunKey(run.selection_id, run.run_on)
            _stamp(store, kept, key.plan(), Plan, run.number)
            _stamp(store, kept, key.report(), RunReport, run.number)
        record = msgspec.structs.replace(record, written=run.number)
        write_record(store, record)
    for selection_id, number in _list_marks(store, kept, record):
        _stamp(store, kept, watermark(selection_id), Watermark, number)
    return record


def _list_marks(store: Store, kept: dict[str, str], record: UpgradeRecord) -> Iterator[tuple[str, int]]:
    """Each selection that has a watermark, with the number of the run that moved it."""
    for key, source in kept.items():
        if key.startswith(f"{WATERMARKS}/"):
            selection_id = key.removeprefix(f"{WATERMARKS}/").removesuffix(".json")
            day = _read_mark(store, source)
            runs = (run for run in record.runs if run.selection_id == selection_id)
            yield selection_id, max((run.number for run in runs if (run.fetched_on or run.run_on) == day), default=0)


def _read_mark(store: Store, key: str) -> date | None:
    stored = store.read(key)
    try:
        return msgspec.json.decode(stored.data, type=Watermark).complete_to if stored else None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def _stamp(store: Store, kept: dict[str, str], key: str, kind: type[Plan | RunReport | Watermark], number: int) -> None:
    """Write a document of format 1 with a number; one that is damaged stays as it is."""
    stored = store.read(kept[key]) if key in kept else None
    with suppress(msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        if stored is not None:
            store.write(key, encode_document(stamp(msgspec.json.decode(stored.data, type=kind), number)))


def _keep_tables(store: Store) -> int:
    """Move the tables of format 1 aside, and copy what is written again in place; return the number of objects.

    If the documents that were kept aside are gone, an undo is not possible, and the old tables are removed.
    """
    tables = [entry.key for root in TABLES for entry in store.list_entries(f"{root}/")]
    kept = list_kept(store)
    if not any(key.startswith(f"{RUNS}/") for key in kept):
        list(map_concurrently(store.delete, tables))
        return 0
    derived = [entry.key for root in DERIVED for entry in store.list_entries(f"{root}/")]
    keep_aside(store, derived, is_moved=False)
    keep_aside(store, tables, is_moved=True)
    return sum(key.startswith((*TABLES, *DERIVED)) for key in list_kept(store))
