"""Small invented lakes, and what a build makes of them."""

import hashlib
import json
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
from tests.support.tmdb.virtual import VirtualClock

from cinelake.lake.keys import SliceKey
from cinelake.lake.lake_format import write_format
from cinelake.lake.manifests import Batch, Manifest, Quarantined, Request, Tombstone, commit_manifest
from cinelake.lake.store import Store
from cinelake.lake.stores.object_store import open_memory
from cinelake.refine.engines.duckdb_engine import open_duckdb
from cinelake.refine.pipeline import Built, build_lake
from cinelake.refine.versions import Pointer, read_pointer

DAY = date(2026, 11, 23)
_FIRST_DAY = date(2026, 10, 1)
Row = dict[str, Any]
BRIDGES = [
    "title_genre",
    "title_country",
    "title_language",
    "title_company",
    "title_keyword",
    "title_cast",
    "title_director",
]


def film(title_id: int, **others: object) -> Row:
    """Build an invented film in TMDB's form of 2026."""
    return {
        "id_tmdb": title_id,
        "adult": False,
        "backdrop_path": None,
        "belongs_to_collection": None,
        "budget": 0,
        "genres": [{"id": 80, "name": "Crime"}],
        "homepage": "",
        "id": title_id,
        "imdb_id": f"tt{title_id:07}",
        "origin_country": [],
        "original_language": "xx",
        "original_title": f"Invented {title_id}",
        "overview": "",
        "popularity": 1.5,
        "poster_path": None,
        "production_companies": [],
        "production_countries": [],
        "release_date": "2001-02-03",
        "revenue": 0,
        "runtime": 90,
        "softcore": False,
        "spoken_languages": [],
        "status": "Released",
        "tagline": "",
        "title": f"Invented {title_id}",
        "video": False,
        "vote_average": 6.5,
        "vote_count": 10,
        **others,
    }


def series(title_id: int, **others: object) -> Row:
    """An invented series."""
    return {
        "id_tmdb": title_id,
        "id": title_id,
        "name": f"Serial {title_id}",
        "original_name": f"Serial {title_id}",
        "first_air_date": "2011-05-06",
        "last_air_date": None,
        "genres": [{"id": 80, "name": "Crime"}],
        "number_of_seasons": 2,
        "number_of_episodes": 20,
        "episode_run_time": [],
        "popularity": 2.0,
        "vote_average": 7.0,
        "vote_count": 3,
        "type": "Scripted",
        "status": "Ended",
        "external_ids": {"imdb_id": f"tt9{title_id:06}", "tvdb_id": None},
        **others,
    }


def old_film(title_id: int, **others: object) -> Row:
    """An invented film as in version 1 of the lake, which did not store genres, runtime, vote_count and original_title."""
    dropped = ("id", "genres", "runtime", "vote_count", "original_title", "origin_country", "softcore")
    return {name: value for name, value in film(title_id, **others).items() if name not in dropped}


def encode(rows: Sequence[object]) -> bytes:
    """Records as a Raw file."""
    return json.dumps(rows, ensure_ascii=False).encode()


def put(store: Store, name: str, data: bytes, *, day: date = DAY, kind: str = "Movies") -> str:
    """Write a Raw file of version 1 of the lake, without a manifest. Returns its key."""
    key = f"Raw/TMDB/JSON/{kind}/{day:%Y/%m/%d}/{name}.json"
    store.write(key, data)
    return key


def commit(
    store: Store,
    name: str,
    files: Sequence[bytes],
    *,
    day: date = DAY,
    kind: str = "Movies",
    at: datetime = datetime(2026, 11, 23, 12, tzinfo=UTC),
    revision: int = 1,
    number: int | None = None,
    kept: int = 0,
    ended: Mapping[int, str] | None = None,
    gone: Sequence[int] = (),
    quarantined: Sequence[int] = (),
    listed: Sequence[Row] | None = None,
) -> SliceKey:
    """Commit a slice with these files. `ended` are tombstones with their reasons, `listed` the rows of its listing.

    Without a `number`, runs are numbered in the order of their days and hours.
    """
    key = SliceKey(kind, day, name)
    write_format(store, at)  # its documents have numbers
    run = number_run(day, at.hour) if number is None else number
    batches = []
    for position, data in enumerate(files, 1):
        try:
            count = len(json.loads(data))
        except ValueError:
            count = 1
        store.write(key.raw(position), data)
        batches.append(Batch(key.raw(position), count, len(data), hashlib.sha256(data).hexdigest(), run))
    records = sum(batch.records for batch in batches)
    if listed is not None:
        store.write(key.snapshot(), encode(listed))
    manifest = Manifest(
        kind=kind,
        slice=name,
        run_on=day.isoformat(),
        revision=revision,
        request=Request((), include_adult=False, include_video=False),
        total=records + kept + len(gone) + len(quarantined),
        listed=records + kept + len({*gone, *(ended or {})}) + len(quarantined),
        unproven=0,
        is_listing_incomplete=False,
        records=records,
        gone=tuple(gone),
        quarantined=tuple(Quarantined(each, "it could not be fetched") for each in quarantined),
        batches=tuple(batches),
        committed_at=at,
        kept=kept,
        tombstones=tuple(Tombstone(each, reason, run) for each, reason in (ended or {}).items()),
        number=run,
        fetched_on=day,
    )
    commit_manifest(store, key, manifest)
    return key


def number_run(day: date, hour: int) -> int:
    """The number of a run, in the order of days and hours."""
    return 100 * (day - _FIRST_DAY).days + hour


def refresh(store: Store, name: str, rows: Sequence[Row], *, day: date, hour: int = 12, **others: Any) -> SliceKey:
    """Commit a slice as a refresh does: the records that were fetched again, and the manifest."""
    files = [encode(rows)] if rows else []
    return commit(store, name, files, day=day, at=datetime(day.year, day.month, day.day, hour, tzinfo=UTC), **others)


def lake_of(*rows: Row) -> Store:
    """A lake in memory with one committed file of films."""
    store = open_memory()
    commit(store, "genre-80-2000-2004", [encode(rows)])
    return store


def build(store: Store, *, keep: int = 1) -> Built:
    """Build with DuckDB."""
    return build_lake(store, VirtualClock(), open_duckdb, keep=keep)


def read(store: Store, table: str, where: str = "TRUE") -> list[Row]:
    """The rows of a table of the current version, in order."""
    pointer = read_pointer(store)
    assert pointer is not None
    rows: list[Row] = []
    for part in pointer.parts(table):
        rows += read_part(store, part.key, where)
    return rows


def read_part(store: Store, key: str, where: str = "TRUE") -> list[Row]:
    """The rows of one Parquet object."""
    stored = store.read(key)
    assert stored is not None
    with tempfile.NamedTemporaryFile(suffix=".parquet") as file, duckdb.connect() as connection:
        Path(file.name).write_bytes(stored.data)
        source = f"read_parquet('{file.name}', hive_partitioning = false)"
        found = connection.execute(f"SELECT * FROM {source} WHERE {where}")  # noqa: S608
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def one(store: Store, table: str, where: str = "TRUE") -> Mapping[str, Any]:
    """The only row."""
    (row,) = read(store, table, where)
    return row


def current(store: Store) -> Pointer:
    """The current version."""
    pointer = read_pointer(store)
    assert pointer is not None
    return pointer
