"""Owns the page as one file: the parts in page/, and a pack's data, put together. Text in, text out.

Invariant: the file asks nobody for anything (its policy forbids every load and names each script by its hash), and no text
from outside ends the element that it stands in. The same parts and the same pack give the same bytes.
"""

import base64
import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.abc import Traversable
from importlib.resources import files
from typing import Final

from cinelake.dashboard.columns import pack_text
from cinelake.dashboard.pack import Pack, encode_head

_PLACE: Final = re.compile(r"\{\{ (\w+) \}\}")
_CHARSET: Final = re.compile(r"<meta charset[^>]*>", re.IGNORECASE)
_ENDS_SCRIPT: Final = re.compile(r"<(?=/script|!--)", re.IGNORECASE)
_ENDS_STYLE: Final = re.compile(r"<(?=/style)", re.IGNORECASE)
_RULES: Final = "default-src 'none'; img-src data: blob:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
"""Styles are not named: the charts' library sets those of its elements one by one."""
_BARE: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>cinelake</title>
<style>{{ style }}</style>
</head>
<body>
<script type="application/json" id="head">{{ head }}</script>
<script type="application/octet-stream" id="blob">{{ blob }}</script>
{{ scripts }}
</body>
</html>
"""
"""What holds the data where there is no page to show them."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What a page is made of: the frame with its places, and the texts of styles and scripts in their order."""

    frame: str
    styles: Sequence[str] = ()
    scripts: Sequence[str] = ()


def read_parts() -> Parts:
    """The parts that come with this package: styles and scripts in the order of their names, those of others first."""
    folder = files("cinelake.dashboard").joinpath("page")
    index = folder.joinpath("index.html")
    return Parts(
        index.read_text(encoding="utf-8") if index.is_file() else _BARE,
        [*_read_all(folder.joinpath("vendor"), ".css"), *_read_all(folder, ".css")],
        [*_read_all(folder.joinpath("vendor"), ".js"), *_read_all(folder.joinpath("js"), ".js")],
    )


def draw_page(parts: Parts, pack: Pack) -> str:
    """The page of a pack: one HTML file."""
    scripts = [_ENDS_SCRIPT.sub(r"\\x3c", script) for script in parts.scripts]
    texts = {
        "style": _ENDS_STYLE.sub(r"\\3c ", "\n".join(parts.styles)),
        "scripts": "\n".join(f"<script>{script}</script>" for script in scripts),
        "head": encode_head(pack).decode().replace("<", "\\u003c"),
        "blob": pack_text(pack.blob),
    }
    frame = _CHARSET.sub(lambda found: f"{found[0]}\n{_draw_policy(scripts)}", parts.frame, count=1)
    return _PLACE.sub(lambda found: texts.get(found[1], found[0]), frame)


def _draw_policy(scripts: Sequence[str]) -> str:
    """What the browser may load: nothing; what it may run: these scripts."""
    named = " ".join(map(_hash, scripts)) or "'none'"
    return f'<meta http-equiv="Content-Security-Policy" content="{_RULES}; script-src {named}">'


def _hash(text: str) -> str:
    """The name by which a policy allows a script."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _read_all(folder: Traversable, suffix: str) -> Iterator[str]:
    if folder.is_dir():
        for each in sorted(folder.iterdir(), key=lambda each: each.name):
            if each.name.endswith(suffix):
                yield each.read_text(encoding="utf-8")
