"""Version 1 of the lake, built once for all tests that use it."""

import tarfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.support.refine.lakes import build

from cinelake.lake.local_store import LocalStore
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
