"""The assembled page: data never becomes markup, and the page loads nothing."""

import base64
import hashlib
import re
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from tests.dashboard.oracle.decode import decode_page
from tests.support.refine.lakes import build, encode, film, lake_of, put

from cinelake.dashboard.page_data import PageData
from cinelake.dashboard.writer import load_page_data, render_dashboard
from cinelake.lake.stores.object_store import open_memory
from cinelake.pages.assembler import Parts, read_parts

NAMES = [
    "<script>alert(1)</script>",
    "</SCRIPT ><img src=x onerror=alert(1)>",
    "<!--",
    "]]>",
    "{{ blob }}",
    "\u2028",
    "a\0b",
    "&lt;",
]


class Elements(HTMLParser):
    """The elements of a page as a browser parses them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, _: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)


def tiny(**head: object) -> PageData:
    return PageData({"titles": 0, "built_at": datetime(2026, 1, 1, tzinfo=UTC), "columns": [], **head}, b"")


def test_names_are_never_markup() -> None:
    plain, hostile = (
        lake_of(
            *(
                film(
                    n,
                    title=name,
                    genres=[{"id": n, "name": name}],
                    production_countries=[{"iso_3166_1": f"C{n}", "name": name}],
                    spoken_languages=[{"iso_639_1": "xx", "name": name, "english_name": name}],
                    belongs_to_collection={"id": n, "name": name, "poster_path": None, "backdrop_path": None},
                    credits={"cast": [{"id": 7, "name": name, "gender": 1, "order": 0}], "crew": []},
                )
                for n, name in enumerate(names, 1)
            )
        )
        for names in (["x"] * len(NAMES), NAMES)
    )
    pages = []
    for store in (plain, hostile):
        build(store)
        pages.append(render_dashboard(read_parts("dashboard"), load_page_data(store)))
    assert Elements(pages[0]).names == Elements(pages[1]).names
    found = decode_page(pages[1])
    assert found.columns["title"] == [name.replace("\0", " ") for name in NAMES]
    assert {name for _, name in found.dim("country")} == {name.replace("\0", " ") for name in NAMES}


def test_a_lone_surrogate_in_raw_is_allowed() -> None:
    store = open_memory()
    put(store, "genre-80-2000-2004-1", encode([film(1)]).replace(b"Invented 1", rb"half \ud800 of it"))
    build(store)
    page = render_dashboard(read_parts("dashboard"), load_page_data(store))
    assert len(decode_page(page).columns["title"]) == decode_page(page).head["titles"]
    page.encode()


def test_placeholders_in_data_are_not_replaced() -> None:
    page = render_dashboard(
        Parts('<meta charset="utf-8"><p>{{ head }}</p>{{ nothing }}'), tiny(lake="{{ blob }} {{ style }}")
    )
    assert '"lake":"{{ blob }} {{ style }}"' in page
    assert page.endswith("{{ nothing }}")


@pytest.mark.parametrize("end", ["</script>", "</SCRIPT >", "<!-- <script>"])
def test_end_tags_within_scripts_are_escaped(end: str) -> None:
    page = render_dashboard(Parts('<meta charset="utf-8">{{ scripts }}<p>', scripts=[f"const a = '{end}<b>';"]), tiny())
    assert Elements(page).names == ["meta", "meta", "script", "p"]


def test_end_tags_within_styles_are_escaped() -> None:
    page = render_dashboard(
        Parts('<meta charset="utf-8"><style>{{ style }}</style><p>', styles=["a::after { content: '</style><b>' }"]), tiny()
    )
    assert Elements(page).names == ["meta", "meta", "style", "p"]


def test_the_content_security_policy_lists_script_hashes() -> None:
    for parts in (
        read_parts("dashboard"),
        Parts('<meta charset="utf-8">{{ scripts }}', scripts=["let a = 1", "let é = '</script>'"]),
    ):
        page = render_dashboard(parts, tiny())
        (policy,) = re.findall(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', page)
        assert page.index(policy) < page.index("<script") if "<script" in page else True
        rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
        assert rules["default-src"] == "'none'"
        assert rules["img-src"] == "data: blob:"
        scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
        assert len(scripts) == len(parts.scripts)
        hashes = [f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in scripts]
        assert rules["script-src"].split() == (hashes or ["'none'"])


def test_styles_and_scripts_keep_their_order() -> None:
    parts = Parts('<meta charset="utf-8">{{ style }}{{ scripts }}', ["a{}", "b{}"], ["one()", "two()"])
    page = render_dashboard(parts, tiny())
    assert "a{}\nb{}<script>one()</script>\n<script>two()</script>" in page
