"""`cinelake export`: the same rows in every format, and what Excel makes of them."""

import csv
import json
import os
from datetime import date, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest
from click.testing import CliRunner, Result
from tests.support.refine.lakes import build, commit, encode, film, lake_of, read

from cinelake.cli.export import export
from cinelake.errors import DamagedError, UsageError
from cinelake.lake.stores.local_store import LocalStore
from cinelake.refine.table_files import excel
from cinelake.refine.table_files.formats import LOCALES, Format, parse_format, parse_locale
from cinelake.refine.table_files.writer import write_table

FORMULA = '=HYPERLINK("http://example.org";"x")'
FILMS = (
    film(1, title='Ação; e\n"reação"', release_date="2004-05-06", vote_average=7.25, budget=1_000, revenue=2_500),
    film(2, title=FORMULA, release_date="1895-12-28", vote_average=8.5),
    film(3, title="+1", release_date=""),
)


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lake")
    store = LocalStore(folder)
    commit(store, "genre-80-2000-2004", [encode(FILMS)])
    build(store)
    return folder


def _run(lake: Path, *words: str) -> Result:
    return CliRunner().invoke(export, [*words, "--lake", str(lake)])


def _read_sheet(path: Path) -> list[dict[str, Any]]:
    sheet = openpyxl.load_workbook(path).active
    header, *rows = sheet.iter_rows()
    return [dict(zip((cell.value for cell in header), row, strict=True)) for row in rows]


def test_csv_has_every_value_as_it_is(lake: Path, tmp_path: Path) -> None:
    done = _run(lake, "title", "--output", str(tmp_path / "title.csv"))
    assert done.exit_code == 0, done.output
    assert "3 rows of title" in done.stdout
    assert "note: 2 rows have a text that a spreadsheet would read as a formula" in done.stdout
    text = (tmp_path / "title.csv").read_bytes().decode()
    rows = list(csv.DictReader(StringIO(text, newline="")))
    expected = read(LocalStore(lake), "title")
    assert list(rows[0]) == list(expected[0])
    assert [row["title"] for row in rows] == [row["title"] for row in expected]
    assert [row["release_date"] for row in rows] == [str(row["release_date"] or "") for row in expected]
    assert [row["tmdb_rating"] for row in rows][:2] == ["7.25", "8.5"]


