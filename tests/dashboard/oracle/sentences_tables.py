"""The expected sentences of the cards with their own queries, and of the cards about the lake."""

from collections.abc import Callable, Iterator

from tests.dashboard.oracle.selections import CardData, Refined, Row, find_most
from tests.dashboard.oracle.twin_tables import AREAS, GRIDS
from tests.dashboard.oracle.wording import Wording


def _say_best_and_worst(shares: list[Row]) -> Iterator[Wording]:
    if not shares:
        yield ["say", "too_few"]
        return
    for best in find_most(shares, lambda row: row["value"]):
        for worst in find_most(shares, lambda row: -row["value"]):
            ends = {"best": ["say", best["field"]], "v": ["share", best["value"]]}
            yield ["say", "a_heat", {**ends, "worst": ["say", worst["field"]], "w": ["share", worst["value"]]}]


def _say_known(data: CardData, _: Refined) -> Iterator[Wording]:
    """The columns that are known for the most and the fewest titles, over all groups."""
    if not data.groups:
        yield ["say", "none_selected"]
        return
    columns: dict[str, list[float]] = {}
    for row in data.groups:
        sums = columns.setdefault(row["part"], [0, 0])
        sums[0] += (row["value"] or 0) * row["n"]
        sums[1] += row["n"]
    yield from _say_best_and_worst([{"field": part, "value": hits / n} for part, (hits, n) in columns.items() if n])


def _say_fields(data: CardData, _: Refined) -> Iterator[Wording]:
    yield from _say_best_and_worst([{**row, "field": row["key"]} for row in data.groups if row["value"] is not None])


def _say_slices(data: CardData, _: Refined) -> Iterator[Wording]:
    done = sum(row["part"] == "complete" for row in data.groups)
    counts = {"done": ["whole", done], "all": ["whole", len(data.groups)]}
    yield ["say", "a_slices", counts] if data.groups else ["say", "a_slices_none"]


def _say_agreement(data: CardData, _: Refined) -> Iterator[Wording]:
    rows = [row for row in data.groups if row["key"] == "rating" and row["n"]]
    for row in find_most(rows, lambda row: row["n"]) if rows else ():
        yield ["say", "a_agreement", {"share": ["share", row["value"]], "n": ["whole", row["n"]]}]
    if not rows:
        yield ["say", "too_few"]


def _say_conclusions(data: CardData, _: Refined) -> Iterator[Wording]:
    order = list(AREAS)
    rows = sorted(data.groups, key=lambda row: (-round(row["n"], 6), order.index(row["label"])))
    parts_of = {"broad": ["broad"], "careful": ["careful", "narrow"], "cannot": ["cannot"]}
    named = {
        name: ["join", ", ", [["say", f"area_{row['label']}"] for row in rows if row["part"] in parts] or ["—"]]
        for name, parts in parts_of.items()
    }
    yield ["say", "a_conclusions", named] if rows else ["say", "none_selected"]


def _say_grid(data: CardData, _: Refined) -> Iterator[Wording]:
    r = data.groups[0]["r"] if data.groups else None
    if r is None:
        yield ["say", "too_few" if data.groups else "none_selected"]
        return
    strength = "weak" if abs(r) < 0.2 else "some" if abs(r) < 0.6 else "strong"
    yield ["say", "a_grid", {"r": ["figure", r, "rating"], "n": ["count", data.n], "strength": ["say", strength]}]


def _say_funnel(_: CardData, refined: Refined) -> Iterator[Wording]:
    yield ["say", "a_funnel", {"n": ["whole", refined.titles]}]


def _say_dates(_: CardData, refined: Refined) -> Iterator[Wording]:
    same = refined.same
    counts = {
        "n": ["whole", same["titles"]],
        "before": ["whole", int(same["before"])],
        "after": ["whole", int(same["after"])],
    }
    medians = {end: ["figure", same[end], "score"] for end in ("low", "high")}
    if same["days"] < 2:
        yield ["say", "one_date"]
    else:
        yield ["say", "a_dates", {**counts, **medians}] if same["titles"] else ["say", "a_dates_none"]


def _say_movers(data: CardData, refined: Refined) -> Iterator[Wording]:
    """The title whose popularity changed most, and the one whose votes changed most; nothing for an unchanged measure."""
    if refined.same["days"] < 2 or not data.groups:
        yield ["say", "one_date" if refined.same["days"] < 2 else "none_moved"]
        return
    for popular in _say_moved(data, "popularity", "pq", lambda value: ["figure", value, "score"]):
        for voted in _say_moved(data, "votes", "vu", lambda value: ["whole", value]):
            yield ["join", " ", [*popular, *voted]]


def _say_moved(data: CardData, measure: str, ends: str, form: Callable[[float], Wording]) -> list[list[Wording]]:
    """No sentence, or alternatives: one for each title with the largest change."""
    pairs = [(row["label"], row[ends[0]], row[ends[1]]) for row in data.groups]
    moved = [{"title": title, "by": abs(z - a), "ends": (a, z)} for title, a, z in pairs if None not in (a, z) and a != z]
    return [
        [
            [
                "say",
                f"a_moved_{measure}",
                {"title": row["title"], **dict(zip(("before", "after"), map(form, row["ends"]), strict=True))},
            ]
        ]
        for row in (find_most(moved, lambda row: row["by"]) if moved else ())
    ] or [[]]


SENTENCES: dict[str, Callable[[CardData, Refined], Iterator[Wording]]] = {
    **dict.fromkeys(GRIDS, _say_grid),
    **dict.fromkeys(("coverage", "fields_decade", "fields_genre"), _say_known),
    "funnel": _say_funnel,
    "slices": _say_slices,
    "fields": _say_fields,
    "agreement": _say_agreement,
    "conclusions": _say_conclusions,
    "dates": _say_dates,
    "movers": _say_movers,
}
"""By card: a function for the sentences of which it shows one."""
