"""Bad input: one clear message that says what happened, what was expected, and what to do; and nothing is lost."""

import http.server
import json
import threading
from collections.abc import Callable, Iterator

import pytest
from tests.e2e.conftest import Served, Shell
from tests.support.servers import free_port

from cinelake.clock import SystemClock
from cinelake.lake.documents import encode_document
from cinelake.lake.layout import LEASE
from cinelake.lake.lease import Holder

LAKE = ("--lake", "lake")


def _check(shell: Shell, code: int, *said: str, words: tuple[str, ...], **variables: str) -> None:
    done = shell.run(*words, **variables)
    message = done.stderr.strip().splitlines()[-1]
    assert done.returncode == code, done.stderr
    assert message.startswith("cinelake: ")
    assert "Traceback" not in done.stderr
    for part in said:
        assert part in message
    as_json = shell.run(*words, "--json", **variables)
    document = json.loads(as_json.stdout)
    assert document["exit_code"] == as_json.returncode == code
    assert document["error"]["todo"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--genre", "Crme"), ("genre 'Crme'", "no such movie genre", "did you mean Crime (80)")),
        (("--genre", "Guera"), ("War (10752)",)),
        (("--genre", "99999"), ("genre '99999'", "Action (28)")),
        (("--media", "films"), ("--media", "movie or series")),
        (("--from", "2020", "--to", "2019"), ("--from 2020-01-01 is after --to 2019-12-31", "swap the two")),
        (("--from", "yesterday"), ("--from", "'yesterday' is no date", "YYYY-MM-DD")),
        (("--to", "2020-02-30"), ("--to", "no date")),
        (("--run-date", "soon"), ("--run-date", "no date")),
        (("--rate", "0"), ("--rate", "above 0 and at most 50")),
        (("--rate", "-3"), ("--rate",)),
        (("--rate", "nan"), ("--rate",)),
        (("--rate", "fast"), ("--rate",)),
        (("--connections", "0"), ("--connections", "1 to 20")),
        (("--connections", "21"), ("--connections", "1 to 20")),
        (("--append", "credit"), ("part 'credit'", "credits")),
    ],
)
def test_words_that_make_no_sense_are_explained(
    online: tuple[Shell, Served], words: tuple[str, ...], said: tuple[str, ...]
) -> None:
    shell, served = online
    _check(shell, 2, *said, words=("extract", *LAKE, *words))
    assert served.requests == 0
    assert not (shell.folder / "lake").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [(("--deadline", "soon"), "--deadline"), (("--deadline", "0s"), "--deadline"), (("--tolerance", "2"), "--tolerance")],
)
def test_words_of_extract_alone_are_explained(online: tuple[Shell, Served], words: tuple[str, ...], said: str) -> None:
    _check(online[0], 2, said, words=("extract", *LAKE, *words))


def test_a_rate_without_limit_is_for_this_machine_only(shell: Shell) -> None:
    for rate in ("unlimited", "51"):
        words = ("extract", *LAKE, "--rate", rate)
        _check(shell, 2, "--rate", words=words, TMDB_TOKEN="x", TMDB_BASE_URL="https://api.example.org")


def test_no_lake_is_explained(shell: Shell) -> None:
    _check(shell, 2, "lake", "CINELAKE_LAKE", words=("extract",), TMDB_TOKEN="x")
    _check(shell, 2, "there is no such kind of store", words=("status", "--lake", "ftp://x/y"))


def test_no_token_tells_how_to_get_one(shell: Shell) -> None:
    for command in ("plan", "extract"):
        _check(shell, 4, "TMDB_TOKEN", "themoviedb.org", "`cinelake demo` needs none", words=(command, *LAKE))


@pytest.mark.parametrize("variables", [{"TMDB_TOKEN": "wrong"}, {"TMDB_TOKEN": "", "TMDB_API_KEY": "wrong"}])
def test_a_refused_token_is_said_and_never_shown(online: tuple[Shell, Served], variables: dict[str, str]) -> None:
    _check(online[0], 4, "the service refused it (401", words=("extract", *LAKE), **variables)


def test_a_service_that_is_down_is_said_within_seconds(shell: Shell) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    _check(shell, 5, "no good answer", "run the same command again", words=("plan",), TMDB_BASE_URL=url, TMDB_TOKEN="x")


class _Html(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>A captive portal</title>")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
        """Say nothing."""


@pytest.fixture
def html_url() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Html)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_service_that_answers_html_is_no_tmdb(shell: Shell, html_url: str) -> None:
    words = ("extract", *LAKE)
    _check(shell, 5, "is not usable", "<!doctype html>", words=words, TMDB_BASE_URL=html_url, TMDB_TOKEN="x")


def test_a_lake_that_cannot_be_written_is_said_before_anything_is_fetched(online: tuple[Shell, Served]) -> None:
    shell, _ = online
    (shell.folder / "file").write_text("not a folder")
    _check(shell, 5, "a folder that can be written", words=("extract", "--lake", "file/lake"))
    _check(shell, 5, "a folder that can be written", words=("extract", "--lake", "file"))


def test_a_held_lease_says_whose_since_when_and_what_to_do(online: tuple[Shell, Served]) -> None:
    shell, served = online
    now = SystemClock().now()
    path = shell.folder / "lake" / LEASE
    path.parent.mkdir(parents=True)
    path.write_bytes(encode_document(Holder("another-machine/0", 4711, "token", now, now)))
    said = ("process 4711 on another-machine", f"since {now:%Y-%m-%d %H:%M:%S} UTC", "--take-over")
    _check(shell, 75, *said, words=("extract", *LAKE, "--rate", "unlimited"))
    assert served.requests == 0
    assert shell.run("extract", *LAKE, "--rate", "unlimited", "--take-over").returncode == 0


def test_an_unknown_option_is_a_usage_error(shell: Shell) -> None:
    done = shell.run("extract", "--nope")
    assert done.returncode == 2
    assert "--nope" in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("sandbox", "--faults", "nonsense=1"), "--faults"),
        (("sandbox", "--films", "0"), "at least one film"),
        (("sandbox", "--rate", "-1"), "--rate"),
        (("demo", "--films", "0"), "at least one film"),
    ],
)
def test_a_sandbox_that_makes_no_sense_is_explained(shell: Shell, words: tuple[str, ...], said: str) -> None:
    done = shell.run(*words)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_port_that_is_taken_is_said(shell: Shell, serve: Callable[..., Served]) -> None:
    port = serve().running.url.rpartition(":")[2]
    done = shell.run("sandbox", "--port", port, "--films", "10")
    assert done.returncode == 2
    assert "--port 0 picks one" in done.stderr
