"""Values and intervals of groups in SQL, without sharing code with the page. twins.py defines them."""
# ruff: noqa: S608 - our own SQL

from math import sqrt

Z = 1.959964


def find_wilson(share: float, count: float) -> tuple[float, float]:
    """The ends of Wilson's interval, as the roots of (share - p)^2 = z^2 p (1 - p) / count."""
    a, b, c = 1 + Z**2 / count, -(2 * share + Z**2 / count), share**2
    root = sqrt(max(0.0, b * b - 4 * a * c))
    return (-b - root) / (2 * a), (-b + root) / (2 * a)


def figures_query(kind: str, rows: str) -> str:
    """The query for the n, value and interval of each group, ordered by key."""
    if kind == "bars":
        return f"SELECT state, key, label, sum(w) AS n, count(*) AS c FROM ({rows}) GROUP BY ALL ORDER BY ALL"
    if kind == "parts":
        return f"SELECT state, key, label, part, sum(w) AS n, count(*) AS c FROM ({rows}) GROUP BY ALL ORDER BY ALL"
    return {"shares": _shares_query, "medians": _medians_query, "slopes": _slopes_query}[kind](rows)


def _medians_query(rows: str) -> str:
    """Each title is repeated by its weight. If all weights of a group are 1, SQL's own quantiles are used."""

    def quantile(share: str) -> str:  # over repeated titles; `below` counts a title and those before it
        at = f"{share} * (total - 1)"
        low, high = (f"max(value) FILTER (below - w <= {at} + 1e-9)", f"min(value) FILTER (below - 1 >= {at} - 1e-9)")
        beyond = f"{share} * (any_value(total) - 1) - max(below) FILTER (below - w <= {at} + 1e-9) + 1"
        return f"{low} + ({high} - {low}) * greatest(0, {beyond})"

    def any_quantile(share: str) -> str:
        return f"if(is_plain, quantile_cont(value, {share}), {quantile(share)})"

    return f"""
    WITH ranked AS (
      SELECT *, row_number() OVER own - 1 AS rank, sum(w) OVER own AS below, count(*) OVER (PARTITION BY state, key) AS c,
        sum(w) OVER (PARTITION BY state, key) AS total, sum(w * w) OVER (PARTITION BY state, key) AS squares
      FROM ({rows}) WINDOW own AS (PARTITION BY state, key ORDER BY value, title_key ROWS UNBOUNDED PRECEDING)
    ), sized AS (
      SELECT *, total * total / squares AS m, {Z} / 2 * sqrt(m) AS half, squares / total AS each FROM ranked
    )
    SELECT state, key, label, any_value(total) AS n, any_value(c) AS c, any_value(squares) = any_value(c) AS is_plain,
      {any_quantile("0.5")} AS value, {any_quantile("0.1")} AS p10, {any_quantile("0.9")} AS p90,
      if(is_plain, min(value) FILTER (rank = greatest(0, floor(c / 2 - half) - 1)),
        min(value) FILTER (below > greatest(0, floor(m / 2 - half) - 1) * each + total * 1e-9)) AS low,
      if(is_plain, min(value) FILTER (rank = least(c - 1, ceil(c / 2 + half))),
        min(value) FILTER (below > least(m - 1, ceil(m / 2 + half)) * each + total * 1e-9)) AS high
    FROM sized GROUP BY state, key, label ORDER BY state, key"""


def _shares_query(rows: str) -> str:
    return f"""
    WITH summed AS (
      SELECT * EXCLUDE (hits, counted, w, title_key), sum(w) AS n, count(*) AS c,
        sum(hits * w) / sum(counted * w) AS value,
        sum(w) * sum(w) / sum(w * w) AS weighed
      FROM ({rows}) GROUP BY ALL
    ), counted AS (SELECT *, weighed AS m FROM summed)
    SELECT *,
      (value + {Z}^2 / (2 * m) - {Z} * sqrt(value * (1 - value) / m + {Z}^2 / (4 * m * m))) / (1 + {Z}^2 / m) AS low,
      (value + {Z}^2 / (2 * m) + {Z} * sqrt(value * (1 - value) / m + {Z}^2 / (4 * m * m))) / (1 + {Z}^2 / m) AS high
    FROM counted ORDER BY state, key"""


def _slopes_query(rows: str) -> str:
    """The median slope of all pairs of a group's titles, with the interval from Kendall's variance."""
    return f"""
    WITH point AS ({rows}), slope AS (
      SELECT a.state, a.key, (z.value - a.value) / (z.x - a.x) AS slope
      FROM point a JOIN point z ON z.state = a.state AND z.key = a.key AND z.x > a.x
    ), listed AS (SELECT state, key, list_sort(list(slope)) AS slopes, len(slopes) AS s FROM slope GROUP BY ALL), sized AS (
      SELECT state, key, label, count(*) AS n, count(*) AS c, {Z} * sqrt(n * (n - 1) * (2 * n + 5) / 18) AS spread
      FROM point GROUP BY state, key, label HAVING n >= 3
    )
    SELECT state, key, label, n, c, list_aggregate(slopes, 'quantile_cont', 0.5) AS value,
      slopes[1 + greatest(0, least(s - 1, floor((s - spread) / 2)::INT - 1))] AS low,
      slopes[1 + greatest(0, least(s - 1, ceil((s + spread) / 2)::INT))] AS high
    FROM sized JOIN listed USING (state, key) ORDER BY state, key"""
