"""SQL queries over the current version, including the questions in the docs."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.e2e.conftest import Shell, open_service, open_shell
from tests.refine.conftest import SeedLake
from tests.support.refine.lakes import build, commit, current, encode, film, lake_of
from tests.support.servers import program

from cinelake.errors import DamagedError, UsageError
from cinelake.lake.stores.local_store import LocalStore
from cinelake.lake.stores.object_store import open_memory
from cinelake.refine.models.model import list_published, read_models
from cinelake.refine.query import open_tables

QUESTIONS = sorted((Path(__file__).parents[2] / "docs" / "questions").glob("*.sql"))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """A shell with an extracted and built lake of invented films."""
    served = open_service(1500)
    with open_shell(tmp_path_factory.mktemp("questions")) as shell, served.running:
        shell.point_at(served)
        extracted = shell.run("extract", "--genre", "Crime", "--genre", "War", "--rate", "unlimited")
        assert extracted.returncode == 0, extracted.stderr
        done = shell.run("build")
        assert done.returncode == 0, done.stderr
        yield shell


def _ask(shell: Shell, *words: str) -> dict[str, list[list[object]]]:
    done = shell.run("sql", *words, "--json")
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_there_are_eleven_questions() -> None:
    assert [path.name[:2] for path in QUESTIONS] == [f"{n:02}" for n in range(1, 12)]


@pytest.mark.parametrize("path", QUESTIONS, ids=lambda path: path.stem)
def test_each_question_of_the_docs_has_an_answer(built: Shell, path: Path) -> None:
    text = path.read_text()
    assert text.startswith("-- ")
    assert "?" in text.splitlines()[0]
    found = _ask(built, text)
    assert found["columns"]
    assert (
        found["rows"] or path.stem == "09_wars_portrayed"
    )  # the invented films portray no war; the test below uses real ones


def test_each_question_has_an_answer_on_real_records(seed_lake: SeedLake) -> None:
    with open_tables(LocalStore(seed_lake.folder)) as tables:
        answers = {path.stem: tables.query(path.read_text()).rows for path in QUESTIONS}
    assert [name for name, rows in answers.items() if not rows] == []


def test_results_are_printed_as_table_csv_and_json(built: Shell) -> None:
    question = "SELECT kind, COUNT(*) AS titles, NULL AS nothing FROM title GROUP BY kind"
    titles = _ask(built, question)["rows"][0][1]
    table = built.run("sql", question).stdout
    assert re.search(rf"movie\s+{titles}\b", table)
    assert "1 row" in table
    assert built.run("sql", question, "--csv").stdout == f"kind,titles,nothing\nmovie,{titles},\n"


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("DROP VIEW title", "is not a single SELECT"),
        ("SELECT 1; SELECT 2", "is not a single SELECT"),
        ("", "is not a single SELECT"),
        ("COPY (SELECT 1) TO 'x.csv'", "is not a single SELECT"),
        ("SELECT * FROM read_csv('/etc/passwd')", "disabled"),
        ("SELECT * FROM read_text('_cinelake/refined/current.json')", "disabled"),
        ("SELECT * FROM titel", "the tables are agreement, calendar"),
        ("SELEC 1", "syntax error"),
    ],
)
def test_other_statements_are_refused(built: Shell, question: str, reason: str) -> None:
    before = sorted(path.name for path in built.folder.rglob("*"))
    done = built.run("sql", question, "--json")
    assert done.returncode == 2
    assert reason in done.stderr
    assert json.loads(done.stdout)["exit_code"] == 2
    assert sorted(path.name for path in built.folder.rglob("*")) == before


def test_a_remote_lake_gives_the_same_results(built: Shell) -> None:
    copy = open_memory()
    local = LocalStore(built.lake)
    for entry in local.list_entries(""):
        stored = local.read(entry.key)
        assert stored is not None
        copy.write(entry.key, stored.data)
    question = "SELECT COUNT(*), SUM(revenue) FROM title"
    with open_tables(copy) as there, open_tables(local) as here:
        assert there.query(question) == here.query(question)
        assert "title" in there.names


def test_tables_have_the_documented_columns() -> None:
    store = lake_of(film(1))
    build(store)
    with open_tables(store) as tables:
        for model in list_published(read_models()):
            answer = tables.query(f"SELECT * FROM {model.name}")  # noqa: S608
            assert answer.columns == tuple(column.name for column in model.columns)
        assert tables.query("SELECT COUNT(*), SUM(LEN(genre_ids)) FROM trusted_series").rows == [(0, None)]


def test_a_lake_without_tables_is_refused() -> None:
    with pytest.raises(UsageError, match="no tables in lake"), open_tables(open_memory()):
        pass


def test_values_are_not_interpreted_as_markup(built: Shell) -> None:
    assert "[red]x[/red]" in built.run("sql", "SELECT '[red]x[/red]' AS \"[b]\"").stdout


def test_other_files_of_the_lake_are_not_accessible(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    commit(store, "genre-80-2000-2004", [encode([film(1)])])
    build(store)
    with open_tables(store) as tables, pytest.raises(UsageError, match="disabled"):
        tables.query(f"SELECT * FROM read_text('{tmp_path}/_cinelake/refined/current.json')")  # noqa: S608 - the subject of the test


def test_an_open_session_switches_to_a_new_version(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    commit(store, "genre-80-2000-2004", [encode([film(1)])])
    build(store, keep=0)
    with open_tables(store) as tables:
        assert tables.query("SELECT COUNT(*) FROM title").rows == [(1,)]
        commit(store, "genre-99-2000-2004", [encode([film(2)])])
        build(store, keep=0)
        for table in ("title", "genre", "trusted_movies"):
            assert tables.query(f"SELECT COUNT(*) > 1 FROM {table}").rows == [(True,)]  # noqa: S608 - the names above


def test_show_tables_and_invalid_utf8(built: Shell) -> None:
    assert ["title"] in _ask(built, "SHOW TABLES;")["rows"]
    done = subprocess.run(
        [program("cinelake"), "sql", "--lake", str(built.lake)], input=b"select \xff", capture_output=True, check=False
    )
    assert (done.returncode, b"not UTF-8" in done.stderr) == (2, True)


def test_control_characters_are_escaped_and_wide_rows_are_vertical(built: Shell) -> None:
    assert "\\x1b]0;pwn\\x07" in built.run("sql", "SELECT chr(27) || ']0;pwn' || chr(7) AS said").stdout
    lines = built.run("sql", "SELECT * FROM title LIMIT 2").stdout.splitlines()
    assert lines[0] == "row 1"
    assert lines[1].split() == ["title_key", lines[1].split()[1]]
    assert lines[-1] == "2 rows"


def test_a_missing_object_is_reported_each_time(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    commit(store, "genre-80-2000-2004", [encode([film(1)])])
    build(store)
    store.delete(current(store).parts("title")[0].key)
    with open_tables(store) as tables:
        for _ in range(2):
            with pytest.raises(DamagedError, match=r"does not exist.*`cinelake build`"):
                tables.query("SELECT COUNT(*) FROM title")
        assert tables.query("SELECT COUNT(*) FROM genre").rows == [(28,)]


def test_pattern_characters_in_a_lakes_name_are_literal(tmp_path: Path) -> None:
    for name, title_id in (("abc", 1), ("a*c", 2), ("a[b]c", 3), ("a?c", 4)):
        store = LocalStore(tmp_path / name)
        commit(store, "genre-80-2000-2004", [encode([film(title_id)])])
        build(store)
        with open_tables(store) as tables:
            assert tables.query("SELECT id_tmdb FROM title").rows == [(title_id,)]
