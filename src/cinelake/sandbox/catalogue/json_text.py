"""Owns how JSON text is put together: from parts already rendered, in the order given, without building the whole first.

Invariant: the text is compact UTF-8 JSON; characters outside ASCII stay as they are, as in the real service.
"""

import json
from collections.abc import Iterable, Mapping

_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))

render_value = _ENCODER.encode


def render_object(fields: Mapping[str, str]) -> str:
    """A JSON object of fields whose values are JSON text already."""
    return "{" + ",".join([f'"{name}":{value}' for name, value in fields.items()]) + "}"


def render_list(items: Iterable[str]) -> str:
    """A JSON array of items that are JSON text already."""
    return "[" + ",".join(items) + "]"


def render_flag(value: int) -> str:
    """`true` or `false`."""
    return "true" if value else "false"
