"""Where each kind of bad input ends up, and what is published all the same."""

import json
from datetime import date

import pytest
from tests.support.refine.imdb_files import ingest, line
from tests.support.refine.lakes import build, commit, current, encode, film, lake_of, one, put, read

from cinelake.errors import DamagedError, IncompleteError
from cinelake.lake.object_store import open_memory
from cinelake.refine.publish import POINTER, read_pointer


def test_a_batch_that_is_not_json_is_in_quarantine_whole_and_the_rest_is_published() -> None:
    store = open_memory()
    commit(store, "genre-80-2000-2004", [encode([film(1)]), b"<html>Bad gateway</html>"])
    report = build(store).pointer.report
    assert [row["id_tmdb"] for row in read(store, "title")] == [1]
    row = one(store, "quarantine")
    assert (row["source"], row["file_kind"], row["is_superseded"]) == ("tmdb", "movie", False)
    assert (row["raw_key"], row["position"]) == ("Raw/TMDB/JSON/Movies/2026/11/23/genre-80-2000-2004-2.json", 0)
    assert "it is no JSON list of records" in row["reason"]
    assert (report.quarantined, report.is_complete, report.count("movie", 1, "quarantined")) == (1, False, 1)


def test_a_file_of_the_first_version_that_is_not_json_is_told_though_nobody_knows_how_many_records_it_had() -> None:
    store = lake_of(film(1))
    put(store, "genre-99-2000-2004-1", encode([film(2)])[:-20])
    report = build(store).pointer.report
    assert one(store, "quarantine")["records"] == 0
    assert not report.is_complete
    assert report.count("movie", 1, "records in Raw") == 1


def test_a_record_without_id_is_in_quarantine_with_its_place() -> None:
    nameless = {name: value for name, value in film(9).items() if name != "id_tmdb"}
    store = lake_of(film(1), nameless, film(2))
    build(store)
    assert [row["id_tmdb"] for row in read(store, "title")] == [1, 2]
    row = one(store, "quarantine")
    assert (row["position"], row["id_tmdb"], row["reason"]) == (2, None, "it has no id_tmdb")


def test_a_changed_type_is_in_quarantine_and_never_a_silent_null() -> None:
    store = lake_of(film(1, budget="12 million"), film(2, budget=5_000))
    build(store)
    assert [(row["id_tmdb"], row["budget"]) for row in read(store, "trusted_movies")] == [(2, 5_000)]
    assert one(store, "quarantine")["reason"] == "expected `int | null`, got `str` at `budget`"


def test_money_beyond_64_bits_is_in_quarantine_and_of_10_to_the_15_unknown() -> None:
    store = lake_of(film(1, revenue=10**19), film(2, revenue=10**15))
    build(store)
    assert one(store, "quarantine")["id_tmdb"] == 1
    row = one(store, "trusted_movies")
    assert (row["revenue"], row["unknown_reasons"][1]) == (None, "revenue: 1000000000000000")


def test_a_lake_of_nothing_but_bad_records_has_empty_tables_and_a_full_quarantine() -> None:
    store = lake_of({"id": 1}, {"id_tmdb": "x"})
    report = build(store).pointer.report
    assert read(store, "title") == []
    assert (len(read(store, "quarantine")), report.quarantined) == (2, 2)
    assert report.count("movie", 1, "records in Raw") == 2


def test_unknown_fields_are_reported_by_name_and_stay_in_raw() -> None:
    store = lake_of(film(1, mood="grim"), film(2))
    built = build(store)
    assert built.pointer.report.unknown_fields == {"movie.mood": 1}
    assert built.pointer.report.is_complete
    stored = store.read("Raw/TMDB/JSON/Movies/2026/11/23/genre-80-2000-2004-1.json")
    assert stored is not None
    assert json.loads(stored.data)[0]["mood"] == "grim"
    assert len(read(store, "title")) == 2


