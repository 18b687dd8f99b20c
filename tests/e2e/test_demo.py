"""The demo as a newcomer runs it: every step, its result, and the folder that it leaves."""

import re
from pathlib import Path

import pytest
from tests.e2e.conftest import Shell

from cinelake.cli.demo_lake import MARKER
from cinelake.cli.demo_story import QUESTIONS

FILMS = ("--films", "100")


def _read_commands(output: str) -> list[str]:
    return re.findall(r"^\$ cinelake (\w+)", output, flags=re.MULTILINE)


def test_the_demo_runs_every_step_and_replaces_the_lake_of_the_one_before(shell: Shell) -> None:
    lake = shell.folder / "demo-lake"
    (lake / "Raw").mkdir(parents=True)
    (lake / "Raw" / "old.json").touch()
    (lake / MARKER).touch()
    (shell.folder / ".env").write_text("CINELAKE_LOG=json\n")
    ours = {"TMDB_TOKEN": "a-real-token", "TMDB_BASE_URL": "http://127.0.0.1:9", "CINELAKE_LAKE": "other"}
    done = shell.run("demo", *FILMS, **ours, COLUMNS="80")
    assert done.returncode == 0, done.stdout + done.stderr
    assert _read_commands(done.stdout) == [
        *("plan", "extract", "extract", "verify", "build", *["sql"] * len(QUESTIONS)),
        *("dashboard", "refresh", "build", "dashboard"),
    ]
    killed = re.search(r"Killed after (\d+) records\. The lake has (\d+) files\.", done.stdout)
    assert killed is not None
    assert int(killed[1]) > 0
    page = lake / "Dashboard" / "index.html"
    assert page.stat().st_size > 100_000
    assert str(page) in done.stdout.split("Done")[1]
    assert not (lake / "Raw" / "old.json").exists()
    assert not (shell.folder / "other").exists()
    assert "a-real-token" not in done.stdout + done.stderr
    assert shell.run("verify", "--lake", "demo-lake").returncode == 0


@pytest.mark.parametrize("name", ["full", "file", "s3://bucket/films", ""])
def test_the_demo_touches_no_folder_but_its_own(name: str, shell: Shell) -> None:
    mine = shell.folder / "full" / "mine.txt"
    mine.parent.mkdir()
    mine.touch()
    Path(shell.folder / "file").touch()
    done = shell.run("demo", *FILMS, "--keep", name)
    assert done.returncode == 2
    assert "cinelake demo --keep DIR" in done.stderr
    assert f'"{name}"' in done.stderr
    assert sorted(path.name for path in shell.folder.rglob("*")) == ["file", "full", "mine.txt"]
