"""What SQL on Refined says of a lake and of each selection: asked once, however often it is compared."""
# ruff: noqa: S608 - our own words

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import isclose
from pathlib import Path
from typing import Any

import duckdb
from tests.dashboard.figures import ask_figures
from tests.dashboard.twin_tables import ACCOUNTS, FIGURES, GRIDS, LACKS, NEEDS, SAME, TABLES
from tests.dashboard.twins import TWINS, Twin

from cinelake.lake.local import LocalStore
from cinelake.refine.publish import read_pointer

Row = dict[str, Any]
OF_THE_LAKE = {*ACCOUNTS, "fields_decade", "fields_genre", "dates"}
"""Cards that say the same whatever is selected."""
ENOUGH = {"slopes": 5}
"""Titles from which on a group is not faded; of others twenty."""


@dataclass(frozen=True, slots=True)
class Held:
    """A card: how many titles it covers, all its groups, those of them that it shows, how many it does not, and what the lake has not."""

    n: float
    groups: list[Row]
    shown: list[Row] = field(default_factory=list)
    more: int = 0
    lacks: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """A selection: its titles, the key figures, the two genres that stand against each other, and each card."""

    of: float
    figures: Row
    rivals: list[str]
    cards: dict[str, Held]


def is_whole(card: str, held: Held) -> bool:
    """Whether a card tells of the lake and not of the selection."""
    return card in OF_THE_LAKE and not held.lacks


def open_refined(folder: Path, titles: str = "TRUE", weight: str = "1") -> duckdb.DuckDBPyConnection:
    """The tables of Refined; of its titles those that a page keeps, with their weights."""
    pointer = read_pointer(LocalStore(folder))
    assert pointer is not None
    connection = duckdb.connect()
    for table in pointer.tables:
        if table.zone == "refined":
            files = ", ".join(f"'{folder / part.key}'" for part in table.parts)
            connection.execute(f"CREATE TABLE {table.name} AS FROM read_parquet([{files}], hive_partitioning = false)")
    connection.execute(
        f"CREATE TABLE kept AS SELECT *, CAST(CAST({weight} AS FLOAT) AS DOUBLE) AS w FROM title WHERE {titles}"
    )
    return connection


def ask(refined: duckdb.DuckDBPyConnection, question: str) -> list[Row]:
    """Rows by the names of their columns."""
    found = refined.execute(question)
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


