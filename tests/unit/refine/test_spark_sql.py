"""The translation of SQL to Spark. tests/refine/test_engines.py compares the results of both engines."""

import pytest

from cinelake.refine.engines.spark_sql import quote_text, translate, translate_columns, translate_ordered
from cinelake.refine.fields import MOVIE, build_columns
from cinelake.refine.models.model import read_models


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT YEAR(d) - YEAR(d) % 10 AS x FROM t", "CAST(YEAR(`d`) AS BIGINT) - CAST(YEAR(`d`) AS BIGINT) % 10"),
        (
            "SELECT ROW_NUMBER() OVER (ORDER BY a) AS x FROM t",
            "CAST(ROW_NUMBER() OVER (ORDER BY `a` NULLS LAST) AS BIGINT)",
        ),
        (
            "SELECT LENGTH(CAST(YEAR(d) AS VARCHAR)) AS x FROM t",
            "CAST(LENGTH(CAST(CAST(YEAR(`d`) AS BIGINT) AS STRING)) AS",
        ),
        ("SELECT COUNT(*) OVER (PARTITION BY a) AS x FROM t", "SELECT COUNT(*) OVER (PARTITION BY `a`) AS `x`"),
        ("SELECT a // b AS x FROM t", "`a` DIV `b`"),
        ("SELECT a FROM t ORDER BY a", "ORDER BY `a` NULLS LAST"),
        ('SELECT "order" FROM t', "SELECT `order` FROM `t`"),
    ],
)
def test_translate_casts_and_renames(sql: str, expected: str) -> None:
    assert expected in translate(sql)


def test_order_by_becomes_sort_by() -> None:
    body, order = translate_ordered("SELECT * FROM title WHERE a = 1 ORDER BY a, b DESC")
    assert body == "SELECT * FROM `title` WHERE `a` = 1"
    assert order == "SORT BY `a` NULLS LAST, `b` DESC"
    assert translate_ordered("SELECT 1 AS a") == ("SELECT 1 AS `a`", "")


def test_columns_are_translated() -> None:
    schema = translate_columns(build_columns(MOVIE))
    assert schema.startswith("`id_tmdb` BIGINT, `id` BIGINT, `adult` BOOLEAN")
    assert "`genres` ARRAY<STRUCT<`id`: BIGINT, `name`: STRING>>" in schema


def test_texts_are_quoted() -> None:
    assert quote_text("\\N") == "'\\\\N'"
    assert quote_text("it's") == r"'it\'s'"


@pytest.mark.parametrize("model", read_models(), ids=lambda model: model.name)
def test_models_contain_only_spark_sql_after_translation(model: object) -> None:
    sql = translate(model.sql)  # type: ignore[attr-defined]
    for word in ("QUALIFY", "UNNEST", "ORDINALITY", "VARCHAR", "STRING_SPLIT", "LIST_"):
        assert word not in sql
