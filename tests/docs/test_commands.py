"""Commands, options and benchmarks that the documentation names exist."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from tests.docs.pages import PAGES, ROOT, name_page

from cinelake.cli.app import app

_HISTORY = "CHANGELOG.md"
_FENCE = re.compile(r"^ *```sh\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
_SEPARATORS = re.compile(r"&&|\|\||[;|\n]")
GUIDES = [page for page in PAGES if page.name != _HISTORY]


def _list_commands(command: click.Command) -> Iterator[click.Command]:
    yield command
    if isinstance(command, click.Group):
        for each in command.commands.values():
            yield from _list_commands(each)


def _list_options(command: click.Command) -> set[str]:
    own = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
    return own | {"--help", "-h"}


def _read_invocations(text: str) -> Iterator[str]:
    """Everything that a page shows as a cinelake command."""
    code = [line.partition(" #")[0] for block in _FENCE.findall(text) for line in block.replace("\\\n", " ").splitlines()]
    code += re.findall(r"`(cinelake [^`]+)`", text)
    for line in code:
        for part in _SEPARATORS.split(line):
            words = part.strip().removeprefix("until ")
            if words.startswith("cinelake "):
                yield words


def _find_fault(words: str) -> str:
    """What is wrong with a command line; empty if nothing is."""
    command: click.Command = app
    try:
        tokens = shlex.split(words)[1:]
    except ValueError:  # a quoted statement of several lines
        tokens = words.partition('"')[0].split()[1:]
    for token in tokens:
        if token.startswith("-"):
            if token.partition("=")[0] not in _list_options(command) | {"--version"}:
                return f"{command.name} has no option {token}"
        elif isinstance(command, click.Group):
            if token not in command.commands:
                return f"there is no command {token}"
            command = command.commands[token]
    return ""


@pytest.mark.parametrize("page", GUIDES, ids=name_page)
def test_commands_and_their_options_exist(page: Path) -> None:
    assert {words: fault for words in _read_invocations(page.read_text()) if (fault := _find_fault(words))} == {}


@pytest.mark.parametrize("page", GUIDES, ids=name_page)
def test_options_named_alone_exist(page: Path) -> None:
    known = {option for command in _list_commands(app) for option in _list_options(command)}
    named = set(re.findall(r"`(--[\w-]+)[^`]*`", page.read_text()))
    assert named <= known


@pytest.mark.parametrize("page", GUIDES, ids=name_page)
def test_benchmarks_exist(page: Path) -> None:
    named = re.findall(r"python -m benchmarks ([a-z][a-z -]*)", page.read_text())
    known = re.findall(r'^    "([a-z-]+)": measure_', (ROOT / "benchmarks" / "__main__.py").read_text(), re.MULTILINE)
    assert {name for names in named for name in names.split()} <= set(known)
