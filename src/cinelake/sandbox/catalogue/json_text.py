"""Joins rendered JSON parts into JSON text, without building the values first.

Invariant: the text is compact JSON, and characters outside ASCII are not escaped, as in TMDB.
"""

import json
from collections.abc import Iterable, Mapping

_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))

render_value = _ENCODER.encode


def render_object(fields: Mapping[str, str]) -> str:
    """A JSON object of fields whose values are already JSON text."""
    return "{" + ",".join([f'"{name}":{value}' for name, value in fields.items()]) + "}"


def render_list(items: Iterable[str]) -> str:
    """A JSON array of items that are already JSON text."""
    return "[" + ",".join(items) + "]"


def render_flag(value: int) -> str:
    """`true` or `false` as JSON."""
    return "true" if value else "false"
