"""Questions in SQL: over what is current, by a SELECT alone, and those that the documentation asks."""

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
from cinelake.lake.local_store import LocalStore
from cinelake.lake.object_store import open_memory
from cinelake.refine.models.model import list_published, read_models
from cinelake.refine.query import open_tables

QUESTIONS = sorted((Path(__file__).parents[2] / "docs" / "questions").glob("*.sql"))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """A shell with a lake of invented films that was extracted and built."""
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
def test_each_question_of_the_documentation_has_an_answer(built: Shell, path: Path) -> None:
    text = path.read_text()
    assert text.startswith("-- ")
    assert "?" in text.splitlines()[0]
    found = _ask(built, text)
    assert found["columns"]
    assert found["rows"] or path.stem == "09_wars_portrayed"  # invented films tell of no war; the real ones do, below


def test_each_question_has_an_answer_on_real_records(seed_lake: SeedLake) -> None:
    with open_tables(LocalStore(seed_lake.folder)) as tables:
        answers = {path.stem: tables.ask(path.read_text()).rows for path in QUESTIONS}
    assert [name for name, rows in answers.items() if not rows] == []


def test_answers_come_as_table_csv_and_json(built: Shell) -> None:
    question = "SELECT kind, COUNT(*) AS titles, NULL AS nothing FROM title GROUP BY kind"
    titles = _ask(built, question)["rows"][0][1]
    table = built.run("sql", question).stdout
    assert re.search(rf"movie\s+{titles}\b", table)
    assert "1 rows" in table
    assert built.run("sql", question, "--csv").stdout == f"kind,titles,nothing\nmovie,{titles},\n"


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("DROP VIEW title", "it is not one SELECT"),
        ("SELECT 1; SELECT 2", "it is not one SELECT"),
        ("", "it is not one SELECT"),
        ("COPY (SELECT 1) TO 'x.csv'", "it is not one SELECT"),
        ("SELECT * FROM read_csv('/etc/passwd')", "disabled"),
        ("SELECT * FROM read_text('_cinelake/refined/current.json')", "disabled"),
        ("SELECT * FROM titel", "over the tables agreement, calendar"),
        ("SELEC 1", "syntax error"),
    ],
)
def test_what_is_no_question_is_refused_with_what_there_is(built: Shell, question: str, said: str) -> None:
    before = sorted(path.name for path in built.folder.rglob("*"))
    done = built.run("sql", question, "--json")
    assert done.returncode == 2
    assert said in done.stderr
    assert json.loads(done.stdout)["exit_code"] == 2
    assert sorted(path.name for path in built.folder.rglob("*")) == before


def test_a_lake_that_is_no_folder_answers_the_same(built: Shell) -> None:
    copy = open_memory()
    local = LocalStore(built.lake)
    for entry in local.list_entries(""):
        stored = local.read(entry.key)
        assert stored is not None
        copy.write(entry.key, stored.data)
    question = "SELECT COUNT(*), SUM(revenue) FROM title"
    with open_tables(copy) as there, open_tables(local) as here:
        assert there.ask(question) == here.ask(question)
        assert "title" in there.names


def test_a_table_has_the_columns_of_the_documentation_and_no_others_also_when_it_is_empty() -> None:
    store = lake_of(film(1))
    build(store)
    with open_tables(store) as tables:
        for model in list_published(read_models()):
            answer = tables.ask(f"SELECT * FROM {model.name}")  # noqa: S608
            assert answer.columns == tuple(column.name for column in model.columns)
        assert tables.ask("SELECT COUNT(*), SUM(LEN(genre_ids)) FROM trusted_series").rows == [(0, None)]


def test_a_lake_that_was_not_built_says_how() -> None:
    with pytest.raises(UsageError, match="run cinelake build first"), open_tables(open_memory()):
        pass


def test_a_value_is_never_taken_for_markup(built: Shell) -> None:
    assert "[red]x[/red]" in built.run("sql", "SELECT '[red]x[/red]' AS \"[b]\"").stdout


def test_nothing_of_the_lake_but_the_tables_is_in_reach(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    commit(store, "genre-80-2000-2004", [encode([film(1)])])
    build(store)
    with open_tables(store) as tables, pytest.raises(UsageError, match="disabled"):
        tables.ask(f"SELECT * FROM read_text('{tmp_path}/_cinelake/refined/current.json')")  # noqa: S608 - that is the test


def test_a_session_that_is_open_while_tables_are_built_anew_goes_on_with_these(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    commit(store, "genre-80-2000-2004", [encode([film(1)])])
    build(store, keep=0)
    with open_tables(store) as tables:
        assert tables.ask("SELECT COUNT(*) FROM title").rows == [(1,)]
        commit(store, "genre-99-2000-2004", [encode([film(2)])])
        build(store, keep=0)
        for table in ("title", "genre", "trusted_movies"):
            assert tables.ask(f"SELECT COUNT(*) > 1 FROM {table}").rows == [(True,)]  # noqa: S608 - the names above


def test_the_tables_are_shown_and_what_is_no_text_is_refused(built: Shell) -> None:
    assert ["title"] in _ask(built, "SHOW TABLES;")["rows"]
    done = subprocess.run(
        [program("cinelake"), "sql", "--lake", str(built.lake)], input=b"select \xff", capture_output=True, check=False
    )
    assert (done.returncode, b"it is not UTF-8" in done.stderr) == (2, True)


def test_no_value_speaks_to_the_terminal_and_many_columns_stand_below_each_other(built: Shell) -> None:
    assert "\\x1b]0;pwn\\x07" in built.run("sql", "SELECT chr(27) || ']0;pwn' || chr(7) AS said").stdout
    lines = built.run("sql", "SELECT * FROM title LIMIT 2").stdout.splitlines()
    assert lines[0] == "row 1"
    assert lines[1].split() == ["title_key", lines[1].split()[1]]
    assert lines[-1] == "2 rows"


def test_a_table_whose_object_is_gone_is_damage_each_time_it_is_asked(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    commit(store, "genre-80-2000-2004", [encode([film(1)])])
    build(store)
    store.delete(current(store).parts("title")[0].key)
    with open_tables(store) as tables:
        for _ in range(2):
            with pytest.raises(DamagedError, match="run cinelake build: it is made anew"):
                tables.ask("SELECT COUNT(*) FROM title")
        assert tables.ask("SELECT COUNT(*) FROM genre").rows == [(28,)]


def test_a_lake_whose_name_would_stand_for_others_is_read_alone(tmp_path: Path) -> None:
    for name, title_id in (("abc", 1), ("a*c", 2), ("a[b]c", 3), ("a?c", 4)):
        store = LocalStore(tmp_path / name)
        commit(store, "genre-80-2000-2004", [encode([film(title_id)])])
        build(store)
        with open_tables(store) as tables:
            assert tables.ask("SELECT id_tmdb FROM title").rows == [(title_id,)]
