"""Makes the pictures of the documentation from sandbox data: `python -m tools.pictures`, or `make pictures`.

docs/images/dashboard.png is the top of the dashboard in headless Chromium (needs Playwright and Debian's chromium);
docs/images/run.svg is what a plan and an extraction print at a terminal.
"""

import re
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.terminal_theme import DIMMED_MONOKAI
from rich.text import Text
from tests.support.chromium import launch

from cinelake.clock import SystemClock
from cinelake.sandbox import Catalogue, Sandbox
from cinelake.sandbox.server import start_in_thread

ROOT: Final = Path(__file__).parent.parent
IMAGES: Final = ROOT / "docs" / "images"
_COMMAND: Final = Path(sys.executable).with_name("cinelake")
_TODAY: Final = date(2026, 1, 1)
_FILMS: Final = 6000
_SELECTION: Final = ("--genre", "Crime", "--genre", "War", "--from", "1990")
_COLUMNS: Final = 80
_VIEW: Final = (1280, 1082)
_SETTLE_MS: Final = 1000
_WEB_FONT: Final = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


def run_cinelake(url: str, lake: Path, *words: str) -> str:
    """What a command prints on stdout, with a terminal's colours."""
    variables = {
        "TMDB_BASE_URL": url,
        "TMDB_TOKEN": Sandbox.TOKEN,
        "CINELAKE_LAKE": str(lake),
        "PYTHONPATH": str(ROOT / "src"),
        "COLUMNS": str(_COLUMNS),
        "FORCE_COLOR": "1",
        "TERM": "xterm-256color",
    }
    done = subprocess.run([_COMMAND, *words], env=variables, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout


def draw_run(url: str, lake: Path) -> str:
    """A plan and an extraction at TMDB's rate, as SVG."""
    dated = (*_SELECTION, "--run-date", _TODAY.isoformat())
    with Path("/dev/null").open("w") as nowhere:
        console = Console(record=True, width=_COLUMNS, file=nowhere, force_terminal=True)
        for command in ("plan", "extract"):
            console.print(Text(f"$ cinelake {' '.join((command, *_SELECTION))}", style="bold green"))
            console.print(Text.from_ansi(run_cinelake(url, lake, command, *dated).strip("\n")))
            console.print()
        svg = console.export_svg(title="cinelake", theme=DIMMED_MONOKAI, unique_id="run")
    return "\n".join(line.rstrip() for line in _WEB_FONT.sub("", svg).splitlines()) + "\n"


def draw_dashboard(url: str, lake: Path) -> bytes:
    """The top of the dashboard of every film of the sandbox, as PNG."""
    run_cinelake(url, lake, "extract", "--rate", "unlimited", "--run-date", _TODAY.isoformat())
    run_cinelake(url, lake, "build")
    run_cinelake(url, lake, "dashboard")
    with launch() as browser:
        page = browser.new_page(viewport={"width": _VIEW[0], "height": _VIEW[1]})
        page.goto((lake / "Dashboard" / "index.html").as_uri())
        page.wait_for_selector("html[data-ready]")
        page.click("#panel > summary")  # closes the filters, so that the first charts come into view
        page.wait_for_timeout(_SETTLE_MS)  # charts are drawn when they come into view
        return page.screenshot(animations="disabled")


def main() -> None:
    """Write both pictures."""
    clock = SystemClock()
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="cinelake-pictures-") as folder:
        limited = Sandbox(Catalogue(3000, 0, 1, _TODAY), now=clock.monotonic)
        with start_in_thread(limited, sleep=clock.sleep) as served:
            (IMAGES / "run.svg").write_text(draw_run(served.url, Path(folder, "run")))
        unlimited = Sandbox(Catalogue(_FILMS, 0, 1, _TODAY), now=clock.monotonic, rate=0)
        with start_in_thread(unlimited, sleep=clock.sleep) as served:
            (IMAGES / "dashboard.png").write_bytes(draw_dashboard(served.url, Path(folder, "films")))


if __name__ == "__main__":
    main()
