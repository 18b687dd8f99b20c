"""The main job on a system without the calls that Windows lacks."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_main_job_runs_without_posix_calls(tmp_path: Path, clean_environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", "tests.support.without_posix", str(tmp_path)]
    environment = {**clean_environment, "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "src")))}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=tmp_path, check=False)
    assert "Traceback" not in done.stderr, done.stderr
    assert done.returncode == 0, done.stdout + done.stderr
