"""A full disk: a small file system, where the test may mount one."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.e2e.conftest import Served, Shell


def _mount(*words: str) -> bool:
    return subprocess.run(["mount", *words], capture_output=True, check=False).returncode == 0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 400 kB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if not _mount("-t", "tmpfs", "-o", "size=400k", "tmpfs", str(folder)):
        pytest.skip("mounting a small file system needs rights that this user does not have")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_run_resumes_after_a_full_disk(shell: Shell, serve: Callable[..., Served], small_disk: Path) -> None:
    shell.point_at(serve(600))
    lake = ("--lake", str(small_disk / "lake"))
    full = shell.extract(*lake)
    assert full.returncode == 5
    assert "the disk is full" in full.stderr
    assert "run the same command again: it continues from here" in full.stderr
    assert "Traceback" not in full.stderr
    kept = {path: path.read_bytes() for path in small_disk.rglob("lake/Raw/**/*.json")}
    assert _mount("-o", "remount,size=20m", str(small_disk))
    assert shell.extract(*lake).returncode == 0
    assert shell.run("verify", *lake).returncode == 0
    assert all(path.read_bytes() == data for path, data in kept.items())
    assert shell.extract("--lake", "calm").returncode == 0
    names = [
        sorted(p.relative_to(root) for p in root.glob("Raw/**/*.json"))
        for root in (small_disk / "lake", shell.folder / "calm")
    ]
    assert names[0] == names[1]
    assert not list(small_disk.rglob(".unfinished-*"))
