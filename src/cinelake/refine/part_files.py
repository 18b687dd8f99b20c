"""Find the Parquet files of a build for an engine: new ones in a local folder, others in the lake.

Invariant: an engine opens only objects whose bytes have the SHA-256 that the lake records.
"""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from cinelake.concurrency import map_concurrently
from cinelake.errors import DamagedError
from cinelake.lake.store import Store
from cinelake.refine.engines.scratch import Scratch
from cinelake.refine.part_hashes import DamagedPartError, check_object


class PartFiles:
    """The addresses of objects by key.

    `new` are local files that are not yet written to the lake, and `hashes` the SHA-256 of all other objects.
    """

    def __init__(
        self, store: Store, scratch: Scratch, folder: Path, new: dict[str, Path], hashes: Mapping[str, str]
    ) -> None:
        self._store = store
        self._scratch = scratch
        self._folder = folder
        self._new = new
        self._hashes = hashes
        self._addresses: dict[str, str] = {}

    def locate(self, keys: Iterable[str]) -> list[str]:
        """The addresses of these objects.

        Raises:
            DamagedPartError: the SHA-256 of one of them differs.
            DamagedError: one of them does not exist.
        """
        wanted = list(keys)
        unknown = [key for key in dict.fromkeys(wanted) if key not in self._addresses]
        self._addresses |= zip(unknown, map_concurrently(self._find, unknown), strict=True)
        return [self._addresses[key] for key in wanted]

    def _find(self, key: str) -> str:
        if key in self._new:
            return self._scratch.share(self._new[key])
        address = self._scratch.locate(self._store, key)
        if address is None:
            return self._scratch.share(self._copy(key))
        check_object(self._store, key, self._hashes[key])
        return address

    def _copy(self, key: str) -> Path:
        pieces = self._store.read_pieces(key)
        if pieces is None:
            raise DamagedError(
                f'object "{key}" of the current version does not exist',
                hint="run `cinelake build` again; it builds the object again",
                subject=key,
            )
        path = self._folder / key.replace("/", "_")
        digest = hashlib.sha256()
        with path.open("wb") as file:
            for piece in pieces:
                digest.update(piece)
                file.write(piece)
        if digest.hexdigest() != self._hashes[key]:
            raise DamagedPartError.of(key)
        return path
