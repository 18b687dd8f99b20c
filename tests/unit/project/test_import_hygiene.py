"""What each command imports: a command starts fast because it imports nothing that it does not use."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.e2e.conftest import SOURCES, open_service, open_shell
from tests.support.imdb_rows import MOVIES, build_file

HELP_MODULES = 120
"""What `--help` may import beyond a bare interpreter: click, its parts of the standard library, and a few of our own."""
_HEAVY = {"aiohttp", "asyncio", "dotenv", "msgspec", "obstore", "rich", "structlog", "uvloop", "yarl"}
_HTTP = {"aiohttp", "yarl", "cinelake.tmdb"}
_REPORT = "found = sorted(set(sys.modules) - before); import json; print(json.dumps(found), file=sys.stderr)"
READERS = (
    ("status",),
    ("verify",),
    ("build",),
    ("sql", "SELECT count(*) FROM title"),
    ("dashboard",),
    ("export", "title", "--output", "title.csv"),
    ("rollback", "--list"),
    ("report",),
    ("prune", "--dry-run"),
    ("prune",),
    ("genres",),
    ("ingest", "movies.csv"),
)
"""Commands that read or write the lake and send nothing to TMDB, in an order in which each has what it needs."""


def _import(statement: str, folder: Path | None = None, **variables: str) -> set[str]:
    """The modules that a statement imports in a new interpreter."""
    guarded = f"try:\n    {statement}\nexcept SystemExit as end:\n    assert not end.code"
    code = f"import sys; before = set(sys.modules)\n{guarded}\n{_REPORT}"
    environment = {"PYTHONPATH": SOURCES, **variables}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stderr.splitlines()[-1]))


def _run(*words: str, folder: Path | None = None, **variables: str) -> set[str]:
    """The modules that a command imports; the command succeeds."""
    start = f"sys.argv = ['cinelake', *{words!r}]; from cinelake.cli.app import main; main()"
    return _import(start, folder, **variables)


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small lake named `lake`, and of a file to ingest."""
    folder = tmp_path_factory.mktemp("readers")
    served = open_service(60)
    with open_shell(folder) as shell, served.running:
        shell.point_at(served)
        done = shell.extract()
        assert done.returncode == 0, done.stderr
    (folder / "movies.csv").write_bytes(build_file(MOVIES))
    return folder


def test_readers_import_no_http_client(lake: Path) -> None:
    """What fails here: a module that `sql` or `status` needs imports the client of TMDB, or something that imports it."""
    imported = {words: _HTTP & _run(*words, folder=lake, CINELAKE_LAKE="lake") for words in READERS}
    assert {words: names for words, names in imported.items() if names} == {}


def test_the_module_of_the_commands_imports_nothing_heavy() -> None:
    imported = _import("import cinelake.cli.app")
    assert "cinelake.cli.app" in imported
    assert imported.isdisjoint(_HEAVY)


def test_the_package_imports_nothing() -> None:
    assert _import("import cinelake") == {"cinelake"}


@pytest.mark.parametrize("words", [(), ("--help",), ("--version",), ("extract", "--help")])
def test_help_imports_little(words: tuple[str, ...]) -> None:
    imported = _run(*words)
    assert "click" in imported
    assert imported.isdisjoint(_HEAVY)
    assert len(imported) <= HELP_MODULES


@pytest.mark.parametrize("command", ["status", "verify"])
def test_a_lake_in_a_folder_is_read_without_the_object_store(command: str, lake: Path) -> None:
    imported = _run(command, folder=lake, CINELAKE_LAKE="lake")
    assert "cinelake.lake.stores.local_store" in imported
    assert imported.isdisjoint({"obstore", "cinelake.lake.stores.object_store"})


def test_an_extraction_imports_no_sandbox_and_no_server() -> None:
    imported = _import("import cinelake.cli.run_command")
    assert "cinelake.extract.run" in imported
    assert not {name for name in imported if name.startswith(("cinelake.sandbox", "aiohttp.web_app", "obstore"))}


def test_a_lambda_handler_imports_neither_a_query_engine_nor_the_command_line() -> None:
    imported = _import("import cinelake.aws.handlers")
    assert "cinelake.extract.run" in imported
    assert imported.isdisjoint({"duckdb", "pyspark", "boto3", "botocore", "click", "cinelake.cli", "cinelake.sandbox"})


def test_a_query_imports_no_model() -> None:
    imported = _import("import cinelake.refine.query")
    assert "duckdb" in imported
    assert imported.isdisjoint({"cinelake.refine.models.model", "cinelake.refine.pipeline", "cinelake.lake.manifests"})


def test_the_sandbox_imports_nothing_of_the_client() -> None:
    imported = {name for name in _import("import cinelake.sandbox.server") if name.startswith("cinelake.")}
    assert "cinelake.sandbox.app" in imported
    assert {name for name in imported if not name.startswith("cinelake.sandbox")} == set()
