"""The architecture page names files that exist, describes every package, and counts the files on the path of a film."""

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
    assert path[0].startswith("extract/listing/")
    assert path[-1].startswith("pages/")
    assert len(set(path)) == len(path) <= _MOST_FILES
    assert [name for name in path if not (SOURCE / name).is_file()] == []


def test_numbers_of_files_on_the_path_match_the_lists() -> None:
    text = PAGE.read_text()
    others = re.findall(r"`([^`]+\.\w+)`", text.partition(" pass it on:")[2].partition("Not counted")[0])
    assert [each for each in others if not list(SOURCE.rglob(each.rpartition("/")[2]))] == []
    assert len({each.rpartition("/")[2] for each in [*others, *_read_path()]}) == len(others) + len(_read_path())
    counts = re.search(r"(\d+) files below .*?\b(\d+) of them.*?The other (\d+) pass", text, re.DOTALL)
    assert counts is not None
    assert [int(each) for each in counts.groups()] == [len(others) + len(_read_path()), len(_read_path()), len(others)]


def test_every_package_is_described() -> None:
    described = re.findall(r"^\| `(\w+)/` \|", PAGE.read_text(), flags=re.MULTILINE)
    assert sorted(described) == sorted(path.parent.name for path in SOURCE.glob("*/__init__.py"))


def test_files_that_the_page_names_exist() -> None:
    named = re.findall(r"`([\w/]+(?:\.\w+|/))`", PAGE.read_text())
    roots = [SOURCE, ROOT, *(each for each in SOURCE.rglob("*") if each.is_dir())]
    assert [name for name in named if not any((root / name).exists() for root in roots)] == []
