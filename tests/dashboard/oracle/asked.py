"""What SQL on Refined says of a lake and of each selection: asked once."""
# ruff: noqa: S608 - our own words

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import isclose
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import duckdb
from tests.dashboard.oracle.figures import ask_figures
from tests.dashboard.oracle.twin_tables import ACCOUNTS, FIGURES, GRIDS, LACKS, NEEDS, SAME, TABLES
from tests.dashboard.oracle.twins import TWINS, Twin

from cinelake.lake.local_store import LocalStore
from cinelake.refine.publish import read_pointer

Row = dict[str, Any]
OF_THE_LAKE = {*ACCOUNTS, "fields_decade", "fields_genre", "dates"}
"""Cards that say the same whatever is selected."""
ENOUGH = {"slopes": 5}
"""Titles from which on a group is not faded; of others twenty."""


@dataclass(frozen=True, slots=True)
class Held:
    """A card: how many titles it covers, all its groups, those that it shows, how many it does not, what the lake lacks."""

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


class Refined:
    """A lake, asked about all selections at once: a question costs more to plan than to answer."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, states: Mapping[str, str]) -> None:
        """`states` are the selections by what the address says, with what SQL calls them."""
        self._connection = connection
        (lacks,) = self._ask(f"SELECT {', '.join(f'{test} AS {need}' for need, test in LACKS.items())} FROM title")
        self.lacks = {need for need, is_lacked in lacks.items() if is_lacked}
        self.titles, self.kept = (self._ask(f"SELECT count(*) AS n FROM {table}")[0]["n"] for table in ("title", "kept"))
        (self.same,) = self._ask(SAME)
        self._rivals = {state: self._choose_rivals(state, where) for state, where in states.items()}
        self._choose(states)
        self._told = self._ask_all()

    def tell(self, state: str) -> Told:
        """What a selection holds."""
        return self._told[state]

    def _ask(self, question: str) -> list[Row]:
        found = self._connection.execute(question)
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def _ask_each(self, question: str) -> dict[str, list[Row]]:
        """The rows of each state, in their order."""
        each: dict[str, list[Row]] = {state: [] for state in self._rivals}
        for row in self._ask(question):
            each[row.pop("state")].append(row)
        return each

    def _choose_rivals(self, state: str, where: str) -> list[int]:
        """The genres that a selection asks for first, else crime and war, else its two most frequent."""
        genres = parse_qs(state).get("g", [""])[0].split(",")
        wanted = [int(genre) for genre in genres[:2]] if len(genres) > 1 else [80, 10752]
        known = {row["genre_id"] for row in self._ask("SELECT DISTINCT genre_id FROM title_genre")}
        if known.issuperset(wanted):
            return wanted
        often = f"FROM kept JOIN title_genre USING (title_key) WHERE genre_id <> 0 AND {where} GROUP BY genre_id"
        return [row["genre_id"] for row in self._ask(f"SELECT genre_id {often} ORDER BY count(*) DESC, genre_id LIMIT 2")]

    def _choose(self, states: Mapping[str, str]) -> None:
        selections = []
        for state, where in states.items():
            first, second = [*self._rivals[state], "NULL", "NULL"][:2]
            told = f"'{state}' AS state, {'real=1' in state} AS is_real, {first} AS first_genre, {second} AS second_genre"
            selections.append(f"SELECT {told}, * FROM kept WHERE {where}")
        self._connection.execute(f"CREATE TABLE chosen AS {' UNION ALL '.join(selections)}")
        names = ", ".join(f"('{state}')" for state in states)
        self._connection.execute(f"CREATE TABLE states AS FROM (VALUES {names}) AS s(state)")

    def _ask_all(self) -> dict[str, Told]:
        whole = {name: Held(self.kept, self._ask(question)) for name, question in ACCOUNTS.items()}
        whole |= {name: Held(self.kept, self._ask(TABLES[name])) for name in OF_THE_LAKE - ACCOUNTS.keys()}
        lacking = {card: Held(0, [], lacks=need) for card, need in NEEDS.items() if need in self.lacks}
        genres = {row["genre_id"]: row["name"] for row in self._ask("SELECT genre_id, name FROM genre")}
        own = {name: self._ask_groups(twin) for name, twin in TWINS.items()} | {
            name: self._ask_grid(name) for name in GRIDS
        }
        known, moved = (self._ask_each(TABLES[name]) for name in ("conclusions", "movers"))
        told = {}
        for state, (figures,) in self._ask_each(FIGURES).items():
            cards = whole | {name: each[state] for name, each in own.items()}
            cards["conclusions"] = Held(figures["titles"], known[state])
            cards["movers"] = Held(len(moved[state]), moved[state])
            rivals = [genres[genre] for genre in self._rivals[state]]
            told[state] = Told(figures["titles"], figures, rivals, cards | lacking)
        return told

    def _ask_groups(self, twin: Twin) -> dict[str, Held]:
        question = ask_figures(twin.kind, twin.rows)
        rows = twin.rows
        if twin.kind == "slopes":  # a collection without a slope is not covered
            rows = f"SELECT * FROM ({rows}) SEMI JOIN ({question}) USING (state, key)"
        counts = self._count(rows)
        held = {}
        for state, groups in self._ask_each(question).items():
            keys: dict[Any, float] = {}
            for group in groups:
                keys[group["key"]] = keys.get(group["key"], 0) + group["n"]
            often = sorted(keys, key=lambda key: (-keys[key], key))[: twin.top]
            most = choose_slopes(groups) if twin.kind == "slopes" else often
            kept = {key for key in most if keys[key] >= twin.least}
            shown = [group for group in groups if group["key"] in kept]
            held[state] = Held(counts[state], groups, shown, len(keys) - len(kept))
        return held

    def _ask_grid(self, name: str) -> dict[str, Held]:
        """The cells of a grid; the correlation stands in each. Ranks of equal values lie in their middle."""
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
        return {state: Held(counts[state], cells, cells) for state, cells in self._ask_each(ranked).items()}

    def _count(self, rows: str) -> dict[str, float]:
        """The titles of rows, each once."""
        counted = (
            f"SELECT state, sum(w)::DOUBLE AS n FROM (SELECT DISTINCT state, title_key, w FROM ({rows})) GROUP BY state"
        )
        return {state: found[0]["n"] if found else 0.0 for state, found in self._ask_each(counted).items()}


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
