"""The expected sentence and line of each card, derived from the results of SQL. Any of several equal groups may be named.

The kind of its twin determines the sentence of a card; its values need a line in _FORMATS. A card of another kind needs a
function here; the test fails without one.
"""
# ruff: noqa: RUF001 - the page uses these dashes

from collections.abc import Iterator
from typing import Any

from tests.dashboard.oracle.figures import find_wilson
from tests.dashboard.oracle.selections import ENOUGH, CardData, Refined, Row, Selection, find_most, is_of_lake
from tests.dashboard.oracle.sentences_tables import SENTENCES
from tests.dashboard.oracle.twins import TWINS
from tests.dashboard.oracle.wording import Wording, name

_FORMATS = {
    "roi": "roi",
    "budget": "money",
    "revenue": "money",
    "rating": "rating",
    "votes": "number",
    "earned": "share",
    "women": "share",
    "wars": "years",
    "ages": "years",
    "rise_rating": "step",
    "rise_revenue": "growth",
}
"""The format of values, by the name of a card or its first word."""


def say_sentences(card: str, selection: Selection, refined: Refined, lang: str) -> list[Wording]:
    """The sentences of which the card shows one."""
    assert card in selection.cards, f"card {card} has no twin: add it to twins.py"
    data = selection.cards[card]
    if data.lacks:
        return [["say", f"lacks_{data.lacks}"]]
    if card in SENTENCES:
        return list(SENTENCES[card](data, refined))
    assert card in TWINS, f"card {card} has no sentence twin: add it to sentences.py"
    if not data.shown:
        return [["say", "none_selected"]]
    said = {"medians": _say_extremes, "shares": _say_extremes, "slopes": _say_slopes}.get(TWINS[card].kind)
    if said is not None:
        return list(said(card, data, lang))
    own = _say_years(data, selection.rivals, lang) if card == "by_year" else _say_leading(card, data, selection.of, lang)
    return list(own)


def say_line(card: str, selection: Selection) -> Wording:
    """The line below a card: n and coverage, whether groups are faded, the number of groups that are left out."""
    data = selection.cards[card]
    said = [["say", "whole"] if is_of_lake(card, data) else say_covers(data, selection.of)]
    kind = TWINS[card].kind if card in TWINS else card
    least = ENOUGH.get(kind, 20)
    if kind in {"medians", "shares", "slopes", "conclusions"}:  # a count is exact, however small
        is_faded = any(row["c"] < least for row in (data.shown if card in TWINS else data.groups))
    else:
        is_faded = kind.startswith("fields_") and any(row["n"] < least for row in data.groups)
    if is_faded:
        said.append(["say", "few", {"enough": least}])
    if data.more > 0:
        said.append(["say", "more", {"n": ["count", data.more]}])
    return ["join", " · ", said]


def say_covers(data: CardData, of: float) -> Wording:
    """The n of a card and its share of the selection."""
    return ["say", "covers", {"n": ["count", data.n], "share": ["share", data.n / of if of else 0], "of": ["count", of]}]


def _sum_parts(rows: list[Row]) -> list[Row]:
    summed: dict[Any, Row] = {}
    for row in rows:
        group = summed.setdefault(row["key"], {"key": row["key"], "label": row["label"], "n": 0.0})
        group["n"] += row["n"]
    return list(summed.values())


def _say_leading(card: str, data: CardData, of: float, lang: str) -> Iterator[Wording]:
    groups = _sum_parts(data.shown)
    sides = {
        part: ["count", sum(row["n"] for row in data.shown if row["part"] == part)]
        for part in ("crime", "war", "both")
        if card == "years" and {row["part"] for row in data.shown} != {"titles"}
    }
    for row in find_most(groups, lambda row: row["n"]):
        values = {
            "label": name(row["label"], lang),
            "n": ["count", row["n"]],
            "of": ["count", of],
            "share": ["share", row["n"] / of],
        }
        leading = ["say", "a_only" if len(groups) == 1 else "a_bars", values]
        yield ["join", " ", [leading, ["say", "a_sides", sides]]] if sides else leading


def _say_years(data: CardData, rivals: list[str], lang: str) -> Iterator[Wording]:
    """The year with the most titles, also for each of the two genres and for both; the first of equal years."""
    labels = [name(genre, lang) for genre in rivals]
    names = {**dict(zip(("first", "second"), labels, strict=False)), "both": ["join", " + ", labels]}
    peaks = []
    for part, one in names.items():
        own = [row for row in data.shown if row["part"] == part]
        if own:
            peak = min(find_most(own, lambda row: row["n"]), key=lambda row: row["key"])
            total = ["count", sum(row["n"] for row in own)]
            peaks.append(["say", "a_peak", {"name": one, "n": total, "year": peak["label"], "most": ["count", peak["n"]]}])
    for row in find_most(_sum_parts(data.shown), lambda row: row["n"]):
        yield ["join", " ", [["say", "a_years", {"year": row["label"], "n": ["count", row["n"]]}], *peaks]]


def _format(card: str, row: Row, end: str = "value") -> Wording:
    form = _FORMATS.get(card, _FORMATS.get(card.partition("_")[0], ""))
    assert form, f"card {card} has no format: add it to sentences.py"
    plus = 1 if form == "roi" else 0  # the page stores revenue / budget and shows it minus one
    if end == "interval":
        return ["interval", row["low"] + plus, row["high"] + plus, form]
    return ["figure", row[end] + plus, form]


def _say_extremes(card: str, data: CardData, lang: str) -> Iterator[Wording]:
    enough = [row for row in data.shown if row["c"] >= 20]
    if not enough:
        yield ["say", "too_few"]
        return
    for best in find_most(enough, lambda row: row["value"]):
        first = {
            "best": name(best["label"], lang),
            "v": _format(card, best),
            "i": _format(card, best, "interval"),
            "bn": ["count", best["n"]],
        }
        if len(enough) == 1:
            yield ["say", "a_one", first]
        for worst in find_most(enough, lambda row: -row["value"]):
            apart = ["say", "apart" if best["low"] > worst["high"] else "together"]
            second = {
                "worst": name(worst["label"], lang),
                "w": _format(card, worst),
                "j": _format(card, worst, "interval"),
                "wn": ["count", worst["n"]],
            }
            yield ["say", "a_times" if card == "wars_when" else "a_medians", {**first, **second, "apart": apart}]


def _say_slopes(card: str, data: CardData, _: str) -> Iterator[Wording]:
    fading = sum(row["value"] < 0 for row in data.groups)
    share = fading / len(data.groups)
    low, high = (["share", end] for end in find_wilson(share, len(data.groups)))
    counts = {"fading": ["count", fading], "all": ["count", len(data.groups)]}
    first = ["say", "a_fading", {**counts, "share": ["share", share], "i": ["join", "–", [low, high]]}]
    sure = [row for row in data.shown if row["c"] >= ENOUGH["slopes"]]
    if len(sure) < 2:
        yield ["say", "too_few"] if len(data.groups) < 20 else first
        return
    for best in find_most(sure, lambda row: row["value"]):
        for worst in find_most(sure, lambda row: -row["value"]):
            rising = {"best": best["label"], "v": _format(card, best), "bn": ["count", best["n"]]}
            falling = {"worst": worst["label"], "w": _format(card, worst), "wn": ["count", worst["n"]]}
            yield ["join", " ", [first, ["say", "a_rise", {**rising, **falling}]]]
