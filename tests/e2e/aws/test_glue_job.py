"""The Glue job's script, run as Glue runs it but for the cluster; that its session builds is shown in tests/refine."""

import os
import subprocess
import sys
from pathlib import Path

import msgspec
from tests.support.refine.engines import QUICKLY
from tests.support.refine.lakes import build, commit, current, encode, film

from cinelake.lake.stores.local_store import LocalStore

_ROOT = Path(__file__).parents[3]
_SCRIPT = _ROOT / "infra" / "glue" / "build_job.py"
_GLUE_OPTIONS = ["--JOB_NAME", "films-build", "--JOB_ID", "j_1", "--TempDir", "s3://x/y", "--enable-metrics", "true"]


def _run(*words: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CINELAKE_", "AWS_"))}  # noqa: TID251
    environment = {**kept, "SPARK_SUBMIT_OPTS": QUICKLY, "AWS_EC2_METADATA_DISABLED": "true"}
    command = [sys.executable, str(_SCRIPT), *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_job_builds_the_given_lake_and_accepts_quarantine(java: str, tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    for title_id in (1, 2):
        commit(store, f"genre-80-200{5 * title_id - 5}-200{5 * title_id - 1}", [encode([film(title_id), {"id": 5}])])
        built = build(store).pointer
    found = _run(*_GLUE_OPTIONS, "--lake", str(tmp_path), "--keep", "0")
    assert found.returncode == 0, found.stderr
    assert '"quarantined":2' in found.stdout
    assert (len(built.previous), current(store)) == (1, msgspec.structs.replace(built, previous=()))


def test_job_that_cannot_build_reports_the_reason(java: str, tmp_path: Path) -> None:
    found = _run("--lake", str(tmp_path / "none"))
    assert found.returncode == 3
    assert "no files in Raw" in found.stderr


def test_job_needs_a_lake() -> None:
    found = _run("--keep", "1")
    assert found.returncode == 2
    assert "--lake" in found.stderr
