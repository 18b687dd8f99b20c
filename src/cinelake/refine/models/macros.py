"""Owns the fragments of SQL: a rule that several models share stands once in `fragments.sql`, filled in by name. Pure.

`{{ weight }}` stands for a fragment, `{{ day text=release_date }}` for one in which `{{ text }}` is another word.
Invariant: what comes out is one readable SELECT without braces; nothing is computed, nothing depends on data.
"""

import re
from collections.abc import Mapping

_HEAD = re.compile(r"^-- fragment (\w+): .*$", re.MULTILINE)
_PLACE = re.compile(r"\{\{ (\w+)((?: \w+=\S+)*) \}\}")
_NOTHING: Mapping[str, str] = {}


def parse_fragments(text: str) -> dict[str, str]:
    """Fragments by name; what stands above the first one is a remark."""
    parts = _HEAD.split(text)[1:]
    return {name: body.strip() for name, body in zip(parts[::2], parts[1::2], strict=True)}


def fill(text: str, fragments: Mapping[str, str], words: Mapping[str, str] = _NOTHING) -> str:
    """A text with its places filled: words first, then fragments, in which others may stand.

    Raises:
        ValueError: a place names neither.
    """
    for word, value in words.items():
        text = text.replace(f"{{{{ {word} }}}}", value)

    def find(place: re.Match[str]) -> str:
        name, given = place[1], place[2]
        if name not in fragments:
            raise ValueError(f"{{{{ {name} }}}}: there is no such fragment, and no word of that name was given")
        own = dict(pair.split("=", 1) for pair in given.split())
        return fill(fragments[name], fragments, own)

    return _PLACE.sub(find, text)
