"""The system calls that Windows lacks: locking a file, syncing a folder, asking whether a process is alive.

On Windows, a power cut may undo the last rename, and the lease of a killed process is free only after its time.
"""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

_LOCK_WAIT_S = 60.0


@contextmanager
def lock_file(path: Path) -> Iterator[None]:
    """Hold an exclusive lock on a file, which is created if it is absent. A process that dies releases its lock.

    Raises:
        OSError: the file cannot be locked.
    """
    if fcntl is None:
        with _lock_with_sqlite(path):
            yield
        return
    with path.open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def sync_folder(folder: Path) -> None:
    """Write the names in a folder to the disk. Windows cannot open a folder: there, this does nothing."""
    if fcntl is None:
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def is_process_alive(pid: int) -> bool:
    """Whether a process of this machine is alive. Always True on Windows, where `os.kill(pid, 0)` sends Ctrl-C."""
    if fcntl is None:
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@contextmanager
def _lock_with_sqlite(path: Path) -> Iterator[None]:
    """Lock a file through SQLite, whose locks work on every system and end with the process."""
    import sqlite3  # noqa: PLC0415 - only needed here

    try:
        connection = sqlite3.connect(path, timeout=_LOCK_WAIT_S, isolation_level=None)
        with closing(connection):
            connection.execute("PRAGMA journal_mode = MEMORY")  # no second file beside the lock
            connection.execute("BEGIN EXCLUSIVE")
            yield
    except sqlite3.Error as error:
        raise OSError(f"cannot lock {path}: {error}") from error
