"""Command lines that fail, and a transcript of their messages that is the same on every machine and on every day."""

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from cinelake.cli.output import format_error
from cinelake.errors import CinelakeError


@dataclass(frozen=True, slots=True)
class Case:
    """A command line that fails, its exit code, and the variables of its environment."""

    words: str
    code: int = 2
    variables: dict[str, str] = field(default_factory=dict)


class Transcript:
    """Commands with their messages, in which names stand for what differs between machines and days."""

    def __init__(self, folder: Path) -> None:
        self._today = str(datetime.now(UTC).date())  # noqa: TID251 - the commands ask the same clock
        self._folder = str(folder)
        self._lines: list[str] = []

    def add(self, case: Case, message: str) -> None:
        """Add a command and its message."""
        for pattern, name in (
            (r"\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\b", "INSTANT"),
            (r"127\.0\.0\.1:(?!8800|9000)\d+", "127.0.0.1:PORT"),
            (r"\b\d+ s\b", "SECONDS s"),
        ):
            message = re.sub(pattern, name, message)
        message = message.replace(self._folder, "FOLDER").replace(self._today, "TODAY")
        variables = "".join(f"{name}='{value}' " for name, value in case.variables.items())
        self._lines += [f"$ {variables}cinelake {case.words}", message.rstrip("\n"), f"[exit code {case.code}]", ""]

    @property
    def text(self) -> str:
        """The whole transcript."""
        return "\n".join(self._lines)


def read_error(stdout: str, stderr: str, code: int) -> str:
    """The message of a command that ran with --json, whose parts stand in the document on stdout and on stderr."""
    document = json.loads(stdout)
    assert document["exit_code"] == code, stderr
    assert document["error"]["hint"], stderr
    message = format_parts(document["error"])
    assert stderr.endswith(message)
    assert "Traceback" not in stderr
    return message


def format_parts(parts: dict[str, str]) -> str:
    """The message that these parts make."""
    return format_error(CinelakeError(parts["message"], cause=parts["cause"], hint=parts["hint"], subject=parts["subject"]))
