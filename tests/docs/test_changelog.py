"""The changelog follows Keep a Changelog."""

import re
from datetime import date

from tests.docs.pages import ROOT

TEXT = (ROOT / "CHANGELOG.md").read_text()
_SECTIONS = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def test_unreleased_changes_come_first() -> None:
    assert re.findall(r"^## (.+)$", TEXT, flags=re.MULTILINE)[0] == "[Unreleased]"


def test_releases_have_dates_newest_first() -> None:
    headings = re.findall(r"^## (.+)$", TEXT, flags=re.MULTILINE)[1:]
    found = [re.fullmatch(r"\[(\d+)\.(\d+)\.(\d+)\] - (\d{4}-\d{2}-\d{2})", heading) for heading in headings]
    releases = [(date.fromisoformat(each[4]), tuple(map(int, each.groups()[:3]))) for each in found if each]
    assert len(releases) == len(headings)
    assert releases == sorted(releases, reverse=True)


def test_sections_have_standard_names() -> None:
    assert set(re.findall(r"^### (.+)$", TEXT, flags=re.MULTILINE)) <= _SECTIONS
