"""Runs the shell blocks of a page of the documentation, and renews the output that the page shows.

`python -m tools.doc_blocks README.md docs/tutorial.md` runs these pages and writes what their blocks print into them.

A block ```sh is run by bash in a temporary folder, with the variables that earlier blocks exported. TMDB_BASE_URL points
to a sandbox. A comment before a block changes that: `<!-- runs: background -->` starts the block and stops it at the end
of the page; `<!-- runs: no, REASON -->` skips it. A block ```text behind it shows what it printed on stdout.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.servers import free_port

from cinelake.clock import SystemClock
from cinelake.sandbox import Catalogue, Sandbox
from cinelake.sandbox.server import start_in_thread

ROOT = Path(__file__).parent.parent
_BLOCK = re.compile(
    r"(?:<!-- runs: (?P<mark>[^>]*?) -->\n)?```sh\n(?P<code>.*?)```\n(?:\n```text\n(?P<shown>.*?)```\n)?", re.DOTALL
)
_NOWHERE = (-1, -1)
_PORT = "8800"
_SECONDS = 120
_FILMS = 3000


@dataclass(frozen=True, slots=True)
class Block:
    """A block of commands: its marker (empty: run it), the commands, the output shown after it, and its position."""

    mark: str
    code: str
    shown: str
    shown_at: tuple[int, int]

    @property
    def is_skipped(self) -> bool:
        """Whether the page says that the block cannot be run, and why."""
        return self.mark.startswith("no")

    @property
    def is_background(self) -> bool:
        """Whether the block runs beside those that follow."""
        return self.mark == "background"

    @property
    def has_output(self) -> bool:
        """Whether the page shows what the block prints."""
        return self.shown_at != _NOWHERE


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a block printed, and its exit code."""

    block: Block
    code: int
    stdout: str
    stderr: str


def read_blocks(text: str) -> list[Block]:
    """The blocks of a page, in order."""
    return [Block(m["mark"] or "", m["code"], m["shown"] or "", m.span("shown")) for m in _BLOCK.finditer(text)]


def run_page(text: str, folder: Path, environment: Mapping[str, str]) -> Iterator[Outcome]:
    """Run the blocks of a page in `folder`, one after the other; stops after the first one that fails."""
    port = str(free_port())
    exported = folder / ".exported"
    exported.touch()
    background: list[subprocess.Popen[bytes]] = []
    path = f"{Path(sys.executable).parent}{os.pathsep}{environment.get('PATH', '')}"
    try:
        with _serve_sandbox() as variables:
            known = {**environment, **variables, "PATH": path}
            for block in read_blocks(text):
                code = block.code.replace(_PORT, port)
                if block.is_skipped:
                    continue
                if block.is_background:
                    background.append(_start(code, folder, known))
                    _wait_for_port(port)
                    continue
                outcome = _run(code, folder, known)
                yield Outcome(block, outcome.returncode, outcome.stdout.replace(port, _PORT), outcome.stderr)
                if outcome.returncode:
                    return
    finally:
        for process in background:
            process.terminate()
            process.wait()


def update_page(path: Path, environment: Mapping[str, str]) -> bool:
    """Write what the blocks of a page print into it. Whether every block succeeded."""
    text = path.read_text()
    with tempfile.TemporaryDirectory(prefix="cinelake-docs-") as folder:
        outcomes = list(run_page(text, Path(folder), environment))
    for outcome in reversed(outcomes):
        if outcome.code:
            sys.stderr.write(f"{path}: exit code {outcome.code} from\n{outcome.block.code}{outcome.stderr}")
        elif outcome.block.has_output:
            begin, end = outcome.block.shown_at
            text = text[:begin] + _trim(outcome.stdout) + text[end:]
    path.write_text(text)
    return not any(outcome.code for outcome in outcomes)


def _trim(output: str) -> str:
    """Output without blanks at the ends of lines, with single blank lines, and with none at both ends."""
    lines = "\n".join(line.rstrip() for line in output.splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines).strip("\n") + "\n"


@contextmanager
def _serve_sandbox() -> Iterator[dict[str, str]]:
    """Serve a sandbox of today, and hand out the variables that point to it."""
    clock = SystemClock()
    catalogue = Catalogue(_FILMS, 0, 1, clock.now().date())
    with start_in_thread(Sandbox(catalogue, now=clock.monotonic), sleep=clock.sleep) as served:
        yield {"TMDB_BASE_URL": served.url, "TMDB_TOKEN": Sandbox.TOKEN}


def _run(code: str, folder: Path, environment: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
    script = f"set -euo pipefail; source .exported\n{code}\nexport -p > .exported"
    return subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )


def _start(code: str, folder: Path, environment: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(["bash", "-c", f"exec {code}"], cwd=folder, env=environment, stdout=subprocess.DEVNULL)


def _wait_for_port(port: str) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/3/configuration", timeout=1).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(f"nothing listens on port {port}; a background block must name --port {_PORT}")


def main() -> int:
    """Renew the pages that are named."""
    cleaned = {name: value for name, value in os.environ.items() if not name.startswith(("TMDB_", "CINELAKE_", "AWS_"))}
    done = [update_page(ROOT / name, cleaned) for name in sys.argv[1:]]
    return 0 if all(done) else 1


if __name__ == "__main__":
    sys.exit(main())
