"""Assembles one self-contained HTML file from a frame, styles, scripts and data. Text in, text out.

Invariant: the file loads nothing (its content security policy forbids every request and names each script by its hash), and
no text from outside can end the element that holds it. The same parts and data give the same bytes.
"""

import base64
import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

_PLACEHOLDER: Final = re.compile(r"\{\{ (\w+) \}\}")
_CHARSET: Final = re.compile(r"<meta charset[^>]*>", re.IGNORECASE)
_SCRIPT_END: Final = re.compile(r"<(?=/script|!--)", re.IGNORECASE)
_STYLE_END: Final = re.compile(r"<(?=/style)", re.IGNORECASE)
_POLICY: Final = "default-src 'none'; img-src data: blob:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
"""Inline styles are allowed without a hash, because the chart library sets the style of single elements."""
_EMPTY_FRAME: Final = """<!doctype html>
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
"""The frame of a page without an index.html: it only holds the data."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a page: a frame with placeholders such as {{ style }}, and the texts of styles and scripts in order."""

    frame: str
    styles: Sequence[str] = ()
    scripts: Sequence[str] = ()


def read_parts(page: str) -> Parts:
    """Read the parts of a page below `web/`: styles and scripts ordered by name, vendored ones first."""
    folder = files("cinelake.pages").joinpath("web", page)
    index = folder.joinpath("index.html")
    return Parts(
        index.read_text(encoding="utf-8") if index.is_file() else _EMPTY_FRAME,
        [*_read_all(folder.joinpath("vendor"), ".css"), *_read_all(folder, ".css")],
        [*_read_all(folder.joinpath("vendor"), ".js"), *_read_all(folder.joinpath("js"), ".js")],
    )


def read_part(page: str, name: str) -> str:
    """Read one file of a page below `web/`."""
    return files("cinelake.pages").joinpath("web", page, name).read_text(encoding="utf-8")


def draw_page(parts: Parts, head: str, blob: str) -> str:
    """Assemble one HTML file with `head` (JSON) and `blob` (base64) in data elements."""
    scripts = [_SCRIPT_END.sub(r"\\x3c", script) for script in parts.scripts]
    texts = {
        "style": _STYLE_END.sub(r"\\3c ", "\n".join(parts.styles)),
        "scripts": "\n".join(f"<script>{script}</script>" for script in scripts),
        "head": head.replace("<", "\\u003c"),
        "blob": blob,
    }
    frame = _CHARSET.sub(lambda found: f"{found[0]}\n{_draw_policy(scripts)}", parts.frame, count=1)
    return _PLACEHOLDER.sub(lambda found: texts.get(found[1], found[0]), frame)


def _draw_policy(scripts: Sequence[str]) -> str:
    """The policy by which the browser loads nothing and runs only these scripts."""
    hashes = " ".join(map(hash_source, scripts)) or "'none'"
    return f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}; script-src {hashes}">'


def hash_source(text: str) -> str:
    """The source expression that allows this script or style in a content security policy."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _read_all(folder: Traversable, suffix: str) -> Iterator[str]:
    if folder.is_dir():
        for each in sorted(folder.iterdir(), key=lambda each: each.name):
            if each.name.endswith(suffix):
                yield each.read_text(encoding="utf-8")
