"""Where tests find what lies outside of the repository: the recorded responses and the replay, beside the clone."""

import gc
import os
import re
import shutil
import subprocess
import sys
import urllib.request
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from tests.support.refine.engines import QUICKLY
from tests.support.servers import free_port, program, serve_process
from tests.support.snapshots import Snapshots

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

settings.register_profile("calm", deadline=None)  # speed is never asserted in a test
settings.load_profile("calm")

ROOT = Path(__file__).parent.parent


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options that the tests of this repository add."""
    parser.addoption("--update-snapshots", action="store_true", help="write tests/snapshots instead of comparing with it")


@pytest.fixture(scope="session")
def snapshots(request: pytest.FixtureRequest) -> Snapshots:
    """The texts below tests/snapshots; `pytest --update-snapshots` renews those that the selected tests compare."""
    return Snapshots(is_update=bool(request.config.getoption("--update-snapshots")))


def _find_shared() -> Path | None:
    named = os.environ.get("CINELAKE_SHARED")
    places = [Path(named)] if named else [ROOT.parent / "shared"]
    return next((place for place in places if (place / "replay").is_dir()), None)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of recorded and real data; tests that ask for it are skipped where it is absent."""
    found = _find_shared()
    if found is None:
        pytest.skip("needs the shared folder with recorded responses beside the repository (or CINELAKE_SHARED)")
    return found


@pytest.fixture
def replay(shared: Path) -> Iterator[Callable[..., str]]:
    """Start the replay of the real service with some arguments; its address. All are stopped after the test."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str) -> str:
        command = [sys.executable, str(shared / "replay" / "tmdb_replay.py"), "--port", "0", *arguments]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        started.append(process)
        assert process.stdout is not None
        for line in process.stdout:
            if found := re.search(r"ready (http://\S+)", line):
                return found[1]
        raise AssertionError("the replay did not start")

    yield start
    for process in started:
        process.terminate()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


@pytest.fixture(scope="session")
def replay_token() -> str:
    """The one that the replay takes."""
    return "eyJhbGciOiJIUzI1NiJ9.eyJhdWQiOiJyZXBsYXkiLCJzdWIiOiJyZXBsYXkifQ.cmVwbGF5"


@pytest.fixture
def clean_environment() -> dict[str, str]:
    """The environment without anything that cinelake reads; for the commands that a test starts."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("TMDB_", "CINELAKE_", "AWS_"))}


@pytest.fixture(scope="session")
def moto_url() -> Iterator[str]:
    """An S3 that honours the conditions of a PUT."""
    port = free_port()
    yield from serve_process([program("moto_server"), "-H", "127.0.0.1", "-p", str(port)], f"http://127.0.0.1:{port}")


@pytest.fixture
def make_bucket() -> Callable[[str, str], None]:
    """Make a bucket on an S3 server that checks no signature."""

    def make(url: str, name: str) -> None:
        urllib.request.urlopen(urllib.request.Request(f"{url}/{name}", method="PUT")).close()

    return make


@pytest.fixture(scope="session")
def java() -> str:
    """Java's command; tests that need Spark are skipped where it is absent."""
    found = shutil.which("java")
    if found is None:
        pytest.skip("needs Java 17, which Spark runs on (apt-get install openjdk-17-jre-headless)")
    return found


@pytest.fixture(scope="session")
def spark(java: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator["SparkSession"]:
    """One Spark for all tests: engines that are opened while it is there borrow it."""
    from cinelake.refine.engines.spark_session import start_session  # noqa: PLC0415 - not every test needs it

    os.environ["SPARK_SUBMIT_OPTS"] = QUICKLY  # for the whole process: Spark has one Java, however often it starts
    session = start_session(tmp_path_factory.mktemp("spark"))
    yield session
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # the sockets that pyspark leaves to the collector
        session.stop()
        gc.collect()
