"""The check of prose: which text it reads, what it finds there, and where."""

import re
from pathlib import Path

import pytest
from tools.check_prose import Phrase, Rules, check_text, list_files, main, mask_code, read_rules

RULES = Rules(
    (
        Phrase(re.compile(r"\b(?:is\s+told)\b"), "is reported", "*"),
        Phrase(re.compile(r"\bfragment\b"), "macro", "*.sql"),
    ),
    (("allowed.md", "this line"),),
)


def _find(name: str, text: str) -> list[tuple[int, str]]:
    return [(finding.line, finding.found) for finding in check_text(name, text, RULES)]


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("page.md", "One line.\nAn error is told.", 2),
        ("page.md", "An error is\ntold at the end of a line.", 1),
        ("module.py", 'X = 1\n\n"""A docstring.\n\nAn error is told."""', 5),
        ("module.py", 'x = 1  # it is told\ny = "plain"', 1),
        ("module.py", 'raise Error(\n    f"the {name} is "\n    "told at once"\n)', 2),
        ("module.py", "def test_an_error_is_told() -> None: ...", 1),
        ("model.sql", "SELECT 1 -- it is told", 1),
        ("script.sh", "echo x # it is told", 1),
        ("page.ts", "const x = 1; // it is told", 1),
        ("page.css", "/* it\n   is told */", 2),
        ("Makefile", "x: # it is told", 1),
    ],
)
def test_finds_a_phrase_in_prose(name: str, text: str, line: int) -> None:
    assert [number for number, _ in _find(name, text)] == [line]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("page.md", "```sh\nit is told\n```\nand `is told` in code"),
        ("page.md", "[link](is told)"),
        ("module.py", "is_told = told\nx = 'told'\ny = f'{is_told} {told}'"),
        ("module.py", '"""The field `is told`."""'),
        ("model.sql", "SELECT is told FROM x"),
        ("data.json", '"is told"'),
        ("allowed.md", "this line is told"),
        ("module.py", "# a fragment of a URL"),
    ],
)
def test_ignores_code_and_exceptions(name: str, text: str) -> None:
    assert _find(name, text) == []


def test_masking_keeps_every_position() -> None:
    text = Path(__file__).read_text(encoding="utf-8")
    masked = mask_code("module.py", text)
    assert [len(line) for line in masked.splitlines()] == [len(line) for line in text.splitlines()]


def test_each_phrase_of_the_list_compiles_and_finds_itself() -> None:
    rules = read_rules()
    assert len(rules.phrases) > 20
    found = [
        finding.found for finding in check_text("x.md", "A table is told, goes\nround and is due, not due to it.", rules)
    ]
    assert sorted(found) == ["due", "goes round", "told"]


def test_prints_file_and_line_and_what_to_write(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("Good.\nIt asks nobody.\n")
    assert main([str(page)]) == 1
    assert f'{page}:2: "asks nobody": write' in capsys.readouterr().out


def test_checks_this_repository_without_third_party_files() -> None:
    names = list_files()
    assert {"README.md", "CONTRIBUTING.md", "src/cinelake/settings.py", "infra/template.yaml"} <= set(names)
    assert not any("vendor" in name or name.endswith(".venv") for name in names)
