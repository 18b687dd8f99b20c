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
    return _parse(sql).sql(dialect="spark", identify=True)


def translate_ordered(sql: str) -> tuple[str, str]:
    """Translate a SELECT without its ORDER BY, and that into a clause that sorts within each partition, or is empty."""
    tree = _parse(sql)
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


def _parse(sql: str) -> exp.Expr:
    return _widen(_number_members(sqlglot.parse_one(sql, read="duckdb")))


def _number_members(tree: exp.Expr) -> exp.Expr:
    """Turn `UNNEST(x) AS a, GENERATE_SUBSCRIPTS(x, 1) AS b` into a lateral view: Spark has one generator per SELECT."""
    for select in list(tree.find_all(exp.Select)):
        aliases = [each for each in select.expressions if isinstance(each, exp.Alias)]
        numbers = [each for each in aliases if _is_subscripts(each.this)]
        members = [each for each in aliases if isinstance(each.this, (exp.Unnest, exp.Explode))]
        if len(numbers) != 1 or len(members) != 1:
            continue
        (number,), (member,) = numbers, members
        columns = [exp.to_identifier("unnested_index"), exp.to_identifier("unnested_member")]
        alias = exp.TableAlias(this=exp.to_identifier("unnested"), columns=columns)
        source = number.this.expressions[0].copy()
        select.append("laterals", exp.Lateral(this=exp.Posexplode(this=source), view=True, alias=alias))
        number.set("this", exp.cast(exp.column("unnested_index", "unnested") + 1, "BIGINT", dialect="duckdb"))
        member.set("this", exp.column("unnested_member", "unnested"))
    return tree


def _is_subscripts(node: exp.Expr) -> bool:
    return isinstance(node, exp.Anonymous) and node.name.upper() == "GENERATE_SUBSCRIPTS"


def _widen(tree: exp.Expr) -> exp.Expr:
    """Cast to 64-bit integers where DuckDB has them, from the innermost node, so that each copy has its casts."""
    found = [node for node in tree.walk(bfs=False) if _is_narrow(node)]
    for node in reversed(found):
        node.replace(exp.cast(node.copy(), "BIGINT", dialect="duckdb"))
    return tree


def _is_narrow(node: exp.Expr) -> bool:
    return isinstance(node, _NARROW) or (isinstance(node, exp.Window) and isinstance(node.this, _NUMBERING))
