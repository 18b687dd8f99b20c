"""The architecture page names files that exist, describes every package, and keeps the path of a film short."""

import re

from tests.docs.pages import ROOT

PAGE = ROOT / "docs" / "architecture.md"
SOURCE = ROOT / "src" / "cinelake"
_MOST_LINES = 100
_MOST_FILES = 28


def _read_path() -> list[str]:
    return re.findall(r"^\d+\. `([^`]+)`", PAGE.read_text(), flags=re.MULTILINE)


def test_page_has_at_most_100_lines() -> None:
    assert len(PAGE.read_text().splitlines()) <= _MOST_LINES


def test_path_of_one_film_has_at_most_28_existing_files() -> None:
    path = _read_path()
    assert path[0].startswith("tmdb/")
    assert path[-1].startswith("pages/")
    assert len(set(path)) == len(path) <= _MOST_FILES
    assert [name for name in path if not (SOURCE / name).is_file()] == []


def test_every_package_is_described() -> None:
    described = re.findall(r"^\| `(\w+)/` \|", PAGE.read_text(), flags=re.MULTILINE)
    assert sorted(described) == sorted(path.parent.name for path in SOURCE.glob("*/__init__.py"))


def test_files_that_the_page_names_exist() -> None:
    named = re.findall(r"`([\w/]+(?:\.\w+|/))`", PAGE.read_text())
    places = [SOURCE, ROOT, *SOURCE.iterdir()]
    assert [name for name in named if not any((place / name).exists() for place in places)] == []
