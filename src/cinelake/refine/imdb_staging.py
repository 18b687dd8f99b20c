"""Owns the way of IMDb's files into an engine: of each kind the newest, hashed again, unpacked, handed on by path.

A plain file of a lake in a folder is read where it lies; of everything else a copy is made in a temporary folder.
Invariant: what the engine reads is what was ingested, byte for byte; a file that is gone or altered stops the build.
"""

import hashlib
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from cinelake.imdb.ingested import INGESTS, RAW_LOCAL, Ingest, list_ingests, parse_ingest_key
from cinelake.imdb.kinds import KINDS
from cinelake.imdb.lines import inflate
from cinelake.lake.local_store import LocalStore
from cinelake.lake.store import Store
from cinelake.refine.engines.engine import Engine
from cinelake.refine.engines.scratch import Place
from cinelake.refine.raw_files import LeftAside

LEFT_OLDER = "a newer file of its kind was ingested"
LEFT_UNNAMED = "it was not ingested: nothing says what it is"
_PIECE = 1 << 20
_FILE_COLUMNS = {"kind": "VARCHAR", "key": "VARCHAR", "recency": "BIGINT", "rows": "BIGINT"}
_TABLES = {
    "Movies": "raw_imdb_movies",
    "Series": "raw_imdb_series",
    "TitleBasics": "raw_imdb_title_basics",
    "TitleRatings": "raw_imdb_title_ratings",
    "TitlePrincipals": "raw_imdb_title_principals",
    "NameBasics": "raw_imdb_name_basics",
}
"""What models call the lines of each kind."""


@dataclass(frozen=True, slots=True)
class ImdbZone:
    """The ingest of each kind that counts, newest first, and what else stands in Raw/Local."""

    ingests: tuple[Ingest, ...]
    left: tuple[LeftAside, ...]

    def fingerprint(self) -> Iterable[str]:
        """What says whether tables made from these are still the same."""
        return (f"{ingest.key} {ingest.sha256} {ingest.is_compressed}" for ingest in self.ingests)


@dataclass(frozen=True, slots=True)
class StagedImdb:
    """What the engine is to read, by kind, and which files are gone or altered: key, kind, rows, reason."""

    zone: ImdbZone
    paths: dict[str, str]
    absent: list[tuple[object, ...]]


def list_imdb(store: Store) -> ImdbZone:
    """What counts of the users' own files.

    Raises:
        DamagedError: the document of one of them cannot be read.
    """
    newest = list_ingests(store).values()
    ingests = sorted(newest, key=lambda each: (each.run_on, each.ingested_at, each.kind), reverse=True)
    counting = {ingest.key for ingest in ingests}
    known = {key.raw() for entry in store.list_entries(f"{INGESTS}/") if (key := parse_ingest_key(entry.key))}
    left = [
        LeftAside(entry.key, LEFT_OLDER if entry.key in known else LEFT_UNNAMED)
        for entry in store.list_entries(f"{RAW_LOCAL}/")
        if entry.key not in counting
    ]
    return ImdbZone(tuple(ingests), tuple(left))


def stage_imdb(store: Store, zone: ImdbZone, place: Place, folder: Path) -> StagedImdb:
    """Bring every file that counts to where an engine can read it."""
    staged = StagedImdb(zone, {}, [])
    for ingest in zone.ingests:
        path = folder / f"imdb-{ingest.kind}.txt"
        source = folder / f"imdb-{ingest.kind}.raw"
        if isinstance(store, LocalStore):
            source = store.root / ingest.key
        elif (pieces := store.read_pieces(ingest.key)) is not None:
            with source.open("wb") as copy:
                copy.writelines(pieces)
        reason = _unpack(source, path, ingest)
        if reason:
            staged.absent.append((ingest.key, ingest.kind, ingest.rows, reason))
        else:
            address = None if ingest.is_compressed else place.find(store, ingest.key)
            staged.paths[ingest.kind] = address or place.share(path if ingest.is_compressed else source)
    return staged


def load_imdb(staged: StagedImdb, engine: Engine) -> None:
    """Hand the lines of each kind to the engine, and which file is the newer one (1 is the newest)."""
    for kind in KINDS:
        engine.load_lines(_TABLES[kind.name], kind.columns, staged.paths.get(kind.name), kind.separator)
    rows = [(each.kind, each.key, recency, each.rows) for recency, each in enumerate(staged.zone.ingests, 1)]
    engine.load_rows("imdb_file", _FILE_COLUMNS, rows)


def _unpack(source: Path, path: Path, ingest: Ingest) -> str | None:
    """Hold a file against its ingest and, if it is compressed, unpack it to `path`; why it does not count, or None."""
    whole = hashlib.sha256()
    if not source.is_file():
        return "its ingest names it, and it is not there"
    try:
        pieces = _read_pieces(source, whole)
        if ingest.is_compressed:
            with path.open("wb") as out:
                out.writelines(inflate(pieces))
        for _ in pieces:
            pass
    except (EOFError, zlib.error):
        return "it cannot be unpacked"
    return None if whole.hexdigest() == ingest.sha256 else "it has another SHA-256 than its ingest says"


def _read_pieces(source: Path, whole: "hashlib._Hash") -> Iterator[bytes]:
    with source.open("rb") as file:
        for piece in iter(partial(file.read, _PIECE), b""):
            whole.update(piece)
            yield piece
