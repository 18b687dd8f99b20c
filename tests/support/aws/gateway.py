"""A gateway between moto's interpreter of state machines and the functions.

moto runs state machines, but its Lambda only echoes. Its interpreter is configured to send each call to this gateway,
which passes invocations to the emulator and everything else back to moto.
"""

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

_SECONDS = 300
_FUNCTIONS = "/2015-03-31/functions/"


class Gateway(ThreadingHTTPServer):
    """Listens on a port; `invoked` and `failed` record the invocations."""

    daemon_threads = True

    def __init__(self, moto_url: str, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.moto_url = moto_url
        self.functions: dict[str, str] = {}
        self.invoked: list[str] = []
        self.failed: list[str] = []


class _Handler(BaseHTTPRequestHandler):
    server: Gateway

    def _pass(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        name = unquote(self.path.removeprefix(_FUNCTIONS)).rpartition("/")[0].rpartition(":")[2]
        if self.path.startswith(_FUNCTIONS) and name in self.server.functions:
            self.server.invoked.append(name)
            self._invoke(self.server.functions[name], body)
        else:
            self._forward(body)

    do_GET = do_POST = do_PUT = do_DELETE = _pass  # noqa: N815 - the names of the base class

    def _invoke(self, url: str, body: bytes) -> None:
        with urllib.request.urlopen(urllib.request.Request(url, body, method="POST"), timeout=_SECONDS) as reply:
            text = reply.read()
        document, is_error = parse_invocation(text)
        if is_error:
            self.server.failed.append(json.loads(document)["errorType"])
        self._reply(200, document, {"X-Amz-Function-Error": "Unhandled"} if is_error else {})

    def _forward(self, body: bytes) -> None:
        headers = {
            name: value for name, value in self.headers.items() if name.lower() not in {"content-length", "connection"}
        }
        request = urllib.request.Request(self.server.moto_url + self.path, body or None, headers, method=self.command)
        try:
            with urllib.request.urlopen(request, timeout=_SECONDS) as reply:
                self._reply(reply.status, reply.read(), dict(reply.headers))
        except urllib.error.HTTPError as error:
            self._reply(error.code, error.read(), dict(error.headers))

    def _reply(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            if name.lower().startswith(("content-type", "x-amz")):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
        """Log nothing."""


def parse_invocation(text: bytes) -> tuple[bytes, bool]:
    """The answer as AWS returns it, and whether it is an error; the emulator reports a time-out as plain text."""
    try:
        document = json.loads(text)
    except ValueError:
        error = {"errorType": "Sandbox.Timedout", "errorMessage": text.decode(errors="replace")}
        return json.dumps(error).encode(), True
    return text, isinstance(document, dict) and "errorType" in document


@contextmanager
def start_gateway(moto_url: str, port: int) -> Iterator[Gateway]:
    """Run a gateway until the block ends."""
    gateway = Gateway(moto_url, port)
    thread = threading.Thread(target=gateway.serve_forever)
    thread.start()
    try:
        yield gateway
    finally:
        gateway.shutdown()
        thread.join()
        gateway.server_close()
