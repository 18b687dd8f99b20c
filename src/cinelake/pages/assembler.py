"""Assembles one self-contained HTML file from a frame, styles, scripts and data. Text in, text out.

Invariant: the file loads nothing (its content security policy forbids every request and names each script by its hash), and
no text from outside can end the element that holds it. The same parts and data give the same bytes.
"""

import base64
import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.abc import Traversable
from importlib.resources import files
from typing import Final

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


def read_parts(page: str) -> Parts:
    """The parts of a page in `web/`: styles and scripts in the order of their names, vendored ones first."""
    folder = files("cinelake.pages").joinpath("web", page)
    index = folder.joinpath("index.html")
    return Parts(
        index.read_text(encoding="utf-8") if index.is_file() else _BARE,
        [*_read_all(folder.joinpath("vendor"), ".css"), *_read_all(folder, ".css")],
        [*_read_all(folder.joinpath("vendor"), ".js"), *_read_all(folder.joinpath("js"), ".js")],
    )


def read_part(page: str, name: str) -> str:
    """The text of one file of a page in `web/`."""
    return files("cinelake.pages").joinpath("web", page, name).read_text(encoding="utf-8")


def draw_page(parts: Parts, head: str, blob: str) -> str:
    """One HTML file that holds `head` (JSON) and `blob` (base64) as data elements."""
    scripts = [_ENDS_SCRIPT.sub(r"\\x3c", script) for script in parts.scripts]
    texts = {
        "style": _ENDS_STYLE.sub(r"\\3c ", "\n".join(parts.styles)),
        "scripts": "\n".join(f"<script>{script}</script>" for script in scripts),
        "head": head.replace("<", "\\u003c"),
        "blob": blob,
    }
    frame = _CHARSET.sub(lambda found: f"{found[0]}\n{_draw_policy(scripts)}", parts.frame, count=1)
    return _PLACE.sub(lambda found: texts.get(found[1], found[0]), frame)


def _draw_policy(scripts: Sequence[str]) -> str:
    """What the browser may load: nothing; what it may run: these scripts."""
    named = " ".join(map(hash_source, scripts)) or "'none'"
    return f'<meta http-equiv="Content-Security-Policy" content="{_RULES}; script-src {named}">'


def hash_source(text: str) -> str:
    """The expression by which a content security policy allows this script or style."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _read_all(folder: Traversable, suffix: str) -> Iterator[str]:
    if folder.is_dir():
        for each in sorted(folder.iterdir(), key=lambda each: each.name):
            if each.name.endswith(suffix):
                yield each.read_text(encoding="utf-8")
