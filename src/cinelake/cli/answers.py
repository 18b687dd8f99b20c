"""Owns how a command answers: a table or one JSON document on stdout, an error as a sentence on stderr and an exit code.

Invariant: with --json, stdout is one JSON document whatever happens.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from cinelake.errors import CinelakeError
from cinelake.exits import Exit, classify_error


@contextmanager
def answering(json: bool) -> Iterator[Callable[[Any, Callable[[Any, Any], None]], None]]:
    """Hand out the way to answer, and turn errors into messages and exit codes."""

    def answer(document: Any, draw: Callable[[Any, Any], None]) -> None:  # noqa: ANN401 - whatever msgspec encodes
        if json:
            print_json(document)
        else:
            from rich.console import Console

            from cinelake.cli import render

            draw(render, Console())

    try:
        yield answer
    except CinelakeError as error:
        code = classify_error(error)
        if json:
            print_error(error.thing, error.happened, error.expected, error.todo, code=code)
        sys.stderr.write(f"cinelake: {error}\n")
        raise SystemExit(code) from error
    except KeyboardInterrupt:
        if json:
            print_error("command", "interrupted", "", "run it again", code=Exit.TRY_AGAIN)
        sys.stderr.write("cinelake: interrupted: stopped at once; everything written so far is kept\n")
        raise SystemExit(Exit.TRY_AGAIN) from None


def print_error(thing: str, happened: str, expected: str, todo: str, *, code: Exit) -> None:
    """An error as one JSON document on stdout."""
    parts = {"thing": thing, "happened": happened, "expected": expected, "todo": todo}
    print_json({"error": parts, "exit_code": int(code)})


def print_json(document: Any) -> None:  # noqa: ANN401 - whatever msgspec encodes
    """A value as one JSON document on stdout."""
    import msgspec

    text = msgspec.json.format(msgspec.json.encode(document), indent=2)
    sys.stdout.write(text.decode() + "\n")
