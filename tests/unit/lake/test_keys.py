"""Keys. The Raw grammar is a promise to other people's jobs."""

from datetime import date

import pytest

from cinelake.lake.keys import RunKey, SliceKey, is_portable, parse_manifest_key, parse_raw_key, parse_run_key, raw_folder

ON = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("kind", "name", "number", "key"),
    [
        ("Movies", "genre-80-2020-2024", 1, "Raw/TMDB/JSON/Movies/2026/11/23/genre-80-2020-2024-1.json"),
        ("Movies", "genre-80-undated", 1, "Raw/TMDB/JSON/Movies/2026/11/23/genre-80-undated-1.json"),
        ("Movies", "all-2020-2024", 1, "Raw/TMDB/JSON/Movies/2026/11/23/all-2020-2024-1.json"),
        ("Series", "genre-80-2020-2024", 12, "Raw/TMDB/JSON/Series/2026/11/23/genre-80-2020-2024-12.json"),
        ("Movies", "genre-80--1899", 1, "Raw/TMDB/JSON/Movies/2026/11/23/genre-80--1899-1.json"),
        ("Movies", "genre-80-19570301-19591231", 1, "Raw/TMDB/JSON/Movies/2026/11/23/genre-80-19570301-19591231-1.json"),
    ],
)
def test_raw_keys_are_as_documented_and_parse(kind: str, name: str, number: int, key: str) -> None:
    slice_key = SliceKey(kind, ON, name)
    assert slice_key.raw(number) == key
    assert parse_raw_key(key) == (slice_key, number)
    assert key.startswith(raw_folder(kind, ON) + "/")


@pytest.mark.parametrize(
    "key",
    [
        "Raw/TMDB/JSON/Movies/2026/11/23/genre-80-2020-2024.json.bak",
        "Raw/Local/CSV/Movies/2026/11/23/movies.csv",
        "Raw/TMDB/JSON/Movies/2026/11/23/notes.txt",
        "Trusted/TMDB/JSON/Movies/2026/11/23/genre-80-2020-2024-1.json",
    ],
)
def test_foreign_files_are_not_batches(key: str) -> None:
    assert parse_raw_key(key) is None


def test_manifest_and_run_keys_parse() -> None:
    key = SliceKey("Movies", ON, "genre-80--1899")
    assert parse_manifest_key(key.manifest(3)) == (key, 3)
    run = RunKey("movie-80-0123abcd", ON)
    assert parse_run_key(run.plan()) == (run, "plan")
    assert parse_run_key(run.report()) == (run, "report")
    assert parse_manifest_key(key.listing()) is None
    assert parse_run_key("_cinelake/runs/x/notes") is None


@pytest.mark.parametrize("year", [1, 33, 900, 2026, 9999])
def test_keys_of_any_year_parse(year: int) -> None:
    key = SliceKey("Movies", date(year, 1, 2), "genre-80-2020-2024")
    assert parse_raw_key(key.raw(7)) == (key, 7)
    assert parse_manifest_key(key.manifest(2)) == (key, 2)
    run = RunKey("movie-80-x", date(year, 1, 2))
    assert parse_run_key(run.plan()) == (run, "plan")


@pytest.mark.parametrize("day", ["2026/13/45", "0000/01/01", "2025/02/29"])
def test_key_of_an_impossible_date_is_foreign(day: str) -> None:
    assert parse_raw_key(f"Raw/TMDB/JSON/Movies/{day}/genre-80-2020-2024-1.json") is None
    assert parse_manifest_key(f"_cinelake/manifests/Movies/{day}/genre-80-2020-2024.1.json") is None
    assert parse_run_key(f"_cinelake/runs/movie-80-x/{day.replace('/', '-')}/plan.json") is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("genre-80--1899-1.json", True),
        ("title.basics (2).tsv.gz", True),
        ("console.csv", True),
        ("v=3f1c", True),
        ("12:00.json", False),
        ('a"b', False),
        ("a\\b", False),
        ("a\nb", False),
        ("movies.", False),
        ("movies ", False),
        ("NUL", False),
        ("con.csv", False),
        ("com1.tsv.gz", False),
    ],
)
def test_portable_names_are_valid_on_windows(name: str, expected: bool) -> None:
    assert is_portable(name) is expected