class Refined:
    """A lake, asked about one selection after the other."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        self._told: dict[str, Told] = {}
        tests = ", ".join(f"{test} AS {need}" for need, test in LACKS.items())
        (lacks,) = ask(connection, f"SELECT {tests} FROM title")
        self.lacks = {need for need, is_lacked in lacks.items() if is_lacked}
        self._lacking = {card: Held(0, [], lacks=need) for card, need in NEEDS.items() if lacks[need]}
        self.titles, self.kept = (
            ask(connection, f"SELECT count(*) AS n FROM {table}")[0]["n"] for table in ("title", "kept")
        )
        (self.same,) = ask(connection, SAME)
        self._accounts = {
            name: ask(connection, question) for name, question in {**ACCOUNTS, **TABLES}.items() if name in OF_THE_LAKE
        }

    def tell(self, state: str, where: str, genres: tuple[str, ...]) -> Told:
        """What a selection holds; `genres` are those that it filters by."""
        if state not in self._told:
            self.connection.execute(f"CREATE OR REPLACE TABLE chosen AS SELECT * FROM kept WHERE {where}")
            self._told[state] = self._ask(state, genres)
        return self._told[state]

    def _ask(self, state: str, genres: tuple[str, ...]) -> Told:
        (figures,) = ask(self.connection, FIGURES)
        of = figures["titles"]
        real = "_real" if "real=1" in state else ""
        first, second = self._choose_rivals(genres)
        filled = {"budget": f"budget{real}", "revenue": f"revenue{real}", "first": first, "second": second}
        cards = {name: Held(self.kept, rows) for name, rows in self._accounts.items()}
        cards |= {name: self._ask_groups(twin, filled) for name, twin in TWINS.items()}
        cards |= {name: self._ask_grid(name) for name in GRIDS}
        known, moved = (ask(self.connection, TABLES[name]) for name in ("conclusions", "movers"))
        named = f"SELECT name FROM genre WHERE genre_id IN ({first}, {second}) ORDER BY genre_id <> {first}"
        rivals = [row["name"] for row in ask(self.connection, named)]
        return Told(
            of,
            figures,
            rivals,
            {**cards, "conclusions": Held(of, known), "movers": Held(len(moved), moved), **self._lacking},
        )

    def _choose_rivals(self, genres: tuple[str, ...]) -> tuple[str, str]:
        """The genres that a selection asks for first, else crime and war, else its two most frequent."""
        wanted = ", ".join(genres[:2] if len(genres) > 1 else ("80", "10752"))
        known = f"SELECT genre_id FROM title_genre WHERE genre_id IN ({wanted}) GROUP BY ALL"
        if len(ask(self.connection, known)) == 2:
            first, second = wanted.split(", ")
            return first, second
        often = "FROM chosen JOIN title_genre USING (title_key) WHERE genre_id <> 0 GROUP BY genre_id"
        found = ask(self.connection, f"SELECT genre_id {often} ORDER BY count(*) DESC, genre_id LIMIT 2")
        first, second = [*(str(row["genre_id"]) for row in found), "NULL", "NULL"][:2]
        return first, second

    def _ask_groups(self, twin: Twin, filled: Mapping[str, str]) -> Held:
        rows = twin.rows
        for name, text in filled.items():
            rows = rows.replace(f"{{{name}}}", text)
        groups = ask(self.connection, ask_figures(twin.kind, rows))
        if twin.kind == "slopes":
            rows = f"SELECT * FROM ({rows}) WHERE key IN ({', '.join(str(group['key']) for group in groups) or 'NULL'})"
        keys: dict[Any, float] = {}
        for group in groups:
            keys[group["key"]] = keys.get(group["key"], 0) + group["n"]
        most = (
            choose_slopes(groups) if twin.kind == "slopes" else sorted(keys, key=lambda key: (-keys[key], key))[: twin.top]
        )
        kept = {key for key in most if keys[key] >= twin.least}
        return Held(self._count(rows), groups, [group for group in groups if group["key"] in kept], len(keys) - len(kept))

    def _ask_grid(self, name: str) -> Held:
        """Its cells, and in `more` nothing; its correlation stands in each."""
        x, y, cell, where = GRIDS[name]
        rows = f"SELECT *, {x} AS x, {y} AS y FROM chosen WHERE {where} AND x IS NOT NULL AND y IS NOT NULL"
        # ranks of equal values in their middle; a title takes as many as it weighs
        ranked = f"""WITH r AS ({rows}), a AS (SELECT *, sum(w) OVER (ORDER BY x) - sum(w) OVER (PARTITION BY x) / 2 AS rx,
          sum(w) OVER (ORDER BY y) - sum(w) OVER (PARTITION BY y) / 2 AS ry FROM r),
          m AS (SELECT *, sum(w * rx) OVER () / sum(w) OVER () AS mx, sum(w * ry) OVER () / sum(w) OVER () AS my FROM a),
          s AS (SELECT count(*) AS c, sum(w * (rx - mx)^2) * sum(w * (ry - my)^2) AS spread,
            sum(w * (rx - mx) * (ry - my)) / sqrt(nullif(spread, 0)) AS r FROM m)
          SELECT {cell} AS cx, floor({y} * 2 + 0.5) / 2 AS cy, sum(w)::DOUBLE AS n,
            (SELECT if(c < 20, NULL, r) FROM s) AS r FROM r GROUP BY ALL ORDER BY ALL"""
        cells = ask(self.connection, ranked)
        return Held(self._count(rows), cells, cells)

    def _count(self, rows: str) -> float:
        """The titles of rows, each once."""
        counted = f"SELECT coalesce(sum(w), 0)::DOUBLE AS n FROM (SELECT DISTINCT title_key, w FROM ({rows}))"
        return float(ask(self.connection, counted)[0]["n"])


def choose_slopes(groups: list[Row]) -> list[Any]:
    """The eight that rise most and the eight that fade most, of those with enough titles where two have them."""
    ordered = sorted(groups, key=lambda group: (-group["value"], group["key"]))
    sure = [group for group in ordered if group["c"] >= ENOUGH["slopes"]]
    pool = sure if len(sure) >= 2 else ordered
    return [group["key"] for group in (pool if len(pool) <= 16 else [*pool[:8], *pool[-8:]])]


def find_most(rows: list[Row], key: Callable[[Row], float]) -> list[Row]:
    """The rows that have the most; sums of weights differ in their last digits."""
    most = max(key(row) for row in rows)
    return [row for row in rows if isclose(key(row), most, rel_tol=1e-9)]
