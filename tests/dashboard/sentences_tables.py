"""What the sentences of the cards must say that are tables of their own, or of the lake itself, worked out of SQL's answers."""

from collections.abc import Iterator

from tests.dashboard.asked import Held, Row, find_most
from tests.dashboard.twin_tables import AREAS
from tests.dashboard.wording import Wording


def _say_best_and_worst(shares: list[Row]) -> Iterator[Wording]:
    if not shares:
        yield ["say", "too_few"]
        return
    for best in find_most(shares, lambda row: row["value"]):
        for worst in find_most(shares, lambda row: -row["value"]):
            ends = {"best": ["say", best["field"]], "v": ["share", best["value"]]}
            yield ["say", "a_heat", {**ends, "worst": ["say", worst["field"]], "w": ["share", worst["value"]]}]


def say_known(held: Held) -> Iterator[Wording]:
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


def say_fields(held: Held) -> Iterator[Wording]:
    yield from _say_best_and_worst([{**row, "field": row["key"]} for row in held.groups if row["value"] is not None])


def say_slices(held: Held) -> Iterator[Wording]:
    done = sum(row["part"] == "complete" for row in held.groups)
    counts = {"done": ["whole", done], "all": ["whole", len(held.groups)]}
    yield ["say", "a_slices", counts] if held.groups else ["say", "a_slices_none"]


def say_agreement(held: Held) -> Iterator[Wording]:
    rows = [row for row in held.groups if row["key"] == "rating" and row["n"]]
    for row in find_most(rows, lambda row: row["n"]) if rows else ():
        yield ["say", "a_agreement", {"share": ["share", row["value"]], "n": ["whole", row["n"]]}]
    if not rows:
        yield ["say", "too_few"]


def say_conclusions(held: Held) -> Iterator[Wording]:
    order = list(AREAS)
    rows = sorted(held.groups, key=lambda row: (-round(row["n"], 6), order.index(row["label"])))
    places = {"broad": ["broad"], "careful": ["careful", "narrow"], "cannot": ["cannot"]}
    named = {
        place: ["join", ", ", [["say", f"area_{row['label']}"] for row in rows if row["part"] in parts] or ["—"]]
        for place, parts in places.items()
    }
    yield ["say", "a_conclusions", named] if rows else ["say", "none_selected"]


def say_grid(held: Held) -> Wording:
    if not held.groups:
        return ["say", "none_selected"]
    r = held.groups[0]["r"]
    if r is None:
        return ["say", "too_few"]
    strength = "weak" if abs(r) < 0.2 else "some" if abs(r) < 0.6 else "strong"
    return ["say", "a_grid", {"r": ["figure", r, "rating"], "n": ["count", held.n], "strength": ["say", strength]}]


def say_dates(same: Row) -> Wording:
    if same["days"] < 2:
        return ["say", "one_date"]
    if not same["titles"]:
        return ["say", "a_dates_none"]
    counts = {
        "n": ["whole", same["titles"]],
        "before": ["whole", int(same["before"])],
        "after": ["whole", int(same["after"])],
    }
    return ["say", "a_dates", {**counts, **{end: ["figure", same[end], "score"] for end in ("low", "high")}}]


def say_movers(held: Held, same: Row) -> Iterator[Wording]:
    """Of popularity and of votes the title that moved most; of what did not move, nothing is said."""
    if same["days"] < 2 or not held.groups:
        yield ["say", "one_date" if same["days"] < 2 else "none_moved"]
        return
    said = []
    for measure, (before, after), form in (("popularity", "pq", ["figure"]), ("votes", "vu", ["whole"])):
        moved = [row for row in held.groups if None not in (row[before], row[after]) and row[before] != row[after]]
        most = find_most(moved, lambda row: abs(row[after] - row[before])) if moved else []
        kind = ["score"] if form == ["figure"] else []
        said.append(
            [
                [
                    "say",
                    f"a_moved_{measure}",
                    {"title": row["label"], "before": [*form, row[before], *kind], "after": [*form, row[after], *kind]},
                ]
                for row in most
            ]
            or [None]
        )
    for popular in said[0]:
        for voted in said[1]:
            yield ["join", " ", [each for each in (popular, voted) if each]]
