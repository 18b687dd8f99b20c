"""Compare a card with SQL: n and coverage, rows, chart."""

from typing import Any

import pytest
from tests.dashboard.oracle.figures import find_wilson
from tests.dashboard.oracle.selections import ENOUGH, CardData, Row, Selection, is_of_lake
from tests.dashboard.oracle.twin_tables import ACCOUNTS, GRIDS, TABLES
from tests.dashboard.oracle.twins import TWINS


def near(value: object) -> object:
    """A float with a tolerance for different orders of addition."""
    return pytest.approx(value, rel=1e-6, abs=1e-9) if isinstance(value, float) else value


def expect_card(card: Row, selection: Selection) -> None:
    """Compare everything of a card except its texts."""
    name = card["id"]
    assert name in selection.cards, f"card {name} has no twin: add it to twins.py"
    data = selection.cards[name]
    of = data.n if is_of_lake(name, data) else selection.of
    assert (card["n"], card["of"], card["coverage"]) == (near(data.n), near(of), near(data.n / of if of else 0.0)), name
    if card["state"] != "drawn":
        assert not data.shown, name  # its sentence gives the reason
        assert name in {*TWINS, "dates"} or not data.groups, name
        return
    if name in ACCOUNTS:
        expect_account(card, data)
    elif name in GRIDS:
        assert [row["n"] for row in card["rows"]] == [near(row["n"]) for row in data.groups]
    elif name in TABLES:
        expect_table(card, data)
    else:
        expected = {(group["label"], group.get("part")): group for group in data.shown}
        expect_rows(card, expected)
        expect_chart(card, expected)


def expect_rows(card: Row, expected: dict[Any, Row]) -> None:
    """Compare the n, value and interval of each group, unrounded."""
    found = {(row["label"], row["part"]): row for row in card["rows"] if row["n"]}
    assert found.keys() == expected.keys()
    for key, group in expected.items():
        row = found[key]
        message = f"{key}: {row}"
        assert row["n"] == near(float(group["n"])), message
        for end in {"value", "low", "high"} & group.keys():
            assert row[end] == near(float(group[end])), f"{end} of {message}"
        if "value" in group:
            assert row["isFew"] == (group["c"] < ENOUGH.get(TWINS[card["id"]].kind, 20)), message


def expect_chart(card: Row, expected: dict[Any, Row]) -> None:
    """Compare the chart: medians with their percentiles, shares and counts."""
    assert sorted(mark for mark, _ in card["chart"]) == list(range(len(card["rows"]))), (
        "a bar or point of the chart is not a row of the table"
    )
    for mark, drawn in card["chart"]:
        row = card["rows"][mark]
        group = expected.get((row["label"], row["part"]))
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


def expect_table(card: Row, data: CardData) -> None:
    """Compare a card with its own query: shares with Wilson's interval, dates, movers."""
    column = "key" if card["id"] in {"conclusions", "dates"} else "label"
    expected = {(row["label"], row["part"]): row for row in data.groups}
    found = {(row[column], row["part"]): row for row in card["rows"]}
    assert found.keys() == expected.keys()
    for key, group in expected.items():
        row = found[key]
        assert row["n"] == near(float(group["n"])), key
        if "value" in group:
            assert row["value"] == near(group["value"]), key
        if group.get("m"):
            assert (row["low"], row["high"]) == tuple(map(near, find_wilson(group["value"], group["m"]))), key
            assert row["isFew"] == ({"c": group["n"], **group}["c"] < 20), key
        moved = [float(cell.replace(",", "")) if cell != "—" else None for cell in row["cells"][1:5] if "p" in group]
        assert moved == [group[name] and pytest.approx(group[name], rel=5.1e-3) for name in "pqvu" if "p" in group], key


def expect_account(card: Row, data: CardData) -> None:
    """Compare a table of the lake row by row, and for a slice the number of missing titles by reason."""

    def order(row: Row) -> tuple[str, str, float]:
        return row["key"], row["part"], row["n"]

    found, expected = sorted(card["rows"], key=order), sorted(data.groups, key=order)
    assert [(*order(row), row["value"]) for row in found] == [(*order(row), near(row["value"])) for row in expected]
    for row, group in zip(found, expected, strict=True):
        reasons = row["cells"][0].split("; ")[1:]
        assert [int(reason.split()[0]) for reason in reasons] == group.get("missing", []), row
