"""The command `cinelake ingest`."""

import gzip
import hashlib
import json
import re
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.conftest import Done, Shell, finish
from tests.support.imdb_rows import MOVIES, RATINGS, build_file, build_row
from tests.support.stores import read_all

from cinelake.lake.keys import LAKE_FORMAT, STATUS
from cinelake.lake.stores.opening import open_store

DAY = ("--run-date", "2026-01-02")
RAW = "Raw/Local/CSV/Movies/2026/01/02/movies.csv"
DOCUMENT = "_cinelake/ingests/Movies/2026/01/02/movies.csv.json"


def _put(shell: Shell, name: str, data: bytes) -> str:
    (shell.folder / name).parent.mkdir(parents=True, exist_ok=True)
    (shell.folder / name).write_bytes(data)
    return name


def _read_files(done: Done) -> list[dict[str, Any]]:
    """The entries of the JSON output, whose exit code is that of the command."""
    document = json.loads(done.stdout)
    assert document["exit_code"] == done.returncode
    return list(document["files"])


def _read_times(folder: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


def test_file_is_stored_byte_for_byte_and_only_once(shell: Shell) -> None:
    name = _put(shell, "movies.csv", build_file(MOVIES))
    done = shell.run("ingest", name, *DAY, "--json")
    assert (done.returncode, done.stderr) == (0, "next: cinelake build\n")
    (entry,) = _read_files(done)
    assert (entry["file"], entry["state"], entry["error"]) == (name, "ingested", None)
    assert (entry["ingest"]["kind"], entry["ingest"]["rows"], entry["ingest"]["key"]) == ("Movies", 3, RAW)
    assert (shell.lake / RAW).read_bytes() == build_file(MOVIES)
    assert json.loads((shell.lake / DOCUMENT).read_bytes()) == entry["ingest"]
    before = _read_times(shell.lake)
    again = shell.run("ingest", name, *DAY, "--json")
    assert again.returncode == 0
    assert [each["state"] for each in _read_files(again)] == ["unchanged"]
    assert _read_times(shell.lake) == before


def test_table_has_counts_duplicates_and_keys(shell: Shell) -> None:
    _put(shell, "ratings.tsv.gz", gzip.compress(build_file(RATINGS, 4) + build_row(RATINGS, 2).encode()))
    done = shell.run("ingest", "ratings.tsv.gz", *DAY)
    assert done.returncode == 0
    for part in ("TitleRatings", " 5 ", "ingested", "rows that repeat an earlier id: 1, the first on line 6"):
        assert part in done.stdout
    assert re.search(r": 1, .*first on line 6", done.stdout)
    assert "Raw/Local/TSV/TitleRatings/2026/01/02/ratings.tsv.gz" in done.stdout
    assert "ratings.tsv.gz" in shell.run("ingest", "ratings.tsv.gz").stdout  # of today


def test_refused_file_does_not_stop_the_others(shell: Shell) -> None:
    good, other = _put(shell, "movies.csv", build_file(MOVIES)), _put(shell, "b/ratings.tsv", build_file(RATINGS))
    bad = _put(shell, "a/bad.csv", build_file(MOVIES).replace(b"|", b","))
    done = shell.run("ingest", good, bad, "absent.csv", other, *DAY, "--json")
    assert done.returncode == 2
    files = _read_files(done)
    assert [each["state"] for each in files] == ["ingested", "refused", "refused", "ingested"]
    assert files[1]["error"]["message"].startswith('"a/bad.csv", line 1: ')
    assert "'|' between the columns" in files[1]["error"]["hint"]
    errors = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert [('"a/bad.csv"' in line, '"absent.csv"' in line) for line in errors] == [(True, False), (False, True)]
    assert sorted(path.name for path in (shell.lake / "Raw").rglob("*") if path.is_file()) == ["movies.csv", "ratings.tsv"]


def test_different_file_of_the_same_name_needs_another_day(shell: Shell) -> None:
    first, second = _put(shell, "a/movies.csv", build_file(MOVIES)), _put(shell, "b/movies.csv", build_file(MOVIES, 9))
    done = shell.run("ingest", first, second, first, *DAY, "--json")
    assert done.returncode == 2
    assert [each["state"] for each in _read_files(done)] == ["ingested", "refused", "unchanged"]
    assert "another day with --run-date" in done.stderr
    assert (shell.lake / RAW).read_bytes() == build_file(MOVIES)
    assert shell.run("ingest", second, "--run-date", "2026-01-03").returncode == 0


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ((), "missing argument FILE"),
        (("movies.csv", "--run-date", "2100-01-01"), "invalid --run-date"),
        (("movies.csv", "--run-date", "soon"), "invalid --run-date"),
        (("movies.csv", "--lake", "memory://"), "a lake in memory is lost when the command ends"),
    ],
)
def test_invalid_arguments_are_explained(shell: Shell, words: tuple[str, ...], reason: str) -> None:
    _put(shell, "movies.csv", build_file(MOVIES))
    done = shell.run("ingest", *words, "--json")
    assert done.returncode == 2
    assert reason in done.stderr
    assert json.loads(done.stdout)["exit_code"] == 2
    assert not shell.lake.exists()


