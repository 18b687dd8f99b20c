"""Films and series in one lake, by the real commands: they share ids, and their rows stay apart."""

import json
import shutil
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.dashboard.oracle.decode import decode_page
from tests.e2e.conftest import Done, Shell, open_shell
from tests.support.refine.imdb_files import line
from tests.support.refine.lakes import build
from tests.support.refine.present import read_present
from tests.support.tmdb.service import TODAY

from cinelake.clock import SystemClock
from cinelake.imdb.kinds import find_kind
from cinelake.lake.batches import parse_batch
from cinelake.lake.stores.local_store import LocalStore
from cinelake.media import Media
from cinelake.refine.query import Tables, open_tables
from cinelake.refine.versions import read_pointer
from cinelake.run_report.collect import collect_summary, find_run
from cinelake.sandbox import Catalogue, Faults, Sandbox
from cinelake.sandbox.server import start_in_thread
from cinelake.selection.selection import build_selection
from cinelake.verify.runs import verify_lake

NEXT = TODAY + timedelta(days=1)
MEDIA = {"movie": "movie", "series": "tv"}
FOLDERS = {"movie": "Movies", "series": "Series"}
FAST = ("--rate", "unlimited")
EVERYTHING = "include_null_first_air_dates=true"
APART = {"calendar"}
"""A table that has a row for each day between the first and the last, whoever has these."""
Row = tuple[Any, ...]
Ask = Callable[[str], list[Row]]


class Both(Sandbox):
    """A sandbox with as many films as series."""

    def __init__(self) -> None:
        clock = SystemClock()
        faults = Faults.parse("gone=2,drift=1")
        super().__init__(Catalogue(70, 70, 1, TODAY), now=clock.monotonic, faults=faults)
        self.running = start_in_thread(self, sleep=clock.sleep)

    def read(self, path: str, method: str = "GET") -> Any:  # noqa: ANN401 - whatever JSON holds
        """Read a control path, or the current details of a title."""
        headers = {"Authorization": f"Bearer {self.TOKEN}"}
        request = urllib.request.Request(self.running.url + path, method=method, headers=headers)
        with urllib.request.urlopen(request) as reply:
            return json.load(reply)

    def list_ids(self, kind: str) -> set[int]:
        """List the ids that a complete lake of a media contains."""
        return set(self.read(f"/__truth?media={MEDIA[kind]}&{EVERYTHING}")["ids"])


@dataclass(frozen=True, slots=True)
class Lake:
    """The lake, the shell that made it, and the sandbox that it was extracted from."""

    shell: Shell
    service: Both
    unnamed: dict[str, list[int]]
    """Titles, by media, that changed without an entry in the change feed: the lake keeps their old records."""

    @property
    def folder(self) -> Path:
        return self.shell.lake


def _run(shell: Shell, *words: str) -> Done:
    done = shell.run(*words)
    assert done.returncode == 0, done.stderr
    return done


def _write_imdb(folder: Path, service: Both, kind: str) -> list[str]:
    """Write an IMDb file with every third title, and return its IMDb ids."""
    name = FOLDERS[kind]
    found = find_kind(name)
    assert found is not None
    parts = {n: service.read(f"/3/{MEDIA[kind]}/{n}/external_ids") for n in sorted(service.list_ids(kind))[::3]}
    imdb_ids = sorted(part["imdb_id"] for part in parts.values() if part["imdb_id"])
    votes = "111" if kind == "movie" else "222"
    rows = [line(name, id=each, numeroVotos=votes, generoArtista="actor", nomeArtista=f"A {name}") for each in imdb_ids]
    (folder / f"{kind}.csv").write_text("\n".join([found.separator.join(found.columns), *rows]) + "\n")
    return imdb_ids


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lake]:
    """A lake of both media: extracted, refreshed a day later, with an IMDb file each, and built."""
    service = Both()
    with open_shell(tmp_path_factory.mktemp("both")) as shell:
        shell.environment |= {"TMDB_BASE_URL": service.running.url, "TMDB_TOKEN": service.TOKEN}
        for kind in MEDIA:
            _run(shell, "extract", "--media", kind, *FAST)
            _write_imdb(shell.folder, service, kind)
        unnamed = service.read("/__evolve?days=1", "POST")["unnamed"]
        for kind in MEDIA:
            _run(shell, "refresh", "--media", kind, "--allow-removals", *FAST)
        _run(shell, "ingest", "movie.csv", "series.csv", "--run-date", str(NEXT))
        _run(shell, "build")
        yield Lake(shell, service, unnamed)
    service.running.stop()


