"""Translate SQL from DuckDB's dialect, in which the models are written, to Spark's. Pure.

sqlglot translates names, types and the order of nulls. This module adds casts to the functions that return 32-bit
integers in Spark and 64-bit integers in DuckDB. Other differences are avoided in the models, which use only SQL with the
same result in both.
"""

from collections.abc import Mapping

import sqlglot
from sqlglot import exp

_NARROW = (exp.Year, exp.Quarter, exp.Month, exp.Day, exp.Length, exp.ArraySize)
_NUMBERING = (exp.RowNumber, exp.Rank, exp.DenseRank)


def translate(sql: str) -> str:
    """Translate a SELECT."""
    return _widen(sqlglot.parse_one(sql, read="duckdb")).sql(dialect="spark", identify=True)


def translate_ordered(sql: str) -> tuple[str, str]:
    """Translate a SELECT without its ORDER BY, and that into a clause that sorts within each partition, or is empty."""
    tree = _widen(sqlglot.parse_one(sql, read="duckdb"))
    order = tree.args.get("order")
    tree.set("order", None)
    body = tree.sql(dialect="spark", identify=True)
    if order is None:
        return body, ""
    listed = ", ".join(each.sql(dialect="spark", identify=True) for each in order.expressions)
    return body, f"SORT BY {listed}"


def translate_columns(columns: Mapping[str, str]) -> str:
    """Columns with their types as a Spark schema."""
    return ", ".join(f"{quote(name)} {translate_type(kind)}" for name, kind in columns.items())


def translate_type(kind: str) -> str:
    """Translate the name of a type."""
    return exp.DataType.build(kind, dialect="duckdb").sql(dialect="spark", identify=True)


def quote(name: str) -> str:
    """Quote an identifier."""
    return exp.to_identifier(name, quoted=True).sql(dialect="spark")


def quote_text(text: str) -> str:
    """Quote a text as a literal."""
    return exp.Literal.string(text).sql(dialect="spark")


def _widen(tree: exp.Expr) -> exp.Expr:
    """Cast to 64-bit integers where DuckDB has them, from the innermost node, so that each copy has its casts."""
    found = [node for node in tree.walk(bfs=False) if _is_narrow(node)]
    for node in reversed(found):
        node.replace(exp.cast(node.copy(), "BIGINT", dialect="duckdb"))
    return tree


def _is_narrow(node: exp.Expr) -> bool:
    return isinstance(node, _NARROW) or (isinstance(node, exp.Window) and isinstance(node.this, _NUMBERING))
