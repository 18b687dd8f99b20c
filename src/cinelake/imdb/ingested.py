"""Owns where a file of IMDb's stands in the lake, and the document that says what it is: its existence is the commit.

Raw/Local/<format>/<kind>/<yyyy>/<mm>/<dd>/<file>               byte for byte the file given
_cinelake/ingests/<kind>/<yyyy>/<mm>/<dd>/<file>.json           what was found in it
"""

import re
from dataclasses import dataclass
from datetime import date, datetime

import msgspec

from cinelake.imdb.kinds import Kind, find_kind
from cinelake.lake.documents import read_document
from cinelake.lake.keys import OWN
from cinelake.lake.store import Store

INGESTS = f"{OWN}/ingests"
RAW_LOCAL = "Raw/Local"
_KEY = re.compile(rf"{INGESTS}/(?P<kind>\w+)/(?P<day>\d{{4}}/\d{{2}}/\d{{2}})/(?P<name>[^/]+)\.json")


class Ingest(msgspec.Struct, frozen=True):
    """A file of IMDb's that is in the lake.

    Attributes:
        file: its name.
        key: where it stands in Raw.
        bytes: of the file as given, compressed or not; so is the SHA-256, in hex.
        rows: without the header.
        duplicates: rows whose id a row before them has; None where ids repeat by nature.
        first_duplicate_line: the line of the first of these.
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
    """Where a file of that kind, date and name stands."""

    kind: Kind
    run_on: date
    name: str

    def raw(self) -> str:
        """Key of the file itself."""
        return f"{RAW_LOCAL}/{self.kind.format}/{self._place()}"

    def document(self) -> str:
        """Key of the document."""
        return f"{INGESTS}/{self._place()}.json"

    def _place(self) -> str:
        day = self.run_on.isoformat().replace("-", "/")
        return f"{self.kind.name}/{day}/{self.name}"


def parse_ingest_key(key: str) -> IngestKey | None:
    """What the key of a document names; None when it is not one."""
    found = _KEY.fullmatch(key)
    kind = find_kind(found["kind"]) if found else None
    if not found or not kind:
        return None
    try:
        return IngestKey(kind, date.fromisoformat(found["day"].replace("/", "-")), found["name"])
    except ValueError:  # the digits name no day: anybody may put a file anywhere
        return None


def read_ingest(store: Store, key: IngestKey) -> Ingest | None:
    """What was ingested under a key, or None.

    Raises:
        DamagedError: the document cannot be read.
    """
    hint = f"remove {key.document()} and ingest {key.name} with --run-date {key.run_on} again"
    return read_document(store, key.document(), Ingest, hint=hint)


def list_ingests(store: Store) -> dict[str, Ingest]:
    """For each kind the newest file: of the latest date and, of several on that day, the one that came last.

    Raises:
        DamagedError: the document of one of them cannot be read.
    """
    latest: dict[str, list[IngestKey]] = {}
    for entry in store.list_entries(f"{INGESTS}/"):
        key = parse_ingest_key(entry.key)
        if key:
            rivals = latest.setdefault(key.kind.name, [key])
            if key.run_on > rivals[0].run_on:
                rivals[:] = [key]
            elif key.run_on == rivals[0].run_on and key not in rivals:
                rivals.append(key)
    ingests = {kind: [found for key in keys if (found := read_ingest(store, key))] for kind, keys in latest.items()}
    return {kind: max(found, key=lambda each: (each.ingested_at, each.file)) for kind, found in ingests.items() if found}
