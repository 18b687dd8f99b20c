"""What a card shows, held against what SQL says: n and coverage, rows, drawing."""

from typing import Any

import pytest
from tests.dashboard.oracle.asked import ENOUGH, Held, Row, Told, is_whole
from tests.dashboard.oracle.figures import find_wilson
from tests.dashboard.oracle.twin_tables import ACCOUNTS, GRIDS, TABLES
from tests.dashboard.oracle.twins import TWINS


def near(value: object) -> object:
    """A float as one that two ways of adding give."""
    return pytest.approx(value, rel=1e-6, abs=1e-9) if isinstance(value, float) else value


def expect_card(card: Row, told: Told) -> None:
    """All of a card but its words."""
    name = card["id"]
    assert name in told.cards, f"card {name} has no twin: add it to twins.py"
    held = told.cards[name]
    of = held.n if is_whole(name, held) else told.of
    assert (card["n"], card["of"], card["coverage"]) == (near(held.n), near(of), near(held.n / of if of else 0.0)), name
    if card["state"] != "drawn":
        assert not held.shown, name  # the sentence says why
        assert name in {*TWINS, "dates"} or not held.groups, name
        return
    if name in ACCOUNTS:
        expect_account(card, held)
    elif name in GRIDS:
        assert [row["n"] for row in card["rows"]] == [near(row["n"]) for row in held.groups]
    elif name in TABLES:
        expect_table(card, held)
    else:
        wanted = {(group["label"], group.get("part")): group for group in held.shown}
        expect_rows(card, wanted)
        expect_chart(card, wanted)


def expect_rows(card: Row, wanted: dict[Any, Row]) -> None:
    """Each group with its n, figure and interval, unrounded."""
    found = {(row["label"], row["part"]): row for row in card["rows"] if row["n"]}
    assert found.keys() == wanted.keys()
    for place, group in wanted.items():
        row = found[place]
        message = f"{place}: {row}"
        assert row["n"] == near(float(group["n"])), message
        for end in {"value", "low", "high"} & group.keys():
            assert row[end] == near(float(group[end])), f"{end} of {message}"
        if "value" in group:
            assert row["isFew"] == (group["c"] < ENOUGH.get(TWINS[card["id"]].kind, 20)), message


def expect_chart(card: Row, wanted: dict[Any, Row]) -> None:
    """What is drawn: medians with their percentiles, shares and counts."""
    assert sorted(mark for mark, _ in card["chart"]) == list(range(len(card["rows"]))), (
        "a mark of the drawing is no row of the table"
    )
    for mark, drawn in card["chart"]:
        row = card["rows"][mark]
        group = wanted.get((row["label"], row["part"]))
        if group is None:
            assert drawn == 0
        elif card["id"] == "coverage":
            assert drawn[2] == near(float(group["value"]))
        elif card["id"] == "by_year":
            assert drawn == [group["key"], near(float(group["n"]))]
        elif card["id"] == "map":
            assert 10**drawn == near(float(group["n"]))
        elif "p10" in group:
            plus = 1 if card["id"].startswith("roi_") else 0
            ends = [float(group[name]) + plus for name in ("p10", "low", "high", "p90")]
            assert drawn[1:] == [near(end) for end in ends]
        elif "value" in group:
            assert drawn[1:] == [near(float(group[name])) for name in ("low", "low", "high", "high")]
        else:
            assert drawn == near(float(group["n"]))


def expect_table(card: Row, held: Held) -> None:
    """A card with a question of its own: shares with Wilson's interval, dates, what moved."""
    place = "key" if card["id"] in {"conclusions", "dates"} else "label"
    wanted = {(row["label"], row["part"]): row for row in held.groups}
    found = {(row[place], row["part"]): row for row in card["rows"]}
    assert found.keys() == wanted.keys()
    for key, group in wanted.items():
        row = found[key]
        assert row["n"] == near(float(group["n"])), key
        if "value" in group:
            assert row["value"] == near(group["value"]), key
        if group.get("m"):
            assert (row["low"], row["high"]) == tuple(map(near, find_wilson(group["value"], group["m"]))), key
            assert row["isFew"] == ({"c": group["n"], **group}["c"] < 20), key
        moved = [float(cell.replace(",", "")) if cell != "—" else None for cell in row["cells"][1:5] if "p" in group]
        assert moved == [group[name] and pytest.approx(group[name], rel=5.1e-3) for name in "pqvu" if "p" in group], key


def expect_account(card: Row, held: Held) -> None:
    """An account of the whole lake, row by row; of a slice also how much is missing, reason by reason."""

    def place(row: Row) -> tuple[str, str, float]:
        return row["key"], row["part"], row["n"]

    found, wanted = sorted(card["rows"], key=place), sorted(held.groups, key=place)
    assert [(*place(row), row["value"]) for row in found] == [(*place(row), near(row["value"])) for row in wanted]
    for row, group in zip(found, wanted, strict=True):
        reasons = row["cells"][0].split("; ")[1:]
        assert [int(reason.split()[0]) for reason in reasons] == group.get("missing", []), row
