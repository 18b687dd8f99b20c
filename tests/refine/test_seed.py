"""The golden numbers of version 1 of the lake. Skipped if its archive is not in the shared folder."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import duckdb
import pytest
from tests.refine.conftest import SeedLake
from tests.support.refine.lakes import BRIDGES

from cinelake.refine.pipeline import Built


class Seed:
    """The built lake, with its tables as views."""

    def __init__(self, built: Built, connection: duckdb.DuckDBPyConnection) -> None:
        self.built = built
        self.connection = connection

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(sql).fetchall()


@pytest.fixture(scope="module")
def seed(seed_lake: SeedLake) -> Iterator[Seed]:
    with duckdb.connect() as connection:
        for table in seed_lake.built.pointer.tables:
            if table.parts:
                paths = [str(seed_lake.folder / part.key) for part in table.parts]
                source = f"read_parquet({paths}, hive_partitioning = false)"
                connection.execute(f"CREATE VIEW {table.name} AS SELECT * FROM {source}")  # noqa: S608
        yield Seed(seed_lake.built, connection)


def test_the_funnel_counts_every_record(seed: Seed) -> None:
    count = seed.built.pointer.report.count
    assert seed.built.pointer.report.files == 473
    assert count("movie", 1, "records in Raw") == 44_641
    assert count("movie", 1, "the same record in another file of the run") == 156
    assert count("movie", 1, "distinct titles") == 44_485
    assert count("movie", 2, "with imdb_id") == 38_333
    assert count("movie", 2, "imdb_id is null or none") == 5_751
    assert count("movie", 2, "imdb_id is empty") == 401
    assert count("movie", 4, "with budget and revenue") == 2_274
    assert count("movie", 5, "plausible") == 2_104
    assert seed.built.pointer.report.is_complete


def test_films_of_two_files_have_both_genres(seed: Seed) -> None:
    assert seed.query("SELECT COUNT(*) FROM trusted_movies WHERE LEN(genre_ids) = 2") == [(156,)]
    assert seed.query("SELECT COUNT(*), COUNT(DISTINCT title_key) FROM title_genre") == [(44_641, 44_485)]


def test_imdb_ids_are_unique(seed: Seed) -> None:
    assert seed.query("SELECT COUNT(imdb_id), COUNT(DISTINCT imdb_id) FROM title") == [(38_333, 38_333)]


def test_money_is_unchanged(seed: Seed) -> None:
    found = seed.query("SELECT COUNT(budget), COUNT(revenue), COUNT(roi), SUM(revenue), SUM(budget) FROM title")
    assert found == [(4_992, 3_245, 2_274, 115_066_189_754, 53_330_685_706)]


def test_films_with_empty_lists_are_kept(seed: Seed) -> None:
    unknown = {
        bridge: seed.query(f"SELECT COUNT(*) FROM {bridge} WHERE {key}")[0][0]  # noqa: S608
        for bridge, key in (
            ("title_company", "company_id = 0"),
            ("title_country", "country_code = 'unknown'"),
            ("title_language", "language_code = 'unknown'"),
        )
    }
    assert unknown == {"title_company": 11_069, "title_country": 6_212, "title_language": 5_498}
    lists = ("production_companies", "production_countries", "spoken_languages")
    empty = " OR ".join(f"LEN({name}) = 0" for name in lists)
    assert seed.query(f"SELECT COUNT(*) FROM trusted_movies WHERE {empty}") == [(14_463,)]  # noqa: S608
    for bridge in BRIDGES:
        assert seed.query(f"SELECT COUNT(DISTINCT title_key) FROM {bridge}") == [(44_485,)]  # noqa: S608


def test_company_links_are_unique(seed: Seed) -> None:
    known = "SELECT COUNT(*), COUNT(DISTINCT company_id) FROM title_company WHERE company_id <> 0"
    assert seed.query(known) == [(59_307, 25_470)]


@pytest.mark.parametrize("bridge", BRIDGES)
def test_revenue_through_a_bridge_equals_revenue_in_title(seed: Seed, bridge: str) -> None:
    found = seed.query(f"SELECT SUM(t.revenue * b.weight) FROM {bridge} AS b JOIN title AS t USING (title_key)")  # noqa: S608
    assert found == [(115_066_189_754,)]


def test_placeholder_dates_and_collections(seed: Seed) -> None:
    assert seed.query("SELECT COUNT(*) FROM title WHERE is_date_placeholder") == [(3_519,)]
    assert seed.query("SELECT COUNT(*), COUNT(DISTINCT collection_id) FROM title_collection") == [(3_428, 1_361)]
    assert seed.query("SELECT COUNT(*) FROM collection") == [(1_361,)]


_KNOWN = "budget >= 100000 AND revenue >= 100000 AND release_year BETWEEN 1980 AND 2020"


def test_median_return_by_budget(seed: Seed) -> None:
    bounds = [100_000, 1_000_000, 5_000_000, 20_000_000, 60_000_000, 100_000_000, 10**12]
    found = [
        seed.query(
            f"SELECT ROUND(MEDIAN(roi), 2), COUNT(*) FROM title WHERE {_KNOWN} AND budget >= {low} AND budget < {high}"  # noqa: S608
        )[0]
        for low, high in pairwise(bounds)
    ]
    assert [median for median, _ in found] == [1.38, 0.54, 0.31, 0.27, 0.90, 0.99]
    assert sum(count for _, count in found) == 1_567


def test_median_return_in_a_collection(seed: Seed) -> None:
    sql = (
        "SELECT collection_id IS NOT NULL AS is_in, ROUND(MEDIAN(roi), 2), COUNT(*) "  # noqa: S608
        f"FROM title WHERE {_KNOWN} GROUP BY ALL ORDER BY ALL"
    )
    assert seed.query(sql) == [(False, 0.22, 1_243), (True, 2.07, 324)]