@pytest.mark.parametrize("harm", ["removed", "altered"])
def test_an_object_that_is_not_as_its_manifest_says_stops_the_build_and_the_former_version_stays(harm: str) -> None:
    store = open_memory()
    place = commit(store, "genre-80-2000-2004", [encode([film(1)])])
    former = build(store).pointer
    commit(store, "genre-99-2000-2004", [encode([film(2)])])
    if harm == "removed":
        store.delete(place.raw(1))
    else:
        store.write(place.raw(1), encode([film(1, title="Altered!")]))
    with pytest.raises(IncompleteError) as caught:
        build(store)
    assert "every object that a manifest names is there, as it was written" in str(caught.value)
    assert place.raw(1) in str(caught.value)
    assert read_pointer(store) == former
    assert one(store, "title")["id_tmdb"] == 1


def test_a_manifest_that_counts_other_records_than_its_file_has_stops_the_build() -> None:
    store = open_memory()
    place = commit(store, "genre-80-2000-2004", [encode([film(1)])])
    stored = store.read(place.manifest(1))
    assert stored is not None
    store.write(place.manifest(1), stored.data.replace(b'"records": 1', b'"records": 2'))
    with pytest.raises(IncompleteError, match="every file has as many records as its manifest says"):
        build(store)


def test_a_manifest_that_cannot_be_read_is_named() -> None:
    store = lake_of(film(1))
    store.write("_cinelake/manifests/Movies/2026/11/23/genre-80-2000-2004.2.json", b"{")
    with pytest.raises(DamagedError, match=r"genre-80-2000-2004\.2\.json"):
        build(store)


def test_the_newest_manifest_counts_and_files_that_it_does_not_name_are_left_aside() -> None:
    store = open_memory()
    commit(store, "genre-80-2000-2004", [encode([film(1)]), encode([film(2)])])
    commit(store, "genre-80-2000-2004", [encode([film(1)])], revision=2)
    report = build(store).pointer.report
    assert [row["id_tmdb"] for row in read(store, "title")] == [1]
    assert report.left_aside == {"its slice's manifest does not name it": 1}


def test_a_slice_that_is_being_fetched_does_not_count_yet() -> None:
    store = lake_of(film(1))
    put(store, "genre-99-2000-2004-1", encode([film(2)]))
    store.write("_cinelake/listings/Movies/2026/11/23/genre-99-2000-2004.json", b"{}")
    report = build(store).pointer.report
    assert [row["id_tmdb"] for row in read(store, "title")] == [1]
    assert report.left_aside == {"its slice is still being fetched": 1}


def test_a_foreign_file_in_raw_is_left_aside_and_told() -> None:
    store = lake_of(film(1))
    store.write("Raw/TMDB/JSON/Movies/2026/11/23/notes.txt", b"x")
    assert build(store).pointer.report.left_aside == {"its name is none that cinelake gives": 1}


def test_an_empty_lake_is_told_so() -> None:
    with pytest.raises(IncompleteError, match="there is nothing in Raw"):
        build(open_memory())


def test_a_damaged_pointer_is_named() -> None:
    store = lake_of(film(1))
    build(store)
    store.write(POINTER, b"{")
    with pytest.raises(DamagedError, match=r"current\.json"):
        build(store)
    store.delete(POINTER)
    assert build(store).pointer == current(store)


@pytest.mark.parametrize("title_id", [2**63, -(2**63) - 1, 10**400])
def test_an_id_beyond_64_bits_is_in_quarantine(title_id: int) -> None:
    store = lake_of(film(1), film(title_id, id=2))
    built = build(store)
    assert built.pointer.report.quarantined == 1
    assert one(store, "title")["id_tmdb"] == 1


def test_a_lake_of_imdb_files_alone_says_what_is_missing() -> None:
    store = open_memory()
    ingest(store, "TitleRatings", line("TitleRatings"))
    with pytest.raises(IncompleteError, match="only files of IMDb's in Raw"):
        build(store)


def test_a_lake_of_the_far_future_is_built_all_the_same() -> None:
    store = open_memory()
    commit(store, "genre-80-undated", [encode([film(1, release_date="2210-01-01")])], day=date(2200, 1, 1))
    build(store)
    assert one(store, "title")["release_date"] is None
