"""What is deployed: the lint of the template, the locks of the packages, and the scripts of the image."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.support.aws.template import INFRA

TESTED = INFRA.parent / "requirements-dev.lock"
ENGINES = {"boto3", "botocore", "duckdb", "pandas", "polars", "pyarrow", "pyiceberg", "pyspark", "sqlalchemy", "xlsxwriter"}


def _read_versions(lock: Path) -> dict[str, str]:
    return dict(re.findall(r"^([\w.-]+)==([^ ;\\]+)", lock.read_text(), flags=re.MULTILINE))


def test_cfn_lint_accepts_the_template() -> None:
    lint = Path(sys.executable).with_name("cfn-lint")
    if not lint.exists():
        pytest.skip("needs cfn-lint in this environment")
    command = [str(lint), "--format", "parseable", str(INFRA / "template.yaml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr


@pytest.mark.parametrize("lock", ["requirements.lock", "build.lock", "glue.lock", "image.lock"])
def test_deployed_versions_are_the_tested_ones(lock: str) -> None:
    text, versions, tested = (INFRA / lock).read_text(), _read_versions(INFRA / lock), _read_versions(TESTED)
    assert not re.findall(r"^--|https?:|--(?:extra-)?index-url|--find-links|\bfile:", text, flags=re.MULTILINE)
    assert all(re.search(rf"^{re.escape(each)}==[^\n]+\\\n +--hash=sha256:", text, flags=re.MULTILINE) for each in versions)
    assert {each: version for each, version in versions.items() if tested.get(each, version) != version} == {}
    assert {"aiohttp", "msgspec", "obstore"} <= set(versions)


def test_only_the_build_package_has_an_engine_and_none_has_an_extra() -> None:
    assert ENGINES & set(_read_versions(INFRA / "build.lock")) == {"duckdb"}
    assert ENGINES.isdisjoint(_read_versions(INFRA / "requirements.lock"))


@pytest.fixture
def commands(tmp_path: Path) -> Path:
    """A folder for PATH: commands that print how they were called, and `dirname`."""
    for command in ("cinelake", "python"):
        (tmp_path / command).write_text(f'#!/bin/sh\necho {command} "$@"\n')
        (tmp_path / command).chmod(0o755)
    (tmp_path / "dirname").symlink_to(str(shutil.which("dirname")))
    return tmp_path


@pytest.mark.parametrize(
    ("variables", "called"),
    [
        ({}, "cinelake extract --genre Crime"),
        ({"AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9001"}, "python -m awslambdaric extract --genre Crime"),
    ],
)
def test_image_runs_as_a_command_and_as_a_function(commands: Path, variables: dict[str, str], called: str) -> None:
    words = ["/bin/sh", str(INFRA / "entrypoint.sh"), "extract", "--genre", "Crime"]
    done = subprocess.run(words, env={"PATH": str(commands), **variables}, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == called


def test_image_script_reports_that_docker_is_missing(commands: Path) -> None:
    script = ["/bin/bash", str(INFRA / "image.sh")]
    done = subprocess.run(script, env={"PATH": str(commands)}, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "error: the command docker was not found" in done.stderr
