"""The real cinelake 0.6 writes a lake, this version upgrades it, and 0.6 continues it after an undo.

It needs the last commit of 0.6 in the clone; tests/upgrade covers the same with lakes that are made for it.
"""

import io
import subprocess
import tarfile
import urllib.request
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from tests.contract.conftest import s3_options
from tests.e2e.conftest import Listening, Shell
from tests.support.imdb_rows import MOVIES, build_file
from tests.support.stores import read_all

from cinelake.clock import SystemClock
from cinelake.lake.store import Store
from cinelake.lake.stores.opening import open_store
from cinelake.sandbox import Catalogue, Sandbox
from cinelake.sandbox.server import Running, start_in_thread

LAST_COMMIT = "625bcb3"
ROOT = Path(__file__).parents[3]
REFRESHES = 10
WORDS = ("--genre", "Drama", "--append", "none", "--rate", "unlimited")
UPGRADING = "upgrading the lake to format 2"
START = SystemClock().now().date() - timedelta(days=REFRESHES + 5)
"""The first day of the sandbox: 0.6 takes dates from the machine, and refuses those in the future."""


@pytest.fixture(scope="module")
def old_sources(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The sources of 0.6."""
    archived = subprocess.run(["git", "archive", LAST_COMMIT, "src"], cwd=ROOT, capture_output=True, check=False)
    if archived.returncode:
        pytest.skip(f"needs commit {LAST_COMMIT}, the last one of 0.6, in the clone")
    folder = tmp_path_factory.mktemp("cinelake-0.6")
    with tarfile.open(fileobj=io.BytesIO(archived.stdout)) as archive:
        archive.extractall(folder, filter="data")
    return str(folder / "src")


@pytest.fixture
def served() -> Iterator[Running]:
    """A sandbox whose days pass when a test says so."""
    clock = SystemClock()
    sandbox = Listening(Catalogue(300, 50, 1, START), now=clock.monotonic)
    with start_in_thread(sandbox, sleep=clock.sleep) as running:
        yield running


@pytest.fixture(params=["folder", "s3"])
def lake(request: pytest.FixtureRequest, shell: Shell, tmp_path: Path, served: Running) -> Store:
    """An empty lake in a folder or a bucket, which is the shell's own."""
    shell.environment |= {"TMDB_BASE_URL": served.url, "TMDB_TOKEN": Sandbox.TOKEN}
    if request.param == "folder":
        return open_store(str(shell.lake), {})
    url: str = request.getfixturevalue("moto_url")
    make_bucket: Callable[[str, str], None] = request.getfixturevalue("make_bucket")
    make_bucket(url, "old-lakes")
    shell.environment |= {"CINELAKE_LAKE": f"s3://old-lakes/{tmp_path.name}", **s3_options(url)}
    return open_store(shell.environment["CINELAKE_LAKE"], s3_options(url))


def _run(shell: Shell, *words: str, sources: str = "") -> str:
    """Run a command of this version, or of the given sources; its stderr."""
    done = shell.run(*words, **({"PYTHONPATH": sources} if sources else {}))
    expected = {0, 3} if words[0] == "build" else {0}  # the rows of the IMDb file are quarantined
    assert done.returncode in expected, f"{words}: {done.stdout}{done.stderr}"
    return done.stderr


def _let_pass(served: Running) -> None:
    urllib.request.urlopen(urllib.request.Request(f"{served.url}/__evolve?days=1", method="POST")).close()


@pytest.mark.slow
def test_lake_of_0_6_is_upgraded_and_taken_back(shell: Shell, lake: Store, served: Running, old_sources: str) -> None:
    def run_old(command: str, day: date, *words: str) -> None:
        _run(shell, command, *WORDS, "--run-date", str(day), *words, sources=old_sources)

    def count_titles(sources: str = "") -> int:
        done = shell.run("sql", "SELECT count(*) AS n FROM title", "--csv", **({"PYTHONPATH": sources} if sources else {}))
        return int(done.stdout.split()[1])

    run_old("extract", START)
    for n in range(1, REFRESHES + 1):
        _let_pass(served)
        run_old("refresh", START + timedelta(days=n), "--allow-removals")
    (shell.folder / "movies.csv").write_bytes(build_file(MOVIES, 3))
    _run(shell, "ingest", "movies.csv", sources=old_sources)
    _run(shell, "build", sources=old_sources)
    before, titles = read_all(lake), count_titles(old_sources)
    raw = {key: data for key, data in before.items() if key.startswith("Raw/")}

    assert UPGRADING in _run(shell, "build")
    assert UPGRADING not in _run(shell, "build")
    assert read_all(lake, "Raw/") == raw
    assert (count_titles(), shell.run("verify").returncode) == (titles, 0)
    _run(shell, "upgrade", "--undo")
    assert read_all(lake) == before
    assert count_titles(old_sources) == titles

    _let_pass(served)
    assert UPGRADING in _run(shell, "refresh", *WORDS, "--allow-removals")
    _run(shell, "build")
    _run(shell, "upgrade", "--undo")
    _run(shell, "verify", sources=old_sources)
    _let_pass(served)
    run_old("refresh", START + timedelta(days=REFRESHES + 2), "--allow-removals")
    _run(shell, "build", sources=old_sources)
    _run(shell, "verify", sources=old_sources)
    titles = count_titles(old_sources)
    _run(shell, "build")
    assert count_titles() == titles
