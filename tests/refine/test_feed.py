"""The tables after feed-only refreshes: newer records of titles, in the slices that had them before."""

from datetime import date

import pytest
from tests.support.refine.lakes import build, film, read, refresh

from cinelake.lake.store import Store
from cinelake.lake.stores.object_store import open_memory

D0, D1, D2 = (date(2026, 11, day) for day in (23, 24, 25))
CRIME, FEED = "genre-80-2000-2004", "feed-2"


@pytest.fixture
def store() -> Store:
    """A lake with one complete run, whose tables are built."""
    store = open_memory()
    refresh(store, CRIME, [film(each, popularity=0.5) for each in (1, 2, 3)], day=D0)
    build(store)
    return store


def present(store: Store) -> dict[str, float]:
    """Build the lake; popularity by title."""
    build(store)
    return {row["title_key"]: row["popularity"] for row in read(store, "title")}


def test_a_record_of_the_feed_replaces_the_content_and_not_the_slices(store: Store) -> None:
    refresh(store, FEED, [film(2, popularity=2.0)], day=D1)
    assert present(store) == {"movie-1": 0.5, "movie-2": 2.0, "movie-3": 0.5}
    assert {row["slice"] for row in read(store, "slice")} == {CRIME}
    refresh(store, CRIME, [], day=D2, kept=2, ended={2: "left"})
    assert present(store) == {"movie-1": 0.5, "movie-3": 0.5}


def test_a_record_of_the_feed_makes_no_title_a_member(store: Store) -> None:
    refresh(store, FEED, [film(9, popularity=9.0)], day=D1)
    assert present(store) == {"movie-1": 0.5, "movie-2": 0.5, "movie-3": 0.5}


@pytest.mark.parametrize("reason", ["gone", "merged"])
def test_a_title_that_the_feed_lost_is_gone(store: Store, reason: str) -> None:
    refresh(store, FEED, [film(2, popularity=2.0)], day=D1, ended={3: reason})
    assert present(store) == {"movie-1": 0.5, "movie-2": 2.0}
    refresh(store, CRIME, [film(3, popularity=3.0)], day=D2, kept=2)
    assert present(store) == {"movie-1": 0.5, "movie-2": 2.0, "movie-3": 3.0}


def test_the_funnel_adds_up(store: Store) -> None:
    refresh(store, FEED, [film(2), film(3)], day=D1)
    build(store)
    (lost,) = read(store, "funnel", "kind = 'movie' AND step = 1 AND part = 'lost' AND titles <> 0")
    assert (lost["name"], lost["titles"]) == ("superseded by a later run", -2)
