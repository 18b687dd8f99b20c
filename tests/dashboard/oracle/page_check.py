"""Compare a page with SQL over its lake, for each selection."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from tests.dashboard.oracle.compare import expect_card, near
from tests.dashboard.oracle.selections import Refined, Row, Selection
from tests.dashboard.oracle.sentences import say_covers, say_line, say_sentences
from tests.dashboard.oracle.shown import read_states
from tests.dashboard.oracle.twins import MONEY
from tests.dashboard.oracle.wording import Wording, word

if TYPE_CHECKING:
    from playwright.sync_api import Page

_HAS = "title_key IN (SELECT title_key FROM title_{} WHERE {})"
_CRIME, _WAR, _DRAMA, _COMEDY = (_HAS.format("genre", f"genre_id = {genre}") for genre in (80, 10752, 18, 35))
_FRANCE = _HAS.format("country", "country_code = 'FR'")
FILTERS = {
    "": "TRUE",
    "k=movie": "kind = 'movie'",
    "k=series": "kind = 'series'",
    "y=1980-2005": "release_year BETWEEN 1980 AND 2005",
    "y=1700-1710": "FALSE",
    "v=100": "tmdb_votes >= 100",
    "m=1": MONEY,
    "l=en": "original_language = 'en'",
    "c=US": _HAS.format("country", "country_code = 'US'"),
    "g=80": _CRIME,
    "g=35,18": f"({_COMEDY} OR {_DRAMA})",
    "g=80,10752": f"({_CRIME} OR {_WAR})",
    "g=80,10752&all=1": f"({_CRIME} AND {_WAR})",
    "col=in": "collection_id IS NOT NULL",
    "b=2": f"{MONEY} AND budget >= 5e6 AND budget < 20e6",
    "tag=World%20War%20II": _HAS.format("theme", "tag = 'World War II'"),
    "p=tmdb-7": _HAS.format("cast", "person_key = 'tmdb-7' AND position <= 8"),
    "g=80&y=1990-": f"{_CRIME} AND release_year >= 1990",
    "m=1&real=1&c=FR": f"{MONEY} AND {_FRANCE}",
}
"""States of the address, and the SQL conditions of the same selections."""


class PageCheck:
    """A page and its lake; each selection is read once."""

    def __init__(self, page: "Page", refined: Refined, states: Mapping[str, Sequence[str]]) -> None:
        """`states` are the states to read, by language."""
        self.page = page
        self.refined = refined
        self.is_sampled = refined.kept < refined.titles
        self._shown: dict[tuple[str, str], Row] = {}
        for lang, own in states.items():
            found = read_states(page, lang, own, has_tables=lang == "en")
            self._shown |= {(state, lang): shown for state, shown in found.items()}

    def show(self, state: str, lang: str = "en") -> Row:
        """Everything that the page shows."""
        return self._shown[state, lang]

    def list_wrong_numbers(self, state: str) -> list[str]:
        """Key figures, rows and marks that differ from SQL, each with the expected value."""
        shown, selection = self.show(state), self.refined.select(state)
        figures = {figure["id"]: figure["value"] for figure in shown["figures"]}
        wrong = (
            [f"key figures: {figures.keys() ^ selection.figures.keys()}"]
            if figures.keys() != selection.figures.keys()
            else []
        )
        for name, expected in selection.figures.items():
            value = figures.get(name)
            if (float(value) if value and isinstance(expected, float) else value) != near(expected):
                wrong.append(f"figure {name}: {value}; expected {expected}")
        for card in shown["cards"]:  # all cards, so that one run reports every difference
            try:
                expect_card(card, selection)
            except (AssertionError, ValueError) as error:
                wrong.append(f"{card['id']}: {error}")
        return wrong

    def list_wrong_words(self, state: str, lang: str) -> list[str]:
        """Sentences, lines, findings and key figures that differ from the texts that SQL implies."""
        shown, selection = self.show(state, lang), self.refined.select(state)
        texts: list[tuple[str, str, list[Wording]]] = [*self._list_figures(shown, selection)]
        for card in shown["cards"]:
            name = card["id"]
            texts.append((f"{name}: answer", card["answer"], say_sentences(name, selection, self.refined, lang)))
            texts.append((f"{name}: line", card["line"], [say_line(name, selection)]))
        cards = {card["id"]: card for card in shown["cards"]}
        assert shown["findings"]
        for finding in shown["findings"]:
            card = cards[finding["card"]]
            head = f"{card['question']} {card['answer']}"
            covers = [say_covers(selection.cards[card["id"]], selection.of)] if card["state"] == "drawn" else []
            texts.append((f"{card['id']}: finding", finding["text"], [["join", "", [head, *covers]]]))
        worded = iter(
            word(self.page, lang, [one for _, _, wordings in texts for one in wordings], is_sampled=self.is_sampled)
        )
        wrong = []
        for name, text, wordings in texts:
            allowed = [each for _ in wordings for each in next(worded)]
            if text not in allowed:
                wrong.append(f"{name}: {text!r}; expected {' or '.join(map(repr, allowed[:3]))}")
        return wrong

    def _list_figures(self, shown: Row, selection: Selection) -> list[tuple[str, str, list[Wording]]]:
        """The texts of the title and of the key figures."""
        of = selection.of
        beside: dict[str, Wording] = {
            name: ["share", selection.figures[name] / of if of else None] for name in ("money", "rated")
        }
        beside["titles"] = ["say", "selected", {"n": ["count", of], "of": ["count", self.refined.titles]}]
        title = ["say", "title", {"n": ["number", self.refined.titles]}]
        texts: list[tuple[str, str, list[Wording]]] = [("title", shown["title"], [title])]
        for figure in shown["figures"]:
            name = figure["id"]
            value = selection.figures[name]
            texts.append((f"figure {name}", figure["text"], [["count", value] if isinstance(value, float) else value]))
            texts.append((f"beside {name}", figure["more"], [beside.get(name, "")]))
        return texts
