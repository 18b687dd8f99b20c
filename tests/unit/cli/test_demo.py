"""The parts of the demo: the folder, the commands as they are shown, and a step that fails."""

import io
import os
import sys
from datetime import date
from pathlib import Path

import pytest
from rich.console import Console

from cinelake.cli.demo_lake import MARKER, prepare_folder
from cinelake.cli.demo_steps import StepFailedError, _Demo
from cinelake.cli.demo_story import QUESTIONS, format_command, print_conclusion
from cinelake.errors import UsageError
from cinelake.sandbox import Catalogue, Sandbox
from cinelake.settings import build_environment


def test_a_folder_with_the_marker_is_emptied(tmp_path: Path) -> None:
    folder = prepare_folder(str(tmp_path / "new" / "lake"))
    (folder / "Raw").mkdir()
    (folder / "link").symlink_to(tmp_path)
    (folder / "page.html").touch()
    assert prepare_folder(str(folder)) == folder
    assert [path.name for path in folder.iterdir()] == [MARKER]
    assert tmp_path.exists()


def test_an_empty_folder_becomes_the_demos(tmp_path: Path) -> None:
    prepare_folder(str(tmp_path))
    assert (tmp_path / MARKER).is_file()


def test_files_of_others_are_kept(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").touch()
    with pytest.raises(UsageError, match="not from a demo"):
        prepare_folder(str(tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_command_is_shown_as_a_shell_takes_it() -> None:
    words = (
        "extract",
        "--genre",
        "Crime",
        "--genre",
        "War",
        "--from",
        "1990",
        "--rate",
        "unlimited",
        "--run-date",
        "2026-01-01",
    )
    shown = format_command(words)
    assert shown.replace(" \\\n   ", "") == "$ cinelake " + " ".join(words)
    assert max(len(line) for line in shown.splitlines()) <= 80
    assert format_command(("sql", "\nSELECT 1\n")) == '$ cinelake sql "\nSELECT 1\n"'


def test_no_question_needs_an_escape_in_double_quotes() -> None:
    assert not any(set('"$`\\!') & set(statement) for _, statement in QUESTIONS)


def test_the_end_names_the_page_and_how_to_find_the_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.chdir(Path(sys.executable).parents[1])
    out = io.StringIO()
    print_conclusion(Console(file=out, width=80), tmp_path / "index.html", 12.3)
    assert str(tmp_path / "index.html") in out.getvalue()
    assert "source bin/activate" in out.getvalue()


@pytest.mark.parametrize("kills", [False, True])
def test_a_step_that_fails_ends_the_demo_with_its_exit_code(tmp_path: Path, kills: bool) -> None:
    sandbox = Sandbox(Catalogue(10, 0, 1, date(2026, 1, 1)), now=lambda: 0.0)
    environment = build_environment(PYTHONPATH=os.pathsep.join(sys.path))
    demo = _Demo(Console(file=io.StringIO()), sandbox, tmp_path, environment)
    with pytest.raises(StepFailedError) as caught:
        demo._run_and_kill(1, "no-such-command") if kills else demo._run("no-such-command")
    assert caught.value.code == 2
