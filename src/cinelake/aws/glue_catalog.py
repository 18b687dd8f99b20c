"""Owns the conversation with the Glue Data Catalog: a lake's current tables are there, and no former ones.

Order: lists of addresses first, then the tables that lead to them, then what nobody leads to any more. Invariant: what is
already as it should be is left alone, so the same call mends what a failure left half done.
"""

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cinelake.aws.clients import open_client, translated
from cinelake.aws.glue_tables import ADDRESSES, Changes, Entry, Words, build_entry, plan_changes
from cinelake.errors import UsageError
from cinelake.lake.store import Store
from cinelake.refine.models.published_columns import read_columns
from cinelake.refine.publish import Pointer, read_pointer

if TYPE_CHECKING:
    from mypy_boto3_glue import GlueClient

DATABASE = "cinelake"
"""The database unless another one is named."""
_EXPECTED = "an account whose Glue Data Catalog this user or role may read and write"
_ABOUT = "Tables of films and series, made by cinelake; a table's parameters say of which lake and version"


@dataclass(frozen=True, slots=True)
class Registered:
    """What a call came to.

    Attributes:
        entries: each table as it is in the catalog now; as it would be, if nothing was to be changed.
        left_out: tables without rows, of which nobody knows the columns.
    """

    lake: str
    database: str
    version: str
    entries: tuple[Entry, ...]
    changes: Changes
    left_out: tuple[str, ...]


def register_lake(store: Store, database: str, *, is_dry_run: bool = False) -> Registered:
    """Bring a database's tables to what is current in the lake; makes the database if there is none.

    Raises:
        UsageError: the lake is not in S3, nothing was built yet, or a table's name is taken by somebody else.
        CredentialsError: AWS refuses whoever asks. UnreachableError: AWS cannot be asked.
        DamagedError: the pointer or a table's object cannot be read.
    """
    lake, pointer = _find_lake(store), _find_pointer(store)
    full = [table for table in pointer.tables if table.parts]
    entries = tuple(build_entry(lake, pointer.version, table, read_columns(store, table)) for table in full)
    tables = _Tables(database)
    changes = plan_changes(entries, tables.list_tables(), lake)
    if not is_dry_run:
        lists = dict(entry.addresses for entry in entries if entry.addresses)
        for key, text in lists.items():
            store.write(key, text.encode())
        tables.change({entry.name: entry.words for entry in entries}, changes)
        if _find_pointer(store).version != pointer.version:  # a build has published meanwhile, and perhaps registered
            return register_lake(store, database)
        kept = {f"v={version}" for version in (pointer.version, *(former.version for former in pointer.former))}
        for stale in [each.key for each in store.list_entries(f"{ADDRESSES}/") if not kept & set(each.key.split("/"))]:
            store.delete(stale)
    left_out = tuple(table.name for table in pointer.tables if not table.parts)
    return Registered(lake, database, pointer.version, entries, changes, left_out)


def _find_lake(store: Store) -> str:
    lake = repr(store)
    if not lake.startswith("s3://"):
        expected = "s3://bucket/prefix: Athena reads nothing else"
        raise UsageError(f"lake {lake}", "it is not in S3", expected, "give it with --lake; `cinelake sql` asks any lake")
    return lake


def _find_pointer(store: Store) -> Pointer:
    pointer = read_pointer(store)
    if pointer is None:
        expected = "Trusted and Refined tables"
        raise UsageError(f"lake {store!r}", "nothing was built yet", expected, "run cinelake build first")
    return pointer


class _Tables:
    """The tables of one database."""

    def __init__(self, database: str) -> None:
        self._database = database
        self._client: GlueClient = open_client("glue")
        self._is_there = True

    def list_tables(self) -> dict[str, Words]:
        """Every table by name; none if there is no such database."""
        with translated(f"database '{self._database}'", expected=_EXPECTED):
            try:
                pages = self._client.get_paginator("get_tables").paginate(DatabaseName=self._database)
                return {each["Name"]: dict(each) for page in pages for each in page["TableList"]}
            except self._client.exceptions.EntityNotFoundException:
                self._is_there = False
                return {}

    def change(self, wanted: dict[str, Words], changes: Changes) -> None:
        """Make, change and remove what is to be; after a failure the same call goes on."""
        if not self._is_there:
            self._make_database()
        names = (*changes.made, *changes.changed, *changes.removed)
        for count, name in enumerate(names):
            with translated(f"table '{name}'", f"{count} of {len(names)} changes are made", _EXPECTED):
                if name in changes.removed:
                    self._remove(name)
                else:
                    self._put(wanted[name], is_new=name in changes.made)

    def _make_database(self) -> None:
        with (
            translated(f"database '{self._database}'", expected=_EXPECTED),
            suppress(self._client.exceptions.AlreadyExistsException),
        ):
            self._client.create_database(DatabaseInput={"Name": self._database, "Description": _ABOUT})

    def _put(self, words: Words, *, is_new: bool) -> None:
        where: Words = {"DatabaseName": self._database, "TableInput": words}
        if is_new:
            self._client.create_table(**where)
        else:
            # A table has room for so many former versions, and then can be changed no more.
            self._client.update_table(**where, SkipArchive=True)

    def _remove(self, name: str) -> None:
        with suppress(self._client.exceptions.EntityNotFoundException):
            self._client.delete_table(DatabaseName=self._database, Name=name)
