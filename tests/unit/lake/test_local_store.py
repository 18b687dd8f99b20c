"""A lake in a folder: atomic writes that survive a power cut."""

import errno
import os
from pathlib import Path
from typing import BinaryIO

import pytest

from cinelake.errors import StoreError
from cinelake.lake.stores.local_store import LocalStore

KEY = "Raw/TMDB/x-1.json"


def _raise_full(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_data_is_synced_before_the_rename_and_the_folder_after(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = LocalStore(tmp_path)
    store.write("Raw/TMDB/y-1.json", b"y")  # creates the folders
    order: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def note_fsync(handle: int) -> None:
        order.append("folder" if Path(f"/proc/self/fd/{handle}").resolve().is_dir() else "file")
        fsync(handle)

    def note_replace(self: Path, target: Path) -> Path:
        order.append("rename")
        return replace(self, target)

    monkeypatch.setattr(os, "fsync", note_fsync)
    monkeypatch.setattr(Path, "replace", note_replace)
    store.write(KEY, b"x")
    assert order == ["file", "rename", "folder"]


def test_new_folders_are_synced_before_their_contents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[str] = []
    fsync = os.fsync

    def note(handle: int) -> None:
        synced.append(str(Path(f"/proc/self/fd/{handle}").readlink()))
        fsync(handle)

    monkeypatch.setattr(os, "fsync", note)
    LocalStore(tmp_path / "lake").write(KEY, b"x")
    folders = [path for path in synced if Path(path).is_dir()]
    assert {str(tmp_path), str(tmp_path / "lake"), str(tmp_path / "lake/Raw")} <= set(folders)
    assert folders[-1] == str(tmp_path / "lake/Raw/TMDB")


def test_leftovers_of_a_killed_write_are_not_listed(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    store.write(KEY, b"x")
    (tmp_path / "Raw/TMDB/.unfinished-0123456789abcdef").write_bytes(b"half")
    assert [entry.key for entry in store.list_entries("")] == [KEY]


def test_unfinished_copy_is_not_beside_its_target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Programs that read a whole folder see no other file than the table."""
    store = LocalStore(tmp_path)
    store.write(KEY, b"x")
    store.copy(KEY, "Refined/title/title.parquet")
    seen: list[Path] = []
    monkeypatch.setattr(os, "fsync", lambda _: seen.extend((tmp_path / "Refined/title").iterdir()))
    store.copy(KEY, "Refined/title/title.parquet")
    assert {path.name for path in seen} == {"title.parquet"}


def test_folder_without_objects_is_removed(tmp_path: Path) -> None:
    store = LocalStore(tmp_path / "lake")
    for key in ("Versions/a/title/title.parquet", "Versions/a/version.json", "Versions/b/version.json"):
        store.write(key, b"x")
    store.delete("Versions/a/title/title.parquet")
    assert sorted(path.name for path in (tmp_path / "lake/Versions/a").iterdir()) == ["version.json"]
    store.delete("Versions/a/version.json")
    assert [path.name for path in (tmp_path / "lake/Versions").iterdir()] == ["b"]
    store.delete("Versions/b/version.json")
    assert (tmp_path / "lake").is_dir()
    store.write("Versions/b/version.json", b"x")


def test_full_disk_keeps_the_old_object_and_leaves_no_leftover(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = LocalStore(tmp_path)
    store.write(KEY, b"old")
    monkeypatch.setattr(os, "fsync", _raise_full)
    with pytest.raises(StoreError, match="the disk is full") as caught:
        store.write(KEY, b"new")
    monkeypatch.undo()
    assert caught.value.subject == KEY
    stored = store.read(KEY)
    assert stored is not None
    assert stored.data == b"old"
    assert [path.name for path in (tmp_path / "Raw/TMDB").iterdir()] == ["x-1.json"]


def test_full_device_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """/dev/full behaves as a full disk: a write to it fails when it is flushed."""
    store = LocalStore(tmp_path)
    opened = Path.open

    def open_full(self: Path, mode: str = "r") -> BinaryIO:
        return opened(Path("/dev/full"), "wb") if self.name.startswith(".unfinished-") else opened(self, mode)  # type: ignore[return-value]

    monkeypatch.setattr(Path, "open", open_full)
    with pytest.raises(StoreError, match="the disk is full"):
        store.write(KEY, b"x" * 100_000)
    monkeypatch.undo()
    assert store.read(KEY) is None


def test_file_in_place_of_the_folder_is_reported(tmp_path: Path) -> None:
    (tmp_path / "lake").write_text("I am a file")
    store = LocalStore(tmp_path / "lake")
    for action in (lambda: store.write(KEY, b"x"), lambda: store.read(KEY), lambda: store.swap(KEY, b"x", None)):
        with pytest.raises(StoreError) as caught:
            action()
        assert str(tmp_path / "lake") in caught.value.message
        assert caught.value.cause == "Not a directory"
        assert "a folder that can be read and written" in caught.value.hint


def test_large_object_is_read_in_small_pieces(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    store.write(KEY, bytes(10_000_000))
    pieces = store.read_pieces(KEY)
    assert pieces is not None
    assert max(map(len, pieces)) <= 1 << 20


def test_files_are_below_the_root_under_their_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    store = LocalStore(Path("a lake"))
    store.write(KEY, b"x")
    assert store.root == tmp_path / "a lake"
    assert (store.root / KEY).read_bytes() == b"x"