def test_csv_of_a_locale_is_what_excel_of_that_country_reads(lake: Path, tmp_path: Path) -> None:
    _run(lake, "title", "-o", str(tmp_path / "title.csv"), "--locale", "pt_br")
    data = (tmp_path / "title.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";"))
    first, second, third = rows
    assert first["title"] == 'Ação; e\n"reação"'
    assert (first["release_date"], first["tmdb_rating"]) == ("06/05/2004", "7,25")
    assert (second["title"], third["title"]) == (f"'{FORMULA}", "'+1")
    assert {row[name] for row in rows for name in row if name.startswith("is_")} <= {"VERDADEIRO", "FALSO", ""}


def test_json_and_parquet_have_the_rows_of_the_table(lake: Path, tmp_path: Path) -> None:
    expected = read(LocalStore(lake), "title")
    for name in ("title.json", "title.parquet"):
        assert _run(lake, "title", "--output", str(tmp_path / name)).exit_code == 0
    found = json.loads((tmp_path / "title.json").read_text("utf-8"))
    assert [row["title"] for row in found] == [row["title"] for row in expected]
    assert found[0]["release_date"] == "2004-05-06"
    relation = duckdb.read_parquet(str(tmp_path / "title.parquet"))
    assert [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()] == expected


@pytest.mark.parametrize(("locale", "shown"), [(None, "yyyy-mm-dd"), ("pt-BR", "dd/mm/yyyy")])
def test_excel_gets_numbers_dates_and_texts_of_their_own_type(
    lake: Path, tmp_path: Path, locale: str | None, shown: str
) -> None:
    done = _run(lake, "title", "-o", str(tmp_path / "t.xlsx"), *(["--locale", locale] if locale else []))
    assert done.exit_code == 0, done.output
    first, second, third = _read_sheet(tmp_path / "t.xlsx")
    assert first["release_date"].value == datetime(2004, 5, 6)  # noqa: DTZ001 - a cell has no zone
    assert first["release_date"].number_format == shown
    assert (first["tmdb_rating"].value, first["title_key"].value) == (7.25, "movie-1")
    assert first["title"].value == 'Ação; e\n"reação"'
    assert (second["title"].value, second["title"].data_type) == (FORMULA, "s")
    assert second["release_date"].value == "1895-12-28"
    assert (third["release_date"].value, third["title"].value) == (None, "+1")
    assert "note: 1 dates before 1901 are texts" in done.stdout


def test_lists_are_json_texts_in_csv_and_excel(lake: Path, tmp_path: Path) -> None:
    expected = read(LocalStore(lake), "trusted_movies")
    lists = [name for name, value in expected[0].items() if isinstance(value, list)]
    assert lists
    _run(lake, "trusted_movies", "-o", str(tmp_path / "t.xlsx"))
    _run(lake, "trusted_movies", "-o", str(tmp_path / "t.csv"))
    cell = _read_sheet(tmp_path / "t.xlsx")[0][lists[0]].value
    with (tmp_path / "t.csv").open(encoding="utf-8", newline="") as file:
        assert next(csv.DictReader(file))[lists[0]] == cell
    assert json.loads(cell) == json.loads(json.dumps(expected[0][lists[0]], default=str))


def test_a_table_with_too_many_rows_for_excel_is_refused_with_csv_as_the_way_out(
    lake: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(excel, "MOST_ROWS", 2)
    done = _run(lake, "title", "-o", str(tmp_path / "t.xlsx"))
    assert done.exit_code == 2
    assert "error: title has 3 rows, and a sheet of Excel has at most 2" in done.output
    assert "hint: write CSV: --output title.csv" in done.output
    assert list(tmp_path.iterdir()) == []


def test_an_existing_file_is_replaced_in_one_step_and_kept_after_a_failure(lake: Path, tmp_path: Path) -> None:
    path = tmp_path / "title.csv"
    path.write_text("old")
    assert _run(lake, "titel", "-o", str(path)).exit_code == 2
    assert path.read_text() == "old"
    assert _run(lake, "title", "-o", str(path)).exit_code == 0
    assert path.read_text("utf-8").startswith("title_key,")
    assert [each.name for each in tmp_path.iterdir()] == ["title.csv"]


@pytest.mark.skipif(os.name == "nt", reason="links and permissions of POSIX")
def test_a_link_and_the_permissions_of_an_existing_file_stay(lake: Path, tmp_path: Path) -> None:
    target, link = tmp_path / "a.csv", tmp_path / "link.csv"
    target.write_text("old")
    target.chmod(0o600)
    link.symlink_to(target)
    assert _run(lake, "title", "--output", str(link)).exit_code == 0
    assert link.is_symlink()
    assert target.read_text().startswith("title_key,")
    assert target.stat().st_mode & 0o777 == 0o600


def test_csv_on_standard_output(lake: Path) -> None:
    done = _run(lake, "title_genre", "--output", "-")
    assert done.exit_code == 0
    assert len(list(csv.DictReader(StringIO(done.stdout)))) == len(read(LocalStore(lake), "title_genre"))
    assert _run(lake, "title", "--output", "-", "--json").exit_code == 2


def test_json_report(lake: Path, tmp_path: Path) -> None:
    document = json.loads(_run(lake, "title", "-o", str(tmp_path / "t.parquet"), "--json").stdout)
    assert (document["table"], document["rows"], document["format"]) == ("title", 3, "parquet")
    assert document["bytes"] == (tmp_path / "t.parquet").stat().st_size


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        (("titel", "-o", "t.csv"), 'unknown table "titel"', "did you mean title"),
        (("title", "-o", "t.xls"), 'no format for the file "t.xls"', "did you mean .xlsx?"),
        (("title", "-o", "t.parquett"), 'no format for the file "t.parquett"', "did you mean .parquet?"),
        (("title", "-o", "title"), 'no format for the file "title"', ".csv, .json, .parquet or .xlsx"),
        (("title", "-o", "t.csv", "--locale", "pt"), 'unknown locale "pt"', "did you mean pt-BR or pt-PT?"),
        (("title", "-o", "t.csv", "--locale", "xx"), 'unknown locale "xx"', "en-US"),
        (("title", "-o", "t.json", "--locale", "pt-BR"), "--locale does not apply to .json", ".csv or .xlsx"),
        (("title", "-o", "/nowhere/t.csv"), 'cannot write "/nowhere/t.csv"', "choose another file"),
    ],
)
def test_an_invalid_command_says_what_is_valid(lake: Path, words: tuple[str, ...], message: str, hint: str) -> None:
    done = _run(lake, *words)
    assert done.exit_code == 2
    assert f"error: {message}" in done.output
    assert hint in done.output


def test_a_missing_library_for_excel_is_named_with_its_extra(
    lake: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "xlsxwriter", None)
    done = _run(lake, "title", "-o", str(tmp_path / "t.xlsx"))
    assert done.exit_code == 2
    assert "error: cannot write Excel files" in done.output


def test_a_lake_in_a_bucket_and_a_damaged_one(tmp_path: Path) -> None:
    store = lake_of(film(1))
    with pytest.raises(UsageError, match="no tables in lake"):
        write_table(store, "title", str(tmp_path / "t.csv"), Format.CSV, None)
    pointer = build(store).pointer
    assert write_table(store, "title", str(tmp_path / "t.csv"), Format.CSV, None).rows == 1
    store.delete(pointer.parts("title")[0].key)
    with pytest.raises(DamagedError, match="does not exist"):
        write_table(store, "title", str(tmp_path / "u.csv"), Format.CSV, None)
    assert [each.name for each in tmp_path.iterdir()] == ["t.csv"]


def test_formats_and_locales_are_found_by_any_spelling() -> None:
    assert parse_format("/a.b/T.CSV") is Format.CSV
    with pytest.raises(UsageError):
        parse_format("/a.csv/title")
    assert [parse_locale(name.lower().replace("-", "_")).name for name in LOCALES] == list(LOCALES)
    assert date(2004, 5, 6).strftime(parse_locale("de-DE").date) == "06.05.2004"
