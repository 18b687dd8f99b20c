"""Owns how a command answers: a table or one JSON document on stdout, an error as a sentence on stderr and an exit code.

Invariant: with --json, stdout is one JSON document whatever happens.
"""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NoReturn

from cinelake.errors import CinelakeError, TryAgainError, UnreachableError, UsageError
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
        fail(error, json=json)
    except OSError as error:  # what stores and services raise is translated where it enters; left are files of its own
        failure = UnreachableError(
            "a temporary file cannot be written", cause=str(error.strerror), hint="free some space in TMPDIR, and run again"
        )
        fail(failure, json=json, cause=error)
    except KeyboardInterrupt:
        fail(TryAgainError("interrupted; everything written so far is kept", hint="run the same command again"), json=json)


def fail(error: CinelakeError, *, json: bool = False, cause: Exception | None = None) -> NoReturn:
    """Report an error on stderr, and with `json` on stdout too, and end the process with the exit code of its family."""
    code = classify_error(error)
    if json:
        print_json({"error": error.parts, "exit_code": int(code)})
    report_error(error, code)
    raise SystemExit(code) from cause or error


def report_error(error: CinelakeError, code: Exit) -> None:
    """An error on stderr: lines for a person, or one line of the log where a machine reads that."""
    if not log_error(error, code):
        with suppress(OSError):
            sys.stderr.write(format_error(error))


def format_error(error: CinelakeError) -> str:
    """The lines that a person reads."""
    lines = [f"error: {error.message}"]
    lines += [f"  cause: {error.cause}"] if error.cause else []
    lines += [f"  hint: {error.hint}"] if error.hint else []
    return "\n".join(lines) + "\n"


def _give_up_stdout(error: OSError) -> NoReturn:
    failure = UnreachableError("stdout cannot be written; the work itself is kept", cause=str(error.strerror))
    report_error(failure, Exit.UNREACHABLE)
    sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115 - what is left in the buffer would fail once more
    raise SystemExit(Exit.UNREACHABLE) from error


def log_error(error: CinelakeError, code: Exit) -> bool:
    """Log an error where a machine reads the log; False where a person does."""
    from cinelake.settings import read_log_format

    if read_log_format(Path.cwd()) != "json":
        return False
    from cinelake.log import Event, Log

    log = Log(log_format="json")
    log.error(Event.COMMAND_FAILED, error=type(error).__name__, **error.parts, exit_code=int(code))
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


def print_json(document: Any) -> None:  # noqa: ANN401 - whatever msgspec encodes
    """A value as one JSON document on stdout."""
    import msgspec

    text = msgspec.json.format(msgspec.json.encode(document), indent=2)
    sys.stdout.write(text.decode() + "\n")
