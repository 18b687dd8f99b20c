"""The record of an upgrade: the numbers that it gives, and how far it is.

_cinelake/upgrade/record.json           the record
_cinelake/upgrade/format-1/<key>        the object that format 1 had under that key

Invariant: the record is written before the first change, and removed after the last one of an undo, so that a process that
was killed is continued by the next.
"""

from datetime import datetime
from enum import StrEnum

import msgspec

from cinelake.concurrency import map_concurrently
from cinelake.errors import StoreError
from cinelake.lake.documents import read_document, write_document
from cinelake.lake.keys import KEPT_ASIDE, UPGRADE
from cinelake.lake.store import Store
from cinelake.upgrade.numbering import NumberedRun

RECORD = f"{UPGRADE}/record.json"


class State(StrEnum):
    """How far an upgrade is: what the next process has to do first."""

    KEEPING = "keeping"
    WRITING = "writing"
    DONE = "done"
    UNDOING = "undoing"
    CLEANING = "cleaning"


class UpgradeRecord(msgspec.Struct, frozen=True):
    """An upgrade.

    Attributes:
        runs: in order of their numbers.
        written: the number of the last run whose documents are written.
        kept: the objects of format 1 that are kept aside, without those of the tables.
        kept_tables: those of the tables; None until a build has kept them aside.
    """

    started_at: datetime
    state: State
    runs: tuple[NumberedRun, ...]
    written: int = 0
    kept: int = 0
    kept_tables: int | None = None


def read_record(store: Store) -> UpgradeRecord | None:
    """The record, or None if the lake was never upgraded.

    Raises:
        DamagedError: it cannot be read.
    """
    return read_document(store, RECORD, UpgradeRecord, hint=f"restore {RECORD}; without it the upgrade cannot be undone")


def write_record(store: Store, record: UpgradeRecord) -> None:
    """Write the record."""
    write_document(store, RECORD, record)


def keep_aside(store: Store, keys: list[str], *, is_moved: bool) -> None:
    """Copy objects aside, unless they are already there, and delete them if they are moved.

    Raises:
        StoreError: a copy has another size; nothing was deleted.
    """
    copy_all(store, [(key, f"{KEPT_ASIDE}/{key}") for key in keys])
    if is_moved:
        list(map_concurrently(store.delete, keys))


def copy_all(store: Store, pairs: list[tuple[str, str]], *, replaces: bool = False) -> None:
    """Copy objects to other keys, several at a time, and check their sizes; `replaces` copies over what is there.

    Raises:
        StoreError: a copy has another size.
    """
    sizes = {entry.key: entry.size for entry in store.list_entries("")}
    wanted = [(source, target) for source, target in pairs if replaces or target not in sizes]
    list(map_concurrently(lambda pair: store.copy(*pair), wanted))
    copied = {entry.key: entry.size for entry in store.list_entries("")} if wanted else {}
    for source, target in wanted:
        if copied.get(target) != sizes.get(source):
            message = f'the copy "{target}" of "{source}" is incomplete'
            raise StoreError(message, hint="run the same command again: it copies it again", subject=target)


def list_kept(store: Store) -> dict[str, str]:
    """The objects that are kept aside, by the key that they had in format 1."""
    entries = store.list_entries(f"{KEPT_ASIDE}/")
    return {entry.key.removeprefix(f"{KEPT_ASIDE}/"): entry.key for entry in entries}
