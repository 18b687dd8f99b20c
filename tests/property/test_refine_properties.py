"""Random lakes compared with a model in plain dicts: which record wins, and where the funnel counts the others.

The lakes have several days, slices, revisions of manifests, files of version 1, refused records and repeated titles. In
every combination, no title is lost or duplicated, and no dollar is counted twice.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import msgspec
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.support.refine.imdb_files import ingest, line
from tests.support.refine.lakes import build, commit, encode, number_run, put

from cinelake.imdb.kinds import NULL, find_kind
from cinelake.lake.store import Store
from cinelake.lake.stores.object_store import open_memory
from cinelake.refine.models.model import list_published, read_models
from cinelake.refine.query import Tables, open_tables

BRIDGES = [model.name for model in read_models() if model.is_bridge]
_KINDS = {"Movies": "movie", "Series": "series"}
_DAYS = [date(2026, 11, 22), date(2026, 11, 23)]
_IDS = st.integers(1, 3)
_LINKS = st.lists(st.integers(1, 3), max_size=4)
_MONEY = st.sampled_from([None, 0, 3, 999, 1_000_003, 7_777_777, 10**15])


@st.composite
def _records(draw: st.DrawFn, kind: str) -> object:
    """A record of a film or a series as TMDB might send it. About one of three is invalid."""
    title_id = draw(_IDS)
    fault = draw(st.sampled_from(["", "", "", "", "", "", "no id", "type", "no object"]))
    if fault:
        return {"no id": {"id": title_id}, "type": {"id_tmdb": title_id, "adult": "no"}, "no object": 7}[fault]
    links, imdb_id = draw(_LINKS), draw(st.sampled_from([None, "", "tt0000007"]))
    of_films = {"budget": draw(_MONEY), "revenue": draw(_MONEY), "imdb_id": imdb_id} if kind == "Movies" else {}
    return {
        "id_tmdb": title_id,
        "popularity": draw(st.sampled_from([0.5, 1.5, 2.5, 3.5])),
        "vote_average": draw(st.sampled_from([0.0, 6.5])),
        "genres": draw(st.none() | _LINKS.map(lambda ids: [{"id": 1000 + n, "name": f"G{n}"} for n in ids])),
        "production_companies": draw(st.none() | st.just([{"id": n, "name": ""} for n in links])),
        "production_countries": [{"iso_3166_1": "" if n == 1 else f"C{n}", "name": None} for n in links],
        "spoken_languages": [{"iso_639_1": f"l{n}"} for n in links],
        "keywords": {"keywords": [{"id": n} for n in links], "results": [{"id": n} for n in links]},
        "credits": {
            "cast": [{"id": n, "order": n % 2, "name": f"P{n}"} for n in links],
            "crew": [{"id": n, "job": "Director" if n % 2 else "Writer", "name": f"P{n}"} for n in links],
        },
        "external_ids": {"imdb_id": imdb_id},
        **draw(st.sampled_from([{}, {"mood": 1}])),
        **of_films,
    }


@dataclass(frozen=True, slots=True)
class _Slice:
    """A slice of one day: its revisions, the newest last, each with its files. Without an hour it has no manifest."""

    kind: str
    day: date
    name: str
    hour: int | None
    revisions: list[list[list[Any]]]


@st.composite
def _slices(draw: st.DrawFn) -> list[_Slice]:
    keys = draw(
        st.lists(
            st.tuples(
                st.sampled_from(["Movies", "Movies", "Movies", "Series"]),
                st.sampled_from(_DAYS),
                st.sampled_from(["genre-80-2000-2004", "genre-99-2000-2004", "all-undated"]),
            ),
            min_size=3,
            max_size=7,
            unique=True,
        )
    )
    made = []
    for kind, day, name in keys:
        files = st.lists(st.lists(_records(kind), min_size=1, max_size=4), min_size=1, max_size=2)
        hour = draw(st.none() | st.integers(9, 10))
        made.append(_Slice(kind, day, name, hour, draw(st.lists(files, min_size=1, max_size=2 if hour else 1))))
    return made


def _write(store: Store, slices: list[_Slice]) -> None:
    for each in slices:
        for revision, files in enumerate(each.revisions, 1):
            data = [encode(rows) for rows in files]
            if each.hour is None:
                for number, rows in enumerate(data, 1):
                    put(store, f"{each.name}-{number}", rows, day=each.day, kind=each.kind)
            else:
                at = datetime(each.day.year, each.day.month, each.day.day, each.hour, tzinfo=UTC)
                commit(store, each.name, data, day=each.day, kind=each.kind, at=at, revision=revision)


@dataclass(slots=True)
class _Expected:
    """The expected result: by kind the counts of the funnel, by title and day the record that is the newest."""

    funnel: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    daily: dict[tuple[str, date, int], dict[str, Any]] = field(default_factory=dict)
    newest: dict[tuple[str, int], dict[str, Any]] = field(default_factory=dict)


def _expect(slices: list[_Slice]) -> _Expected:
    found = _Expected()
    taken: dict[tuple[str, int, date, int], list[tuple[str, dict[str, Any]]]] = defaultdict(list)
    for each in slices:
        kind = _KINDS[each.kind]
        run = number_run(each.day, each.hour) if each.hour else 0
        for position, rows in enumerate(each.revisions[-1], 1):
            rank = f"{each.name}-{position}.json"
            seen = set()
            for row in rows:
                found.funnel[kind]["records in Raw"] += 1
                is_good = isinstance(row, dict) and "id_tmdb" in row and row.get("adult") != "no"
                if not is_good or row["id_tmdb"] in seen:
                    found.funnel[kind]["quarantined"] += 1
                    continue
                seen.add(row["id_tmdb"])
                taken[kind, run, each.day, row["id_tmdb"]].append((rank, row))
    for (kind, _, day, title_id), rivals in sorted(taken.items()):
        winner = max(rivals, key=lambda rival: rival[0])[1]
        same = sum(row == winner for _, row in rivals) - 1
        found.funnel[kind]["the same record in another file of the run"] += same
        found.funnel[kind]["superseded by another record of the run"] += len(rivals) - 1 - same
        found.funnel[kind]["superseded by a later run"] += (kind, title_id) in found.newest
        found.daily[kind, day, title_id] = found.newest[kind, title_id] = winner
    for kind in _KINDS.values():
        found.funnel[kind]["distinct titles"] = sum(each[0] == kind for each in found.newest)
    return found


def _known(amount: int | None) -> int | None:
    return amount if amount and amount <= 10**10 else None


def _check_funnel(tables: Tables, expected: _Expected) -> None:
    rows = tables.query("SELECT kind, step, name, ABS(titles), part FROM funnel").rows
    for kind in _KINDS.values():
        counts = {str(name): count for k, step, name, count, _ in rows if k == kind and step == 1}
        assert counts == dict.fromkeys(counts, 0) | +expected.funnel[kind]
    assert not any(rest for _, _, rest in tables.query("SELECT kind, step, SUM(titles) FROM funnel GROUP BY ALL").rows)


def _check_titles(tables: Tables, expected: _Expected) -> None:
    facts = tables.query("SELECT kind, id_tmdb, popularity, budget, revenue, imdb_id FROM title ORDER BY ALL").rows
    assert facts == [
        (
            kind,
            title_id,
            row["popularity"],
            _known(row.get("budget")),
            _known(row.get("revenue")),
            row["external_ids"]["imdb_id"] or None,
        )
        for (kind, title_id), row in sorted(expected.newest.items())
    ]
    days = tables.query("SELECT title_key, collected_on, popularity FROM snapshot ORDER BY ALL").rows
    assert days == sorted((f"{k}-{i}", day, row["popularity"]) for (k, day, i), row in expected.daily.items())


def _check_bridges(tables: Tables, expected: _Expected) -> None:
    revenue = sum(_known(row.get("revenue")) or 0 for row in expected.newest.values())
    for bridge in BRIDGES:
        weights = tables.query(f"SELECT title_key, SUM(weight), MIN(weight) FROM {bridge} GROUP BY 1 ORDER BY 1").rows  # noqa: S608
        assert [(key, whole) for key, whole, _ in weights] == sorted((f"{k}-{i}", 1) for k, i in expected.newest)
        through = f"SELECT COALESCE(SUM(revenue * weight), 0) FROM title INNER JOIN {bridge} USING (title_key)"  # noqa: S608
        assert tables.query(through).rows == [(revenue,)]


def _list_nulls(tables: Tables) -> Iterator[str]:
    """Columns with a null although their description says never."""
    for model in list_published(read_models()):
        for column in model.columns:
            if not column.null:
                question = f'SELECT COUNT(*) FROM {model.name} WHERE "{column.name}" IS NULL'  # noqa: S608
                if tables.query(question).rows != [(0,)]:
                    yield f"{model.name}.{column.name}"


_AS_FOUND = (Phase.explicit, Phase.reuse, Phase.generate)
"""No shrinking: a failing lake is small, and each step would be a build."""


@settings(max_examples=15, phases=_AS_FOUND, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(_slices())
def test_the_newest_record_wins_and_the_funnel_counts_all_others(slices: list[_Slice]) -> None:
    store, expected = open_memory(), _expect(slices)
    _write(store, slices)
    report = build(store).pointer.report
    assert report.quarantined == sum(each["quarantined"] for each in expected.funnel.values())
    assert report.is_complete == (not report.quarantined)
    with open_tables(store) as tables:
        _check_funnel(tables, expected)
        _check_titles(tables, expected)
        _check_bridges(tables, expected)
        assert list(_list_nulls(tables)) == []
    assert msgspec.json.encode(build(store).pointer.report) == msgspec.json.encode(report)


_REQUIRED = {
    "Movies": ("id", "nomeArtista"),
    "Series": ("id",),
    "TitleBasics": ("tconst",),
    "TitleRatings": ("tconst", "averageRating"),
    "TitlePrincipals": ("tconst", "ordering", "nconst"),
    "NameBasics": ("nconst",),
}
"""The required fields of each kind of IMDb file."""


def test_columns_described_as_never_null_are_never_null() -> None:
    store = open_memory()
    saga = {"id": 3, "name": None}
    films = [{"id_tmdb": 1, "imdb_id": "tt0000001"}, {"id_tmdb": 2, "belongs_to_collection": saga}, {"id": 9}, 7]
    commit(store, "all-undated", [encode(films), b"<html>"])
    commit(store, "all-undated", [encode([{"id_tmdb": 1}, {"id_tmdb": "x"}])], kind="Series")
    for kind, needed in _REQUIRED.items():
        found = find_kind(kind)
        assert found is not None
        bare = dict.fromkeys(set(found.columns) - set(needed), NULL)
        ingest(store, kind, line(kind, **bare), line(kind, **bare | {needed[0]: "wrong"}))
    build(store)
    with open_tables(store) as tables:
        assert list(_list_nulls(tables)) == []
        empty = [m.name for m in list_published(read_models()) if not tables.query(f"SELECT 1 FROM {m.name}").rows]  # noqa: S608
        assert empty == ["calendar", "title_theme"]  # there is no date and no overview


@settings(max_examples=5, phases=_AS_FOUND, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(
    st.lists(
        st.tuples(
            st.text(min_size=1),
            st.integers(-(2**63), 2**63 - 1),
            st.floats(allow_nan=False, allow_infinity=False),
            st.booleans() | st.none(),
        ),
        min_size=40,
        max_size=40,
    )
)
def test_accepted_values_are_stored_without_loss(values: list[tuple[str, int, float, bool | None]]) -> None:
    columns = ("original_title", "vote_count", "popularity", "adult")
    records = [{"id_tmdb": n, **dict(zip(columns, each, strict=True))} for n, each in enumerate(values)]
    half = len(records) // 2
    escaped = json.dumps(records[half:]).encode()
    store = open_memory()
    commit(store, "genre-80-2000-2004", [encode(records[:half]), escaped])
    assert build(store).pointer.report.is_complete
    with open_tables(store) as tables:
        question = f"SELECT {', '.join(columns)} FROM trusted_movies ORDER BY id_tmdb"  # noqa: S608
        assert tables.query(question).rows == values
