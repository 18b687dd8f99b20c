"""Assembles one self-contained HTML file from a frame, styles, scripts and data. Text in, text out.

Invariant: the file loads nothing (its content security policy forbids every request and names each script by its hash), and
no text from outside can end the element that holds it. The same parts and data give the same bytes.
"""

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

_PLACEHOLDER: Final = re.compile(r"\{\{ (\w+) \}\}")
_CHARSET: Final = re.compile(r"<meta charset[^>]*>", re.IGNORECASE)
_SCRIPT_END: Final = re.compile(r"<(?=/script|!--)", re.IGNORECASE)
_STYLE_END: Final = re.compile(r"<(?=/style)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a page: a frame with placeholders such as {{ style }}, and the texts of styles and scripts in order."""

    frame: str
    styles: Sequence[str] = ()
    scripts: Sequence[str] = ()


def read_parts(page: str) -> Parts:
    """Read the parts of a page below `web/`: styles and scripts ordered by name, vendored ones first."""
    folder = files("cinelake.pages").joinpath("web", page)
    return Parts(
        read_part(page, "index.html"),
        [*_read_all(folder.joinpath("vendor"), ".css"), *_read_all(folder, ".css")],
        [*_read_all(folder.joinpath("vendor"), ".js"), *_read_all(folder.joinpath("js"), ".js")],
    )


def read_part(page: str, name: str) -> str:
    """Read one file of a page below `web/`."""
    return files("cinelake.pages").joinpath("web", page, name).read_text(encoding="utf-8")


def draw_page(
    parts: Parts, data: Mapping[str, str], markup: Mapping[str, str] | None = None, *, allows_inline_styles: bool = False
) -> str:
    """Assemble one HTML file.

    Args:
        parts: the frame, styles and scripts.
        data: JSON or base64 by placeholder, for data elements.
        markup: HTML by placeholder, with text from outside already escaped.
        allows_inline_styles: allow styles without a hash, for a library that sets the style of single elements.
    """
    style = _STYLE_END.sub(r"\\3c ", "\n".join(parts.styles))
    scripts = [_SCRIPT_END.sub(r"\\x3c", script) for script in parts.scripts]
    texts = {
        "style": style,
        "scripts": "\n".join(f"<script>{script}</script>" for script in scripts),
        **{name: text.replace("<", "\\u003c") for name, text in data.items()},
        **(markup or {}),
    }
    policy = _draw_policy(style, scripts, allows_inline_styles=allows_inline_styles)
    frame = _CHARSET.sub(lambda found: f"{found[0]}\n{policy}", parts.frame, count=1)
    return _PLACEHOLDER.sub(lambda found: texts.get(found[1], found[0]), frame)


def _draw_policy(style: str, scripts: Sequence[str], *, allows_inline_styles: bool) -> str:
    """The policy by which the browser loads nothing, runs only these scripts and applies only this style.

    `allows_inline_styles` allows every style that is in the page instead.
    """
    rules = (
        "default-src 'none'",
        "script-src " + (" ".join(map(_hash_source, scripts)) or "'none'"),
        "style-src " + ("'unsafe-inline'" if allows_inline_styles else _hash_source(style)),
        "img-src data: blob:",  # images that the page itself contains or makes
        "base-uri 'none'",
        "form-action 'none'",
    )
    policy = "; ".join(rules)
    return f'<meta http-equiv="Content-Security-Policy" content="{policy}">'


def _hash_source(text: str) -> str:
    """The source expression that allows this script or style in a content security policy."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _read_all(folder: Traversable, suffix: str) -> Iterator[str]:
    if folder.is_dir():
        for each in sorted(folder.iterdir(), key=lambda each: each.name):
            if each.name.endswith(suffix):
                yield each.read_text(encoding="utf-8")
