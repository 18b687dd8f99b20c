"""How IMDb's titles come in, once they are in Trusted, and what an engine says that cannot read on."""

from pathlib import Path

import duckdb
import pytest
from tests.refine.lakes import build, film, lake_of, one, read

from cinelake.errors import ShortError
from cinelake.lake.storage import Store
from cinelake.refine.duckdb_engine import open_duckdb
from cinelake.refine.staging import IMDB_TITLES


def put_imdb(store: Store, folder: Path, *rows: tuple[str, float, int]) -> None:
    path = folder / "titles.parquet"
    values = ", ".join(f"('{imdb_id}', {rating}, {votes})" for imdb_id, rating, votes in rows)
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT * FROM (VALUES {values}) AS t(imdb_id, rating, votes)) TO '{path}'")  # noqa: S608
    store.write(f"{IMDB_TITLES}part-0.parquet", path.read_bytes())


def test_ratings_are_joined_on_imdb_id_and_the_funnel_tells_who_had_none(tmp_path: Path) -> None:
    store = lake_of(film(1, vote_average=7.0), film(2), film(3, imdb_id=None))
    put_imdb(store, tmp_path, ("tt0000001", 6.5, 1000), ("tt7777777", 9.0, 5))
    built = build(store)
    first, second, _ = read(store, "title")
    assert (first["imdb_rating"], first["imdb_votes"], first["rating_gap"]) == (6.5, 1000, 0.5)
    assert (second["imdb_rating"], second["rating_gap"]) == (None, None)
    count = built.pointer.report.count
    assert (count("movie", 3, "joined to IMDb"), count("movie", 3, "not in the IMDb files")) == (1, 1)


def test_new_imdb_titles_make_a_new_version(tmp_path: Path) -> None:
    store = lake_of(film(1))
    build(store)
    put_imdb(store, tmp_path, ("tt0000001", 6.5, 1000))
    assert not build(store).is_unchanged
    assert one(store, "title")["imdb_votes"] == 1000


def test_an_imdb_id_twice_does_not_double_a_film_but_stops_the_build(tmp_path: Path) -> None:
    store = lake_of(film(1))
    put_imdb(store, tmp_path, ("tt0000001", 6.5, 1000), ("tt0000001", 6.6, 1001))
    with pytest.raises(ShortError, match="title: one row for each title_key"):
        build(store)


def test_what_an_engine_cannot_read_is_told_in_our_words(tmp_path: Path) -> None:
    broken = tmp_path / "broken.json"
    broken.write_bytes(b'[{"id_tmdb": 1')
    with open_duckdb(tmp_path) as engine, pytest.raises(ShortError, match="table raw_movies: DuckDB could not build it"):
        engine.load_files("raw_movies", {"id_tmdb": "BIGINT"}, [broken])
