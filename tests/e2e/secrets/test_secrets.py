"""No secret is in any output, log or file of the lake, nor in a URL where a header is enough."""

import gzip
import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.e2e.conftest import Done, Serve, Shell, finish
from tests.support.servers import free_port

from cinelake.sandbox import Sandbox
from cinelake.sandbox.api.daily_exports import EXPORTS

CREDENTIALS = {
    "token": {"TMDB_TOKEN": Sandbox.TOKEN},
    "key": {"TMDB_TOKEN": "", "TMDB_API_KEY": Sandbox.KEY},
}
SECRETS = (*Sandbox.TOKEN.split("."), Sandbox.KEY)
FAULTS = "reset=.05,truncate=.05,garbage=.05,e500=.05,poison=1,gone=1"
EXTRACT = ("extract", "--append", "none", "--rate", "unlimited", "--verbose", "--json")


def _run_all(shell: Shell, each: dict[str, dict[str, str]]) -> dict[str, Done]:
    """Run an extraction for each set of variables at the same time, into a lake of its own."""
    started = {name: shell.start(*EXTRACT, "--lake", f"lake-{name}", **variables) for name, variables in each.items()}
    return {name: finish(process) for name, process in started.items()}


def _read_text(path: Path) -> str:
    """The text of a file, decompressed if it is a gzip file."""
    data = path.read_bytes()
    return (gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data).decode()


def _has_secret(text: str) -> bool:
    return any(secret in text for secret in SECRETS)


def _find_secrets(shell: Shell, said: dict[str, Done]) -> list[str]:
    """The outputs and files that contain a secret."""
    texts = {f"stdout of {name}": done.stdout for name, done in said.items()}
    texts |= {f"stderr of {name}": done.stderr for name, done in said.items()}
    texts |= {str(path): _read_text(path) for path in shell.folder.rglob("*") if path.is_file()}
    return [place for place, text in texts.items() if _has_secret(text)]


def test_run_through_faults_hides_its_credentials(shell: Shell, serve: Serve) -> None:
    shell.point_at(serve(30, faults=FAULTS))
    formats = {"token": "json", "key": "plain"}
    said = _run_all(shell, {kind: {**CREDENTIALS[kind], "CINELAKE_LOG": form} for kind, form in formats.items()})
    assert {done.returncode for done in said.values()} == {3}  # the film whose request always fails is quarantined
    assert all("record_quarantined" in done.stderr for done in said.values())
    assert len(list(shell.folder.glob("lake-*/Raw"))) == 2
    assert _find_secrets(shell, said) == []


@pytest.mark.parametrize(("kind", "is_in_addresses"), [("token", False), ("key", True)])
def test_token_is_sent_in_the_header_only(shell: Shell, serve: Serve, kind: str, is_in_addresses: bool) -> None:
    served = serve(60)
    shell.point_at(served)
    assert shell.extract(**CREDENTIALS[kind]).returncode == 0
    exports = [address for address in served.sandbox.asked if address.startswith(EXPORTS)]
    api = [address for address in served.sandbox.asked if address not in exports]
    assert exports
    assert len(api) == served.requests > 50
    assert {_has_secret(address) for address in api} == {is_in_addresses}  # a v3 key is taken nowhere else
    assert not any(_has_secret(address) for address in exports)  # they are public files of another host


class _Echo(http.server.BaseHTTPRequestHandler):
    """A proxy that repeats the request in a page of its own."""

    status = 200

    def do_GET(self) -> None:
        self.send_response(self.status)
        self.end_headers()
        self.wfile.write(f"{self.path} {self.headers['Authorization']}: not allowed".encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
        """Log nothing."""


@contextmanager
def _echo(status: int) -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), type("_EchoOf", (_Echo,), {"status": status}))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_failures_hide_credentials_that_a_server_repeats(shell: Shell) -> None:
    token, key = CREDENTIALS["token"], CREDENTIALS["key"]
    down = f"http://127.0.0.1:{free_port()}"
    with _echo(200) as page, _echo(400) as refusal, _echo(401) as no:
        cases = {
            "page-token": (token, page, 5),
            "page-key": (key, page, 5),
            "refusal-key": (key, refusal, 5),
            "no-key": (key, no, 4),
            "down-key": (key, down, 5),
        }
        said = _run_all(shell, {name: {**each, "TMDB_BASE_URL": url} for name, (each, url, _) in cases.items()})
    assert {name: done.returncode for name, done in said.items()} == {name: code for name, (_, _, code) in cases.items()}
    assert _find_secrets(shell, said) == []
