"""The columns of published tables, as DuckDB and the Data Catalog name their types."""

from pathlib import Path

import duckdb
import pytest
from tests.support.refine.lakes import DAY

from cinelake.aws.glue_tables import build_entry, plan_changes
from cinelake.errors import DamagedError, UsageError
from cinelake.lake.stores.local_store import LocalStore
from cinelake.refine.models.published_columns import Column, Type, read_columns
from cinelake.refine.versions import Part, Published

LAKE = "s3://bucket/films"
VERSION = "0123456789abcdef"
KEY = f"Versions/{VERSION}/title/title.parquet"


def _publish(*keys: str, zone: str = "refined", name: str = "title") -> Published:
    return Published(
        name, zone, "One row for each title.", ("id",), tuple(Part(key, 1, n, "") for n, key in enumerate(keys, 1))
    )


def _describe(folder: Path, select: str) -> dict[str, str]:
    """The columns of a SELECT's result with the types of the catalog."""
    path = folder / KEY
    path.parent.mkdir(parents=True, exist_ok=True)
    duckdb.connect().execute(f"COPY ({select}) TO '{path}' (FORMAT parquet)")
    table = _publish(KEY)
    entry = build_entry(LAKE, VERSION, table, read_columns(LocalStore(folder), table))
    return {each["Name"]: each["Type"] for each in entry.words["StorageDescriptor"]["Columns"]}


def test_every_type_has_a_hive_type(tmp_path: Path) -> None:
    select = (
        "SELECT 1::BIGINT AS id, 1::INTEGER AS four, 1::SMALLINT AS two, 1::TINYINT AS one, TRUE AS yes, 'a' AS text,"
        "1::FLOAT AS small, 1::DOUBLE AS large, 0.5::DECIMAL(13, 12) AS weight, DATE '2026-11-24' AS day,"
        "TIMESTAMP '2026-11-24 06:00:00' AS at, TIMESTAMPTZ '2026-11-24 06:00:00+00' AS instant, 'a'::BLOB AS bytes,"
        "['a'] AS texts, {'id': 1::BIGINT, 'order': 'a'} AS pair, MAP {'a': 1} AS named,"
        "[{'id': 1::BIGINT, 'parts': [0.5::DECIMAL(4, 1)]}] AS deep"
    )
    assert _describe(tmp_path, select) == {
        "id": "bigint",
        "four": "int",
        "two": "smallint",
        "one": "tinyint",
        "yes": "boolean",
        "text": "string",
        "small": "float",
        "large": "double",
        "weight": "decimal(13,12)",
        "day": "date",
        "at": "timestamp",
        "instant": "timestamp",
        "bytes": "binary",
        "texts": "array<string>",
        "pair": "struct<id:bigint,order:string>",
        "named": "map<string,int>",
        "deep": "array<struct<id:bigint,parts:array<decimal(4,1)>>>",
    }


@pytest.mark.parametrize(
    ("select", "said"),
    [
        ("SELECT 1::UBIGINT AS id", "title.id: Hive has no type for ubigint"),
        ("SELECT {'at': TIME '06:00:00'} AS pair", "title.pair.at: Hive has no type for time"),
        ('SELECT 1 AS "Budget"', "title.Budget: Hive does not accept this name"),
        ("SELECT {'a b': 1} AS pair", "title.pair.a b: Hive does not accept this name"),
    ],
)
def test_types_and_names_unknown_to_hive_are_refused(tmp_path: Path, select: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        _describe(tmp_path, select)


def test_missing_and_damaged_objects(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    assert read_columns(store, _publish()) == ()
    with pytest.raises(DamagedError, match=f'"{KEY}" of the current version does not exist'):
        read_columns(store, _publish(KEY))
    store.write(KEY, b"no parquet")
    with pytest.raises(DamagedError, match="is not a Parquet file"):
        read_columns(store, _publish(KEY))


def test_catalog_location_of_refined_and_trusted_tables() -> None:
    columns = (Column("id", Type("bigint")),)
    refined = build_entry(LAKE, VERSION, _publish(KEY), columns)
    assert refined.words["StorageDescriptor"]["Location"] == f"{LAKE}/Versions/{VERSION}/title/"
    assert refined.addresses is None
    days = [f"Trusted/TMDB/Parquet/Movies/dt={DAY}/{name}.parquet" for name in ("0a", "0b")]
    trusted = build_entry(LAKE, "0a", _publish(*days, zone="trusted", name="trusted_movies"), columns)
    folder = "_cinelake/catalog/trusted_movies/v=0a"
    assert trusted.words["StorageDescriptor"]["Location"] == f"{LAKE}/{folder}/"
    assert trusted.addresses == (f"{folder}/addresses", f"{LAKE}/{days[0]}\n{LAKE}/{days[1]}\n")


def test_catalog_location_of_a_table_whose_parts_versions_share() -> None:
    parts = [f"Versions/shared/snapshot/dt={DAY}/{name}.parquet" for name in ("Movies-0a", "Series-0b")]
    shared = build_entry(LAKE, VERSION, _publish(*parts, name="snapshot"), (Column("id", Type("bigint")),))
    folder = f"_cinelake/catalog/snapshot/v={VERSION}"
    assert shared.words["StorageDescriptor"]["Location"] == f"{LAKE}/{folder}/"
    assert shared.addresses == (f"{folder}/addresses", f"{LAKE}/{parts[0]}\n{LAKE}/{parts[1]}\n")


def test_catalog_changes_ignore_fields_added_by_glue() -> None:
    entry = build_entry(LAKE, VERSION, _publish(KEY), (Column("id", Type("bigint")),))
    found = {
        **entry.words,
        "CreatedBy": "x",
        "StorageDescriptor": {**entry.words["StorageDescriptor"], "Compressed": False},
    }
    assert plan_changes([entry], {"title": found}, LAKE).kept == ("title",)
    wider = build_entry(LAKE, VERSION, _publish(KEY), (Column("id", Type("bigint")), Column("more", Type("date"))))
    assert plan_changes([wider], {"title": found}, LAKE).changed == ("title",)
    assert plan_changes([], {"title": found}, LAKE).removed == ("title",)
    assert plan_changes([], {"title": found}, "s3://bucket/other").removed == ()
