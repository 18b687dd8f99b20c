"""The documents about the Iceberg catalog of a lake. Reading and writing them needs no library of Iceberg.

_cinelake/iceberg/catalog.json          which catalog `cinelake catalog --format iceberg` keeps; builds keep it up to date
_cinelake/iceberg/versions.json         the versions that its live snapshots name (refine/versions reads it)
_cinelake/iceberg/catalog.db            the SQL catalog of a lake in a folder
_cinelake/iceberg/<table>/metadata/…    the metadata of a table, which the catalog points to

Invariant: versions.json names a version before any snapshot does, and until none does any more.
"""

from typing import Final, Literal

import msgspec

from cinelake.errors import UsageError
from cinelake.lake.documents import read_document, write_document
from cinelake.lake.keys import OWN
from cinelake.lake.store import Store
from cinelake.lake.stores.local_store import LocalStore
from cinelake.refine.versions import PINNED, Pinned, read_pinned

ICEBERG: Final = f"{OWN}/iceberg"
SQLITE: Final = f"{ICEBERG}/catalog.db"
_CATALOG: Final = f"{ICEBERG}/catalog.json"
Kind = Literal["sql", "glue", "rest"]


class IcebergCatalog(msgspec.Struct, frozen=True):
    """A catalog.

    Attributes:
        kind: sql for a folder, glue or rest for a bucket.
        namespace: of the tables; Glue calls it a database.
        lake: the absolute address of the lake, which metadata contains. A moved folder gets a new SQL catalog.
        uri: of a REST catalog.
    """

    kind: Kind
    namespace: str
    lake: str
    uri: str = ""


def choose_catalog(store: Store, namespace: str | None, uri: str | None) -> IcebergCatalog:
    """The catalog for a lake: SQL for a folder, REST if there is a `uri`, else Glue.

    Raises:
        UsageError: the lake can have no such catalog.
    """
    lake = find_address(store)
    if isinstance(store, LocalStore):
        if uri:
            raise UsageError(
                f"the lake {lake} is a folder, which a REST catalog cannot reach",
                hint="remove --uri: a folder has a catalog of its own",
            )
        return IcebergCatalog("sql", namespace or "cinelake", lake)
    if not lake.startswith("s3://"):
        raise UsageError(f"the lake {lake} cannot have an Iceberg catalog", hint="use a folder or s3://bucket/prefix")
    if uri:
        return IcebergCatalog("rest", namespace or "cinelake", lake, uri)
    # A database of its own: the Hive tables of `catalog --format glue` have the same names.
    return IcebergCatalog("glue", namespace or "cinelake_iceberg", lake)


def find_address(store: Store) -> str:
    """The absolute address of a lake, without a slash at its end."""
    return f"file://{store.root.as_posix()}" if isinstance(store, LocalStore) else repr(store)


def read_catalog(store: Store) -> IcebergCatalog | None:
    """The catalog that builds keep up to date, or None.

    Raises:
        DamagedError: the document cannot be read.
    """
    return read_document(store, _CATALOG, IcebergCatalog, hint="run `cinelake catalog --format iceberg`")


def write_catalog(store: Store, catalog: IcebergCatalog) -> None:
    """Record which catalog builds keep up to date."""
    if read_catalog(store) != catalog:
        write_document(store, _CATALOG, catalog)


def write_pinned(store: Store, versions: set[str], shown: str = "") -> None:
    """Record the versions that live snapshots name, and the one that every table shows."""
    pinned = Pinned(tuple(sorted(versions)), shown)
    if read_pinned(store) != pinned:
        write_document(store, PINNED, pinned)
