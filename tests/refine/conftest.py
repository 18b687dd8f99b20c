"""The lake that this project grew from, built once for all tests that ask it."""

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
    """The first version's lake in a folder, and what its build came to."""

    folder: Path
    built: Built


@pytest.fixture(scope="session")
def seed_lake(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> SeedLake:
    """The lake of 473 files, built; tests that ask for it are skipped where it is absent."""
    if not (shared / _ARCHIVE).exists():
        pytest.skip(f"needs {_ARCHIVE} in the shared folder")
    folder = tmp_path_factory.mktemp("seed")
    with tarfile.open(shared / _ARCHIVE) as packed:
        # As an attribute: the argument is not known to Python 3.11 before 3.11.4.
        packed.extraction_filter = getattr(tarfile, "data_filter", None)
        packed.extractall(folder)  # noqa: S202 - as the filter lets it
    return SeedLake(folder, build(LocalStore(folder)))
