"""Scratch directories: where an engine reads input files and writes results, by addresses that all its processes can use.

On one machine it is a temporary folder. Files of a lake that is a local folder are read in place. The workers of a
cluster cannot see the folders of the driver, so there the scratch directory is in the lake, below `_cinelake/workbench/`.
Invariant: a build removes its directory at the end, and the next build removes what a killed one left. Readers of the
lake ignore it.
"""

import secrets
from pathlib import Path
from typing import Protocol

from cinelake.errors import DamagedError
from cinelake.lake.keys import OWN
from cinelake.lake.store import Store
from cinelake.lake.stores.local_store import LocalStore

WORKBENCH = f"{OWN}/workbench"


class Scratch(Protocol):
    """A directory that this process and the engine's processes share."""

    def locate(self, store: Store, key: str) -> str | None:
        """The address of an object of the lake, or None if the engine cannot read it there."""
        ...

    def share(self, path: Path) -> str:
        """The address at which the engine can read a file of this process."""
        ...

    def folder_address(self, folder: str) -> str:
        """The address of a folder to which the engine can write."""
        ...

    def fetch(self, folder: str, path: Path) -> None:
        """Move the one Parquet file that the engine wrote to `folder` to the local `path`.

        Raises:
            DamagedError: there is no such file, or more than one.
        """
        ...

    def clear(self) -> None:
        """Remove everything that was shared or written."""
        ...


class LocalScratch:
    """A temporary folder of this machine. Its creator removes it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def locate(self, store: Store, key: str) -> str | None:
        """The path of an object if the lake is a local folder."""
        return str(store.root / key) if isinstance(store, LocalStore) else None

    def share(self, path: Path) -> str:
        """The path itself."""
        return str(path)

    def folder_address(self, folder: str) -> str:
        """A path below the temporary folder."""
        return str(self._folder / folder)

    def fetch(self, folder: str, path: Path) -> None:
        """Rename the file."""
        found = list((self._folder / folder).glob("*.parquet"))
        _expect_one(folder, len(found))
        found[0].replace(path)

    def clear(self) -> None:
        """Do nothing: the folder is removed as a whole."""


class SharedScratch:
    """A directory in the lake. `address` is the lake's URL as the engine uses it, such as s3://bucket/films.

    Object stores that emulate a file system create marker objects beside folders, so no prefix here ends with a slash.
    """

    def __init__(self, store: Store, address: str) -> None:
        self._store = store
        self._address = address.rstrip("/")
        # Left by a killed build. A build that is still running fails and publishes nothing.
        _remove(store, WORKBENCH)
        self._prefix = f"{WORKBENCH}/{secrets.token_hex(8)}"

    def locate(self, store: Store, key: str) -> str | None:  # noqa: ARG002 - always the store of this scratch directory
        """The address of any object."""
        return f"{self._address}/{key}"

    def share(self, path: Path) -> str:
        """The address of a copy."""
        key = f"{self._prefix}/{path.name}"
        self._store.write_file(key, path)
        return f"{self._address}/{key}"

    def folder_address(self, folder: str) -> str:
        """An address below that of the lake."""
        return f"{self._address}/{self._prefix}/{folder}"

    def fetch(self, folder: str, path: Path) -> None:
        """Copy the file in pieces."""
        entries = self._store.list_entries(f"{self._prefix}/{folder}/")
        keys = [entry.key for entry in entries if entry.key.endswith(".parquet")]
        _expect_one(folder, len(keys))
        with path.open("wb") as copy:
            copy.writelines(self._store.read_pieces(keys[0]) or ())

    def clear(self) -> None:
        """Remove the directory of this build."""
        _remove(self._store, self._prefix)


def _expect_one(folder: str, count: int) -> None:
    if count != 1:
        raise DamagedError(
            f'the engine wrote {count} files to "{folder}" instead of one Parquet file',
            hint="run `cinelake build` again, one build at a time",
            subject=folder,
        )


def _remove(store: Store, prefix: str) -> None:
    for entry in list(store.list_entries(prefix)):
        store.delete(entry.key)