@pytest.fixture(scope="module")
def tables(lake: Lake, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Ask]]:
    """Queries of three lakes: of both media, of films only, and of series only."""
    folders = {"both": lake.folder}
    for kind, other in (("movie", "Series"), ("series", "Movies")):
        alone = folders[kind] = tmp_path_factory.mktemp(kind) / "lake"
        for part in ("Raw", "_cinelake"):
            shutil.copytree(lake.folder / part, alone / part, ignore=_leave_out(other))
        for part in ("Raw/Local", "_cinelake/ingests"):
            shutil.copytree(lake.folder / part, alone / part, dirs_exist_ok=True)
        build(LocalStore(alone))
    with ExitStack() as stack:
        opened = {which: stack.enter_context(open_tables(LocalStore(folder))) for which, folder in folders.items()}
        yield {which: _asking(each) for which, each in opened.items()}


def _leave_out(name: str) -> Callable[[str, list[str]], set[str]]:
    return lambda _, names: {each for each in names if each in {name, "refine"}}


def _asking(opened: Tables) -> Ask:
    return lambda query: [tuple(row) for row in opened.query(query).rows]


def test_films_and_series_share_ids(lake: Lake) -> None:
    films, series = lake.service.list_ids("movie"), lake.service.list_ids("series")
    assert len(films & series) > len(films) / 3
    assert films - series
    assert series - films


def test_lake_matches_sandbox_for_both_media(lake: Lake) -> None:
    verified = json.loads(_run(lake.shell, "verify", "--api", *FAST, "--json").stdout)
    assert (verified["problems"], verified["runs"]) == ([], 4)
    shown = _run(lake.shell, "sql", "SELECT kind, id_tmdb FROM title ORDER BY ALL", "--csv").stdout.split()[1:]
    assert shown == [f"{kind},{n}" for kind in MEDIA for n in sorted(lake.service.list_ids(kind))]


def test_trusted_titles_belong_to_their_media(lake: Lake, tables: dict[str, Ask]) -> None:
    """Every collected title is in the table of its media; the newest record of a title that still exists is the API's."""
    date = {"movie": "release_date", "series": "first_air_date"}
    for kind, table in (("movie", "trusted_movies"), ("series", "trusted_series")):
        batches = (lake.folder / "Raw/TMDB/JSON" / FOLDERS[kind]).rglob("*.json")
        collected = {title_id for path in batches for title_id in parse_batch(path.read_bytes())}
        rows = tables["both"](
            f"SELECT id_tmdb, imdb_id, {date[kind]}, overview, LEN(cast_members) FROM {table} "  # noqa: S608
            "QUALIFY ROW_NUMBER() OVER (PARTITION BY id_tmdb ORDER BY number DESC) = 1"
        )
        existing = lake.service.list_ids(kind)
        assert {row[0] for row in rows} == collected >= existing
        parts = "append_to_response=credits,external_ids"
        for title_id, imdb_id, day, overview, cast in rows:
            if title_id in lake.unnamed[MEDIA[kind]] or title_id not in existing:
                continue
            now = lake.service.read(f"/3/{MEDIA[kind]}/{title_id}?{parts}")
            assert (imdb_id or "") == (now["external_ids"]["imdb_id"] or "")
            assert (str(day or ""), overview or "", cast) == (now[date[kind]], now["overview"], len(now["credits"]["cast"]))


