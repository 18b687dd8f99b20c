"""Bad input: one clear message that says what happened, what was expected, and what to do; and nothing is lost."""

import http.server
import json
import os
import re
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from tests.e2e.conftest import Done, Serve, Served, Shell, finish, open_shell
from tests.support.servers import free_port

from cinelake.clock import SystemClock
from cinelake.lake.documents import encode_document
from cinelake.lake.keys import LEASE
from cinelake.lake.lease import Holder


def _check(done: Done, code: int, *said: str) -> None:
    """The message is on stderr, and in parts in the one JSON document on stdout (the command ran with --json)."""
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    message = done.stderr.strip().splitlines()[-1]
    assert message.startswith("cinelake: ")
    for part in said:
        assert part in message
    document = json.loads(done.stdout)
    assert document["exit_code"] == code
    assert all(document["error"][part] in message for part in ("thing", "happened", "expected", "todo"))
    assert document["error"]["todo"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--genre", "Crme"), ('unknown genre "Crme"', "did you mean Crime (80)")),
        (("--from", "2020", "--to", "2019"), ("--from 2020-01-01 is after --to 2019-12-31", "swap the two")),
        (("--from", "yesterday"), ('invalid --from "yesterday"', "YYYY-MM-DD")),
        (("--rate", "0"), ('invalid --rate "0"', "from 0.1 to 50")),
        (("--append", "credit"), ('unknown part "credit"', "credits")),
        (("--deadline", "soon"), ("--deadline", "14m")),
    ],
)
def test_words_that_make_no_sense_are_explained(
    online: tuple[Shell, Served], words: tuple[str, ...], said: tuple[str, ...]
) -> None:
    shell, served = online
    _check(shell.run("extract", "--json", *words), 2, *said)
    assert served.requests == 0
    assert not shell.lake.exists()


def test_without_json_stdout_stays_empty(shell: Shell) -> None:
    done = shell.run("plan", "--genre", "Crme")
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("words", [("extract", "--nope"), ("nope",)])
def test_words_that_no_command_has_are_explained(shell: Shell, words: tuple[str, ...]) -> None:
    done = shell.run(*words, "--json")
    assert done.returncode == 2
    assert words[-1] in done.stderr
    assert "--help" in done.stderr
    document = json.loads(done.stdout)
    assert document["exit_code"] == 2
    assert words[-1] in document["error"]["happened"]


def test_a_rate_without_limit_is_for_this_machine_only(shell: Shell) -> None:
    words = ("extract", "--json", "--rate", "unlimited")
    _check(shell.run(*words, TMDB_TOKEN="x"), 2, "--rate", "TMDB limits the rate", "a sandbox on this machine")


def test_no_lake_is_explained(shell: Shell) -> None:
    _check(shell.run("extract", "--json", TMDB_TOKEN="x", CINELAKE_LAKE=""), 2, "--lake ./lake", "CINELAKE_LAKE")
    _check(shell.run("status", "--json", "--lake", "ftp://x/y"), 2, "there is no such kind of store")


def test_a_lake_that_is_not_there_is_no_sound_one(shell: Shell) -> None:
    said = (str(shell.folder / "lkae"), "there is no run in it", "check --lake")
    _check(shell.run("verify", "--json", "--lake", "lkae"), 3, *said)
    status = shell.run("status", "--lake", "lkae")
    assert f"{shell.folder / 'lkae'}: nothing here yet" in status.stdout
    assert not (shell.folder / "lkae").exists()


@pytest.mark.parametrize("command", ["plan", "extract"])
def test_no_token_tells_how_to_get_one(shell: Shell, command: str) -> None:
    said = ("TMDB_TOKEN", "themoviedb.org under Settings > API", "`cinelake demo` needs none")
    _check(shell.run(command, "--json"), 4, *said)
    assert not shell.lake.exists()


@pytest.mark.parametrize("variables", [{"TMDB_TOKEN": "wrong"}, {"TMDB_TOKEN": "", "TMDB_API_KEY": "wrong"}])
def test_a_refused_token_is_said(online: tuple[Shell, Served], variables: dict[str, str]) -> None:
    said = ("TMDB refused the token (401", "check it at themoviedb.org")
    _check(online[0].run("extract", "--json", **variables), 4, *said)


class _Html(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>A captive portal</title>")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
        """Say nothing."""


@pytest.fixture(scope="module")
def html_url() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Html)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def unreachable(html_url: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Done]:
    """What is said of services that are none; asked at the same time, since each is given some seconds."""
    urls = {"down": f"http://127.0.0.1:{free_port()}", "html": html_url}
    with open_shell(tmp_path_factory.mktemp("unreachable")) as shell:
        started = {
            name: shell.start("extract", "--json", "--lake", name, TMDB_BASE_URL=url, TMDB_TOKEN="x")
            for name, url in urls.items()
        }
        return {name: finish(process) for name, process in started.items()}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("down", ("run the same command again", "TMDB_BASE_URL if it is set")),
        ("html", ("invalid body", "<!doctype html>", "TMDB_BASE_URL if it is set")),
    ],
)
def test_a_service_that_is_none_is_said_soon(unreachable: dict[str, Done], name: str, said: tuple[str, ...]) -> None:
    _check(unreachable[name], 5, *said)
    waited = re.search(r"no valid response from TMDB for (\d+) s", unreachable[name].stderr)
    assert waited is not None
    assert int(waited[1]) <= 10


