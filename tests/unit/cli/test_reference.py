"""The reference page of the command line is generated from the commands."""

from pathlib import Path

from cinelake.cli.reference import build_page

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "cli.md"


def test_the_page_is_what_the_commands_say() -> None:
    """Where it fails: `python -m cinelake.cli.reference > docs/reference/cli.md`."""
    assert build_page() == PAGE.read_text(encoding="utf-8")
