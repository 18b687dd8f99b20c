"""Find the Parquet files of a build for an engine: new ones in a local folder, others in the lake."""

from collections.abc import Iterable
from pathlib import Path

from cinelake.concurrency import map_concurrently
from cinelake.errors import DamagedError
from cinelake.lake.store import Store
from cinelake.refine.engines.scratch import Scratch


class PartFiles:
    """The addresses of objects by key. `new` are local files that are not yet written to the lake."""

    def __init__(self, store: Store, scratch: Scratch, folder: Path, new: dict[str, Path]) -> None:
        self._store = store
        self._scratch = scratch
        self._folder = folder
        self._new = new
        self._addresses: dict[str, str] = {}

    def locate(self, keys: Iterable[str]) -> list[str]:
        """The addresses of these objects.

        Raises:
            DamagedError: one of them does not exist.
        """
        wanted = list(keys)
        unknown = [key for key in dict.fromkeys(wanted) if key not in self._addresses]
        self._addresses |= zip(unknown, map_concurrently(self._find, unknown), strict=True)
        return [self._addresses[key] for key in wanted]

    def _find(self, key: str) -> str:
        if key in self._new:
            return self._scratch.share(self._new[key])
        return self._scratch.locate(self._store, key) or self._scratch.share(self._copy(key))

    def _copy(self, key: str) -> Path:
        pieces = self._store.read_pieces(key)
        if pieces is None:
            raise DamagedError(
                f'object "{key}" of the current version does not exist',
                hint="run `cinelake build` again; it builds the object again",
                subject=key,
            )
        path = self._folder / key.replace("/", "_")
        with path.open("wb") as file:
            file.writelines(pieces)
        return path
