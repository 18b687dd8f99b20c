"""Our SQL as Spark's; that the two mean the same is shown where both run."""

import pytest

from cinelake.refine.engines.spark_sql import quote_text, translate, translate_columns, translate_ordered
from cinelake.refine.fields import MOVIE, build_columns
from cinelake.refine.models.model import read_models


@pytest.mark.parametrize(
    ("ours", "theirs"),
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
def test_what_differs_is_said_in_their_words(ours: str, theirs: str) -> None:
    assert theirs in translate(ours)


def test_an_order_becomes_one_within_a_partition() -> None:
    body, order = translate_ordered("SELECT * FROM title WHERE a = 1 ORDER BY a, b DESC")
    assert body == "SELECT * FROM `title` WHERE `a` = 1"
    assert order == "SORT BY `a` NULLS LAST, `b` DESC"
    assert translate_ordered("SELECT 1 AS a") == ("SELECT 1 AS `a`", "")


def test_columns_of_records_are_said_in_their_types() -> None:
    told = translate_columns(build_columns(MOVIE))
    assert told.startswith("`id_tmdb` BIGINT, `id` BIGINT, `adult` BOOLEAN")
    assert "`genres` ARRAY<STRUCT<`id`: BIGINT, `name`: STRING>>" in told


def test_a_text_is_quoted_so_that_it_is_read_as_it_is() -> None:
    assert quote_text("\\N") == "'\\\\N'"
    assert quote_text("it's") == r"'it\'s'"


@pytest.mark.parametrize("model", read_models(), ids=lambda model: model.name)
def test_no_word_of_ours_is_left_in_any_model(model: object) -> None:
    sql = translate(model.sql)  # type: ignore[attr-defined]
    for word in ("QUALIFY", "UNNEST", "ORDINALITY", "VARCHAR", "STRING_SPLIT", "LIST_"):
        assert word not in sql
