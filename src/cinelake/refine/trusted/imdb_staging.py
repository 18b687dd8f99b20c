"""Stage IMDb files for an engine: the newest file of each kind, hashed again, decompressed, and passed on by address.

An uncompressed file of a local lake is read in place. All other files are copied to a temporary folder. Invariant: the
engine reads the ingested bytes; a missing or altered file stops the build.
"""

import hashlib
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from cinelake.imdb.ingested import RAW_LOCAL, Ingest, list_ingests, parse_ingest_key
from cinelake.imdb.kinds import KINDS
from cinelake.imdb.lines import inflate
from cinelake.lake.keys import INGESTS
from cinelake.lake.store import Store
from cinelake.lake.stores.local_store import LocalStore
from cinelake.refine.engines.engine import Engine
from cinelake.refine.engines.scratch import Scratch
from cinelake.refine.trusted.raw_files import IgnoredFile

OLDER = "a newer file of this kind was ingested"
NOT_INGESTED = "the file was not ingested"
_CHUNK_BYTES = 1 << 20
_FILE_COLUMNS = {"kind": "VARCHAR", "key": "VARCHAR", "recency": "BIGINT", "rows": "BIGINT"}
_TABLES = {
    "Movies": "raw_imdb_movies",
    "Series": "raw_imdb_series",
    "TitleBasics": "raw_imdb_title_basics",
    "TitleRatings": "raw_imdb_title_ratings",
    "TitlePrincipals": "raw_imdb_title_principals",
    "NameBasics": "raw_imdb_name_basics",
}
"""The table with the lines of each kind."""


@dataclass(frozen=True, slots=True)
class ImdbZone:
    """The newest ingest of each kind, the newest kind first, and the files of Raw/Local that are not read."""

    ingests: tuple[Ingest, ...]
    ignored: tuple[IgnoredFile, ...]

    def fingerprint(self) -> Iterable[str]:
        """Texts that change if and only if the inputs change."""
        return (f"{ingest.key} {ingest.sha256} {ingest.is_compressed}" for ingest in self.ingests)


@dataclass(frozen=True, slots=True)
class StagedImdb:
    """The addresses of the files by kind, and the files that are missing or altered: key, kind, rows, reason."""

    zone: ImdbZone
    paths: dict[str, str]
    missing: list[tuple[object, ...]]


def list_imdb(store: Store) -> ImdbZone:
    """Classify the users' own files.

    Raises:
        DamagedError: the document of an ingest cannot be read.
    """
    newest = list_ingests(store).values()
    ingests = sorted(newest, key=lambda each: (each.run_on, each.ingested_at, each.kind), reverse=True)
    used = {ingest.key for ingest in ingests}
    known = {key.raw() for entry in store.list_entries(f"{INGESTS}/") if (key := parse_ingest_key(entry.key))}
    ignored = [
        IgnoredFile(entry.key, OLDER if entry.key in known else NOT_INGESTED)
        for entry in store.list_entries(f"{RAW_LOCAL}/")
        if entry.key not in used
    ]
    return ImdbZone(tuple(ingests), tuple(ignored))


def stage_imdb(store: Store, zone: ImdbZone, scratch: Scratch, folder: Path) -> StagedImdb:
    """Make every file of the zone readable for an engine."""
    staged = StagedImdb(zone, {}, [])
    for ingest in zone.ingests:
        path = folder / f"imdb-{ingest.kind}.txt"
        source = folder / f"imdb-{ingest.kind}.raw"
        if isinstance(store, LocalStore):
            source = store.root / ingest.key
        elif (chunks := store.read_pieces(ingest.key)) is not None:
            with source.open("wb") as copy:
                copy.writelines(chunks)
        reason = _verify(source, path, ingest)
        if reason:
            staged.missing.append((ingest.key, ingest.kind, ingest.rows, reason))
        else:
            address = None if ingest.is_compressed else scratch.locate(store, ingest.key)
            staged.paths[ingest.kind] = address or scratch.share(path if ingest.is_compressed else source)
    return staged


def load_imdb(staged: StagedImdb, engine: Engine) -> None:
    """Load the lines of each kind into the engine, and the rank of each file by age (1 is the newest)."""
    for kind in KINDS:
        engine.load_lines(_TABLES[kind.name], kind.columns, staged.paths.get(kind.name), kind.separator)
    rows = [(each.kind, each.key, recency, each.rows) for recency, each in enumerate(staged.zone.ingests, 1)]
    engine.load_rows("imdb_file", _FILE_COLUMNS, rows)


def _verify(source: Path, path: Path, ingest: Ingest) -> str | None:
    """Compare a file with its ingest, and decompress it to `path` if needed. Returns why it cannot be used, or None."""
    digest = hashlib.sha256()
    if not source.is_file():
        return "it was ingested, and it does not exist"
    try:
        chunks = _read_chunks(source, digest)
        if ingest.is_compressed:
            with path.open("wb") as out:
                out.writelines(inflate(chunks))
        for _ in chunks:
            pass
    except (EOFError, zlib.error):
        return "it cannot be decompressed"
    return None if digest.hexdigest() == ingest.sha256 else "its SHA-256 differs from the one of its ingest"


def _read_chunks(source: Path, digest: "hashlib._Hash") -> Iterator[bytes]:
    with source.open("rb") as file:
        for chunk in iter(partial(file.read, _CHUNK_BYTES), b""):
            digest.update(chunk)
            yield chunk
