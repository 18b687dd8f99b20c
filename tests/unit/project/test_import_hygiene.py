"""Modules that a command loads: commands start fast because they import only what they use."""

import json
import subprocess
import sys

import pytest

HELP_MODULES = 120
"""Modules that `--help` may load beyond a bare interpreter: click, the standard library, and ours."""
_HEAVY = {"aiohttp", "asyncio", "dotenv", "msgspec", "obstore", "rich", "structlog", "uvloop", "yarl"}
_REPORT = "import json; print(json.dumps(sorted(set(sys.modules) - before)), file=sys.stderr)"


def _load(statement: str) -> set[str]:
    """Return the modules that a statement loads in a new interpreter."""
    code = f"import sys; before = set(sys.modules)\ntry:\n    {statement}\nexcept SystemExit:\n    pass\n{_REPORT}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(json.loads(done.stderr.splitlines()[-1]))


def _run(*words: str) -> set[str]:
    """Return the modules that a command loads."""
    return _load(f"sys.argv = ['cinelake', *{words!r}]; from cinelake.cli.app import main; main()")


def test_command_module_loads_nothing_heavy() -> None:
    loaded = _load("import cinelake.cli.app")
    assert "cinelake.cli.app" in loaded
    assert loaded.isdisjoint(_HEAVY)


@pytest.mark.parametrize("words", [("--help",), ("--version",), ("extract", "--help")])
def test_help_and_usage_load_little(words: tuple[str, ...]) -> None:
    loaded = _run(*words)
    assert "click" in loaded
    assert loaded.isdisjoint(_HEAVY)
    assert len(loaded) <= HELP_MODULES


@pytest.mark.parametrize("command", ["status", "verify"])
def test_lake_in_a_folder_loads_no_object_store(command: str) -> None:
    loaded = _run(command, "--lake", "no-such-lake")
    assert "cinelake.lake.local_store" in loaded
    assert loaded.isdisjoint({"obstore", "cinelake.lake.object_store"})


@pytest.mark.parametrize(
    "modules",
    [
        ("cinelake.verify.runs", "cinelake.verify.imdb_files"),
        ("cinelake.run_report.collect", "cinelake.run_report.html"),
        ("cinelake.retention.prune",),
    ],
    ids=["verify", "run report", "retention"],
)
def test_readers_load_no_http_client(modules: tuple[str, ...]) -> None:
    loaded = _load(f"import {', '.join(modules)}")
    assert loaded.issuperset(modules)
    assert not {name for name in loaded if name.startswith(("aiohttp", "cinelake.tmdb"))}


def test_verify_without_api_loads_no_http_client() -> None:
    loaded = _run("verify", "--lake", "no-such-lake")
    assert "cinelake.verify.runs" in loaded
    assert not {name for name in loaded if name.startswith(("aiohttp", "cinelake.tmdb"))}


def test_extraction_loads_neither_sandbox_nor_server() -> None:
    loaded = _load("import cinelake.cli.run_command")
    assert "cinelake.extract.run" in loaded
    assert not {name for name in loaded if name.startswith(("cinelake.sandbox", "aiohttp.web_app", "obstore"))}


def test_handlers_load_neither_a_query_engine_nor_the_command_line() -> None:
    loaded = _load("import cinelake.aws.handlers")
    assert "cinelake.extract.run" in loaded
    assert loaded.isdisjoint({"duckdb", "pyspark", "boto3", "botocore", "click", "cinelake.cli", "cinelake.sandbox"})


def test_sandbox_loads_nothing_of_the_client() -> None:
    loaded = {name for name in _load("import cinelake.sandbox.server") if name.startswith("cinelake.")}
    assert "cinelake.sandbox.app" in loaded
    assert {name for name in loaded if not name.startswith("cinelake.sandbox")} == set()
