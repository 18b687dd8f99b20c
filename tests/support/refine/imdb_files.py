"""Small invented IMDb files, ingested as a user does."""

import gzip
import tempfile
from datetime import date
from pathlib import Path

from tests.support.refine.lakes import DAY
from tests.support.tmdb.virtual import VirtualClock

from cinelake.imdb.ingest import ingest_file
from cinelake.imdb.ingested import Ingest
from cinelake.imdb.kinds import NULL, find_kind
from cinelake.lake.store import Store

_DEFAULTS = {
    "id": "tt0000001",
    "tituloPincipal": "Invented 1",
    "tituloOriginal": "Inventado 1",
    "anoLancamento": "2001",
    "tempoMinutos": "90",
    "genero": "Drama,War",
    "notaMedia": "6.5",
    "numeroVotos": "1000",
    "tconst": "tt0000001",
    "titleType": "movie",
    "primaryTitle": "Invented 1",
    "originalTitle": "Inventado 1",
    "isAdult": "0",
    "startYear": "2001",
    "runtimeMinutes": "90",
    "genres": "Drama,War",
    "averageRating": "6.5",
    "numVotes": "1000",
    "ordering": "1",
    "nconst": "nm0000001",
    "category": "actor",
    "primaryName": "Ana Example",
}


def line(kind: str, **fields: str) -> str:
    """A row of a file of that kind. Fields that are not given have a default, or are null."""
    found = find_kind(kind)
    assert found is not None
    assert fields.keys() <= set(found.columns)
    return found.separator.join({**_DEFAULTS, **fields}.get(name, NULL) for name in found.columns)


def ingest(
    store: Store,
    kind: str,
    *lines: str,
    day: date = DAY,
    name: str = "",
    is_compressed: bool = False,
    end: str = "\n",
    mark: str = "",
) -> Ingest:
    """Ingest a file with these lines."""
    found = find_kind(kind)
    assert found is not None
    data = (mark + end.join([found.separator.join(found.columns), *lines]) + end).encode()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name or f"{kind}.txt")
        # Two gzip members, as parallel compressors write them, and padding.
        half = len(data) // 2
        packed = gzip.compress(data[:half]) + gzip.compress(data[half:]) + bytes(100)
        path.write_bytes(packed if is_compressed else data)
        return ingest_file(store, path, day, VirtualClock())[0]
