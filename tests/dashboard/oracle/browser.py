"""Open dashboards in a browser, and read values from them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.support.chromium import DESK
from tests.support.tmdb.virtual import VirtualClock

from cinelake.dashboard.writer import DASHBOARD, build_dashboard
from cinelake.lake.store import Store

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, ViewportSize

Open = Callable[..., "Page"]


def draw(store: Store, folder: Path, name: str = "index") -> Path:
    """Write the dashboard of a lake to a file."""
    build_dashboard(store, VirtualClock())
    stored = store.read(DASHBOARD)
    assert stored is not None
    file = folder / f"{name}.html"
    file.write_bytes(stored.data)
    return file


@contextmanager
def watch(browser: "Browser") -> Iterator[Open]:
    """Open pages. At the end, check that the console is empty and that only the files themselves were requested."""
    messages: list[str] = []
    requested: set[str] = set()
    opened: set[str] = set()
    context = browser.new_context(locale="en-US", accept_downloads=True)

    def start(file: Path, state: str = "", *, scheme: str = "light", viewport: "ViewportSize" = DESK) -> "Page":
        page = context.new_page()
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        page.set_viewport_size(viewport)
        page.on("console", lambda message: messages.append(message.text))
        page.on("pageerror", lambda error: messages.append(str(error)))
        page.on("request", lambda request: None if request.url.startswith("blob:") else requested.add(request.url))
        opened.add(file.as_uri())
        page.goto(file.as_uri() + state)
        page.locator("html[data-ready]").wait_for(state="attached")
        return page

    yield start
    context.close()
    assert messages == []
    assert {url.partition("#")[0] for url in requested} <= opened


def selected(page: "Page") -> int:
    """The number of selected titles on the page."""
    return int(page.locator("#figure-titles").get_attribute("data-value") or -1)


def figures(page: "Page", card: str) -> list[dict[str, Any]]:
    """The rows of a card's table: key, part, n, and value if there is one."""
    page.evaluate("cine.board.drawAll()")
    article = page.locator(f"#card-{card}")
    if not article.locator("table").count():
        article.locator(".toggle").click()
    rows: list[dict[str, Any]] = article.locator("tbody tr").evaluate_all(
        "all => all.map(row => ({key: row.dataset.key, part: row.dataset.part ?? null, n: Number(row.dataset.n),"
        " label: row.querySelector('th').textContent, value: row.dataset.value ? Number(row.dataset.value) : null}))"
    )
    return rows