@pytest.mark.parametrize("lake", ["file", "file/lake"])
def test_a_lake_that_cannot_be_written_is_said_before_anything_is_fetched(online: tuple[Shell, Served], lake: str) -> None:
    shell, served = online
    (shell.folder / "file").write_text("not a folder")
    _check(
        shell.run("extract", "--json", "--lake", lake),
        5,
        "a folder that can be read and written",
        str(shell.folder / "file"),
    )
    assert served.requests == 0
    assert (shell.folder / "file").read_text() == "not a folder"


def test_a_held_lease_says_whose_since_when_and_what_to_do(online: tuple[Shell, Served]) -> None:
    shell, served = online
    now = SystemClock().now()
    path = shell.lake / LEASE
    path.parent.mkdir(parents=True)
    path.write_bytes(encode_document(Holder("another-machine/0", 4711, "token", now - timedelta(hours=2), now)))
    since = f"since {now - timedelta(hours=2):%Y-%m-%d %H:%M:%S} UTC"
    for command in ("plan", "extract"):
        _check(shell.run(command, "--json"), 75, "process 4711 on another-machine", since, "--take-over")
    assert served.requests == 0
    assert shell.extract("--genre", "War", "--take-over").returncode == 0
    assert not path.exists()


@pytest.mark.parametrize("key", ["manifests", "listings"])
def test_a_damaged_document_is_named_with_what_to_do(online: tuple[Shell, Served], key: str) -> None:
    shell, _ = online
    shell.extract("--genre", "War")
    damaged = next((shell.lake / "_cinelake" / key).rglob("*.json"))
    damaged.write_bytes(damaged.read_bytes()[:40])
    found = shell.run("verify", "--json")
    assert found.returncode == 3
    problem = next(p for p in json.loads(found.stdout)["problems"] if p["kind"] == f"damaged {key.removesuffix('s')}")
    assert problem["where"] == damaged.relative_to(shell.lake).as_posix()
    assert "remove" in problem["detail"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("sandbox", "--faults", "nonsense=1"), "--faults"),
        (("demo", "--films", "0"), "at least one film"),
    ],
)
def test_a_sandbox_that_makes_no_sense_is_explained(shell: Shell, words: tuple[str, ...], said: str) -> None:
    done = shell.run(*words)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_port_that_is_taken_is_said(shell: Shell, serve: Serve) -> None:
    port = serve(films=10).running.url.rpartition(":")[2]
    done = shell.run("sandbox", "--port", port, "--films", "10")
    assert done.returncode == 2
    assert "--port 0 picks one" in done.stderr


def test_a_demo_cannot_be_kept_in_a_file(shell: Shell) -> None:
    Path(shell.folder / "file").write_text("not a folder")
    done = shell.run("demo", "--films", "20", "--keep", "file")
    assert done.returncode == 2
    assert "expected a folder that is new or empty" in done.stderr


@pytest.mark.parametrize(
    "url", ["no address", "127.0.0.1:8800", "localhost:8800", "ftp://127.0.0.1", "http://", "http://[::1", "http://x:99999"]
)
def test_an_address_that_is_none_is_said_at_once(shell: Shell, url: str) -> None:
    done = shell.run("plan", "--json", TMDB_BASE_URL=url, TMDB_TOKEN="x")
    _check(done, 2, "TMDB_BASE_URL", "an address such as http://127.0.0.1:8800")


@pytest.mark.parametrize(
    ("lake", "said"),
    [
        ("file://./lake", "stands where a machine's name does"),
        ("file://lake", "stands where a machine's name does"),
        ("s3://bucket/films?x", "it has a ? or a #"),
        ("s3://bucket/a//b", "an empty part"),
        ("s3://bucket/a/../b", "an empty part, or a dot"),
        ("memory://", "it would end with this command"),
    ],
)
def test_a_lake_whose_address_means_something_else_is_refused(online: tuple[Shell, Served], lake: str, said: str) -> None:
    shell, served = online
    _check(shell.run("extract", "--json", "--lake", lake), 2, said)
    assert served.requests == 0
    assert sorted(path.name for path in shell.folder.iterdir()) == []


def test_an_endpoint_that_is_no_address_is_refused(online: tuple[Shell, Served]) -> None:
    shell, _ = online
    done = shell.run("extract", "--json", "--lake", "s3://bucket/films", AWS_ENDPOINT_URL="127.0.0.1:9000")
    _check(done, 2, "AWS_ENDPOINT_URL", "begins with http:// or https://")


@pytest.mark.parametrize("command", ["plan", "extract"])
@pytest.mark.parametrize("day", ["0900-01-01", "2100-01-01"])
def test_a_run_date_that_no_run_can_have_is_refused(online: tuple[Shell, Served], command: str, day: str) -> None:
    shell, served = online
    _check(shell.run(command, "--json", "--run-date", day), 2, "--run-date", "is no day of a run")
    assert served.requests == 0


def test_a_lease_that_cannot_be_read_is_nobodys(online: tuple[Shell, Served]) -> None:
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


def test_foreign_files_break_nothing_and_those_in_raw_are_named(online: tuple[Shell, Served]) -> None:
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
