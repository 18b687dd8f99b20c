"""The tables after refreshes: the titles that are present, with their newest records, and the losses in the funnel."""

from datetime import UTC, date, datetime

import pytest
from tests.support.refine.lakes import Row, build, commit, encode, film, lake_of, old_film, one, put, read, refresh, series

from cinelake.errors import DamagedError, IncompleteError
from cinelake.lake.keys import SliceKey
from cinelake.lake.store import Store
from cinelake.lake.stores.object_store import open_memory

D0, D1, D2, D3 = (date(2026, 11, day) for day in (23, 24, 25, 26))
CRIME, WAR, LATER = "genre-80-2000-2004", "genre-10752-2000-2004", "genre-80-2005-2009"
GONE = "the title is gone: TMDB answers 404"
MERGED = "the title was merged into another"
LEFT = "the title left the selection: no slice holds it"


def first_run(*ids: int, name: str = CRIME) -> Store:
    """A lake with one complete run on the first day."""
    store = open_memory()
    refresh(store, name, [film(each, popularity=0.5) for each in ids], day=D0)
    return store


def present(store: Store) -> dict[str, float]:
    """Build the lake; popularity by title."""
    build(store)
    return {row["title_key"]: row["popularity"] for row in read(store, "title")}


def losses(store: Store, kind: str = "movie") -> dict[str, int]:
    """The losses between the records in Raw and the distinct titles."""
    rows = read(store, "funnel", f"kind = '{kind}' AND step = 1 AND part = 'lost' AND titles <> 0")
    return {row["name"]: -row["titles"] for row in rows}


def test_trusted_has_every_record_and_title_the_newest() -> None:
    store = first_run(1, 2, 3)
    refresh(store, CRIME, [film(2, popularity=2.0)], day=D1, kept=2)
    refresh(store, CRIME, [film(3, popularity=3.0), film(4, popularity=4.0)], day=D2, kept=2)
    assert present(store) == {"movie-1": 0.5, "movie-2": 2.0, "movie-3": 3.0, "movie-4": 4.0}
    rows = read(store, "trusted_movies")
    expected = [(1, D0), (2, D0), (3, D0), (2, D1), (3, D2), (4, D2)]
    assert [(row["id_tmdb"], row["collected_on"]) for row in rows] == expected
    assert [(row["id_tmdb"], row["collected_on"]) for row in read(store, "title")] == [(1, D0), (2, D1), (3, D2), (4, D2)]
    assert losses(store) == {"superseded by a later run": 2}


def test_a_refresh_without_fetches_changes_no_title() -> None:
    store = first_run(1)
    before = build(store).pointer.version
    refresh(store, CRIME, [], day=D1, kept=1)
    assert present(store) == {"movie-1": 0.5}
    assert build(store).pointer.version != before
    assert [(row["collected_on"], row["records"], row["kept"]) for row in read(store, "slice")] == [(D0, 1, 0), (D1, 0, 1)]


@pytest.mark.parametrize(("reason", "loss"), [("gone", GONE), ("merged", MERGED), ("left", LEFT), ("moved", LEFT)])
def test_an_ended_title_is_removed_and_counted(reason: str, loss: str) -> None:
    store = first_run(1, 2)
    refresh(store, CRIME, [], day=D1, kept=1, ended={2: reason}, listed=[{"id_tmdb": 2, "popularity": 9.0}])
    assert present(store) == {"movie-1": 0.5}
    assert {row["title_key"] for row in read(store, "title_genre")} == {"movie-1"}
    seen = [(row["title_key"], row["collected_on"]) for row in read(store, "snapshot")]
    assert seen == [("movie-1", D0), ("movie-2", D0), ("movie-2", D1)]  # what was observed stays
    assert losses(store) == {loss: 1}


def test_a_moved_title_keeps_its_record_in_the_new_slice() -> None:
    store = first_run(1)
    refresh(store, CRIME, [], day=D1, ended={1: "moved"})
    refresh(store, LATER, [film(1, popularity=2.0, release_date="2006-01-02")], day=D1)
    assert present(store) == {"movie-1": 2.0}
    assert one(store, "title")["release_year"] == 2006
    assert losses(store) == {"superseded by a later run": 1}


