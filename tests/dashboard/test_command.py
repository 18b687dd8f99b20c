import json
import signal
import socket
import struct
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.support.refine.lakes import build, commit, encode, film

from cinelake.cli.dashboard import dashboard
from cinelake.exit_codes import Exit
from cinelake.lake.local_store import LocalStore

COMMAND = str(Path(sys.executable).with_name("cinelake"))


def run(lake: Path, *words: str) -> Result:
    return CliRunner().invoke(dashboard, ["--lake", str(lake), *words])


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    """A lake with two films, built."""
    store = LocalStore(tmp_path / "films")
    commit(store, "genre-80-2000-2004", [encode([film(1), film(2)])])
    build(store)
    return tmp_path / "films"


def test_the_page_is_written_and_told_with_its_place(lake: Path) -> None:
    result = run(lake)
    assert result.exit_code == 0
    assert ": 2 titles, " in result.stdout
    assert result.stdout.rstrip().endswith(f": {lake}/Dashboard/index.html")
    assert (lake / "Dashboard/index.html").read_text().lower().startswith("<!doctype html>")


def test_json_is_one_document(lake: Path) -> None:
    found = json.loads(run(lake, "--json").stdout)
    size = (lake / "Dashboard/index.html").stat().st_size
    assert (found["file"], found["titles"], found["kept"], found["bytes"]) == ("Dashboard/index.html", 2, 2, size)


def test_nothing_but_the_page_changes_in_the_lake(lake: Path) -> None:
    def look() -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in lake.rglob("*") if path.is_file()}

    before = look()
    run(lake)
    after = look()
    assert after.pop(lake / "Dashboard/index.html")
    assert after == before


def test_where_nothing_was_built_the_error_says_what_to_do(tmp_path: Path) -> None:
    result = run(tmp_path)
    assert result.exit_code == 2
    assert result.output == (
        f"cinelake: lake {tmp_path}: nothing was built yet; expected Trusted and Refined tables; run cinelake build first\n"
    )
    assert not (tmp_path / "Dashboard").exists()


def test_without_duckdb_the_error_names_the_extra(lake: Path) -> None:
    code = (
        "import sys; sys.modules['duckdb'] = None; sys.argv = ['cinelake', 'dashboard', '--lake', sys.argv[1]];"
        "from cinelake.cli.app import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", code, str(lake)], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "cannot start DuckDB" in done.stderr


def test_a_port_without_a_server_is_refused(lake: Path) -> None:
    result = run(lake, "--port", "8000")
    assert result.exit_code == 2
    assert "--port needs --serve" in result.output


def test_a_port_that_is_taken_is_told(lake: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        result = run(lake, "--serve", "--port", str(taken.getsockname()[1]))
    assert result.exit_code == 2
    assert "it cannot be had" in result.output


def test_a_lake_in_a_bucket_is_opened_by_serving_it_only() -> None:
    result = CliRunner().invoke(dashboard, ["--lake", "s3://bucket/films", "--open"])
    assert result.exit_code == 2
    assert 'cannot open a file of "s3://bucket/films"' in result.output
    assert "use --serve --open" in result.output


def fetch(url: str, **headers: str) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as reply:
            return reply.status, reply.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def test_the_page_alone_is_served_on_loopback_alone_until_ctrl_c(lake: Path, clean_environment: dict[str, str]) -> None:
    command = [COMMAND, "dashboard", "--lake", str(lake), "--serve", "--json"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=clean_environment
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        text = ""
        while not text.endswith("\n}\n"):
            line = process.stdout.readline()
            assert line, process.stderr.read()
            text += line
        url = json.loads(text)["url"]
        assert fetch(url) == (200, (lake / "Dashboard/index.html").read_bytes())
        assert fetch(url + "?a=1")[0] == 200
        assert fetch(url + "_cinelake/refined/current.json")[0] == 404
        assert fetch(url + "../_cinelake/refined/current.json")[0] == 404
        assert fetch(url, Host="films.example")[0] == 404
        port = int(url.rstrip("/").rpartition(":")[2])
        assert list_listeners(port) == {"0100007F"}
        leave(port)  # of which nothing is said
        # What Ctrl-C does to it; a shell's background job is deaf to SIGINT itself, and so is what it starts.
        process.send_signal(signal.SIGTERM)
        assert process.wait() == 0
        assert process.stderr.read() == ""


def leave(port: int) -> None:
    """Ask for the page and go away in the middle of it."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # a reset, as of a closed tab
        connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
        connection.recv(1)
    fetch(f"http://127.0.0.1:{port}/")


def list_listeners(port: int) -> set[str]:
    """The addresses, as the system writes them, on which a port of this machine is open."""
    found = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        if not Path(table).exists():
            pytest.skip("needs /proc/net, which tells who listens")
        for entry in Path(table).read_text().splitlines()[1:]:
            local, state = entry.split()[1], entry.split()[3]
            address, _, hexadecimal = local.partition(":")
            if state == "0A" and int(hexadecimal, 16) == port:
                found.add(address)
    return found


def test_a_damaged_table_is_no_table_of_another_release(lake: Path) -> None:
    (file,) = (lake / "Refined/title").rglob("*.parquet")
    file.write_bytes(b"no table")
    result = run(lake)
    assert result.exit_code == Exit.INCOMPLETE
    assert "tables: one cannot be read" in result.output
    assert "run cinelake build" in result.output
