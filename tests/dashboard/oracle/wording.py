"""Format expected values with the texts and formats of the page.

A wording is a plain text or number, or a list: `["say", key, {placeholder: wording}]` is a text of the page with its
placeholders replaced, `["join", separator, [wording, …]]` joins texts, and any other `[form, argument, …]` calls a form of
`cine.words`.
"""
# ruff: noqa: RUF001 - the page uses these dashes

import json
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Page

Wording = Any
_PORTUGUESE = {
    "Action": "Ação",
    "Comedy": "Comédia",
    "War": "Guerra",
    "Brazil": "Brasil",
    "Germany": "Alemanha",
    "France": "França",
    "Japan": "Japão",
    "United States": "Estados Unidos",
    "German": "Alemão",
    "English": "Inglês",
    "French": "Francês",
    "Japanese": "Japonês",
    "Portuguese": "Português",
    "World War II": "Segunda Guerra Mundial",
    "Vietnam War": "Guerra do Vietnã",
    "Korean War": "Guerra da Coreia",
    "Heist": "Assalto",
    "Mafia and gangs": "Máfia e gangues",
    "Prison": "Prisão",
    "Based on a true story": "Baseado em história real",
    **dict(
        zip(
            ("Feb", "Apr", "May", "Aug", "Sep", "Oct", "Dec"),
            ("Fev.", "Abr.", "Mai.", "Ago.", "Set.", "Out.", "Dez."),
            strict=True,
        )
    ),
    **{month: f"{month}." for month in ("Jan", "Mar", "Jun", "Jul", "Nov")},
}
"""The Portuguese names in the lake of lakes.py; all others are the same in both languages."""
_OWN = {"Single film": "single", "In a collection": "in_collection", "actors": "actors", "actresses": "actresses"}
_WORD = """([lang, isWeighted, asked]) => {
  cine.words.use(lang, isWeighted);
  const forms = {...cine.words, interval: (low, high, kind) => cine.words.interval({low, high}, kind)};
  const each = lists => lists.reduce((all, own) => all.flatMap(one => own.map(more => [...one, more])), [[]]);
  const near = value => typeof value === "number" && !Number.isInteger(value) // two sums may differ in the last digits
    ? [value, value - Math.abs(value) * 1e-9 - 1e-12, value + Math.abs(value) * 1e-9 + 1e-12] : [value];
  const filled = (key, values) => {
    const places = [...(cine.texts[lang][key] ?? "").matchAll(/\\{(\\w+)/g)].map(found => found[1]);
    if ([...new Set(places)].sort().join() !== Object.keys(values).sort().join())
      throw new Error(`text ${key} in ${lang}: it has the placeholders ${places}; expected ${Object.keys(values)}`);
    return cine.words.say(key, values);
  };
  const word = wording => {
    if (!Array.isArray(wording)) return [String(wording)];
    const [form, ...given] = wording;
    if (form === "join") return each(given[1].map(word)).map(texts => texts.join(given[0]));
    if (form === "say") {
      const places = Object.entries(given[1] ?? {});
      return each(places.map(place => word(place[1]))).map(texts =>
        filled(given[0], Object.fromEntries(places.map(([name], n) => [name, texts[n]]))));
    }
    return [...new Set(each(given.map(near)).map(values => forms[form](...values)))];
  };
  return JSON.stringify(JSON.parse(asked).map(word)); // as text they pass many times faster
}"""


def name(label: str, lang: str) -> Wording:
    """The name of a group in a language, from the English one in SQL."""
    pieces = re.split(r"( \+ | · | \(→ )", label)
    return ["join", "", [_name_piece(piece, lang) for piece in pieces]]


def _name_piece(piece: str, lang: str) -> Wording:
    def number(text: str) -> Wording:
        return ["number", float(text)]

    forms: dict[str, Callable[..., Wording]] = {
        r"(\d{4})s": lambda year: ["say", "decade", {"year": year}],
        r"Instalment (\S+)": lambda n: ["say", "instalment", {"n": n}],
        r"\$([\d.]+)–(\d+)M": lambda low, high: ["say", "band_of", {"low": number(low), "high": number(high)}],
        r">\$(\d+)M": lambda low: ["say", "band_above", {"low": number(low)}],
        r"(\d\S*) (min|years)": lambda step, unit: ["join", " ", [step, ["say", unit]]],
    }
    for form, build in forms.items():
        if found := re.fullmatch(form, piece):
            return build(*found.groups())
    if piece in _OWN:
        return ["say", _OWN[piece]]
    return _PORTUGUESE.get(piece, piece) if lang == "pt" else piece


def word(page: "Page", lang: str, wordings: Sequence[Wording], *, is_sampled: bool) -> list[list[str]]:
    """The texts that each wording allows: several if a value is on the edge between two roundings."""
    texts: list[list[str]] = json.loads(page.evaluate(_WORD, [lang, is_sampled, json.dumps(wordings)]))
    return texts
