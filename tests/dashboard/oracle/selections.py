"""The expected data of each selection of a page, queried from Refined once for all selections."""
# ruff: noqa: S608 - our own SQL

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import isclose
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import duckdb
from tests.dashboard.oracle.figures import figures_query
from tests.dashboard.oracle.twin_tables import ACCOUNTS, FIGURES, GRIDS, LACKS, NEEDS, SAME, TABLES
from tests.dashboard.oracle.twins import TWINS, Twin

from cinelake.lake.stores.local_store import LocalStore
from cinelake.refine.versions import read_pointer

Row = dict[str, Any]
OF_THE_LAKE = {*ACCOUNTS, "fields_decade", "fields_genre", "dates"}
"""Cards about the lake, which do not depend on the selection."""
ENOUGH = {"slopes": 5}
"""The number of titles from which a group is not faded, by kind; 20 for other kinds."""


@dataclass(frozen=True, slots=True)
class CardData:
    """A card: the titles that it covers, all groups, the shown ones, the number of others, and what the lake lacks."""

    n: float
    groups: list[Row]
    shown: list[Row] = field(default_factory=list)
    more: int = 0
    lacks: str = ""


@dataclass(frozen=True, slots=True)
class Selection:
    """A selection: its number of titles, the key figures, the two genres that are compared, and each card."""

    of: float
    figures: Row
    rivals: list[str]
    cards: dict[str, CardData]


def is_of_lake(card: str, held: CardData) -> bool:
    """Whether a card is about the lake instead of the selection."""
    return card in OF_THE_LAKE and not held.lacks


def open_refined(folder: Path, titles: str = "TRUE", weight: str = "1") -> duckdb.DuckDBPyConnection:
    """Open the tables of Refined, and the table `kept` with the titles on a page and their weights."""
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


