"""Verification finds each fault that is planted in ingested files."""

import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from tests.support.imdb_rows import MOVIES, RATINGS, build_file
from tests.support.stores import WatchedStore
from tests.support.tmdb.virtual import VirtualClock

from cinelake.imdb.ingest import ingest_file
from cinelake.lake.problems import list_hints
from cinelake.lake.store import Store, Stored
from cinelake.lake.stores.opening import open_store
from cinelake.verify.imdb_files import verify_ingests

DAY = date(2026, 11, 23)
MOVIES_RAW = "Raw/Local/CSV/Movies/2026/11/23/movies.csv"
MOVIES_DOCUMENT = "_cinelake/ingests/Movies/2026/11/23/movies.csv.json"
RATINGS_RAW = "Raw/Local/TSV/TitleRatings/2026/11/23/ratings.tsv"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = open_store("memory://", {})
    for name, kind in (("movies.csv", MOVIES), ("ratings.tsv", RATINGS)):
        (tmp_path / name).write_bytes(build_file(kind))
        ingest_file(store, tmp_path / name, DAY, VirtualClock())
    return store


def _edit(store: Store, **values: object) -> None:
    stored = store.read(MOVIES_DOCUMENT)
    assert stored is not None
    store.write(MOVIES_DOCUMENT, json.dumps(json.loads(stored.data) | values).encode())


FAULTS: dict[str, tuple[Callable[[Store], None], str, str, str]] = {
    "removed": (lambda s: s.delete(MOVIES_RAW), "missing file", MOVIES_RAW, "with 3 rows"),
    "altered": (
        lambda s: s.write(MOVIES_RAW, build_file(MOVIES).replace(b"1", b"2")),
        "altered file",
        MOVIES_RAW,
        "SHA-256 differs",
    ),
    "longer": (lambda s: s.write(MOVIES_RAW, build_file(MOVIES) + b"x"), "altered file", MOVIES_RAW, "SHA-256"),
    "cut": (lambda s: s.write(MOVIES_RAW, build_file(MOVIES)[:-1]), "truncated file", MOVIES_RAW, "SHA-256"),
    "emptied": (lambda s: s.write(MOVIES_RAW, b""), "truncated file", MOVIES_RAW, "0 bytes"),
    "document removed": (lambda s: s.delete(MOVIES_DOCUMENT), "file without document", MOVIES_RAW, "interrupted"),
    "of another program": (
        lambda s: s.write("Raw/Local/x.csv", b"x"),
        "file without document",
        "Raw/Local/x.csv",
        "program",
    ),
    "document cut": (lambda s: s.write(MOVIES_DOCUMENT, b"{"), "damaged document", MOVIES_DOCUMENT, ""),
    "document states another size": (lambda s: _edit(s, bytes=7), "damaged document", MOVIES_DOCUMENT, "7 bytes"),
    "document names another file": (lambda s: _edit(s, key=RATINGS_RAW), "damaged document", MOVIES_DOCUMENT, RATINGS_RAW),
}


@pytest.mark.parametrize("name", FAULTS)
def test_fault_is_the_only_problem_and_has_advice(store: Store, name: str) -> None:
    plant, kind, where, detail = FAULTS[name]
    plant(store)
    (problem,) = verify_ingests(store).problems
    assert (problem.kind, problem.where) == (kind, where)
    assert detail in problem.detail
    assert [kinds for kinds, advice in list_hints([problem]) if "ingest" in advice] == [kind]


def test_intact_files_are_counted(store: Store) -> None:
    result = verify_ingests(store)
    assert (result.files, result.problems) == (2, ())
    assert result.bytes == len(build_file(MOVIES)) + len(build_file(RATINGS))


def test_lake_without_ingested_files_has_no_problem() -> None:
    assert verify_ingests(open_store("memory://", {})).problems == ()


def test_files_are_read_in_pieces_and_nothing_is_written(store: Store) -> None:
    class _InPieces(WatchedStore):
        def read(self, key: str) -> Stored | None:
            assert not key.startswith("Raw/Local/"), "the whole file was read at once"
            return super().read(key)

        def read_pieces(self, key: str) -> Iterator[bytes] | None:
            pieces = super().read_pieces(key)
            return pieces and (piece[at : at + 7] for piece in pieces for at in range(0, len(piece), 7))

    watched = _InPieces(store)
    assert verify_ingests(watched).problems == ()
    assert watched.written == []
