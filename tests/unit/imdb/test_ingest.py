"""Ingest of a file into Raw: what is written, what is refused, and what a killed ingest leaves."""

import gzip
import hashlib
import io
import os
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from tests.support.imdb_rows import MOVIES, RATINGS, SERIES, build_file, build_row, read_rows
from tests.support.stores import Killed, WatchedStore, read_all
from tests.support.tmdb.virtual import VirtualClock

from cinelake.errors import DamagedError, UsageError
from cinelake.imdb.ingest import ingest_file
from cinelake.imdb.ingested import Ingest, IngestKey, list_ingests, parse_ingest_key, read_ingest
from cinelake.imdb.kinds import KINDS, Kind
from cinelake.lake.keys import LAKE_FORMAT
from cinelake.lake.store import Store
from cinelake.lake.stores.opening import open_store

DAY = date(2026, 11, 23)
RAW = "Raw/Local/CSV/Movies/2026/11/23/movies.csv"
DOCUMENT = "_cinelake/ingests/Movies/2026/11/23/movies.csv.json"


class _Clock(VirtualClock):
    """A clock that moves a minute at each reading."""

    def __init__(self) -> None:
        super().__init__()
        self.minute = 0

    def now(self) -> datetime:
        self.minute += 1
        return datetime(2026, 11, 23, 12, self.minute, tzinfo=UTC)


CLOCK = _Clock()


@pytest.fixture
def store() -> WatchedStore:
    CLOCK.minute = 0
    return WatchedStore(open_store("memory://", {}))


@pytest.fixture
def movies(tmp_path: Path) -> Path:
    path = tmp_path / "movies.csv"
    path.write_bytes(build_file(MOVIES))
    return path


def _ingest(store: Store, path: Path, day: date = DAY) -> tuple[Ingest, bool]:
    return ingest_file(store, path, day, CLOCK)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_file_is_stored_as_given_with_a_document(store: WatchedStore, tmp_path: Path, kind: Kind) -> None:
    path, data = tmp_path / "any name (1).gz", gzip.compress(build_file(kind, 5))
    path.write_bytes(data)
    found, is_new = _ingest(store, path)
    key = IngestKey(kind, DAY, path.name)
    assert is_new
    assert store.written == [LAKE_FORMAT, key.raw(), key.document()]  # data first, pointer last
    assert key.raw() == f"Raw/Local/{kind.format}/{kind.name}/2026/11/23/any name (1).gz"
    assert read_all(store)[key.raw()] == data
    assert read_ingest(store, key) == found
    assert (found.kind, found.format, found.file, found.key) == (kind.name, kind.format, path.name, key.raw())
    assert (found.rows, found.bytes, found.sha256) == (5, len(data), hashlib.sha256(data).hexdigest())
    assert (found.run_on, found.is_compressed, found.ingested_at) == (DAY, True, datetime(2026, 11, 23, 12, 2, tzinfo=UTC))


def test_same_file_on_the_same_day_writes_nothing(store: WatchedStore, movies: Path) -> None:
    first, _ = _ingest(store, movies)
    store.written.clear()
    assert _ingest(store, movies) == (first, False)
    assert store.written == []


def test_same_file_on_another_day_is_stored_again(store: WatchedStore, movies: Path) -> None:
    _ingest(store, movies)
    found, is_new = _ingest(store, movies, date(2026, 11, 24))
    assert is_new
    assert found.key == RAW.replace("/23/", "/24/")
    assert len(list(store.list_entries("Raw/"))) == 2


def test_different_file_of_the_same_name_and_day_is_refused(store: WatchedStore, movies: Path) -> None:
    _ingest(store, movies)
    before = read_all(store)
    movies.write_bytes(build_file(MOVIES, 4))
    with pytest.raises(UsageError) as caught:
        _ingest(store, movies)
    assert "a different file of that name on 2026-11-23" in caught.value.message
    assert "--run-date" in caught.value.hint
    assert caught.value.subject == RAW
    assert read_all(store) == before


def test_object_of_another_program_is_kept(store: WatchedStore, movies: Path) -> None:
    store.write(RAW, b"of another program")
    with pytest.raises(UsageError, match="cinelake did not write"):
        _ingest(store, movies)
    assert read_all(store) == {RAW: b"of another program"}


def test_refused_file_writes_nothing(store: WatchedStore, movies: Path) -> None:
    movies.write_bytes(build_file(MOVIES)[:-30])
    with pytest.raises(UsageError, match="the file ends within it"):
        _ingest(store, movies)
    assert read_all(store) == {}


