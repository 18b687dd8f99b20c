"""Owns how a command answers: a table or one JSON document on stdout, an error as a sentence on stderr and an exit code.

Invariant: with --json, stdout is one JSON document whatever happens.
"""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NoReturn

from cinelake.errors import CinelakeError, UsageError
from cinelake.exit_codes import Exit, classify_error


@contextmanager
def answering(json: bool) -> Iterator[Callable[[Any, Callable[[Any, Any], None]], None]]:
    """Hand out the way to answer, and turn errors into messages and exit codes."""

    def answer(document: Any, draw: Callable[[Any, Any], None]) -> None:  # noqa: ANN401 - whatever msgspec encodes
        try:
            if json:
                print_json(document)
            else:
                from rich.console import Console

                from cinelake.cli import render

                draw(render, Console())
            sys.stdout.flush()
        except OSError as error:
            _give_up_stdout(error)

    try:
        yield answer
    except CinelakeError as error:
        code = classify_error(error)
        if json:
            print_error(error.thing, error.happened, error.expected, error.todo, code=code)
        _tell(type(error).__name__, str(error), code)
        raise SystemExit(code) from error
    except OSError as error:  # what stores and services raise is translated where it enters; left are files of its own
        message = f"a temporary file: {error.strerror}; expected room in TMPDIR; free some, and run it again"
        if json:
            print_error("a temporary file", str(error.strerror), "room in TMPDIR", "free some", code=Exit.UNREACHABLE)
        _tell("FileError", message, Exit.UNREACHABLE)
        raise SystemExit(Exit.UNREACHABLE) from error
    except KeyboardInterrupt:
        if json:
            print_error("command", "interrupted", "", "run it again", code=Exit.TRY_AGAIN)
        _tell("Interrupted", "interrupted: stopped at once; everything written so far is kept", Exit.TRY_AGAIN)
        raise SystemExit(Exit.TRY_AGAIN) from None


def _give_up_stdout(error: OSError) -> NoReturn:
    _tell("OutputError", f"stdout: it cannot be written ({error.strerror}); the work itself is kept", Exit.UNREACHABLE)
    sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115 - what is left in the buffer would fail once more
    raise SystemExit(Exit.UNREACHABLE) from error


def _tell(kind: str, message: str, code: Exit) -> None:
    """An error on stderr: a sentence, or a line of the log where a machine reads that."""
    if not tell_machine(kind, message, code):
        with suppress(OSError):
            sys.stderr.write(f"cinelake: {message}\n")


def tell_machine(kind: str, message: str, code: Exit) -> bool:
    """Log an error where a machine reads the log; False where a person does."""
    from cinelake.settings import read_log_format

    if read_log_format(Path.cwd()) != "json":
        return False
    from cinelake.log import Event, Log

    Log(log_format="json").warning(Event.COMMAND_FAILED, error=kind, message=message, exit_code=int(code))
    return True


def write_file(path: Path, text: str) -> None:
    """Put a text where the user asked for it.

    Raises:
        UsageError: it cannot be written there.
    """
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        todo = "give another place with --output"
        raise UsageError(
            str(path), f"it cannot be written ({error.strerror})", "a file in a folder that exists", todo
        ) from error


def print_error(thing: str, happened: str, expected: str, todo: str, *, code: Exit) -> None:
    """An error as one JSON document on stdout."""
    parts = {"thing": thing, "happened": happened, "expected": expected, "todo": todo}
    print_json({"error": parts, "exit_code": int(code)})


def print_json(document: Any) -> None:  # noqa: ANN401 - whatever msgspec encodes
    """A value as one JSON document on stdout."""
    import msgspec

    text = msgspec.json.format(msgspec.json.encode(document), indent=2)
    sys.stdout.write(text.decode() + "\n")
