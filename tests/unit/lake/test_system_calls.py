"""Locks and processes, with and without the system calls of POSIX."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cinelake.errors import StoreError
from cinelake.lake.stores import system_calls
from cinelake.lake.stores.local_store import LocalStore
from cinelake.lake.stores.system_calls import is_process_alive


@pytest.fixture
def without_fcntl(monkeypatch: pytest.MonkeyPatch) -> None:
    """A system without fcntl, and with an `os.kill` that must not be called."""

    def refuse(*_: object) -> None:
        raise AssertionError("os.kill is Ctrl-C on Windows")

    monkeypatch.setattr(system_calls, "fcntl", None)
    monkeypatch.setattr(os, "kill", refuse)


def test_dead_process_is_not_alive() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    assert is_process_alive(os.getpid())
    assert not is_process_alive(process.pid)


@pytest.mark.usefixtures("without_fcntl")
def test_every_process_counts_as_alive_without_fcntl() -> None:
    assert is_process_alive(2**22 + 1)


@pytest.mark.usefixtures("without_fcntl")
def test_one_of_several_swaps_succeeds_without_fcntl(tmp_path: Path) -> None:
    stores = [LocalStore(tmp_path) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        versions = list(pool.map(lambda n: stores[n].swap("a/lease.json", b"%d" % n, None), range(8)))
    assert sum(version is not None for version in versions) == 1
    assert [entry.key for entry in stores[0].list_entries("")] == ["a/lease.json"]


@pytest.mark.usefixtures("without_fcntl")
def test_unusable_lock_is_reported_without_fcntl(tmp_path: Path) -> None:
    (tmp_path / ".lock").mkdir()
    with pytest.raises(StoreError) as caught:
        LocalStore(tmp_path).swap("lease.json", b"", None)
    assert "cannot lock" in caught.value.cause
