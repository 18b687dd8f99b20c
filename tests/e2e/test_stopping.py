"""After a signal, a deadline or a kill, the same command continues the run."""

import json
import signal
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.e2e.conftest import Serve, Served, Shell, finish, open_service, open_shell
from tests.support.servers import free_port, program, wait_for

from cinelake.clock import SystemClock

FILMS = 600
WORDS = ("extract", "--genre", "Drama,Comedy,Action", "--append", "none", "--run-date", "2026-11-23", "--rate", "unlimited")
"""A selection by genre has many small slices; all titles would be few large ones, which end within the drain."""
LEASE = "_cinelake/lease.json"
Process = subprocess.Popen[str]


def _read_raw(lake: Path) -> dict[str, bytes]:
    return {str(path.relative_to(lake)): path.read_bytes() for path in sorted(lake.glob("Raw/**/*.json"))}


def _start_half_way(shell: Shell) -> Process:
    """Start an extraction and wait until it has stored some of its batches."""
    process = shell.start(*WORDS)
    _wait_for_batches(shell, process)
    return process


def _wait_for_batches(shell: Shell, process: Process) -> None:
    while len(_read_raw(shell.lake)) < 4:
        assert process.poll() is None
        threading.Event().wait(0.005)


def _wait_for_more_than(served: Served, requests: int) -> None:
    while served.requests <= requests:
        threading.Event().wait(0.005)


