"""The help of every command, as a user reads it on 80 columns."""

from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner
from tests.support.snapshots import FOLDER, Snapshots

from cinelake.cli.app import app


def _list_commands(command: click.Command, *path: str) -> Iterator[tuple[str, ...]]:
    yield path
    for name, each in getattr(command, "commands", {}).items():
        yield from _list_commands(each, *path, name)


COMMANDS = list(_list_commands(app))


def _run(*words: str) -> str:
    command: click.Command = app
    for word in words[:-1]:
        command = getattr(command, "commands", {})[word]
    command._help_option = None  # click keeps that of the first call, which another test may make without the group
    done = CliRunner().invoke(app, words, prog_name="cinelake", terminal_width=80)
    assert done.exit_code == 0
    return done.stdout


def _name(path: tuple[str, ...]) -> str:
    return "-".join(("cinelake", *path))


@pytest.mark.parametrize("path", COMMANDS, ids=_name)
def test_help(path: tuple[str, ...], snapshots: Snapshots) -> None:
    snapshots.check(f"help/{_name(path)}", _run(*path, "--help"))


def test_every_help_snapshot_belongs_to_a_command(snapshots: Snapshots) -> None:
    if snapshots.is_update:
        pytest.skip("snapshots are being written")
    assert {path.stem for path in (FOLDER / "help").iterdir()} == set(map(_name, COMMANDS))


@pytest.mark.parametrize("path", [(), ("schedule",)], ids=_name)
def test_a_group_without_words_shows_its_help(path: tuple[str, ...]) -> None:
    assert _run(*path) == _run(*path, "--help")


def test_descriptions_in_the_list_of_commands_are_complete_sentences() -> None:
    names = {path[-1] for path in COMMANDS if path}
    lines = [line for path in ((), ("schedule",)) for line in _run(*path).splitlines()]
    described = [line for line in lines if line.startswith("  ") and line.split()[0] in names]
    assert len(described) == len(COMMANDS) - 1
    assert all(line.endswith(".") and "..." not in line for line in described)
