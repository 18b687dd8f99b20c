"""Insert macros into SQL: a rule that several models share is written once, in macros.sql. Pure.

`{{ weight }}` inserts a macro; `{{ parse_date text=release_date }}` inserts one in which `{{ text }}` becomes an
argument. Invariant: the result is readable SQL without placeholders. Macros only replace text: they have no conditions
and no loops.
"""

import re
import textwrap
from collections.abc import Mapping

_HEADING = re.compile(r"^-- macro (\w+): .*$", re.MULTILINE)
_PLACEHOLDER = re.compile(r"\{\{ (\w+)((?: \w+=\S+)*) \}\}")
_NO_ARGUMENTS: Mapping[str, str] = {}


def parse_macros(text: str) -> dict[str, str]:
    """The macros of a file by name; text before the first one is ignored."""
    parts = _HEADING.split(text)[1:]
    return {name: body.strip() for name, body in zip(parts[::2], parts[1::2], strict=True)}


def expand(text: str, macros: Mapping[str, str], arguments: Mapping[str, str] = _NO_ARGUMENTS) -> str:
    """A text with its placeholders replaced: first arguments, then macros, which may contain other macros.

    The lines of a macro keep the indentation of the line into which it is inserted.

    Raises:
        ValueError: a placeholder is neither an argument nor a macro.
    """
    for name, value in arguments.items():
        text = text.replace(f"{{{{ {name} }}}}", value)

    def insert(found: re.Match[str]) -> str:
        name, given = found[1], found[2]
        if name not in macros:
            raise ValueError(f"{{{{ {name} }}}}: there is no such macro or argument")
        body = expand(macros[name], macros, dict(pair.split("=", 1) for pair in given.split()))
        line = text[text.rfind("\n", 0, found.start()) + 1 :]
        indent = " " * (len(line) - len(line.lstrip(" ")))
        return textwrap.indent(body, indent).removeprefix(indent)

    return _PLACEHOLDER.sub(insert, text)
