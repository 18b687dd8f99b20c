"""IMDb files into Raw, as a user brings them in."""

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
from tests.support.stores import read_all
from tests.unit.imdb.test_kinds import MOVIES, RATINGS, build_file, build_row

from cinelake.lake.opening import open_store

DAY = ("--run-date", "2026-01-02")
RAW = "Raw/Local/CSV/Movies/2026/01/02/movies.csv"
DOCUMENT = "_cinelake/ingests/Movies/2026/01/02/movies.csv.json"


def _put(shell: Shell, name: str, data: bytes) -> str:
    (shell.folder / name).parent.mkdir(parents=True, exist_ok=True)
    (shell.folder / name).write_bytes(data)
    return name


def _read_files(done: Done) -> list[dict[str, Any]]:
    """What is told of each file; the document's exit code is the command's."""
    document = json.loads(done.stdout)
    assert document["exit_code"] == done.returncode
    return list(document["files"])


def _read_times(folder: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


def test_a_file_comes_in_byte_for_byte_and_again_writes_nothing(shell: Shell) -> None:
    name = _put(shell, "movies.csv", build_file(MOVIES))
    done = shell.run("ingest", name, *DAY, "--json")
    assert (done.returncode, done.stderr) == (0, "next: cinelake build\n")
    (told,) = _read_files(done)
    assert (told["file"], told["state"], told["error"]) == (name, "ingested", None)
    assert (told["ingest"]["kind"], told["ingest"]["rows"], told["ingest"]["key"]) == ("Movies", 3, RAW)
    assert (shell.lake / RAW).read_bytes() == build_file(MOVIES)
    assert json.loads((shell.lake / DOCUMENT).read_bytes()) == told["ingest"]
    before = _read_times(shell.lake)
    again = shell.run("ingest", name, *DAY, "--json")
    assert again.returncode == 0
    assert [each["state"] for each in _read_files(again)] == ["unchanged"]
    assert _read_times(shell.lake) == before


def test_without_json_a_table_tells_the_same_and_where_it_is(shell: Shell) -> None:
    _put(shell, "ratings.tsv.gz", gzip.compress(build_file(RATINGS, 4) + build_row(RATINGS, 2).encode()))
    done = shell.run("ingest", "ratings.tsv.gz", *DAY)
    assert done.returncode == 0
    for part in ("TitleRatings", " 5 ", "ingested", "rows whose id occurs before: 1, first on line 6"):
        assert part in done.stdout
    assert "Raw/Local/TSV/TitleRatings/2026/01/02/ratings.tsv.gz" in done.stdout
    assert "ratings.tsv.gz" in shell.run("ingest", "ratings.tsv.gz").stdout  # of today


def test_a_bad_file_keeps_no_other_out_and_the_worst_code_counts(shell: Shell) -> None:
    good, other = _put(shell, "movies.csv", build_file(MOVIES)), _put(shell, "b/ratings.tsv", build_file(RATINGS))
    bad = _put(shell, "a/bad.csv", build_file(MOVIES).replace(b"|", b","))
    done = shell.run("ingest", good, bad, "absent.csv", other, *DAY, "--json")
    assert done.returncode == 2
    files = _read_files(done)
    assert [each["state"] for each in files] == ["ingested", "refused", "refused", "ingested"]
    assert files[1]["error"]["thing"] == "a/bad.csv, line 1"
    assert "save the file with '|' between the columns" in files[1]["error"]["todo"]
    assert [line.split(": ")[:2] for line in done.stderr.splitlines()] == [
        ["cinelake", "a/bad.csv, line 1"],
        ["cinelake", "absent.csv"],
    ]
    assert sorted(path.name for path in (shell.lake / "Raw").rglob("*") if path.is_file()) == ["movies.csv", "ratings.tsv"]


def test_another_content_of_that_name_and_day_is_refused_and_another_day_takes_it(shell: Shell) -> None:
    first, second = _put(shell, "a/movies.csv", build_file(MOVIES)), _put(shell, "b/movies.csv", build_file(MOVIES, 9))
    done = shell.run("ingest", first, second, first, *DAY, "--json")
    assert done.returncode == 2
    assert [each["state"] for each in _read_files(done)] == ["ingested", "refused", "unchanged"]
    assert "give the file another name, or another day with --run-date" in done.stderr
    assert (shell.lake / RAW).read_bytes() == build_file(MOVIES)
    assert shell.run("ingest", second, "--run-date", "2026-01-03").returncode == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "missing argument FILE"),
        (("movies.csv", "--run-date", "2100-01-01"), "is no day of a run"),
        (("movies.csv", "--run-date", "soon"), "is no date"),
        (("movies.csv", "--lake", "memory://"), "it would end with this command"),
    ],
)
def test_words_that_make_no_sense_are_explained(shell: Shell, words: tuple[str, ...], said: str) -> None:
    _put(shell, "movies.csv", build_file(MOVIES))
    done = shell.run("ingest", *words, "--json")
    assert done.returncode == 2
    assert said in done.stderr
    assert json.loads(done.stdout)["exit_code"] == 2
    assert not shell.lake.exists()


