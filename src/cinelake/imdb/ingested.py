"""The keys of ingested files, and the document that describes one; a file is committed when its document exists.

Raw/Local/<format>/<kind>/<yyyy>/<mm>/<dd>/<file>               the file, byte for byte
_cinelake/ingests/<kind>/<yyyy>/<mm>/<dd>/<file>.json           its description
"""

import re
from dataclasses import dataclass
from datetime import date, datetime

import msgspec

from cinelake.imdb.kinds import Kind, find_kind
from cinelake.lake.documents import read_document
from cinelake.lake.keys import INGESTS
from cinelake.lake.store import Store

RAW_LOCAL = "Raw/Local"
_KEY = re.compile(rf"{INGESTS}/(?P<kind>\w+)/(?P<day>\d{{4}}/\d{{2}}/\d{{2}})/(?P<name>[^/]+)\.json")


class Ingest(msgspec.Struct, frozen=True):
    """The description of an ingested IMDb file.

    Attributes:
        file: its name; key: its key in Raw.
        bytes, sha256 (hex): of the file as given, compressed or not.
        rows: without the header.
        duplicates: rows whose id an earlier row has; None for kinds whose ids repeat by design.
        first_duplicate_line: the line of the first duplicate.
    """

    kind: str
    format: str
    file: str
    run_on: date
    key: str
    rows: int
    bytes: int
    sha256: str
    is_compressed: bool
    duplicates: int | None
    first_duplicate_line: int | None
    ingested_at: datetime


@dataclass(frozen=True, slots=True)
class IngestKey:
    """Kind, date and name of an ingested file, which determine its keys."""

    kind: Kind
    run_on: date
    name: str

    def raw(self) -> str:
        """Key of the file itself."""
        return f"{RAW_LOCAL}/{self.kind.format}/{self._path()}"

    def document(self) -> str:
        """Key of the document."""
        return f"{INGESTS}/{self._path()}.json"

    def _path(self) -> str:
        day = self.run_on.isoformat().replace("-", "/")
        return f"{self.kind.name}/{day}/{self.name}"


def parse_ingest_key(key: str) -> IngestKey | None:
    """Kind, date and name in the key of a document; None for any other key."""
    found = _KEY.fullmatch(key)
    kind = find_kind(found["kind"]) if found else None
    if not found or not kind:
        return None
    try:
        return IngestKey(kind, date.fromisoformat(found["day"].replace("/", "-")), found["name"])
    except ValueError:  # the digits are not a date, as in a key that another program wrote
        return None


def read_ingest(store: Store, key: IngestKey) -> Ingest | None:
    """The description of an ingested file, or None.

    Raises:
        DamagedError: the document cannot be read.
    """
    hint = f"remove {key.document()} and ingest {key.name} with --run-date {key.run_on} again"
    return read_document(store, key.document(), Ingest, hint=hint)


def list_ingests(store: Store) -> dict[str, Ingest]:
    """The newest file of each kind: the latest date and, among several on that date, the last one ingested.

    Raises:
        DamagedError: the document of one of them cannot be read.
    """
    latest: dict[str, list[IngestKey]] = {}
    for entry in store.list_entries(f"{INGESTS}/"):
        key = parse_ingest_key(entry.key)
        if key:
            newest = latest.setdefault(key.kind.name, [key])
            if key.run_on > newest[0].run_on:
                newest[:] = [key]
            elif key.run_on == newest[0].run_on and key not in newest:
                newest.append(key)
    ingests = {kind: [found for key in keys if (found := read_ingest(store, key))] for kind, keys in latest.items()}
    return {kind: max(found, key=lambda each: (each.ingested_at, each.file)) for kind, found in ingests.items() if found}
