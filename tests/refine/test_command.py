import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.conftest import ROOT
from tests.support.refine.imdb_files import ingest, line
from tests.support.refine.lakes import Row, commit, encode, film, read

from cinelake.cli.build import build
from cinelake.lake.keys import POINTER
from cinelake.lake.stores.local_store import LocalStore


def run(lake: Path, *words: str) -> Result:
    return CliRunner().invoke(build, ["--lake", str(lake), *words])


def fill(lake: Path, *rows: Row, name: str = "genre-80-2000-2004") -> None:
    commit(LocalStore(lake), name, [encode(rows)])


def list_versions(lake: Path, table: str) -> list[str]:
    """The existing versions of a table."""
    return sorted(path.parts[-3] for path in (lake / "Versions").glob(f"*/{table}/{table}.parquet"))


def test_build_prints_the_funnel(tmp_path: Path) -> None:
    fill(tmp_path, film(1, budget=5_000, revenue=9_000), film(2, imdb_id=""))
    result = run(tmp_path)
    assert result.exit_code == 0
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert "records in Raw 2" in lines
    assert "imdb_id is empty -1" in lines
    assert "= with budget and revenue 1" in lines
    assert "series" not in result.stdout
    assert ": published; " in lines[-1]


def test_an_unchanged_build_is_reported(tmp_path: Path) -> None:
    fill(tmp_path, film(1))
    run(tmp_path)
    assert ": unchanged since it was built; " in run(tmp_path).stdout


def test_quarantine_is_reported_with_exit_code_3(tmp_path: Path) -> None:
    fill(tmp_path, film(1, mood=[1]), {"id": 5}, film(2, budget="much"))
    for _ in range(2):
        result = run(tmp_path)
        assert result.exit_code == 3
        assert "genre-80-2000-2004-1.json record 2 (id unknown): it has no id_tmdb" in result.stdout
        assert "record 3 (id 2): expected `int | null`, got `str` at `budget`" in result.stdout
        assert "unknown field movie.mood in 1 record: stored in Raw only" in result.stdout


def test_json_output_is_one_document(tmp_path: Path) -> None:
    fill(tmp_path, film(1))
    document = json.loads(run(tmp_path, "--json").stdout)
    assert not document["is_unchanged"]
    assert {table["name"] for table in document["tables"]} >= {"title", "title_genre", "funnel", "coverage"}
    assert document["report"]["quarantined"] == 0
    assert json.loads(run(tmp_path, "--json").stdout)["version"] == document["version"]


def test_a_failed_check_exits_with_3_and_a_hint(tmp_path: Path) -> None:
    fill(tmp_path, film(1))
    fill(tmp_path, film(2), name="genre-99-2000-2004")
    (tmp_path / "Raw/TMDB/JSON/Movies/2026/11/23/genre-99-2000-2004-1.json").unlink()
    result = run(tmp_path, "--json")
    assert result.exit_code == 3
    error = json.JSONDecoder().raw_decode(result.stdout)[0]["error"]
    assert "genre-99-2000-2004-1.json its manifest lists it, and it does not exist" in error["cause"]
    assert "the previous version stays current" in error["hint"]


@pytest.mark.parametrize("words", [("--keep", "-1"), ("--keep", "many")])
def test_an_invalid_number_of_versions_is_refused(tmp_path: Path, words: tuple[str, ...]) -> None:
    assert run(tmp_path, *words).exit_code == 2


def test_keep_limits_earlier_versions(tmp_path: Path) -> None:
    built = []
    for number in range(1, 5):
        fill(tmp_path, film(number), name=f"genre-{number}-2000-2004")
        built.append(json.loads(run(tmp_path, "--keep", "2", "--json").stdout)["version"])
    assert list_versions(tmp_path, "title") == sorted(built[1:])


_KILLED = """
import os, signal, sys
from pathlib import Path
from tests.support.refine.lakes import build
from tests.support.stores import WatchedStore
from cinelake.lake.stores.local_store import LocalStore
from cinelake.lake.keys import (POINTER)

def kill(method, key):
    if (method, key) == ("swap", POINTER):
        os.kill(os.getpid(), signal.SIGKILL)

build(WatchedStore(LocalStore(Path(sys.argv[1])), kill))
"""


def test_a_killed_build_leaves_no_trace_after_the_next(
    tmp_path: Path,
) -> None:
    fill(tmp_path, film(1))
    run(tmp_path)
    pointer = (tmp_path / POINTER).read_bytes()
    fill(tmp_path, film(2), name="genre-99-2000-2004")
    done = subprocess.run([sys.executable, "-c", _KILLED, str(tmp_path)], cwd=ROOT, check=False)
    assert done.returncode == -signal.SIGKILL
    assert len(list_versions(tmp_path, "coverage")) == 2  # the last table to be written
    assert (tmp_path / POINTER).read_bytes() == pointer
    repaired = json.loads(run(tmp_path, "--keep", "0", "--json").stdout)
    assert not repaired["is_unchanged"]
    assert list_versions(tmp_path, "title") == [repaired["version"]]
    assert [row["id_tmdb"] for row in read(LocalStore(tmp_path), "title")] == [1, 2]


def test_the_engine_prints_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    fill(tmp_path, *(film(n) for n in range(1, 100)))
    run(tmp_path, "--json")
    assert capfd.readouterr().out == ""


def test_superseded_imdb_lines_are_reported_with_exit_code_0(
    tmp_path: Path,
) -> None:
    fill(tmp_path, film(1, vote_average=7.0, runtime=99), film(2))
    rows = (line("Movies"), line("Movies", numeroVotos="3"), line("Movies", id="tt0000002", anoLancamento=""))
    ingest(LocalStore(tmp_path), "Movies", *rows)
    result = run(tmp_path)
    assert result.exit_code == 0
    assert "IMDb Movies: 3 rows, 0 quarantined, 1 superseded by another row with the same id (Raw/Local" in result.stdout
    agree = (
        "rating within 0.5 for 2 of 2, median difference +0.25; runtime within 5 for 1 of 2, median difference +4.5; year"
    )
    assert f"TMDB and IMDb, movie: {agree} within 1 for 1 of 1, median difference +0\n" in result.stdout
    assert "TMDB and IMDb, series" not in result.stdout


def test_invalid_imdb_lines_exit_with_3(tmp_path: Path) -> None:
    fill(tmp_path, film(1))
    ingest(LocalStore(tmp_path), "TitleRatings", line("TitleRatings", numVotes="many"))
    result = run(tmp_path)
    assert result.exit_code == 3
    assert 'TitleRatings.txt record 2 (id tt0000001): numVotes is no number: "many"' in result.stdout
