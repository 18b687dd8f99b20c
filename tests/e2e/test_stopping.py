"""Stopped by a signal, a deadline or a kill, the same command goes on."""

import signal
import subprocess
import threading
from pathlib import Path

import pytest
from tests.e2e.conftest import Serve, Served, Shell, finish, open_service, open_shell

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
    assert f"{number.name}: stopping in good order; once more stops at once" in done.stderr
    assert f"stopped in good order ({number.name}); everything so far is kept; run the same command again" in done.stderr
    assert not (shell.lake / LEASE).exists()
    _check_goes_on(shell, undisturbed)


def test_a_second_signal_stops_at_once(slow: tuple[Shell, Served], undisturbed: dict[str, bytes]) -> None:
    shell, served = slow
    process = _start_half_way(shell)
    served.gate.is_shut = True  # what is under way will not end by itself
    process.send_signal(signal.SIGINT)
    assert process.stderr is not None
    assert "stopping in good order" in process.stderr.readline()
    process.send_signal(signal.SIGINT)
    done = finish(process)
    assert done.returncode == 75
    assert "run: stopped at once; everything written so far is kept; run the same command again" in done.stderr
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
    assert "everything so far is kept; run the same command again" in done.stderr
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