class Refined:
    """A lake and its selections, which each query covers at once, because planning takes longer than running."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, states: Mapping[str, str]) -> None:
        """`states` are the SQL conditions of the selections by the state in the address."""
        self._connection = connection
        (lacks,) = self._query(f"SELECT {', '.join(f'{test} AS {need}' for need, test in LACKS.items())} FROM title")
        self.lacks = {need for need, is_lacked in lacks.items() if is_lacked}
        self.titles, self.kept = (self._query(f"SELECT count(*) AS n FROM {table}")[0]["n"] for table in ("title", "kept"))
        (self.same,) = self._query(SAME)
        self._rivals = {state: self._choose_rivals(state, where) for state, where in states.items()}
        self._choose(states)
        self._selections = self._query_all()

    def select(self, state: str) -> Selection:
        """The data of a selection."""
        return self._selections[state]

    def _query(self, sql: str) -> list[Row]:
        found = self._connection.execute(sql)
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def _query_each(self, sql: str) -> dict[str, list[Row]]:
        """The rows of each state, in order."""
        each: dict[str, list[Row]] = {state: [] for state in self._rivals}
        for row in self._query(sql):
            each[row.pop("state")].append(row)
        return each

    def _choose_rivals(self, state: str, where: str) -> list[int]:
        """The first two genres of a selection, or else crime and war, or else its two most frequent genres."""
        genres = parse_qs(state).get("g", [""])[0].split(",")
        chosen = [int(genre) for genre in genres[:2]] if len(genres) > 1 else [80, 10752]
        known = {row["genre_id"] for row in self._query("SELECT DISTINCT genre_id FROM title_genre")}
        if known.issuperset(chosen):
            return chosen
        often = f"FROM kept JOIN title_genre USING (title_key) WHERE genre_id <> 0 AND {where} GROUP BY genre_id"
        return [row["genre_id"] for row in self._query(f"SELECT genre_id {often} ORDER BY count(*) DESC, genre_id LIMIT 2")]

    def _choose(self, states: Mapping[str, str]) -> None:
        selections = []
        for state, where in states.items():
            first, second = [*self._rivals[state], "NULL", "NULL"][:2]
            columns = (
                f"'{state}' AS state, {'real=1' in state} AS is_real, {first} AS first_genre, {second} AS second_genre"
            )
            selections.append(f"SELECT {columns}, * FROM kept WHERE {where}")
        self._connection.execute(f"CREATE TABLE chosen AS {' UNION ALL '.join(selections)}")
        names = ", ".join(f"('{state}')" for state in states)
        self._connection.execute(f"CREATE TABLE states AS FROM (VALUES {names}) AS s(state)")

    def _query_all(self) -> dict[str, Selection]:
        of_lake = {name: CardData(self.kept, self._query(sql)) for name, sql in ACCOUNTS.items()}
        of_lake |= {name: CardData(self.kept, self._query(TABLES[name])) for name in OF_THE_LAKE - ACCOUNTS.keys()}
        lacking = {card: CardData(0, [], lacks=need) for card, need in NEEDS.items() if need in self.lacks}
        genres = {row["genre_id"]: row["name"] for row in self._query("SELECT genre_id, name FROM genre")}
        own = {name: self._query_groups(twin) for name, twin in TWINS.items()} | {
            name: self._query_grid(name) for name in GRIDS
        }
        known, moved = (self._query_each(TABLES[name]) for name in ("conclusions", "movers"))
        selections = {}
        for state, (figures,) in self._query_each(FIGURES).items():
            cards = of_lake | {name: each[state] for name, each in own.items()}
            cards["conclusions"] = CardData(figures["titles"], known[state])
            cards["movers"] = CardData(len(moved[state]), moved[state])
            rivals = [genres[genre] for genre in self._rivals[state]]
            selections[state] = Selection(figures["titles"], figures, rivals, cards | lacking)
        return selections

    def _query_groups(self, twin: Twin) -> dict[str, CardData]:
        question = figures_query(twin.kind, twin.rows)
        rows = twin.rows
        if twin.kind == "slopes":  # a collection without a slope does not count
            rows = f"SELECT * FROM ({rows}) SEMI JOIN ({question}) USING (state, key)"
        counts = self._count(rows)
        cards = {}
        for state, groups in self._query_each(question).items():
            keys: dict[Any, float] = {}
            for group in groups:
                keys[group["key"]] = keys.get(group["key"], 0) + group["n"]
            often = sorted(keys, key=lambda key: (-keys[key], key))[: twin.top]
            most = choose_slopes(groups) if twin.kind == "slopes" else often
            kept = {key for key in most if keys[key] >= twin.least}
            shown = [group for group in groups if group["key"] in kept]
            cards[state] = CardData(counts[state], groups, shown, len(keys) - len(kept))
        return cards

    def _query_grid(self, name: str) -> dict[str, CardData]:
        """The cells of a grid, each with the correlation. Equal values share their mean rank."""
        x, y, cell, where = GRIDS[name]
        rows = f"SELECT *, {x} AS x, {y} AS y FROM chosen WHERE {where} AND x IS NOT NULL AND y IS NOT NULL"
        ranked = f"""WITH r AS ({rows}), a AS (SELECT *,
            sum(w) OVER (PARTITION BY state ORDER BY x) - sum(w) OVER (PARTITION BY state, x) / 2 AS rx,
            sum(w) OVER (PARTITION BY state ORDER BY y) - sum(w) OVER (PARTITION BY state, y) / 2 AS ry FROM r),
          m AS (SELECT *, sum(w * rx) OVER own / sum(w) OVER own AS mx, sum(w * ry) OVER own / sum(w) OVER own AS my
            FROM a WINDOW own AS (PARTITION BY state)),
          s AS (SELECT state, count(*) AS c, sum(w * (rx - mx)^2) * sum(w * (ry - my)^2) AS spread,
            if(c < 20, NULL, sum(w * (rx - mx) * (ry - my)) / sqrt(nullif(spread, 0))) AS r FROM m GROUP BY state)
          SELECT state, {cell} AS cx, floor({y} * 2 + 0.5) / 2 AS cy, sum(w)::DOUBLE AS n, any_value(s.r) AS r
          FROM r JOIN s USING (state) GROUP BY state, cx, cy ORDER BY state, cx, cy"""
        counts = self._count(rows)
        return {state: CardData(counts[state], cells, cells) for state, cells in self._query_each(ranked).items()}

    def _count(self, rows: str) -> dict[str, float]:
        """The number of distinct titles in the rows of each state."""
        counted = (
            f"SELECT state, sum(w)::DOUBLE AS n FROM (SELECT DISTINCT state, title_key, w FROM ({rows})) GROUP BY state"
        )
        return {state: found[0]["n"] if found else 0.0 for state, found in self._query_each(counted).items()}


def choose_slopes(groups: list[Row]) -> list[Any]:
    """The eight largest and the eight smallest slopes, of groups with enough titles if there are at least two."""
    ordered = sorted(groups, key=lambda group: (-group["value"], group["key"]))
    sure = [group for group in ordered if group["c"] >= ENOUGH["slopes"]]
    pool = sure if len(sure) >= 2 else ordered
    return [group["key"] for group in (pool if len(pool) <= 16 else [*pool[:8], *pool[-8:]])]


def find_most(rows: list[Row], key: Callable[[Row], float]) -> list[Row]:
    """The rows with the largest value; sums of weights may differ in their last digits."""
    most = max(key(row) for row in rows)
    return [row for row in rows if isclose(key(row), most, rel_tol=1e-9)]
