"""Version 1 of the lake, built once for all tests that use it."""

import tarfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.support.refine.lakes import build, put

from cinelake.lake.store import Store
from cinelake.lake.stores.local_store import LocalStore
from cinelake.lake.stores.object_store import open_memory
from cinelake.refine.pipeline import Built

_ARCHIVE = "seed-raw.tar.xz"


@dataclass(frozen=True, slots=True)
class SeedLake:
    """Version 1 of the lake in a folder, and the result of its build."""

    folder: Path
    built: Built


@pytest.fixture(scope="session")
def seed_lake(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> SeedLake:
    """The lake of 473 files, built. Tests that need it are skipped if its archive is missing."""
    if not (shared / _ARCHIVE).exists():
        pytest.skip(f"needs {_ARCHIVE} in the shared folder")
    folder = tmp_path_factory.mktemp("seed")
    with tarfile.open(shared / _ARCHIVE) as packed:
        # Set as an attribute, because Python 3.11 has the argument only since 3.11.4.
        packed.extraction_filter = getattr(tarfile, "data_filter", None)
        packed.extractall(folder)  # noqa: S202 - the filter is set
    return SeedLake(folder, build(LocalStore(folder)))


@pytest.fixture(params=["memory", "folder"])
def lake(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """A lake with one film, in memory and in a folder with special characters in its name."""
    store: Store = open_memory() if request.param == "memory" else LocalStore(tmp_path / "a lake's folder")
    put(store, "genre-80-2000-2004-1", b'[{"id_tmdb": 1, "imdb_id": "tt0000001", "title": "Invented 1"}]')
    return store
