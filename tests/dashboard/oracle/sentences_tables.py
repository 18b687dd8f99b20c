"""What the sentences must say of the cards that are no groups of titles, or tell of the lake itself."""

from collections.abc import Callable, Iterator

from tests.dashboard.oracle.asked import Held, Refined, Row, find_most
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


def _say_known(held: Held, _: Refined) -> Iterator[Wording]:
    """Which column is known of most titles, all groups together."""
    if not held.groups:
        yield ["say", "none_selected"]
        return
    columns: dict[str, list[float]] = {}
    for row in held.groups:
        sums = columns.setdefault(row["part"], [0, 0])
        sums[0] += (row["value"] or 0) * row["n"]
        sums[1] += row["n"]
    yield from _say_best_and_worst([{"field": part, "value": hits / n} for part, (hits, n) in columns.items() if n])


def _say_fields(held: Held, _: Refined) -> Iterator[Wording]:
    yield from _say_best_and_worst([{**row, "field": row["key"]} for row in held.groups if row["value"] is not None])


def _say_slices(held: Held, _: Refined) -> Iterator[Wording]:
    done = sum(row["part"] == "complete" for row in held.groups)
    counts = {"done": ["whole", done], "all": ["whole", len(held.groups)]}
    yield ["say", "a_slices", counts] if held.groups else ["say", "a_slices_none"]


def _say_agreement(held: Held, _: Refined) -> Iterator[Wording]:
    rows = [row for row in held.groups if row["key"] == "rating" and row["n"]]
    for row in find_most(rows, lambda row: row["n"]) if rows else ():
        yield ["say", "a_agreement", {"share": ["share", row["value"]], "n": ["whole", row["n"]]}]
    if not rows:
        yield ["say", "too_few"]


def _say_conclusions(held: Held, _: Refined) -> Iterator[Wording]:
    order = list(AREAS)
    rows = sorted(held.groups, key=lambda row: (-round(row["n"], 6), order.index(row["label"])))
    places = {"broad": ["broad"], "careful": ["careful", "narrow"], "cannot": ["cannot"]}
    named = {
        place: ["join", ", ", [["say", f"area_{row['label']}"] for row in rows if row["part"] in parts] or ["—"]]
        for place, parts in places.items()
    }
    yield ["say", "a_conclusions", named] if rows else ["say", "none_selected"]


def _say_grid(held: Held, _: Refined) -> Iterator[Wording]:
    r = held.groups[0]["r"] if held.groups else None
    if r is None:
        yield ["say", "too_few" if held.groups else "none_selected"]
        return
    strength = "weak" if abs(r) < 0.2 else "some" if abs(r) < 0.6 else "strong"
    yield ["say", "a_grid", {"r": ["figure", r, "rating"], "n": ["count", held.n], "strength": ["say", strength]}]


def _say_funnel(_: Held, refined: Refined) -> Iterator[Wording]:
    yield ["say", "a_funnel", {"n": ["whole", refined.titles]}]


def _say_dates(_: Held, refined: Refined) -> Iterator[Wording]:
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


def _say_movers(held: Held, refined: Refined) -> Iterator[Wording]:
    """Of popularity and of votes the title that moved most; of what did not move, nothing is said."""
    if refined.same["days"] < 2 or not held.groups:
        yield ["say", "one_date" if refined.same["days"] < 2 else "none_moved"]
        return
    for popular in _say_moved(held, "popularity", "pq", lambda value: ["figure", value, "score"]):
        for voted in _say_moved(held, "votes", "vu", lambda value: ["whole", value]):
            yield ["join", " ", [*popular, *voted]]


def _say_moved(held: Held, measure: str, ends: str, tell: Callable[[float], Wording]) -> list[list[Wording]]:
    """Nothing, or one sentence; one for each of those that moved equally far."""
    pairs = [(row["label"], row[ends[0]], row[ends[1]]) for row in held.groups]
    moved = [{"title": title, "by": abs(z - a), "ends": (a, z)} for title, a, z in pairs if None not in (a, z) and a != z]
    return [
        [
            [
                "say",
                f"a_moved_{measure}",
                {"title": row["title"], **dict(zip(("before", "after"), map(tell, row["ends"]), strict=True))},
            ]
        ]
        for row in (find_most(moved, lambda row: row["by"]) if moved else ())
    ] or [[]]


SENTENCES: dict[str, Callable[[Held, Refined], Iterator[Wording]]] = {
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
"""By card: the sentences of which it must show one, of what it holds in a selection."""
