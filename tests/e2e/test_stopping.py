"""Stopped by a signal, a deadline or a kill, the same command goes on."""

import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.e2e.conftest import Served, Shell, point

EXTRACT = ("extract", "--append", "none", "--rate", "unlimited")


def _raw(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.glob("Raw/**/*.json"))}


def _wait_for_batches(shell: Shell, process: subprocess.Popen[str], count: int) -> None:
    while process.poll() is None and len(_raw(shell.folder / "lake")) < count:
        pass


@pytest.fixture
def slow(shell: Shell, serve: Callable[..., Served]) -> tuple[Shell, Served]:
    """A service that takes its time."""
    served = serve(films=1500, latency_s=0.01)
    point(shell, served)
    return shell, served


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_in_good_order_and_the_same_command_goes_on(
    slow: tuple[Shell, Served], number: signal.Signals
) -> None:
    shell, served = slow
    process = shell.start(*EXTRACT)
    _wait_for_batches(shell, process, 3)
    process.send_signal(number)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 75
    assert f"{number.name}: stopping in good order" in stderr
    assert "run the same command again" in stderr
    assert not (shell.folder / "lake/_cinelake/lease.json").exists()
    kept, sent = _raw(shell.folder / "lake"), served.requests
    assert kept
    assert shell.run(*EXTRACT).returncode == 0
    assert kept.items() <= _raw(shell.folder / "lake").items()
    assert shell.run(*EXTRACT, "--lake", "calm").returncode == 0
    assert _raw(shell.folder / "lake") == _raw(shell.folder / "calm")
    assert served.requests > sent


def test_a_second_signal_stops_at_once(shell: Shell, serve: Callable[..., Served]) -> None:
    point(shell, serve(films=1500))
    process = shell.start("extract", "--append", "none", "--rate", "40")
    _wait_for_batches(shell, process, 1)
    process.send_signal(signal.SIGINT)
    assert process.stderr is not None
    while "stopping in good order" not in process.stderr.readline():
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 75
    assert "stopped at once" in stderr
    assert "Traceback" not in stderr
    assert shell.run(*EXTRACT).returncode == 0


def test_a_deadline_ends_the_run_in_time(slow: tuple[Shell, Served]) -> None:
    shell, _ = slow
    done = shell.run("extract", "--append", "none", "--rate", "20", "--deadline", "3s")
    assert done.returncode == 75
    assert "the deadline of 3 s is near" in done.stderr
    assert shell.run(*EXTRACT).returncode == 0
    assert shell.run("verify").returncode == 0


def test_a_killed_process_leaves_a_lease_that_its_successor_takes_over(slow: tuple[Shell, Served]) -> None:
    shell, _ = slow
    process = shell.start(*EXTRACT)
    _wait_for_batches(shell, process, 4)
    process.kill()
    process.communicate()
    assert (shell.folder / "lake/_cinelake/lease.json").exists()
    assert shell.run(*EXTRACT).returncode == 0
    shell.run(*EXTRACT, "--lake", "calm")
    assert _raw(shell.folder / "lake") == _raw(shell.folder / "calm")


def test_of_two_processes_one_works_and_the_other_sends_nothing(slow: tuple[Shell, Served]) -> None:
    shell, served = slow
    process = shell.start(*EXTRACT)
    _wait_for_batches(shell, process, 1)
    connections = served.sandbox.meter.report().peak_open_connections
    second = shell.run(*EXTRACT)
    assert second.returncode == 75
    assert f"process {process.pid} on" in second.stderr
    assert shell.run("plan").returncode == 75
    process.communicate(timeout=60)
    assert process.returncode == 0
    assert served.sandbox.meter.report().peak_open_connections == connections <= 20
