"""The objects of Trusted: what they are called, and what the lake records about the chunk that each of them holds.

Trusted/TMDB/Parquet/<kind>/dt=<day>/<number>-<rules>-<hash>.parquet    a chunk of Raw: run, rules, and hash of the bytes
Trusted/Local/Parquet/<Titles|People|Credits>/<hash>.parquet            a table of IMDb files: hash of the bytes

Invariant: an object never changes, and equal names mean equal bytes.
"""

import re
from datetime import date
from pathlib import Path

import msgspec

from cinelake.lake.keys import TRUSTED
from cinelake.lake.store import Store
from cinelake.refine.build_report import Refusal
from cinelake.refine.exporting import Exported
from cinelake.refine.fields import name_folder
from cinelake.refine.part_hashes import hash_file, hash_object
from cinelake.refine.trusted.raw_files import HashedFile
from cinelake.refine.versions import Part

_TMDB, _LOCAL = f"{TRUSTED}/TMDB/Parquet", f"{TRUSTED}/Local/Parquet"
_IMDB = {f"trusted_imdb_{name.lower()}": f"{_LOCAL}/{name}" for name in ("Titles", "People", "Credits")}
"""The folder of each table of IMDb files."""
TRUSTED_KEY = re.compile(
    rf"({_TMDB}/\w+/dt=\d{{4}}-\d\d-\d\d/(\d+-[0-9a-f]{{8}}-)?|{_LOCAL}/(Titles|People|Credits)/)[0-9a-f]{{16}}\.parquet"
)
"""The objects of this release, and those of earlier ones, which have no number and no rules."""
_NAME_LENGTH = 16


class TypedChunk(msgspec.Struct, frozen=True):
    """A chunk of Raw that Trusted holds.

    Attributes:
        inputs: a name of the contents of its files; rules: a name of the rules by which they were typed.
        part: the rows; None if no record was accepted.
        records: records in its files, accepted or refused.
        same: records that equal another record of the same title in the chunk, which has a row.
        superseded: records that differ from it.
        unknown: the number of records with a field that is not defined, by kind and name.
        hashed: its files that no manifest lists, so that they need not be read again.
    """

    kind: str
    day: date
    number: int
    inputs: str
    rules: str
    part: Part | None
    files: int
    records: int
    same: int = 0
    superseded: int = 0
    refusals: tuple[Refusal, ...] = ()
    unknown: dict[str, int] = {}
    hashed: tuple[HashedFile, ...] = ()

    @property
    def name(self) -> str:
        """A name of inputs and rules: with the key in Raw, it identifies a row."""
        return f"{self.inputs}-{self.rules}"


def name_chunk(chunk: TypedChunk, exported: Exported) -> str:
    """The key of the rows of a chunk."""
    folder = f"{_TMDB}/{name_folder(chunk.kind)}/dt={chunk.day.isoformat()}"
    return f"{folder}/{chunk.number}-{chunk.rules}-{exported.sha256[:_NAME_LENGTH]}.parquet"


def name_imdb(table: str, exported: Exported) -> str:
    """The key of a table of IMDb files."""
    return f"{_IMDB[table]}/{exported.sha256[:_NAME_LENGTH]}.parquet"


def write_part(store: Store, key: str, path: Path) -> None:
    """Write an object that is named by its bytes, unless it exists with these bytes."""
    size = path.stat().st_size
    is_stored = any(entry.key == key and entry.size == size for entry in store.list_entries(key))
    if not is_stored or hash_object(store, key) != hash_file(path):
        store.write_file(key, path)
