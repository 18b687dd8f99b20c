"""Every value that a page shows, and the same of Refined by SQL."""
# ruff: noqa: S608 - our own words

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
from tests.dashboard.twins import Twin

from cinelake.lake.local import LocalStore
from cinelake.refine.publish import read_pointer

if TYPE_CHECKING:
    from playwright.sync_api import Page

Z = 1.959964
_READ = """() => {
  cine.board.drawAll();
  document.querySelectorAll(".toggle[aria-expanded=false]:not([hidden])").forEach(button => button.click());
  const exact = text => text === undefined ? null : Number(text);
  const chartOf = card => {
    const canvas = card.querySelector(".canvas");
    const chart = canvas && !canvas.hidden && echarts.getInstanceByDom(canvas);
    return chart ? chart.getOption().series.flatMap(one => one.data.map(mark => mark.value)) : [];
  };
  return [...document.querySelectorAll("article.card")].map(card => ({
    id: card.dataset.card, state: card.dataset.state, n: Number(card.dataset.n), of: Number(card.dataset.of),
    coverage: Number(card.dataset.coverage), answer: card.querySelector(".answer").textContent,
    line: card.querySelector(".line").textContent, chart: chartOf(card),
    rows: card.dataset.state !== "drawn" ? [] : [...card.querySelectorAll("tbody tr")].map(row => ({
      label: row.querySelector("th").textContent, key: row.dataset.key, part: row.dataset.part ?? null,
      n: Number(row.dataset.n), value: exact(row.dataset.value), low: exact(row.dataset.low), high: exact(row.dataset.high),
      isFew: row.classList.contains("few"), cells: [...row.cells].slice(1).map(cell => cell.textContent),
    })),
  }));
}"""


def read_cards(page: "Page") -> dict[str, dict[str, Any]]:
    """All that the cards show."""
    return {card["id"]: card for card in page.evaluate(_READ)}


def open_refined(folder: Path, titles: str = "TRUE", weight: str = "1") -> duckdb.DuckDBPyConnection:
    """The Parquet of Refined; of its titles those that a page keeps, with their weights."""
    pointer = read_pointer(LocalStore(folder))
    assert pointer is not None
    connection = duckdb.connect()
    for table in pointer.tables:
        if table.zone == "refined":
            files = ", ".join(f"'{folder / part.key}'" for part in table.parts)
            connection.execute(
                f"CREATE VIEW {table.name} AS FROM read_parquet([{files}], hive_partitioning = false)"
            )
    connection.execute(f"CREATE TABLE kept AS SELECT *, CAST(CAST({weight} AS FLOAT) AS DOUBLE) AS w FROM title WHERE {titles}")
    return connection


def choose(refined: duckdb.DuckDBPyConnection, where: str) -> None:
    """Make `chosen` what a filter selects."""
    refined.execute(f"CREATE OR REPLACE TABLE chosen AS SELECT * FROM kept WHERE {where}")


def ask(refined: duckdb.DuckDBPyConnection, question: str) -> list[dict[str, Any]]:
    """Rows by the names of their columns."""
    found = refined.execute(question)
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def ask_groups(refined: duckdb.DuckDBPyConnection, twin: Twin, dollars: Mapping[str, str]) -> list[dict[str, Any]]:
    """Each group with its n, figure and interval, in the order of its key."""
    rows = twin.rows
    for name, column in dollars.items():
        rows = rows.replace(f"{{{name}}}", column)
    if twin.kind == "bars":
        return ask(refined, f"SELECT key, label, sum(w) AS n, count(*) AS c FROM ({rows}) GROUP BY ALL ORDER BY key")
    if twin.kind == "parts":
        return ask(refined, f"SELECT key, label, part, sum(w) AS n, count(*) AS c FROM ({rows}) GROUP BY ALL ORDER BY key")
    return ask(refined, _ask_shares(rows) if twin.kind == "shares" else _ask_medians(rows))


def _ask_medians(rows: str) -> str:
    return f"""
    WITH ranked AS (
      SELECT *, row_number() OVER own - 1 AS place, sum(w) OVER own AS below, count(*) OVER (PARTITION BY key) AS c,
        sum(w) OVER (PARTITION BY key) AS total, sum(w * w) OVER (PARTITION BY key) AS squares,
        {Z} / 2 * sqrt(c) AS half, {Z} / 2 * sqrt(squares) / total AS share
      FROM ({rows}) WINDOW own AS (PARTITION BY key ORDER BY value ROWS UNBOUNDED PRECEDING)
    )
    SELECT key, label, any_value(total) AS n, any_value(c) AS c, any_value(squares) = any_value(c) AS is_plain,
      if(is_plain, quantile_cont(value, 0.5), min(value) FILTER (below >= total / 2)) AS value,
      if(is_plain, min(value) FILTER (place = greatest(0, floor(c / 2 - half) - 1)),
        min(value) FILTER (below >= total * greatest(0, 0.5 - share))) AS low,
      if(is_plain, min(value) FILTER (place = least(c - 1, ceil(c / 2 + half))),
        coalesce(min(value) FILTER (below >= total * least(1, 0.5 + share)), max(value))) AS high,
      if(is_plain, quantile_cont(value, 0.1), min(value) FILTER (below >= total * 0.1)) AS p10,
      if(is_plain, quantile_cont(value, 0.9), min(value) FILTER (below >= total * 0.9)) AS p90
    FROM ranked GROUP BY key, label ORDER BY key"""


def _ask_shares(rows: str) -> str:
    return f"""
    WITH summed AS (
      SELECT * EXCLUDE (hits, counted, w, title_key), sum(w) AS n, count(*) AS c,
        sum(hits * w) / sum(counted * w) AS value,
        sum(counted * w) * sum(w) / sum(w * w) AS weighed
      FROM ({rows}) GROUP BY ALL
    ), counted AS (SELECT *, weighed AS m FROM summed)
    SELECT *, (value + {Z}^2 / (2 * m) - {Z} * sqrt(value * (1 - value) / m + {Z}^2 / (4 * m * m))) / (1 + {Z}^2 / m) AS low,
      (value + {Z}^2 / (2 * m) + {Z} * sqrt(value * (1 - value) / m + {Z}^2 / (4 * m * m))) / (1 + {Z}^2 / m) AS high
    FROM counted ORDER BY key"""
