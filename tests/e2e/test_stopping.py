"""Stopped by a signal, a deadline or a kill, the same command goes on."""

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
WORDS = ("extract", "--append", "none", "--run-date", "2026-11-23", "--rate", "unlimited")
LEASE = "_cinelake/lease.json"
Process = subprocess.Popen[str]


def _read_raw(lake: Path) -> dict[str, bytes]:
    return {str(path.relative_to(lake)): path.read_bytes() for path in sorted(lake.glob("Raw/**/*.json"))}


def _start_half_way(shell: Shell) -> Process:
    """An extraction that has some batches and is at work on others."""
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
    """A service that takes its time."""
    served = serve(FILMS, latency_s=0.01)
    shell.point_at(served)
    return shell, served


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Raw as a run leaves it that nobody stops."""
    served = open_service(FILMS)
    with open_shell(tmp_path_factory.mktemp("undisturbed")) as shell, served.running:
        shell.point_at(served)
        done = shell.run(*WORDS)
        assert done.returncode == 0, done.stderr
        return _read_raw(shell.lake)


def _check_goes_on(shell: Shell, undisturbed: dict[str, bytes]) -> None:
    """What a stopped run has kept stays as it is, and the same command completes it as if it had never been stopped."""
    kept = {path: path.stat().st_mtime_ns for path in shell.lake.glob("Raw/**/*.json")}
    assert 0 < len(kept) < len(undisturbed)
    done = shell.run(*WORDS)
    assert done.returncode == 0, done.stderr
    assert _read_raw(shell.lake) == undisturbed
    assert {path: path.stat().st_mtime_ns for path in kept} == kept


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_in_good_order_and_the_same_command_goes_on(
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
    _check_goes_on(shell, undisturbed)


def test_a_second_signal_stops_at_once(slow: tuple[Shell, Served], undisturbed: dict[str, bytes]) -> None:
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
    _check_goes_on(shell, undisturbed)


def test_a_deadline_ends_the_run_though_answers_hang(slow: tuple[Shell, Served], undisturbed: dict[str, bytes]) -> None:
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
    _check_goes_on(shell, undisturbed)


def test_a_killed_process_leaves_a_lease_that_its_successor_takes_over(
    slow: tuple[Shell, Served], undisturbed: dict[str, bytes]
) -> None:
    shell, _ = slow
    process = _start_half_way(shell)
    process.kill()
    assert finish(process).returncode == -signal.SIGKILL
    assert (shell.lake / LEASE).exists()
    _check_goes_on(shell, undisturbed)


def test_of_two_processes_one_works_and_the_other_sends_nothing(slow: tuple[Shell, Served], serve: Serve) -> None:
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
def test_sigterm_ends_every_command_as_ctrl_c_does(slow: tuple[Shell, Served], words: tuple[str, ...]) -> None:
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


def test_a_run_whose_reader_went_away_goes_on(slow: tuple[Shell, Served]) -> None:
    shell, _ = slow
    process = shell.start("extract", "--genre", "Crime", "--append", "none", "--rate", "unlimited")
    assert process.stderr is not None
    process.stderr.close()
    assert process.stdout is not None
    with process.stdout:
        assert "complete" in process.stdout.read()
    assert process.wait() == 0


def test_a_result_that_cannot_be_written_is_said(slow: tuple[Shell, Served]) -> None:
    shell, _ = slow
    assert shell.extract("--genre", "War").returncode == 0
    with Path("/dev/full").open("w") as full:
        command = [program("cinelake"), "status"]
        done = subprocess.run(
            command, cwd=shell.folder, env=shell.environment, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 5
    assert "stdout: it cannot be written (No space left on device)" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_deadline_holds_though_the_store_hangs(
    serve: Serve, shell: Shell, make_bucket: Callable[[str, str], None]
) -> None:
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
