"""Runs the demo: the whole pipeline against the sandbox, from the plan to a refresh a day later.

Invariant: each step runs the command that it shows, as a process of its own. Nothing here repeats what a command does.
"""

import os
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from rich.console import Console

from cinelake.cli.demo_lake import prepare_folder
from cinelake.cli.demo_story import QUESTIONS, SELECTION, format_command, print_conclusion, print_introduction
from cinelake.cli.serve_sandbox import build_catalogue
from cinelake.clock import SystemClock
from cinelake.dashboard.writer import DASHBOARD
from cinelake.exit_codes import Exit
from cinelake.sandbox import Faults, Sandbox
from cinelake.sandbox.app import Behaviour
from cinelake.sandbox.server import start_in_thread
from cinelake.settings import build_environment

_FAULTS = "drift=1,burst502=1,reset=.002,truncate=.002,garbage=.003,gzip=.002,gone=3"
_LATENCY_S = 0.04
_RATE = ("--rate", "unlimited")
_KILL_AT = 0.2
"""Records as a share of the catalogue's films, after which the extraction is killed; the selection has twice as many."""
_TAKE_OVER = ("--take-over",) if os.name == "nt" else ()
"""Windows does not show that the killed process has ended, so its lease would be free only after a minute."""
_POLL_S = 0.01
_FEW_FILMS = 1000
"""In a smaller catalogue, a few removals are more than a refresh allows."""


class StepFailedError(Exception):
    """A command of the demo failed, and has printed why."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code if code > 0 else int(Exit.INCOMPLETE)


def run_demo(films: int, keep: str) -> int:
    """Run the demo with its lake in the folder `keep`, and return the exit code.

    Raises:
        UsageError: the folder holds files that are not from a demo.
    """
    clock, console = SystemClock(), Console(highlight=False)
    started, today = clock.monotonic(), clock.now().date()
    catalogue = build_catalogue(films, 0, 1, today - timedelta(days=1))
    folder = prepare_folder(keep)
    sandbox = Sandbox(
        catalogue,
        now=clock.monotonic,
        faults=Faults.parse(_FAULTS),
        behaviour=Behaviour(latency_s=_LATENCY_S),
    )
    with start_in_thread(sandbox, sleep=clock.sleep) as served:
        environment = build_environment(TMDB_BASE_URL=served.url, TMDB_TOKEN=Sandbox.TOKEN, CINELAKE_LAKE=keep)
        print_introduction(console, films, served.url, keep)
        try:
            _Demo(console, sandbox, folder, environment).run(films)
        except StepFailedError as error:
            return error.code
        except KeyboardInterrupt:
            console.print("\nInterrupted. Run `cinelake demo` to start again from the beginning.", markup=False)
            return Exit.TRY_AGAIN
    console.print()
    console.rule("[bold]Done", align="left")
    print_conclusion(console, folder.absolute() / DASHBOARD, clock.monotonic() - started)
    return Exit.DONE


@dataclass(slots=True)
class _Demo:
    """The steps: each prints a heading, a sentence or two, and a command with its result."""

    console: Console
    sandbox: Sandbox
    folder: Path
    environment: dict[str, str]
    steps: int = 0

    def run(self, films: int) -> None:
        """Run all steps.

        Raises:
            StepFailedError: a command failed.
        """
        extract = ("extract", *SELECTION, *_RATE)
        self._head("Plan", "Count the titles and estimate the cost before anything is downloaded.")
        self._run("plan", *SELECTION)
        self._head(
            "Extract, and be killed",
            "Download every title of the selection. The demo kills the process in the middle, as a power failure would.",
        )
        self._run_and_kill(int(_KILL_AT * films), *extract)
        self._head("Resume", "The same command continues. It keeps what is stored and downloads only the rest.")
        self._run(*extract, *_TAKE_OVER)
        self._head("Verify", "Read every file again, and compare it with its SHA-256, its manifest and its listing.")
        self._run("verify")
        self._head("Build", "Convert the JSON records into typed tables, and account for every title on the way.")
        self._run("build")
        self._head("Ask", "Query the tables in SQL.")
        for question, statement in QUESTIONS:
            self._say(question)
            self._run("sql", statement)
        self._head("Look", "Write a dashboard: one HTML file that works offline.")
        self._run("dashboard")
        self.sandbox.answer("POST", "/__evolve", {"days": "1"}, {})
        self._head(
            "Refresh, a day later",
            "The demo advances the sandbox by one day: titles change, appear and disappear. A refresh fetches what "
            "changed, and a few of the oldest records.",
        )
        self._run("refresh", *SELECTION, *_RATE, *(("--allow-removals",) if films < _FEW_FILMS else ()))
        self._head("Build and look again", "The tables and the dashboard now show the new day.")
        self._run("build")
        self._run("dashboard")

    def _head(self, title: str, text: str) -> None:
        self.steps += 1
        self.console.print()
        self.console.rule(f"[bold]{self.steps}. {title}", align="left")
        self._say(text)

    def _say(self, text: str) -> None:
        self.console.print(f"\n{text}", markup=False)

    def _run(self, *words: str) -> None:
        """Run a command to its end. The demo says what comes next, so it leaves out the command's own hint."""
        with self._start(words, stderr=subprocess.PIPE) as process:
            for line in process.stderr or ():
                if not line.startswith("next: "):
                    sys.stderr.write(line)
                    sys.stderr.flush()
            code = process.wait()
        if code:
            raise StepFailedError(code)

    def _run_and_kill(self, records: int, *words: str) -> None:
        """Start a command, and kill it when the sandbox has sent so many records; a fast command may end before that."""
        with self._start(words) as process:
            while process.poll() is None and self._count_records() < records:
                with suppress(subprocess.TimeoutExpired):
                    process.wait(_POLL_S)
            code = process.poll()
            process.kill()
        if code:
            raise StepFailedError(code)
        self.console.show_cursor()
        how = "Killed" if code is None else "Done"
        files = sum(1 for _ in self.folder.glob("Raw/**/*.json"))
        self._say(f"{how} after {self._count_records():,} records. The lake has {files:,} files.")

    def _count_records(self) -> int:
        return self.sandbox.meter.report().by_kind.get("movie_detail", 0)

    def _start(self, words: tuple[str, ...], *, stderr: int | None = None) -> "subprocess.Popen[str]":
        self.console.print()
        self.console.print(format_command(words), style="bold cyan", markup=False, soft_wrap=True)
        sys.stdout.flush()
        command = [sys.executable, "-m", "cinelake", *words]
        return subprocess.Popen(  # noqa: S603 - this very program, with words from this file
            command, env=self.environment, stderr=stderr, text=True, errors="replace"
        )
