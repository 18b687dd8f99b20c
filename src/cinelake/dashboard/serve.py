"""Owns the socket that a page is served from: on loopback only, one page, until it is interrupted.

Invariant: whatever is asked, the answer is the page or that there is no such thing; nothing of the lake beside it is read.
"""

import sys
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from cinelake.errors import UsageError

_HOST: Final = "127.0.0.1"
_NAMES: Final = {_HOST, "localhost"}
_PATHS: Final = {"/", "/index.html"}


def serve_page(page: bytes, port: int, ready: Callable[[str], None]) -> None:
    """Serve a page until Ctrl-C; `ready` is called with its address. Port 0 picks a free one.

    Raises:
        UsageError: the port cannot be had.
    """
    try:
        server = _Server((_HOST, port), _build_handler(page))
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(
            f"port {port}", f"it cannot be had ({reason})", "a free one", "give another with --port"
        ) from error
    with server:
        server.daemon_threads = True
        ready(f"http://{_HOST}:{server.server_port}/")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - as the server has it
        """A browser that leaves in the middle of the page is no error."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


def _build_handler(page: bytes) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """Answers with the page."""

        def do_GET(self) -> None:
            """Give the page."""
            self._answer(has_body=True)

        def do_HEAD(self) -> None:
            """Give the page's headers."""
            self._answer(has_body=False)

        def log_message(self, *_: object) -> None:
            """Say nothing: stdout and stderr are the command's."""

        def _answer(self, *, has_body: bool) -> None:
            # A page of another site may know this port by a name of its own: it is told nothing.
            is_known = self.headers.get("Host", _HOST).partition(":")[0] in _NAMES and self.path.partition("?")[0] in _PATHS
            body = page if is_known else b"no such page\n"
            self.send_response(HTTPStatus.OK if is_known else HTTPStatus.NOT_FOUND)
            self.send_header("Content-Type", f"text/{'html' if is_known else 'plain'}; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            if has_body:
                self.wfile.write(body)

    return Handler