def test_json_log_has_the_error(shell: Shell) -> None:
    done = shell.run("ingest", _put(shell, "x.csv", b""), CINELAKE_LOG="json")
    assert done.returncode == 2
    assert json.loads(done.stderr)["message"] == '"x.csv": the file is empty'


def test_failure_between_data_and_document_is_repaired_by_the_next_run(shell: Shell) -> None:
    name = _put(shell, "movies.csv", build_file(MOVIES))
    _put(shell, "lake/_cinelake/ingests", b"where the folder should be")
    done = shell.run("ingest", name, _put(shell, "other.csv", build_file(MOVIES, 2)), *DAY, "--json")
    assert done.returncode == 5
    assert [each["state"] for each in _read_files(done)] == ["refused", "untried"]
    (shell.lake / "_cinelake/ingests").unlink()
    assert (shell.run("ingest", name, *DAY).returncode, (shell.lake / DOCUMENT).exists()) == (0, True)
    assert (shell.lake / RAW).read_bytes() == build_file(MOVIES)


def test_kill_leaves_the_complete_file_or_none(shell: Shell) -> None:
    data = build_file(MOVIES, 100_000)
    name, kills = _put(shell, "movies.csv", data), 0
    for hundredths in range(25, 65, 5):
        process = shell.start("ingest", name, *DAY)
        time.sleep(hundredths / 100)  # noqa: TID251 - the command runs in real time
        kills += process.poll() is None
        process.send_signal(signal.SIGKILL)
        finish(process)
        is_stored = (shell.lake / RAW).exists()
        assert not is_stored or (shell.lake / RAW).read_bytes() == data
        assert is_stored or not (shell.lake / DOCUMENT).exists()
    assert kills
    assert shell.run("ingest", name, *DAY).returncode == 0
    assert (shell.lake / RAW).read_bytes() == data
    assert json.loads((shell.lake / DOCUMENT).read_bytes())["sha256"] == hashlib.sha256(data).hexdigest()


def test_file_is_uploaded_to_a_bucket_in_parts(
    shell: Shell, moto_url: str, make_bucket: Callable[[str, str], None]
) -> None:
    variables = {"AWS_ENDPOINT_URL": moto_url, "AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s"}
    lake, data = f"s3://imdb/{shell.folder.name}", build_file(MOVIES, 100_000)
    make_bucket(moto_url, "imdb")
    name = _put(shell, "movies.csv", data)
    states = []
    for _ in range(2):
        done = shell.run("ingest", name, *DAY, "--lake", lake, "--json", **variables)
        assert done.returncode == 0, done.stderr
        states += [each["state"] for each in _read_files(done)]
    assert states == ["ingested", "unchanged"]
    stored = read_all(open_store(lake, variables))
    assert set(stored) == {RAW, DOCUMENT, LAKE_FORMAT, STATUS}
    assert stored[RAW] == data
    assert len(data) > 3 * 5 * 1024 * 1024


@pytest.mark.parametrize(
    ("name", "kind", "rows"),
    [
        ("movies.csv.gz", "CSV/Movies", 23_895),
        ("series.csv.gz", "CSV/Series", 5_403),
        ("title.ratings.tsv.gz", "TSV/TitleRatings", 26_069),
    ],
)
@pytest.mark.parametrize("is_unpacked", [False, True])
def test_real_files_are_stored_byte_for_byte(
    shell: Shell, shared: Path, name: str, kind: str, rows: int, is_unpacked: bool
) -> None:
    data = (shared / "imdb" / name).read_bytes()
    if is_unpacked:
        name, data = name.removesuffix(".gz"), gzip.decompress(data)
    done = shell.run("ingest", _put(shell, f"here/{name}", data), *DAY, "--json")
    assert done.returncode == 0, done.stderr
    (entry,) = _read_files(done)
    assert (entry["ingest"]["rows"], entry["ingest"]["is_compressed"]) == (rows, not is_unpacked)
    assert (shell.lake / f"Raw/Local/{kind}/2026/01/02/{name}").read_bytes() == data


def test_verify_compares_ingested_files_with_their_documents(shell: Shell) -> None:
    _put(shell, "movies.csv", build_file(MOVIES))
    shell.run("ingest", "movies.csv", *DAY)
    intact = shell.run("verify")
    assert intact.returncode == 0, intact.stderr
    assert re.search(r"IMDb files +1 \(.*\), each read and hashed", intact.stdout)
    assert json.loads(shell.run("verify", "--json").stdout)["ingested_bytes"] == len(build_file(MOVIES))
    (shell.lake / RAW).write_bytes(build_file(MOVIES).replace(b"|", b"!"))
    altered = shell.run("verify")
    assert altered.returncode == 3
    assert f"altered file: {RAW}" in altered.stdout
    assert "remove the file and its document; then run `cinelake ingest FILE" in " ".join(altered.stdout.split())
    (shell.lake / RAW).unlink()
    missing = shell.run("verify", "--json")
    assert missing.returncode == 3
    assert [(each["kind"], each["where"]) for each in json.loads(missing.stdout)["problems"]] == [("missing file", RAW)]
