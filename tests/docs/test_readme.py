"""The README's commands are run, in order, and what it shows is what they print.

A block ```sh is run by bash in one folder, with what former blocks exported. A comment before it changes that:
`<!-- runs: background -->` starts it and stops it after the last block; `<!-- runs: no, REASON -->` leaves it out.
A block ```text behind it is compared with what it printed; numbers, dates and the length of runs of blanks may differ.
"""

import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.support.servers import free_port

ROOT = Path(__file__).parent.parent.parent
_BLOCK = re.compile(
    r"(?:<!-- runs: (?P<mark>[^>]*?) -->\n)?```sh\n(?P<code>.*?)```\n(?:\n```text\n(?P<shown>.*?)```\n)?", re.DOTALL
)
_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Block:
    """A block of commands: its mark (empty: run it), the commands, and the output shown behind it."""

    mark: str
    code: str
    shown: str


def read_blocks(text: str) -> list[Block]:
    """The blocks of a page, in order."""
    return [Block(m["mark"] or "", m["code"], m["shown"] or "") for m in _BLOCK.finditer(text)]


def simplify(text: str) -> list[str]:
    """Lines without what differs from run to run."""
    lines = (re.sub(r"[0-9a-f]{8}\b|\d[\d,.]*", "#", line) for line in text.splitlines())
    return [simple for line in lines if (simple := " ".join(line.replace("─", "").split()))]


@pytest.fixture
def background() -> Iterator[list["subprocess.Popen[bytes]"]]:
    started: list[subprocess.Popen[bytes]] = []
    yield started
    for process in started:
        process.terminate()
        process.wait()


def _wait_for(code: str) -> None:
    """Wait until the port that a background block names answers."""
    port = re.search(r"--port (\d+)", code)
    assert port, "a background block names its --port"
    for _ in range(300):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port[1]}/3/configuration", timeout=1).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)  # noqa: TID251 - a process needs its time to start
    raise AssertionError(f"nothing listens on {port[1]}")


def test_the_commands_of_the_readme_do_what_it_shows(
    tmp_path: Path, clean_environment: dict[str, str], background: list["subprocess.Popen[bytes]"]
) -> None:
    blocks = read_blocks((ROOT / "README.md").read_text().replace("8800", str(free_port())))
    assert sum(not block.mark for block in blocks) >= 4
    assert all(block.mark.removeprefix("no").strip(", ") for block in blocks if block.mark.startswith("no"))
    environment = clean_environment | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{clean_environment['PATH']}"}
    exported = tmp_path / ".exported"
    exported.touch()
    for block in blocks:
        if block.mark.startswith("no"):
            continue
        if block.mark == "background":
            background.append(
                subprocess.Popen(
                    ["bash", "-c", f"exec {block.code}"], cwd=tmp_path, env=environment, stdout=subprocess.DEVNULL
                )
            )
            _wait_for(block.code)
            continue
        script = f"set -euo pipefail; source .exported\n{block.code}\nexport -p > .exported"
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
        assert done.returncode == 0, f"{block.code}\n{done.stdout}\n{done.stderr}"
        if block.shown:
            assert simplify(done.stdout) == simplify(block.shown), f"{block.code} printed:\n{done.stdout}"


@pytest.mark.parametrize("page", ["README.md", *(str(p.relative_to(ROOT)) for p in sorted((ROOT / "docs").rglob("*.md")))])
def test_each_link_of_the_documentation_leads_somewhere(page: str) -> None:
    text = (ROOT / page).read_text()
    links = re.findall(r"\]\(([^)#]+)\)", text)
    assert [link for link in links if "://" not in link and not (ROOT / page).parent.joinpath(link).exists()] == []


def test_each_module_that_the_architecture_names_exists_and_each_package_is_told() -> None:
    text = (ROOT / "docs/architecture.md").read_text()
    packages = re.findall(r"^## \d+\. (\w+)", text, flags=re.MULTILINE)
    folders = {path.parent.name for path in (ROOT / "src/cinelake").glob("*/__init__.py")}
    assert set(packages) == folders
    for package, section in zip(packages, re.split(r"^## \d+\. ", text, flags=re.MULTILINE)[1:], strict=True):
        modules = {path.stem for path in (ROOT / "src/cinelake" / package).glob("*.py")}
        named = {
            name for line in re.findall(r"^- (`.*?):", section, flags=re.MULTILINE) for name in re.findall(r"`(\w+)`", line)
        }
        assert named <= modules, package


def test_simplified_lines_differ_in_words_alone() -> None:
    assert simplify(" run   2026-11-24 movie-80-a65eb012\n ─────\n\n") == ["run #-#-# movie-#-#"]
