"""The commands of the README and of the tutorial run in order, and print what the pages show.

Numbers, dates and the length of runs of blanks may differ. `python -m tools.doc_blocks README.md docs/tutorial.md` renews
the output in the pages.
"""

import re
from pathlib import Path

import pytest
from tools.doc_blocks import ROOT, read_blocks, run_page


def simplify(text: str) -> list[str]:
    """Lines without what differs from run to run."""
    lines = (re.sub(r"[0-9a-f]{8,}\b|\d[\d,.]*", "#", line) for line in text.splitlines())
    return [simple for line in lines if (simple := " ".join(line.replace("─", "").split()))]


@pytest.mark.parametrize("page", ["README.md", "docs/tutorial.md"])
def test_commands_of_a_page_print_what_it_shows(page: str, tmp_path: Path, clean_environment: dict[str, str]) -> None:
    text = (ROOT / page).read_text()
    outcomes = list(run_page(text, tmp_path, clean_environment))
    assert len(outcomes) >= 2
    for outcome in outcomes:
        assert outcome.code == 0, f"{outcome.block.code}\n{outcome.stdout}\n{outcome.stderr}"
        if outcome.block.has_output:
            printed, shown = simplify(outcome.stdout), simplify(outcome.block.shown)
            assert printed == shown, f"{outcome.block.code} printed:\n{outcome.stdout}"


def test_skipped_blocks_give_a_reason() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    skipped = [block for page in pages for block in read_blocks(page.read_text()) if block.is_skipped]
    assert skipped
    assert all(block.mark.removeprefix("no").strip(", ") for block in skipped)


def test_simplified_lines_differ_in_words_alone() -> None:
    assert simplify(" run   2026-11-24 movie-80-a65eb012\n ─────\n\n") == ["run #-#-# movie-#-#"]