def test_a_title_stays_while_one_slice_has_it() -> None:
    store = first_run(1)
    refresh(store, WAR, [film(1, popularity=0.7)], day=D0, hour=13)
    refresh(store, CRIME, [], day=D1, ended={1: "left"})
    refresh(store, WAR, [], day=D1, kept=1)
    assert present(store) == {"movie-1": 0.7}
    refresh(store, WAR, [], day=D2, ended={1: "left"})
    assert present(store) == {}
    assert losses(store) == {LEFT: 1, "superseded by a later run": 1}


@pytest.mark.parametrize("reason", ["gone", "merged", "left", "moved"])
def test_a_returning_title_has_its_new_record(reason: str) -> None:
    store = first_run(1)
    refresh(store, CRIME, [], day=D1, ended={1: reason})
    refresh(store, CRIME, [film(1, popularity=3.0)], day=D2)
    assert present(store) == {"movie-1": 3.0}
    assert losses(store) == {"superseded by a later run": 1}
    assert [row["collected_on"] for row in read(store, "snapshot")] == [D0, D2]


@pytest.mark.parametrize("how", ["tombstone", "404"])
def test_a_404_ends_the_title_in_all_selections(how: str) -> None:
    store = first_run(1, 2)
    commit(store, WAR, [encode([film(1)])], day=D0)
    found = {"ended": {1: "gone"}} if how == "tombstone" else {"gone": [1]}
    refresh(store, WAR, [], day=D1, **found)
    assert present(store) == {"movie-2": 0.5}
    refresh(store, LATER, [film(1, popularity=4.0)], day=D2)
    assert present(store) == {"movie-1": 4.0, "movie-2": 0.5}


def test_a_tombstone_of_a_film_does_not_end_a_series() -> None:
    store = first_run(550)
    commit(store, CRIME, [encode([series(550)])], day=D0, kind="Series")
    refresh(store, CRIME, [], day=D1, ended={550: "gone"})
    refresh(store, CRIME, [], day=D1, kept=1, kind="Series")
    assert present(store) == {"series-550": 2.0}
    assert (losses(store), losses(store, "series")) == ({GONE: 1}, {})


def test_an_incomplete_refresh_keeps_older_records() -> None:
    store = first_run(1, 2)
    refresh(store, CRIME, [film(1, popularity=5.0)], day=D1, quarantined=[2])
    assert present(store) == {"movie-1": 5.0, "movie-2": 0.5}
    newest = one(store, "slice", f"collected_on = DATE '{D1}'")
    assert (newest["quarantined"], newest["is_complete"]) == (1, False)


def test_the_newest_manifest_of_a_resumed_refresh_wins() -> None:
    store = first_run(1, 2, 3)
    refresh(store, CRIME, [film(1, popularity=5.0)], day=D1, quarantined=[2], ended={3: "left"})
    refresh(
        store, CRIME, [film(1, popularity=5.0), film(2, popularity=6.0)], day=D1, hour=14, ended={3: "gone"}, revision=2
    )
    assert present(store) == {"movie-1": 5.0, "movie-2": 6.0}
    assert losses(store) == {"superseded by a later run": 2, GONE: 1}
    assert len(read(store, "slice")) == 2


def test_titles_of_version_1_stay_until_a_tombstone() -> None:
    store = open_memory()
    put(store, f"{CRIME}-1", encode([old_film(1), old_film(2), old_film(3)]), day=D0)
    refresh(store, CRIME, [film(1, popularity=5.0)], day=D1, kept=1, ended={2: "gone"})
    assert present(store) == {"movie-1": 5.0, "movie-3": 1.5}
    assert losses(store) == {"superseded by a later run": 1, GONE: 1}


def test_snapshots_use_records_before_listings() -> None:
    def listed(title_id: int, popularity: float | None, votes: int | None = 7, mean: float | None = 5.5) -> Row:
        return {"id_tmdb": title_id, "popularity": popularity, "vote_average": mean, "vote_count": votes}

    store = open_memory()
    refresh(store, CRIME, [film(1, popularity=1.0), film(2)], day=D0, listed=[listed(1, 1.1), listed(2, 2.1)])
    refresh(
        store, CRIME, [film(2, popularity=2.5)], day=D1, kept=1, listed=[listed(1, 1.2), listed(2, 2.2), listed(9, 9.9)]
    )
    refresh(store, WAR, [], day=D1, hour=11, listed=[listed(1, 1.3)])
    refresh(
        store, CRIME, [], day=D2, kept=2, listed=[listed(1, None, None, None), listed(2, 2, 0, 0.0), listed(2, 1, 0, 0)]
    )
    build(store)
    names = ("title_key", "collected_on", "popularity", "tmdb_rating", "tmdb_votes", "is_listed")
    assert [tuple(row[name] for name in names) for row in read(store, "snapshot")] == [
        ("movie-1", D0, 1.0, 6.5, 10, False),
        ("movie-2", D0, 1.5, 6.5, 10, False),
        ("movie-1", D1, 1.2, 5.5, 7, True),
        ("movie-2", D1, 2.5, 6.5, 10, False),
        ("movie-9", D1, 9.9, 5.5, 7, True),
        ("movie-1", D2, None, None, None, True),
        ("movie-2", D2, 2.0, None, 0, True),
    ]
    assert one(store, "title", "id_tmdb = 1")["popularity"] == 1.0