def test_what_a_log_reads_is_json_where_that_is_asked(shell: Shell) -> None:
    done = shell.run("ingest", _put(shell, "x.csv", b""), CINELAKE_LOG="json")
    assert done.returncode == 2
    assert json.loads(done.stderr)["message"].startswith("x.csv: it is empty")


def test_a_lake_that_fails_between_data_and_document_is_gone_on_with(shell: Shell) -> None:
    name = _put(shell, "movies.csv", build_file(MOVIES))
    _put(shell, "lake/_cinelake", b"where the folder should be")
    done = shell.run("ingest", name, _put(shell, "other.csv", build_file(MOVIES, 2)), *DAY, "--json")
    assert done.returncode == 5
    assert [each["state"] for each in _read_files(done)] == ["refused", "untried"]
    (shell.lake / "_cinelake").unlink()
    assert (shell.run("ingest", name, *DAY).returncode, (shell.lake / DOCUMENT).exists()) == (0, True)
    assert (shell.lake / RAW).read_bytes() == build_file(MOVIES)


def test_killed_at_any_moment_raw_has_the_whole_file_or_none_and_the_same_command_goes_on(shell: Shell) -> None:
    data = build_file(MOVIES, 100_000)
    name, kills = _put(shell, "movies.csv", data), 0
    for hundredths in range(25, 65, 5):
        process = shell.start("ingest", name, *DAY)
        time.sleep(hundredths / 100)  # noqa: TID251 - the moment of the kill
        kills += process.poll() is None
        process.send_signal(signal.SIGKILL)
        finish(process)
        held = (shell.lake / RAW).exists()
        assert not held or (shell.lake / RAW).read_bytes() == data
        assert held or not (shell.lake / DOCUMENT).exists()
    assert kills
    assert shell.run("ingest", name, *DAY).returncode == 0
    assert (shell.lake / RAW).read_bytes() == data
    assert json.loads((shell.lake / DOCUMENT).read_bytes())["sha256"] == hashlib.sha256(data).hexdigest()


def test_a_file_of_many_parts_comes_into_a_bucket(
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
    held = read_all(open_store(lake, variables))
    assert set(held) == {RAW, DOCUMENT}
    assert held[RAW] == data
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
def test_the_real_files_come_in_byte_for_byte(
    shell: Shell, shared: Path, name: str, kind: str, rows: int, is_unpacked: bool
) -> None:
    data = (shared / "imdb" / name).read_bytes()
    if is_unpacked:
        name, data = name.removesuffix(".gz"), gzip.decompress(data)
    done = shell.run("ingest", _put(shell, f"here/{name}", data), *DAY, "--json")
    assert done.returncode == 0, done.stderr
    (told,) = _read_files(done)
    assert (told["ingest"]["rows"], told["ingest"]["is_compressed"]) == (rows, not is_unpacked)
    assert (shell.lake / f"Raw/Local/{kind}/2026/01/02/{name}").read_bytes() == data


def test_verify_holds_what_was_ingested_against_its_document_and_ends_with_3_where_it_differs(shell: Shell) -> None:
    _put(shell, "movies.csv", build_file(MOVIES))
    shell.run("ingest", "movies.csv", *DAY)
    sound = shell.run("verify")
    assert sound.returncode == 0, sound.stderr
    assert re.search(r"IMDb files +1 \(.*\), each read and hashed", sound.stdout)
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