@pytest.fixture
def slow(shell: Shell, serve: Serve) -> tuple[Shell, Served]:
    """A shell that is pointed at a slow API."""
    served = serve(FILMS, latency_s=0.01)
    shell.point_at(served)
    return shell, served


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files of Raw after a run without interruption."""
    served = open_service(FILMS)
    with open_shell(tmp_path_factory.mktemp("undisturbed")) as shell, served.running:
        shell.point_at(served)
        done = shell.run(*WORDS)
        assert done.returncode == 0, done.stderr
        return _read_raw(shell.lake)


def _check_resumes(shell: Shell, undisturbed: dict[str, bytes]) -> None:
    """Check that the same command keeps what is stored and ends with the same files as an undisturbed run."""
    kept = {path: path.stat().st_mtime_ns for path in shell.lake.glob("Raw/**/*.json")}
    assert 0 < len(kept) < len(undisturbed)
    done = shell.run(*WORDS)
    assert done.returncode == 0, done.stderr
    assert _read_raw(shell.lake) == undisturbed
    assert {path: path.stat().st_mtime_ns for path in kept} == kept


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_run_resumes_after_a_signal(
    slow: tuple[Shell, Served], undisturbed: dict[str, bytes], number: signal.Signals
) -> None:
    shell, _ = slow
    process = _start_half_way(shell)
    process.send_signal(number)
    done = finish(process)
    assert done.returncode == 75
    assert f"received {number.name}" in done.stderr
    assert f"stopped before the run was complete: {number.name}" in done.stderr
    assert "run the same command again" in done.stderr
    assert not (shell.lake / LEASE).exists()
    _check_resumes(shell, undisturbed)


def test_second_signal_stops_at_once(slow: tuple[Shell, Served], undisturbed: dict[str, bytes]) -> None:
    shell, served = slow
    process = _start_half_way(shell)
    served.gate.is_shut = True  # what is under way will not end by itself
    process.send_signal(signal.SIGINT)
    assert process.stderr is not None
    assert "send it again to stop at once" in process.stderr.readline()
    process.send_signal(signal.SIGINT)
    done = finish(process)
    assert done.returncode == 75
    assert "stopped at once; everything written so far is stored" in done.stderr
    assert "run the same command again" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (shell.lake / LEASE).exists()
    served.gate.is_shut = False
    _check_resumes(shell, undisturbed)


def test_deadline_ends_a_run_whose_responses_hang(slow: tuple[Shell, Served], undisturbed: dict[str, bytes]) -> None:
    shell, served = slow
    process = shell.start(*WORDS, "--deadline", "3s")
    _wait_for_batches(shell, process)
    served.gate.is_shut = True
    done = finish(process)
    assert done.returncode == 75
    assert "the deadline of 3 s is near" in done.stderr
    assert "run the same command again" in done.stderr
    assert not (shell.lake / LEASE).exists()
    served.gate.is_shut = False
    _check_resumes(shell, undisturbed)


def test_run_resumes_after_a_kill(slow: tuple[Shell, Served], undisturbed: dict[str, bytes]) -> None:
    shell, _ = slow
    process = _start_half_way(shell)
    process.kill()
    assert finish(process).returncode == -signal.SIGKILL
    assert (shell.lake / LEASE).exists()
    _check_resumes(shell, undisturbed)


def test_second_process_sends_nothing(slow: tuple[Shell, Served], serve: Serve) -> None:
    shell, served = slow
    process = _start_half_way(shell)
    served.gate.is_shut = True
    elsewhere = serve(10)
    for words in (WORDS, ("plan",), ("verify", "--api")):
        second = shell.run(*words, TMDB_BASE_URL=elsewhere.running.url)
        assert second.returncode == 75
        assert f"process {process.pid} on" in second.stderr
    assert elsewhere.requests == 0
    served.gate.is_shut = False
    assert finish(process).returncode == 0


@pytest.mark.parametrize("words", [("plan",), ("verify", "--api")])
def test_sigterm_ends_other_commands_cleanly(slow: tuple[Shell, Served], words: tuple[str, ...]) -> None:
    shell, served = slow
    assert shell.extract("--genre", "War").returncode == 0
    served.gate.is_shut = True
    before = served.requests
    process = shell.start(*words, "--json", "--rate", "unlimited")
    _wait_for_more_than(served, before)
    process.send_signal(signal.SIGTERM)
    done = finish(process)
    served.gate.is_shut = False
    assert done.returncode == 75
    assert json.loads(done.stdout)["exit_code"] == 75
    assert not (shell.lake / LEASE).exists()


def test_run_continues_after_stderr_closes(slow: tuple[Shell, Served]) -> None:
    shell, _ = slow
    process = shell.start("extract", "--genre", "Crime", "--append", "none", "--rate", "unlimited")
    assert process.stderr is not None
    process.stderr.close()
    assert process.stdout is not None
    with process.stdout:
        assert "complete" in process.stdout.read()
    assert process.wait() == 0


def test_full_stdout_is_reported(slow: tuple[Shell, Served]) -> None:
    shell, _ = slow
    assert shell.extract("--genre", "War").returncode == 0
    with Path("/dev/full").open("w") as full:
        command = [program("cinelake"), "status"]
        done = subprocess.run(
            command, cwd=shell.folder, env=shell.environment, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 5
    assert "cannot write to stdout" in done.stderr
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr


def test_deadline_ends_a_run_whose_store_hangs(serve: Serve, shell: Shell, make_bucket: Callable[[str, str], None]) -> None:
    shell.point_at(serve(FILMS, latency_s=0.1))
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    keys = {
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_REGION": "us-east-1",
    }
    server = subprocess.Popen([program("moto_server"), "-H", "127.0.0.1", "-p", str(port)], stderr=subprocess.DEVNULL)
    try:
        wait_for(url, server)
        make_bucket(url, "hangs")
        began = SystemClock().monotonic()
        process = shell.start("extract", "--lake", "s3://hangs/films", "--deadline", "6s", "--rate", "20", **keys)
        threading.Event().wait(3)
        server.send_signal(signal.SIGSTOP)
        done = finish(process)
        took_s = SystemClock().monotonic() - began
    finally:
        server.kill()
        server.wait()
    assert done.returncode == 75, done.stderr
    assert "run the same command again" in done.stderr
    assert took_s < 20  # the store itself would be waited for a minute
