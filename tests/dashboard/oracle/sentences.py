"""What the sentence and the line of each card must say, worked out of SQL's answers; of equal groups any may be named.

A new card has its sentence by the kind of its twin; its figures need a line in _FORMATS. A card of another kind needs a
function here, else the test fails and names it.
"""
# ruff: noqa: RUF001 - dashes are the page's own

from collections.abc import Iterator
from typing import Any

from tests.dashboard.oracle.asked import ENOUGH, Held, Refined, Row, Told, find_most, is_whole
from tests.dashboard.oracle.figures import find_wilson
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
"""How figures are told, by a card's name or its first word."""


def say_sentences(card: str, told: Told, refined: Refined, lang: str) -> list[Wording]:
    """The sentences of which the card must show one."""
    assert card in told.cards, f"card {card} has no twin: add it to twins.py"
    held = told.cards[card]
    if held.lacks:
        return [["say", f"lacks_{held.lacks}"]]
    if card in SENTENCES:
        return list(SENTENCES[card](held, refined))
    assert card in TWINS, f"card {card} has no sentence twin: add it to sentences.py"
    if not held.shown:
        return [["say", "none_selected"]]
    said = {"medians": _say_extremes, "shares": _say_extremes, "slopes": _say_slopes}.get(TWINS[card].kind)
    if said is not None:
        return list(said(card, held, lang))
    own = _say_years(held, told.rivals, lang) if card == "by_year" else _say_leading(card, held, told.of, lang)
    return list(own)


def say_line(card: str, told: Told) -> Wording:
    """What stands below: n and coverage, whether groups are faded, how many are left out."""
    held = told.cards[card]
    said = [["say", "whole"] if is_whole(card, held) else say_covers(held, told.of)]
    kind = TWINS[card].kind if card in TWINS else card
    least = ENOUGH.get(kind, 20)
    if kind in {"medians", "shares", "slopes", "conclusions"}:  # a count is what it is, however small
        is_faded = any(row["c"] < least for row in (held.shown if card in TWINS else held.groups))
    else:
        is_faded = kind.startswith("fields_") and any(row["n"] < least for row in held.groups)
    if is_faded:
        said.append(["say", "few", {"enough": least}])
    if held.more > 0:
        said.append(["say", "more", {"n": ["count", held.more]}])
    return ["join", " · ", said]


def say_covers(held: Held, of: float) -> Wording:
    """The n of a card and its share of the selection."""
    return ["say", "covers", {"n": ["count", held.n], "share": ["share", held.n / of if of else 0], "of": ["count", of]}]


def _sum_parts(rows: list[Row]) -> list[Row]:
    summed: dict[Any, Row] = {}
    for row in rows:
        held = summed.setdefault(row["key"], {"key": row["key"], "label": row["label"], "n": 0.0})
        held["n"] += row["n"]
    return list(summed.values())


def _say_leading(card: str, held: Held, of: float, lang: str) -> Iterator[Wording]:
    groups = _sum_parts(held.shown)
    sides = {
        part: ["count", sum(row["n"] for row in held.shown if row["part"] == part)]
        for part in ("crime", "war", "both")
        if card == "years" and {row["part"] for row in held.shown} != {"titles"}
    }
    for row in find_most(groups, lambda row: row["n"]):
        told = {
            "label": name(row["label"], lang),
            "n": ["count", row["n"]],
            "of": ["count", of],
            "share": ["share", row["n"] / of],
        }
        leading = ["say", "a_only" if len(groups) == 1 else "a_bars", told]
        yield ["join", " ", [leading, ["say", "a_sides", sides]]] if sides else leading


def _say_years(held: Held, rivals: list[str], lang: str) -> Iterator[Wording]:
    """The year with most titles; each of the two genres, and both, with its own: of equal years the first one."""
    called = [name(genre, lang) for genre in rivals]
    names = {**dict(zip(("first", "second"), called, strict=False)), "both": ["join", " + ", called]}
    peaks = []
    for part, one in names.items():
        own = [row for row in held.shown if row["part"] == part]
        if own:
            peak = min(find_most(own, lambda row: row["n"]), key=lambda row: row["key"])
            total = ["count", sum(row["n"] for row in own)]
            peaks.append(["say", "a_peak", {"name": one, "n": total, "year": peak["label"], "most": ["count", peak["n"]]}])
    for row in find_most(_sum_parts(held.shown), lambda row: row["n"]):
        yield ["join", " ", [["say", "a_years", {"year": row["label"], "n": ["count", row["n"]]}], *peaks]]


def _tell(card: str, row: Row, end: str = "value") -> Wording:
    form = _FORMATS.get(card, _FORMATS.get(card.partition("_")[0], ""))
    assert form, f"card {card}: say in sentences.py how its figures are told"
    plus = 1 if form == "roi" else 0  # the page counts revenue over budget, and tells it less one
    if end == "interval":
        return ["interval", row["low"] + plus, row["high"] + plus, form]
    return ["figure", row[end] + plus, form]


def _say_extremes(card: str, held: Held, lang: str) -> Iterator[Wording]:
    enough = [row for row in held.shown if row["c"] >= 20]
    if not enough:
        yield ["say", "too_few"]
        return
    for best in find_most(enough, lambda row: row["value"]):
        told = {
            "best": name(best["label"], lang),
            "v": _tell(card, best),
            "i": _tell(card, best, "interval"),
            "bn": ["count", best["n"]],
        }
        if len(enough) == 1:
            yield ["say", "a_one", told]
        for worst in find_most(enough, lambda row: -row["value"]):
            apart = ["say", "apart" if best["low"] > worst["high"] else "together"]
            more = {
                "worst": name(worst["label"], lang),
                "w": _tell(card, worst),
                "j": _tell(card, worst, "interval"),
                "wn": ["count", worst["n"]],
            }
            yield ["say", "a_times" if card == "wars_when" else "a_medians", {**told, **more, "apart": apart}]


def _say_slopes(card: str, held: Held, _: str) -> Iterator[Wording]:
    fading = sum(row["value"] < 0 for row in held.groups)
    share = fading / len(held.groups)
    low, high = (["share", end] for end in find_wilson(share, len(held.groups)))
    counts = {"fading": ["count", fading], "all": ["count", len(held.groups)]}
    first = ["say", "a_fading", {**counts, "share": ["share", share], "i": ["join", "–", [low, high]]}]
    sure = [row for row in held.shown if row["c"] >= ENOUGH["slopes"]]
    if len(sure) < 2:
        yield ["say", "too_few"] if len(held.groups) < 20 else first
        return
    for best in find_most(sure, lambda row: row["value"]):
        for worst in find_most(sure, lambda row: -row["value"]):
            told = {"best": best["label"], "v": _tell(card, best), "bn": ["count", best["n"]]}
            more = {"worst": worst["label"], "w": _tell(card, worst), "wn": ["count", worst["n"]]}
            yield ["join", " ", [first, ["say", "a_rise", {**told, **more}]]]
