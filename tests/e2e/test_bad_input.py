"""Errors of services, files and other processes, as users cause them. The messages are snapshots in tests/snapshots/errors.

Errors in a command line or in the environment: tests/unit/cli/test_usage_errors.py.
"""

import http.server
import json
import os
import re
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from tests.e2e.conftest import Done, Serve, Served, Shell, finish
from tests.support.servers import free_port
from tests.support.snapshots import Snapshots
from tests.support.transcripts import Case, Transcript, format_parts, read_error
from tests.support.unfolding import unfold

from cinelake.clock import SystemClock
from cinelake.lake.documents import encode_document
from cinelake.lake.keys import LEASE
from cinelake.lake.lease import Holder
from cinelake.lake.stores.local_store import LocalStore

CREDENTIALS = (
    Case("extract", 4, {"TMDB_TOKEN": "wrong"}),
    Case("extract", 4, {"TMDB_TOKEN": "", "TMDB_API_KEY": "wrong"}),
)
SANDBOX = (
    Case("sandbox --faults nonsense=1"),
    Case("sandbox --port 70000"),
    Case("demo --films 0"),
    Case("demo --keep full"),
)


def _read_error(case: Case, done: Done) -> str:
    assert done.returncode == case.code, done.stderr
    return read_error(done.stdout, done.stderr, case.code)


def test_credential_errors(online: tuple[Shell, Served], snapshots: Snapshots) -> None:
    shell, _ = online
    transcript = Transcript(shell.folder)
    for case in CREDENTIALS:
        transcript.add(case, _read_error(case, shell.run(case.words, "--json", **case.variables)))
    snapshots.check("errors/credentials", transcript.text)
    assert not list(shell.lake.glob("Raw"))


def test_errors_of_files(shell: Shell, snapshots: Snapshots) -> None:
    (shell.folder / "notes.csv").write_text("not a table of films\n")
    transcript = Transcript(shell.folder)
    done = shell.run("ingest", "missing.csv", "notes.csv", "--json")
    assert done.returncode == 2
    for file in json.loads(done.stdout)["files"]:
        message = format_parts(file["error"])
        assert message in done.stderr
        transcript.add(Case(f"ingest {file['file']}"), message)
    snapshots.check("errors/files", transcript.text)
    assert [path.name for path in shell.folder.iterdir()] == ["notes.csv"]


def test_errors_of_the_sandbox(shell: Shell, serve: Serve, snapshots: Snapshots) -> None:
    (shell.folder / "full").mkdir()
    (shell.folder / "full" / "file").touch()
    taken = serve(films=10).running.url.rpartition(":")[2]
    transcript = Transcript(shell.folder)
    for case in (*SANDBOX, Case(f"sandbox --films 10 --port {taken}")):
        done = shell.run(*case.words.split())
        assert (done.returncode, done.stdout) == (case.code, "")
        transcript.add(Case(case.words.replace(taken, "PORT")), done.stderr.replace(taken, "PORT"))
    snapshots.check("errors/sandbox", transcript.text)


class _Html(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>A captive portal</title>")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
        """Log nothing."""


@pytest.fixture
def html_url() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Html)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_address_without_tmdb_is_reported_within_seconds(shell: Shell, html_url: str, snapshots: Snapshots) -> None:
    urls = {"down": f"http://127.0.0.1:{free_port()}", "html": html_url}
    started = {
        name: shell.start("extract", "--json", "--lake", name, TMDB_BASE_URL=url, TMDB_TOKEN="x")
        for name, url in urls.items()
    }
    transcript = Transcript(shell.folder)
    for name, process in started.items():
        case = Case(f"extract --lake {name}", 5)
        message = _read_error(case, finish(process))
        waited = re.search(r"for (\d+) s", message)
        assert waited is not None
        assert int(waited[1]) <= 10
        transcript.add(case, message)
    snapshots.check("errors/tmdb", transcript.text)


def test_a_held_lease_names_its_holder(online: tuple[Shell, Served], snapshots: Snapshots) -> None:
    shell, served = online
    now = SystemClock().now()
    path = shell.lake / LEASE
    path.parent.mkdir(parents=True)
    path.write_bytes(encode_document(Holder("another-machine/0", 4711, "token", now - timedelta(hours=2), now)))
    transcript = Transcript(shell.folder)
    for case in (Case("plan", 75), Case("extract", 75)):
        transcript.add(case, _read_error(case, shell.run(case.words, "--json")))
    snapshots.check("errors/lease", transcript.text)
    assert served.requests == 0
    assert shell.extract("--genre", "War", "--take-over").returncode == 0
    assert not path.exists()


@pytest.mark.parametrize("key", ["manifests", "listings"])
@pytest.mark.parametrize("is_folded", [False, True], ids=["loose", "folded"])
def test_a_damaged_document_is_named_with_what_to_do(online: tuple[Shell, Served], key: str, *, is_folded: bool) -> None:
    shell, _ = online
    shell.extract("--genre", "War")
    if not is_folded:
        unfold(LocalStore(shell.lake))
    damaged = next((shell.lake / "_cinelake" / key).rglob("*.folded-*.json.gz" if is_folded else "*.json"))
    damaged.write_bytes(damaged.read_bytes()[:40])
    found = shell.run("verify", "--json")
    assert found.returncode == 3
    problem = next(p for p in json.loads(found.stdout)["problems"] if p["kind"] == f"damaged {key.removesuffix('s')}")
    assert problem["where"] == damaged.relative_to(shell.lake).as_posix()
    assert "remove" in problem["detail"]


def test_a_lease_that_cannot_be_read_blocks_nothing(online: tuple[Shell, Served]) -> None:
    shell, _ = online
    for text in (
        b"\xff",
        b"{",
        b'{"host":"x","pid":1,"token":"t","since":"2026-01-01T00:00:00","renewed_at":"2026-01-01T00:00:00"}',
    ):
        (shell.lake / "_cinelake").mkdir(parents=True, exist_ok=True)
        (shell.lake / "_cinelake" / "lease.json").write_bytes(text)
        assert shell.extract("--genre", "War", "--fresh", "--lake", str(shell.lake)).returncode == 0
        for report in shell.lake.rglob("report.json"):
            report.unlink()


FOREIGN = (
    "_cinelake/runs/foo/2024-99-99/plan.json",
    "_cinelake/manifests/Movies/2026/13/45/x.1.json",
    "Raw/TMDB/JSON/Movies/2026/13/45/genre-80-2020-2024-1.json",
    "Raw/TMDB/JSON/Movies/2026/01/02/genre-80-2020-2024-99999999999999999999.json",
)


def test_foreign_files_break_nothing_and_verify_names_those_in_raw(online: tuple[Shell, Served]) -> None:
    shell, _ = online
    assert shell.extract("--genre", "War").returncode == 0
    for name in FOREIGN:
        (shell.lake / name).parent.mkdir(parents=True, exist_ok=True)
        (shell.lake / name).write_text("{}")
    Path(os.fsdecode(os.fsencode(str(shell.lake / "Raw/TMDB/JSON")) + b"/\xff.json")).write_text("{}")
    assert shell.run("status", "--json").returncode == 0
    assert shell.run("report", "--output", "run.html").returncode == 0
    done = shell.run("verify", "--json")
    assert done.returncode == 3
    problems = json.loads(done.stdout)["problems"]
    assert {problem["kind"] for problem in problems} == {"unknown object"}
    assert len(problems) == 3
