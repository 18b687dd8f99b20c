"""Owns the translation of our SQL, which is DuckDB's, into Spark's. Pure.

sqlglot knows the names and the order of nulls. What it cannot know stands here: which functions count in 32 bits on Spark
and in 64 on DuckDB. What differs otherwise is no rule here but another word in the model, one that both mean alike.
"""

from collections.abc import Mapping

import sqlglot
from sqlglot import exp

_NARROW = (exp.Year, exp.Quarter, exp.Month, exp.Day, exp.Length, exp.ArraySize)
_NUMBERING = (exp.RowNumber, exp.Rank, exp.DenseRank)


def translate(sql: str) -> str:
    """A SELECT for Spark."""
    return _widen(sqlglot.parse_one(sql, read="duckdb")).sql(dialect="spark", identify=True)


def translate_ordered(sql: str) -> tuple[str, str]:
    """A SELECT without its ORDER BY, and a clause that sorts its rows within each partition; empty if it had none."""
    tree = _widen(sqlglot.parse_one(sql, read="duckdb"))
    order = tree.args.get("order")
    tree.set("order", None)
    body = tree.sql(dialect="spark", identify=True)
    if order is None:
        return body, ""
    listed = ", ".join(each.sql(dialect="spark", identify=True) for each in order.expressions)
    return body, f"SORT BY {listed}"


def translate_columns(columns: Mapping[str, str]) -> str:
    """Columns with their types, as Spark writes a schema."""
    return ", ".join(f"{quote(name)} {translate_type(kind)}" for name, kind in columns.items())


def translate_type(kind: str) -> str:
    """A type by Spark's name."""
    return exp.DataType.build(kind, dialect="duckdb").sql(dialect="spark", identify=True)


def quote(name: str) -> str:
    """A name that is no word of the language."""
    return exp.to_identifier(name, quoted=True).sql(dialect="spark")


def quote_text(text: str) -> str:
    """A text as a literal."""
    return exp.Literal.string(text).sql(dialect="spark")


def _widen(tree: exp.Expr) -> exp.Expr:
    """Whole numbers of 64 bits wherever DuckDB has them; innermost first, so that what is put in place is done."""
    found = [node for node in tree.walk(bfs=False) if _is_narrow(node)]
    for node in reversed(found):
        node.replace(exp.cast(node.copy(), "BIGINT", dialect="duckdb"))
    return tree


def _is_narrow(node: exp.Expr) -> bool:
    return isinstance(node, _NARROW) or (isinstance(node, exp.Window) and isinstance(node.this, _NUMBERING))
