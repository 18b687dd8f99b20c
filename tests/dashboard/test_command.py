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
from cinelake.lake.stores.local_store import LocalStore

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


def test_the_page_is_written_and_its_path_printed(lake: Path) -> None:
    result = run(lake)
    assert result.exit_code == 0
    assert ": 2 titles, " in result.stdout
    assert result.stdout.rstrip().endswith(f": {lake}/Dashboard/index.html")
    assert (lake / "Dashboard/index.html").read_text().lower().startswith("<!doctype html>")


def test_json_output_is_one_document(lake: Path) -> None:
    found = json.loads(run(lake, "--json").stdout)
    size = (lake / "Dashboard/index.html").stat().st_size
    assert (found["file"], found["titles"], found["kept"], found["bytes"]) == ("Dashboard/index.html", 2, 2, size)


def test_only_the_page_changes_in_the_lake(lake: Path) -> None:
    def look() -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in lake.rglob("*") if path.is_file()}

    before = look()
    run(lake)
    after = look()
    assert after.pop(lake / "Dashboard/index.html")
    assert after == before


def test_a_lake_without_tables_is_refused(tmp_path: Path) -> None:
    result = run(tmp_path)
    assert result.exit_code == 2
    assert f'no tables in lake "{tmp_path}"' in result.output
    assert "run `cinelake build`" in result.output
    assert not (tmp_path / "Dashboard").exists()


def test_missing_duckdb_is_reported(lake: Path) -> None:
    code = (
        "import sys; sys.modules['duckdb'] = None; sys.argv = ['cinelake', 'dashboard', '--lake', sys.argv[1]];"
        "from cinelake.cli.app import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", code, str(lake)], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "cannot start DuckDB" in done.stderr


def test_a_port_needs_serve(lake: Path) -> None:
    result = run(lake, "--port", "8000")
    assert result.exit_code == 2
    assert "--port needs --serve" in result.output


def test_a_port_in_use_is_reported(lake: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        result = run(lake, "--serve", "--port", str(taken.getsockname()[1]))
    assert result.exit_code == 2
    assert "cannot listen on port" in result.output


def test_a_lake_in_a_bucket_cannot_be_opened_as_a_file() -> None:
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


def test_only_the_page_is_served_on_loopback(lake: Path, clean_environment: dict[str, str]) -> None:
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
        leave(port)  # prints nothing
        # SIGTERM ends it like Ctrl-C. Background jobs of a shell, and their children, ignore SIGINT.
        process.send_signal(signal.SIGTERM)
        assert process.wait() == 0
        assert process.stderr.read() == ""


def leave(port: int) -> None:
    """Request the page and disconnect while it is sent."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # a reset, as from a closed tab
        connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
        connection.recv(1)
    fetch(f"http://127.0.0.1:{port}/")


def list_listeners(port: int) -> set[str]:
    """The addresses on which a port of this machine is open, in the notation of /proc."""
    found = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        if not Path(table).exists():
            pytest.skip("needs /proc/net")
        for entry in Path(table).read_text().splitlines()[1:]:
            local, state = entry.split()[1], entry.split()[3]
            address, _, hexadecimal = local.partition(":")
            if state == "0A" and int(hexadecimal, 16) == port:
                found.add(address)
    return found


def test_a_damaged_table_is_reported(lake: Path) -> None:
    (file,) = (lake / "Versions").glob("*/title/title.parquet")
    file.write_bytes(b"no table")
    result = run(lake)
    assert result.exit_code == Exit.INCOMPLETE
    assert "cannot read a table of the current version" in result.output
    assert "run `cinelake build`" in result.output
