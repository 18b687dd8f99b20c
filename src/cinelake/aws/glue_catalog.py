"""Registers a lake's current tables in the AWS Glue Data Catalog, and removes tables that are no longer current.

Order: lists of addresses first, then the tables that point to them, then lists that no table points to. Invariant: what is
already correct is not touched, so the same call completes what a failure left half done.
"""

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cinelake.aws.clients import open_client, translated
from cinelake.aws.glue_tables import ADDRESSES, Changes, Entry, Words, build_entry, plan_changes
from cinelake.errors import UsageError
from cinelake.lake.store import Store
from cinelake.refine.models.published_columns import read_columns
from cinelake.refine.versions import Pointer, read_pointer

if TYPE_CHECKING:
    from mypy_boto3_glue import GlueClient

DATABASE = "cinelake"
"""The default database."""
_NEEDS = "an account whose Glue Data Catalog this user or role may read and write"
_ABOUT = "Tables of films and series by cinelake; the parameters of a table name its lake and version"


@dataclass(frozen=True, slots=True)
class Registered:
    """The result of a registration.

    Attributes:
        entries: each table as it is in the catalog now, or as it would be after a dry run.
        left_out: tables without rows, whose columns are unknown.
    """

    lake: str
    database: str
    version: str
    entries: tuple[Entry, ...]
    changes: Changes
    left_out: tuple[str, ...]


def register_lake(store: Store, database: str, *, is_dry_run: bool = False) -> Registered:
    """Update a database to the current tables of a lake; creates the database if it does not exist.

    Raises:
        UsageError: the lake is not in S3, has no tables, or a table of this name belongs to another owner.
        CredentialsError: AWS refuses access.
        UnreachableError: AWS cannot be reached.
        DamagedError: the pointer or an object of a table cannot be read.
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
        if _find_pointer(store).version != pointer.version:  # another build has published in the meantime
            return register_lake(store, database)
        kept = {f"v={version}" for version in (pointer.version, *(each.version for each in pointer.previous))}
        for stale in [each.key for each in store.list_entries(f"{ADDRESSES}/") if not kept & set(each.key.split("/"))]:
            store.delete(stale)
    left_out = tuple(table.name for table in pointer.tables if not table.parts)
    return Registered(lake, database, pointer.version, entries, changes, left_out)


def _find_lake(store: Store) -> str:
    lake = repr(store)
    if not lake.startswith("s3://"):
        hint = "give a lake s3://bucket/prefix with --lake, since Athena reads S3 only; `cinelake sql` reads any lake"
        raise UsageError(f"the lake {lake} is not in S3", hint=hint)
    return lake


def _find_pointer(store: Store) -> Pointer:
    pointer = read_pointer(store)
    if pointer is None:
        raise UsageError(f"the lake {store!r} has no tables yet", hint="run `cinelake build` first")
    return pointer


class _Tables:
    """The tables of one database."""

    def __init__(self, database: str) -> None:
        self._database = database
        self._client: GlueClient = open_client("glue")
        self._exists = True

    def list_tables(self) -> dict[str, Words]:
        """Every table by name; empty if the database does not exist."""
        with translated(f'database "{self._database}"', needs=_NEEDS):
            try:
                pages = self._client.get_paginator("get_tables").paginate(DatabaseName=self._database)
                return {each["Name"]: dict(each) for page in pages for each in page["TableList"]}
            except self._client.exceptions.EntityNotFoundException:
                self._exists = False
                return {}

    def change(self, wanted: dict[str, Words], changes: Changes) -> None:
        """Create, change and remove tables as planned; after a failure the same call continues."""
        if not self._exists:
            self._create_database()
        names = (*changes.made, *changes.changed, *changes.removed)
        for count, name in enumerate(names):
            with translated(f'table "{name}"', f"{count} of {len(names)} changes are done", _NEEDS):
                if name in changes.removed:
                    self._remove(name)
                else:
                    self._put(wanted[name], is_new=name in changes.made)

    def _create_database(self) -> None:
        with (
            translated(f'database "{self._database}"', needs=_NEEDS),
            suppress(self._client.exceptions.AlreadyExistsException),
        ):
            self._client.create_database(DatabaseInput={"Name": self._database, "Description": _ABOUT})

    def _put(self, words: Words, *, is_new: bool) -> None:
        where: Words = {"DatabaseName": self._database, "TableInput": words}
        if is_new:
            self._client.create_table(**where)
        else:
            # A table keeps a limited number of archived versions; at the limit it could not be changed any more.
            self._client.update_table(**where, SkipArchive=True)

    def _remove(self, name: str) -> None:
        with suppress(self._client.exceptions.EntityNotFoundException):
            self._client.delete_table(DatabaseName=self._database, Name=name)
