"""Owns where an engine finds files and leaves them: addresses (paths or URLs) that all of its processes can read and write.

On one machine that is a temporary folder, and the lake's own if the lake is one. A cluster's workers see no folder of the
process that drives them: theirs is the lake itself, where what passes lies below `_cinelake/workbench/` and goes at the
end. Invariant: what a killed build left there is removed by the next one; no reader of the lake looks there.
"""

import secrets
from pathlib import Path
from typing import Protocol

from cinelake.errors import DamagedError
from cinelake.lake.keys import OWN
from cinelake.lake.local_store import LocalStore
from cinelake.lake.store import Store

WORKBENCH = f"{OWN}/workbench"


class Place(Protocol):
    """Where the engine's processes and this one meet."""

    def find(self, store: Store, key: str) -> str | None:
        """The address of an object as it lies in the lake; None where the engine cannot read it there."""
        ...

    def share(self, path: Path) -> str:
        """The address at which the engine can read a file of this process from now on."""
        ...

    def name(self, folder: str) -> str:
        """The address of a folder that the engine may write."""
        ...

    def fetch(self, folder: str, path: Path) -> None:
        """Bring the one Parquet file of a folder that the engine wrote to where this process can read it.

        Raises:
            DamagedError: there is none, or more than one.
        """
        ...

    def clear(self) -> None:
        """Remove all that was shared or written."""
        ...


class LocalPlace:
    """A temporary folder of this machine, which somebody else removes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find(self, store: Store, key: str) -> str | None:
        """The path of an object, if the lake is a folder."""
        return str(store.root / key) if isinstance(store, LocalStore) else None

    def share(self, path: Path) -> str:
        """The path itself."""
        return str(path)

    def name(self, folder: str) -> str:
        """A path below the temporary folder."""
        return str(self._folder / folder)

    def fetch(self, folder: str, path: Path) -> None:
        """Move the file."""
        found = list((self._folder / folder).glob("*.parquet"))
        _expect_one(folder, len(found))
        found[0].replace(path)

    def clear(self) -> None:
        """Nothing: the folder goes as a whole."""


class SharedPlace:
    """The lake as its own workbench; `address` is how the engine calls the lake, such as s3://bucket/films.

    Object stores that play a file system leave marks beside what they take for folders: no prefix here ends with a slash.
    """

    def __init__(self, store: Store, address: str) -> None:
        self._store = store
        self._address = address.rstrip("/")
        _remove(
            store, WORKBENCH
        )  # what a killed build left; one that runs right now ends with an error and publishes nothing
        self._prefix = f"{WORKBENCH}/{secrets.token_hex(8)}"

    def find(self, store: Store, key: str) -> str | None:  # noqa: ARG002 - it is the one that this place is in
        """The address of any object."""
        return f"{self._address}/{key}"

    def share(self, path: Path) -> str:
        """The address of a copy."""
        key = f"{self._prefix}/{path.name}"
        self._store.write_file(key, path)
        return f"{self._address}/{key}"

    def name(self, folder: str) -> str:
        """An address below the lake's."""
        return f"{self._address}/{self._prefix}/{folder}"

    def fetch(self, folder: str, path: Path) -> None:
        """Copy the file, piece by piece."""
        entries = self._store.list_entries(f"{self._prefix}/{folder}/")
        keys = [entry.key for entry in entries if entry.key.endswith(".parquet")]
        _expect_one(folder, len(keys))
        with path.open("wb") as copy:
            copy.writelines(self._store.read_pieces(keys[0]) or ())

    def clear(self) -> None:
        """Remove this build's part of the workbench."""
        _remove(self._store, self._prefix)


def _expect_one(folder: str, count: int) -> None:
    if count != 1:
        raise DamagedError(
            f"build, {folder}", f"the engine left {count} files", "one Parquet file", "run the same command again"
        )


def _remove(store: Store, prefix: str) -> None:
    for entry in list(store.list_entries(prefix)):
        store.delete(entry.key)