def test_listings_of_uncommitted_slices_are_ignored() -> None:
    store = first_run(1)
    key = SliceKey("Movies", D1, CRIME)
    store.write(key.listing(), b"[1]")
    store.write(key.snapshot(), encode([{"id_tmdb": 1, "popularity": 9.0}]))
    assert present(store) == {"movie-1": 0.5}
    assert [row["collected_on"] for row in read(store, "snapshot")] == [D0]


@pytest.mark.parametrize(
    "data", [b"<html>", b'{"1": 2}', b'[{"popularity": 1}]', b'[{"id_tmdb": "x"}]', b'[{"id_tmdb": 1, "vote_count": 1.5}]']
)
def test_a_damaged_snapshot_stops_the_build(data: bytes) -> None:
    store = first_run(1)
    key = refresh(store, CRIME, [], day=D1, kept=1)
    store.write(key.snapshot(), data)
    with pytest.raises(DamagedError, match=r'listing "_cinelake/snapshots/Movies/2026/11/24/genre-80-2000-2004\.json"'):
        build(store)


def test_the_version_depends_on_tombstones() -> None:
    store = first_run(1, 2)
    versions = [build(store).pointer.version]
    for others in ({"kept": 2}, {"kept": 1, "ended": {1: "left"}}, {"kept": 1, "ended": {1: "gone"}}):
        refresh(store, CRIME, [], day=D1, **others)
        versions.append(build(store).pointer.version)
    assert len(set(versions)) == len(versions)
    assert build(store).is_unchanged


def test_a_kept_title_without_a_record_stops_the_build() -> None:
    store = first_run(1)
    refresh(store, CRIME, [], day=D1, kept=2)
    with pytest.raises(
        IncompleteError, match="earlier runs of a slice have a record of each title that its newest run kept"
    ):
        build(store)


def test_a_missing_part_comes_from_an_older_record() -> None:
    played = {"cast": [{"id": 7, "name": "Ann", "order": 0}], "crew": []}
    store = lake_of(film(1, credits=played, keywords={"keywords": [{"id": 3, "name": "heist"}]}))
    refresh(store, CRIME, [film(1, keywords={"keywords": []})], day=D1)
    refresh(store, CRIME, [film(1)], day=D2)
    build(store)
    assert one(store, "title_cast")["person_key"] == "tmdb-7"
    assert one(store, "title_keyword")["keyword_id"] == 0
    assert one(store, "trusted_movies", f"collected_on = DATE '{D2}'")["cast_members"] is None


def test_slices_have_the_counts_of_their_manifests() -> None:
    store = first_run(1, 2, 3)
    commit(store, "all-undated", [encode([series(1)])], day=D0, kind="Series")
    refresh(store, CRIME, [film(1)], day=D1, kept=1, gone=[5], quarantined=[6], ended={3: "left"})
    build(store)
    names = ("kind", "slice", "collected_on", "genre_id", "total", "listed", "records", "kept", "gone", "quarantined")
    assert [tuple(row[name] for name in names) for row in read(store, "slice")] == [
        ("movie", CRIME, D0, 80, 3, 3, 3, 0, 0, 0),
        ("movie", CRIME, D1, 80, 4, 4, 1, 1, 1, 1),
        ("series", "all-undated", D0, None, 1, 1, 1, 0, 0, 0),
    ]
    newest = one(store, "slice", f"collected_on = DATE '{D1}'")
    at = datetime(2026, 11, 24, 12, tzinfo=UTC).replace(tzinfo=None)
    assert (newest["unproven"], newest["is_complete"], newest["committed_at"]) == (0, False, at)
