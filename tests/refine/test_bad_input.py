"""What happens to invalid input, and what is published nevertheless."""

import json
from datetime import date

import pytest
from tests.support.refine.imdb_files import ingest, line
from tests.support.refine.lakes import build, commit, current, encode, film, lake_of, one, put, read

from cinelake.errors import DamagedError, IncompleteError
from cinelake.lake.keys import POINTER
from cinelake.lake.stores.object_store import open_memory
from cinelake.refine.versions import read_pointer


def test_an_invalid_batch_is_quarantined_and_the_rest_is_published() -> None:
    store = open_memory()
    commit(store, "genre-80-2000-2004", [encode([film(1)]), b"<html>Bad gateway</html>"])
    report = build(store).pointer.report
    assert [row["id_tmdb"] for row in read(store, "title")] == [1]
    row = one(store, "quarantine")
    assert (row["source"], row["file_kind"], row["is_superseded"]) == ("tmdb", "movie", False)
    assert (row["raw_key"], row["position"]) == ("Raw/TMDB/JSON/Movies/2026/11/23/genre-80-2000-2004-2.json", 0)
    assert "it is no JSON list of records" in row["reason"]
    assert (report.quarantined, report.is_complete, report.count("movie", 1, "quarantined")) == (1, False, 1)


def test_an_invalid_file_of_version_1_is_quarantined_with_0_records() -> None:
    store = lake_of(film(1))
    put(store, "genre-99-2000-2004-1", encode([film(2)])[:-20])
    report = build(store).pointer.report
    assert one(store, "quarantine")["records"] == 0
    assert not report.is_complete
    assert report.count("movie", 1, "records in Raw") == 1


def test_a_record_without_id_is_quarantined_with_its_position() -> None:
    nameless = {name: value for name, value in film(9).items() if name != "id_tmdb"}
    store = lake_of(film(1), nameless, film(2))
    build(store)
    assert [row["id_tmdb"] for row in read(store, "title")] == [1, 2]
    row = one(store, "quarantine")
    assert (row["position"], row["id_tmdb"], row["reason"]) == (2, None, "it has no id_tmdb")


def test_a_changed_type_is_quarantined() -> None:
    store = lake_of(film(1, budget="12 million"), film(2, budget=5_000))
    build(store)
    assert [(row["id_tmdb"], row["budget"]) for row in read(store, "trusted_movies")] == [(2, 5_000)]
    assert one(store, "quarantine")["reason"] == "expected `int | null`, got `str` at `budget`"


def test_money_beyond_64_bits_is_quarantined() -> None:
    store = lake_of(film(1, revenue=10**19), film(2, revenue=10**15))
    build(store)
    assert one(store, "quarantine")["id_tmdb"] == 1
    row = one(store, "trusted_movies")
    assert (row["revenue"], row["unknown_reasons"][1]) == (None, "revenue: 1000000000000000")


def test_a_lake_of_invalid_records_has_empty_tables() -> None:
    store = lake_of({"id": 1}, {"id_tmdb": "x"})
    report = build(store).pointer.report
    assert read(store, "title") == []
    assert (len(read(store, "quarantine")), report.quarantined) == (2, 2)
    assert report.count("movie", 1, "records in Raw") == 2


def test_unknown_fields_are_reported_and_stay_in_raw() -> None:
    store = lake_of(film(1, mood="grim"), film(2))
    built = build(store)
    assert built.pointer.report.unknown_fields == {"movie.mood": 1}
    assert built.pointer.report.is_complete
    stored = store.read("Raw/TMDB/JSON/Movies/2026/11/23/genre-80-2000-2004-1.json")
    assert stored is not None
    assert json.loads(stored.data)[0]["mood"] == "grim"
    assert len(read(store, "title")) == 2


