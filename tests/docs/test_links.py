"""Links between pages lead somewhere, and every page can be reached."""

from pathlib import Path

import pytest
from tests.docs.pages import PAGES, ROOT, name_page, read_anchors, read_links

_MOST_LINES = 150
_MOST_IMAGE_BYTES = 300_000


@pytest.mark.parametrize("page", PAGES, ids=name_page)
def test_links_lead_to_files_and_headings(page: Path) -> None:
    for link in read_links(page):
        if "://" in link:
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), f"{link}: there is no such file"
        assert target.is_relative_to(ROOT), f"{link}: it leads out of the repository"
        if anchor:
            assert anchor in read_anchors(target), f"{link}: there is no such heading"


def test_every_page_is_reached_from_the_readme() -> None:
    reached: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        reached.add(page)
        for link in read_links(page):
            target = (page.parent / link.partition("#")[0]).resolve()
            pages = target.glob("*.md") if target.is_dir() else [target]
            waiting += [each for each in pages if each.suffix == ".md" and each not in reached and each.exists()]
    assert {name_page(page) for page in PAGES} <= {name_page(page) for page in reached}


def test_readme_has_at_most_150_lines() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) <= _MOST_LINES


def test_images_are_shown_and_small() -> None:
    images = set((ROOT / "docs" / "images").iterdir())
    shown = {(page.parent / link).resolve() for page in PAGES for link in read_links(page) if "images/" in link}
    assert images == shown
    assert all(image.stat().st_size < _MOST_IMAGE_BYTES for image in images)
