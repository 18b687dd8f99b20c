"""How a command reports: results on stdout, everything else on stderr, and an exit code.

Invariant: with --json, stdout is one JSON document whatever happens.
"""

import os
import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, Protocol

from cinelake.errors import CinelakeError, TryAgainError, UnreachableError, UsageError
from cinelake.exit_codes import Exit, classify_error

if TYPE_CHECKING:
    from rich.console import Console

WORDS = "cinelake.words"
"""Key of the words of the command line in a context's meta."""


class Answer(Protocol):
    """Prints the result of a command: `document` as JSON, or `draw` on a console; then names the next useful command."""

    def __call__(self, document: Any, draw: "Callable[[Console], None]", *, next_command: str = "") -> None: ...  # noqa: ANN401, D102 - whatever msgspec encodes


@contextmanager
def answering(json: bool) -> Iterator[Answer]:
    """Yield the function that prints the result, and turn errors into messages and exit codes."""

    def answer(document: Any, draw: "Callable[[Console], None]", *, next_command: str = "") -> None:  # noqa: ANN401 - whatever msgspec encodes
        try:
            if json:
                print_json(document)
            else:
                from rich.console import Console

                draw(Console())
            sys.stdout.flush()
        except OSError as error:
            _give_up_stdout(error)
        if next_command and _read_words():
            _print_next(next_command)

    try:
        yield answer
    except CinelakeError as error:
        fail(error, json=json)
    except OSError as error:  # stores and the API translate theirs; what is left concerns temporary files
        failure = UnreachableError(
            "cannot write a temporary file", cause=str(error.strerror), hint="free some space in TMPDIR, then try again"
        )
        fail(failure, json=json, cause=error)
    except KeyboardInterrupt:
        fail(TryAgainError("interrupted; everything written so far is kept", hint="run the same command again"), json=json)


def name_command(*words: str, lake: str | None = None) -> str:
    """A cinelake command to copy, with the `--lake` that was given."""
    return shlex.join(["cinelake", *words, *(["--lake", lake] if lake else [])])


def repeat_command(command: str = "", *, without: tuple[str, ...] = ()) -> str:
    """The present command line as another command, without some of its flags; empty if it is not known."""
    words = [word for word in _read_words() if word not in {"--json", *without}]
    return name_command(command or words[0], *words[1:]) if words else ""


def fail(error: CinelakeError, *, json: bool = False, cause: Exception | None = None) -> NoReturn:
    """Report an error on stderr, and with `json` on stdout too, and end the process with the exit code of its family."""
    code = classify_error(error)
    if json:
        print_json({"error": error.parts, "exit_code": int(code)})
    report_error(error, code)
    raise SystemExit(code) from cause or error


def report_error(error: CinelakeError, code: Exit) -> None:
    """Write an error to stderr: lines for a person, or one line of the log where a machine reads that."""
    if not log_error(error, code):
        write_stderr(format_error(error))


def write_stderr(text: str) -> None:
    """Write a text to stderr. A closed stderr changes neither the work nor the exit code."""
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except OSError:
        sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115 - else the buffer would fail once more at the end


def format_error(error: CinelakeError) -> str:
    """The lines that a person reads."""
    lines = [f"error: {error.message}"]
    lines += [f"  cause: {error.cause}"] if error.cause else []
    lines += [f"  hint: {error.hint}"] if error.hint else []
    return "\n".join(lines) + "\n"


def log_error(error: CinelakeError, code: Exit) -> bool:
    """Log an error where a machine reads the log; False where a person does."""
    if not _is_log_json():
        return False
    from cinelake.log import Event, Log

    log = Log(log_format="json")
    log.error(Event.COMMAND_FAILED, error=type(error).__name__, **error.parts, exit_code=int(code))
    return True


def write_file(path: Path, text: str) -> None:
    """Write a text to the file that the user named.

    Raises:
        UsageError: the file cannot be written.
    """
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f'cannot write "{path}"', cause=str(error.strerror), hint="choose another file with --output", subject=str(path)
        ) from error


def print_json(document: Any) -> None:  # noqa: ANN401 - whatever msgspec encodes
    """Print a value as one JSON document on stdout."""
    import msgspec

    text = msgspec.json.format(msgspec.json.encode(document), indent=2)
    sys.stdout.write(text.decode() + "\n")


def _print_next(command: str) -> None:
    if not _is_log_json():
        write_stderr(f"next: {command}\n")


def _read_words() -> list[str]:
    """The words of the command line; none if the command was not called through the program `cinelake`."""
    import click

    context = click.get_current_context(silent=True)
    return list(context.meta.get(WORDS, ())) if context else []


def _is_log_json() -> bool:
    from cinelake.settings import read_log_format

    return read_log_format(Path.cwd()) == "json"


def _give_up_stdout(error: OSError) -> NoReturn:
    failure = UnreachableError("cannot write to stdout; the work itself is kept", cause=str(error.strerror))
    report_error(failure, Exit.UNREACHABLE)
    sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115 - what is left in the buffer would fail once more
    raise SystemExit(Exit.UNREACHABLE) from error
