"""Serve the dashboard on the loopback interface until Ctrl-C.

Invariant: every request is answered with the page or with 404, and no other object of the lake is read.
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
    """Serve a page until Ctrl-C, and call `ready` with its address once it is available. Port 0 selects a free port.

    Raises:
        UsageError: the port is not available.
    """
    try:
        server = _Server((_HOST, port), _build_handler(page))
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(
            f"cannot listen on port {port}", cause=reason, hint="choose another port with --port, or leave it out"
        ) from error
    with server:
        server.daemon_threads = True
        ready(f"http://{_HOST}:{server.server_port}/")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - the signature of the base class
        """Ignore browsers that disconnect while they load the page."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


def _build_handler(page: bytes) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """Answer requests with the page."""

        def do_GET(self) -> None:
            """Send the page."""
            self._answer(has_body=True)

        def do_HEAD(self) -> None:
            """Send the headers of the page."""
            self._answer(has_body=False)

        def log_message(self, *_: object) -> None:
            """Log nothing: stdout and stderr are for the command."""

        def _answer(self, *, has_body: bool) -> None:
            # Against DNS rebinding: a page of another site may reach this port under its own host name, and gets no data.
            is_known = self.headers.get("Host", _HOST).partition(":")[0] in _NAMES and self.path.partition("?")[0] in _PATHS
            body = page if is_known else b"not found\n"
            self.send_response(HTTPStatus.OK if is_known else HTTPStatus.NOT_FOUND)
            self.send_header("Content-Type", f"text/{'html' if is_known else 'plain'}; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            if has_body:
                self.wfile.write(body)

    return Handler