def test_tables_of_both_media_are_the_union_of_single_media(lake: Lake, tables: dict[str, Ask]) -> None:
    pointer = read_pointer(LocalStore(lake.folder))
    assert pointer is not None
    compared = set()
    for table in {each.name for each in pointer.tables} - APART:
        columns = [column for column, *_ in tables["both"](f"DESCRIBE {table}")]
        found = {which: {tuple(map(repr, row)) for row in ask(f"FROM {table}")} for which, ask in tables.items()}
        keys = [columns.index(name) for name in ("kind", "title_key") if name in columns]
        for kind in MEDIA if keys else ():
            own, alone = (
                {row for row in found[which] if row[keys[0]].strip("'").partition("-")[0] == kind}
                for which in ("both", kind)
            )
            assert own == alone, (table, kind)
            compared.add(table)
        assert keys or found["both"] == found["movie"] | found["series"], table
    assert compared >= {"title", "title_cast", "title_genre", "title_keyword", "snapshot", "slice", "coverage", "funnel"}


def test_imdb_joins_each_by_its_own_id(tables: dict[str, Ask], lake: Lake) -> None:
    for kind, votes in (("movie", 111), ("series", 222)):
        listed = {row.partition("|")[0] for row in (lake.shell.folder / f"{kind}.csv").read_text().splitlines()[1:]}
        joined = tables["both"](f"SELECT imdb_id, imdb_votes FROM title WHERE kind = '{kind}' AND imdb_votes IS NOT NULL")  # noqa: S608
        assert joined
        assert {row[0] for row in joined} <= listed
        assert {row[1] for row in joined} == {votes}
        cast = tables["both"](f"SELECT DISTINCT title_key FROM title_cast WHERE person_key LIKE '%A {FOLDERS[kind]}%'")  # noqa: S608
        assert cast
        assert {row[0].partition("-")[0] for row in cast} == {kind}


def test_a_row_of_two_snapshots_is_of_one_title(tables: dict[str, Ask], lake: Lake) -> None:
    rows = tables["both"]("SELECT SPLIT_PART(title_key, '-', 1), collected_on, COUNT(*) FROM snapshot GROUP BY ALL")
    counts = {(kind, day): count for kind, day, count in rows}
    assert {(kind, day) for kind in MEDIA for day in (TODAY, NEXT)} == set(counts)
    assert all(counts[kind, NEXT] <= len(lake.service.list_ids(kind)) for kind in MEDIA)


def test_the_dashboard_counts_films_and_series_apart(lake: Lake) -> None:
    _run(lake.shell, "dashboard")
    page = decode_page((lake.folder / "Dashboard" / "index.html").read_text())
    shown = sorted(zip(page.columns["kind"], page.columns["id"], strict=True))
    assert shown == [(place, n) for place, kind in enumerate(MEDIA) for n in sorted(lake.service.list_ids(kind))]
    remaining = {
        row["kind"]: -row["titles"] for row in page.head["funnel"] if (row["step"], row["part"]) == (1, "remaining")
    }
    assert remaining == {kind: len(lake.service.list_ids(kind)) for kind in MEDIA}


def test_each_run_has_a_page_of_its_own(lake: Lake) -> None:
    store = LocalStore(lake.folder)
    for kind in MEDIA:
        summary = collect_summary(store, find_run(store, f"{NEXT} {kind}"), SystemClock().now())
        assert summary.title.partition(",")[0] == {"movie": "All films", "series": "All series"}[kind]
        assert sum(each.listed or 0 for each in summary.slices) >= len(lake.service.list_ids(kind))


def test_what_one_media_has_outgrown_is_pruned_and_the_other_keeps_its_days(lake: Lake, tmp_path: Path) -> None:
    copy = tmp_path / "lake"
    shutil.copytree(lake.folder, copy)
    place = ("--lake", str(copy))
    # A label of its own makes a new run of the sandbox's day.
    _run(lake.shell, "extract", "--fresh", "--run-date", str(TODAY - timedelta(days=1)), *FAST, *place)
    done = json.loads(_run(lake.shell, "prune", "--keep", "1", *place, "--json").stdout)
    assert [(each["kind"], each["run_on"]) for each in done["removed"]] == [("Movies", str(day)) for day in (TODAY, NEXT)]
    assert [(each["kind"], each["run_on"]) for each in done["blocked"]] == [("Series", str(TODAY))]
    assert verify_lake(LocalStore(copy)).is_verified
    selection = build_selection(Media.SERIES, (), None, None)
    assert read_present(LocalStore(copy), selection) == read_present(LocalStore(lake.folder), selection)