def test_ingest_killed_at_any_step_is_finished_by_the_next(store: WatchedStore, movies: Path) -> None:
    _ingest(store, movies)
    expected = {key: data for key, data in read_all(store).items() if key == RAW}
    for step in range(10):
        killed, calls = WatchedStore(open_store("memory://", {})), iter(range(10))

        def kill(_method: str, _key: str, calls: Iterator[int] = calls, step: int = step) -> None:
            if next(calls) == step:
                raise Killed

        killed.before = kill
        try:
            _ingest(killed, movies)
        except Killed:
            killed.before = lambda _method, _key: None
            assert DOCUMENT not in read_all(killed)
            assert _ingest(killed, movies)[1]
        else:
            assert step == 4  # list, read, file, document: each was killed once
            break
        assert {key: data for key, data in read_all(killed).items() if key == RAW} == expected
        assert set(read_all(killed)) == {LAKE_FORMAT, RAW, DOCUMENT}


def test_lost_object_is_restored_under_its_document(store: WatchedStore, movies: Path) -> None:
    first, _ = _ingest(store, movies)
    store.delete(RAW)
    assert _ingest(store, movies) == (first, True)
    assert read_all(store)[RAW] == movies.read_bytes()


@pytest.mark.parametrize("change", ["longer before", "longer after", "gone before", "gone after"])
def test_file_that_changes_while_it_is_read_is_not_stored(movies: Path, change: str) -> None:
    what, when = change.split()

    class _Changing(WatchedStore):
        def write_file(self, key: str, path: Path) -> None:
            if when == "after":
                super().write_file(key, path)
            if what == "gone":
                movies.unlink()
            else:
                movies.write_bytes(build_file(MOVIES, 4))
            if when == "before":
                super().write_file(key, path)

    store = _Changing(open_store("memory://", {}))
    with pytest.raises(UsageError, match="changed while it was being read"):
        _ingest(store, movies)
    assert set(read_all(store)) == {LAKE_FORMAT}
    movies.write_bytes(build_file(MOVIES, 4))
    assert _ingest(open_store("memory://", {}), movies)[0].rows == 4


@pytest.mark.parametrize("name", [".movies", "a*b.csv", "a?b", "a\nb.csv", "[a].csv", "x" * 201, "a'b", "-a", "\udcff.csv"])
def test_name_that_breaks_keys_or_patterns_is_refused(store: WatchedStore, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(build_file(MOVIES))
    with pytest.raises(UsageError, match="cannot be a file name in a lake") as caught:
        _ingest(store, tmp_path / name)
    assert str(caught.value).encode()
    assert read_all(store) == {}


def test_only_regular_files_are_accepted(store: WatchedStore, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    cases = {"pipe": "not a regular file", ".": "is a folder", "absent.csv": "No such file", "a\0b": "cannot be"}
    (tmp_path / "folder").mkdir()
    for name, reason in cases.items():
        with pytest.raises(UsageError, match=reason):
            _ingest(store, tmp_path / "folder" if name == "." else tmp_path / name)


def test_damaged_document_is_reported_with_its_repair(store: WatchedStore, movies: Path) -> None:
    store.write(DOCUMENT, b"{")
    with pytest.raises(DamagedError) as caught:
        _ingest(store, movies)
    assert f"remove {DOCUMENT} and ingest movies.csv with --run-date 2026-11-23 again" in caught.value.hint


def test_document_keys_are_parsed(movies: Path) -> None:
    key = IngestKey(MOVIES, DAY, movies.name)
    assert parse_ingest_key(DOCUMENT) == key
    for foreign in (RAW, DOCUMENT.replace("11/23", "13/45"), DOCUMENT.replace("Movies", "Films"), DOCUMENT + ".x"):
        assert parse_ingest_key(foreign) is None


def test_newest_file_of_each_kind_is_listed(store: WatchedStore, tmp_path: Path) -> None:
    for number, (kind, name, day) in enumerate(
        (
            (MOVIES, "b.csv", 23),
            (MOVIES, "a.csv", 23),
            (MOVIES, "z.csv", 22),
            (SERIES, "series.csv", 1),
            (RATINGS, "ratings", 2),
        )
    ):
        (tmp_path / name).write_bytes(build_file(kind, number + 1))
        _ingest(store, tmp_path / name, date(2026, 11, day))
    store.write("_cinelake/ingests/Movies/2026/13/45/x.csv.json", b"{}")
    newest = list_ingests(store)
    assert {kind: found.file for kind, found in newest.items()} == {
        "Movies": "a.csv",
        "Series": "series.csv",
        "TitleRatings": "ratings",
    }


def test_lake_without_imdb_files_lists_none(store: WatchedStore) -> None:
    assert list_ingests(store) == {}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@pytest.mark.parametrize("form", ["LF", "CR LF", "BOM", "gzip", "no last LF"])
def test_rows_are_read_back_by_field(kind: Kind, form: str) -> None:
    data = build_file(kind, end="\r\n" if form == "CR LF" else "\n")
    if form == "BOM":
        data = b"\xef\xbb\xbf" + data
    elif form == "gzip":
        data = gzip.compress(data)
    elif form == "no last LF":
        data = data.removesuffix(b"\n")
    rows = list(read_rows(io.BytesIO(data), kind))
    expected = [[None if f == r"\N" else f for f in build_row(kind, n).split(kind.separator)] for n in (1, 2, 3)]
    assert [list(row) for row in rows] == expected
