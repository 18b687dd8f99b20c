"""The pages of the documentation, and what tests read in them."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
_FENCED = re.compile(r"^ *```.*?^ *```$", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"\[(?P<text>[^\]]*)\]\((?P<target>[^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def name_page(page: Path) -> str:
    """A page's path in the repository, as the name of a test case."""
    return page.relative_to(ROOT).as_posix()


def strip_code(text: str) -> str:
    """The text without fenced blocks of code."""
    return _FENCED.sub("", text)


def read_links(page: Path) -> list[str]:
    """The targets of all links and images of a page."""
    return [found["target"] for found in _LINK.finditer(strip_code(page.read_text()))]


def read_anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    anchors: set[str] = set()
    for heading in _HEADING.findall(strip_code(page.read_text())):
        plain = _LINK.sub(lambda found: found["text"], heading)
        anchor = re.sub(r"[^\w\- ]", "", plain.strip().lower()).replace(" ", "-")
        number = 0
        while (name := f"{anchor}-{number}" if number else anchor) in anchors:
            number += 1
        anchors.add(name)
    return anchors


def read_table(page: Path, column: str) -> list[str]:
    """The code in the first cell of each row of the tables whose first column has this heading, in order."""
    names: list[str] = []
    is_inside = False
    for line in page.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")] if line.startswith("|") else []
        if not cells:
            is_inside = False
        elif not is_inside:
            is_inside = cells[0] == column
        elif is_inside:
            names += re.findall(r"`([^`]+)`", cells[0]) or [cells[0]]
    return [name for name in names if set(name) - {"-"}]