@pytest.mark.parametrize("damage", ["missing", "altered"])
def test_a_missing_or_altered_object_stops_the_build(damage: str) -> None:
    store = open_memory()
    key = commit(store, "genre-80-2000-2004", [encode([film(1)])])
    previous = build(store).pointer
    commit(store, "genre-99-2000-2004", [encode([film(2)])])
    if damage == "missing":
        store.delete(key.raw(1))
    else:
        store.write(key.raw(1), encode([film(1, title="Altered!")]))
    with pytest.raises(IncompleteError) as caught:
        build(store)
    assert "every object that a manifest lists exists and is unaltered" in caught.value.cause
    assert key.raw(1) in caught.value.cause
    assert read_pointer(store) == previous
    assert one(store, "title")["id_tmdb"] == 1


def test_a_wrong_record_count_stops_the_build() -> None:
    store = open_memory()
    key = commit(store, "genre-80-2000-2004", [encode([film(1)])])
    stored = store.read(key.manifest(1))
    assert stored is not None
    store.write(key.manifest(1), stored.data.replace(b'"records": 1', b'"records": 2'))
    with pytest.raises(IncompleteError, match="every file has the number of records in its manifest"):
        build(store)


def test_a_damaged_manifest_is_reported() -> None:
    store = lake_of(film(1))
    store.write("_cinelake/manifests/Movies/2026/11/23/genre-80-2000-2004.2.json", b"{")
    with pytest.raises(DamagedError, match=r"genre-80-2000-2004\.2\.json"):
        build(store)


def test_files_missing_from_the_newest_manifest_are_ignored() -> None:
    store = open_memory()
    commit(store, "genre-80-2000-2004", [encode([film(1)]), encode([film(2)])])
    commit(store, "genre-80-2000-2004", [encode([film(1)])], revision=2)
    report = build(store).pointer.report
    assert [row["id_tmdb"] for row in read(store, "title")] == [1]
    assert report.ignored_files == {"the manifest of the slice does not list the file": 1}


def test_files_of_an_uncommitted_slice_are_ignored() -> None:
    store = lake_of(film(1))
    put(store, "genre-99-2000-2004-1", encode([film(2)]))
    store.write("_cinelake/listings/Movies/2026/11/23/genre-99-2000-2004.json", b"{}")
    report = build(store).pointer.report
    assert [row["id_tmdb"] for row in read(store, "title")] == [1]
    assert report.ignored_files == {"the slice is not committed yet": 1}


def test_files_with_an_unknown_name_are_ignored() -> None:
    store = lake_of(film(1))
    store.write("Raw/TMDB/JSON/Movies/2026/11/23/notes.txt", b"x")
    assert build(store).pointer.report.ignored_files == {"the name is not one that cinelake gives": 1}


def test_an_empty_lake_is_refused() -> None:
    with pytest.raises(IncompleteError, match="no files in Raw"):
        build(open_memory())


def test_a_damaged_pointer_is_reported() -> None:
    store = lake_of(film(1))
    build(store)
    store.write(POINTER, b"{")
    with pytest.raises(DamagedError, match=r"current\.json"):
        build(store)
    store.delete(POINTER)
    assert build(store).pointer == current(store)


@pytest.mark.parametrize("title_id", [2**63, -(2**63) - 1, 10**400])
def test_an_id_beyond_64_bits_is_quarantined(title_id: int) -> None:
    store = lake_of(film(1), film(title_id, id=2))
    built = build(store)
    assert built.pointer.report.quarantined == 1
    assert one(store, "title")["id_tmdb"] == 1


def test_a_lake_of_imdb_files_alone_is_refused() -> None:
    store = open_memory()
    ingest(store, "TitleRatings", line("TitleRatings"))
    with pytest.raises(IncompleteError, match="only IMDb files in Raw"):
        build(store)


def test_a_lake_of_the_far_future_is_built() -> None:
    store = open_memory()
    commit(store, "genre-80-undated", [encode([film(1, release_date="2210-01-01")])], day=date(2200, 1, 1))
    build(store)
    assert one(store, "title")["release_date"] is None
