"""Random histories of a lake, built after each run: every table has the bytes of a build from nothing.

A step of a history is a run (records with or without appended parts, tombstones, listed scores), files of version 1 of the
lake, an IMDb file, or the removal of a whole run, as pruning does it.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.support.refine.imdb_files import ingest, line
from tests.support.refine.lakes import Row, build, current, encode, film, put, refresh, series
from tests.support.stores import WatchedStore, read_all

from cinelake.lake.store import Store
from cinelake.lake.stores.object_store import open_memory

_SLICES = ["all-undated", "genre-80-2000-2004", "genre-99-2000-2004", "genre-80-2005-2009"]
_DAY = date(2026, 11, 20)
_IDS = st.integers(1, 5)
_AS_FOUND = (Phase.explicit, Phase.reuse, Phase.generate)
_DERIVED = ("Trusted/", "Versions/", "Refined/", "_cinelake/refined/")


@dataclass(frozen=True, slots=True)
class _Step:
    """One change of a lake. `what` is run, old, imdb or prune."""

    what: str
    kind: str
    name: str
    records: list[Row]
    ended: dict[int, str]
    listed: list[Row] | None
    choice: int


@st.composite
def _records(draw: st.DrawFn, kind: str) -> Row:
    """A record with some of the appended parts."""
    title_id, links = draw(_IDS), draw(st.lists(st.integers(1, 4), max_size=3))
    parts: Row = draw(
        st.fixed_dictionaries(
            {},
            optional={
                "credits": st.just(
                    {
                        "cast": [
                            {"id": n, "order": n % 2, "name": f"P{draw(st.integers(1, 2))}", "gender": n} for n in links
                        ],
                        "crew": [{"id": n, "job": "Director", "name": f"P{n}"} for n in links],
                    }
                ),
                "keywords": st.just(
                    {name: [{"id": n, "name": "heist"} for n in links] for name in ("keywords", "results")}
                ),
                "overview": st.sampled_from(["", "World war II begins."]),
                "revenue": st.sampled_from([0, 3_000, 7_777_777]),
                "genres": st.sampled_from([None, [], [{"id": 80, "name": "Crime"}, {"id": 1000, "name": "New"}]]),
                "production_companies": st.just([{"id": n, "name": f"C{n}"} for n in links]),
                "external_ids": st.sampled_from([None, {"imdb_id": ""}, {"imdb_id": "tt0000003"}]),
                "popularity": st.sampled_from([0.5, 2.5]),
            },
        )
    )
    return (film if kind == "Movies" else series)(title_id, **parts)


@st.composite
def _steps(draw: st.DrawFn) -> _Step:
    kind = draw(st.sampled_from(["Movies", "Movies", "Movies", "Series"]))
    records = draw(st.lists(_records(kind), max_size=4, unique_by=lambda row: row["id_tmdb"]))
    stored = {row["id_tmdb"] for row in records}
    ended = draw(st.dictionaries(_IDS, st.sampled_from(["gone", "merged", "moved", "left"]), max_size=2))
    scores = st.fixed_dictionaries({"id_tmdb": _IDS, "popularity": st.sampled_from([0.5, 1.5])})
    return _Step(
        what=draw(st.sampled_from(["run", "run", "run", "run", "run", "old", "imdb", "prune"])),
        kind=kind,
        name=draw(st.sampled_from(_SLICES)),
        records=records,
        ended={title_id: reason for title_id, reason in ended.items() if title_id not in stored},
        listed=draw(st.none() | st.lists(scores, max_size=4)),
        choice=draw(st.integers(0, 3)),
    )


def _apply(store: Store, position: int, step: _Step) -> None:
    """Change a lake. Two steps make a day, so that days have several runs."""
    day, hour = _DAY + timedelta(position // 2), 9 + position % 2
    match step.what:
        case "run":
            refresh(
                store, step.name, step.records, day=day, hour=hour, kind=step.kind, ended=step.ended, listed=step.listed
            )
        case "old":
            rows = encode(step.records)
            put(store, f"{step.name}-{step.choice + 1}", rows, day=_DAY - timedelta(step.choice + 1), kind=step.kind)
        case "imdb":
            votes = [line("TitleRatings", tconst=f"tt000000{n}", numVotes=f"{step.choice + n}") for n in (1, 3)]
            ingest(store, "TitleRatings", *votes, day=_DAY + timedelta(position))
        case _:
            days = sorted({entry.key[: entry.key.rindex("/")] for entry in store.list_entries("Raw/TMDB/JSON/Movies/")})
            if len(days) > 1:
                _remove_day(store, days[step.choice % len(days)].removeprefix("Raw/TMDB/JSON/"))


def _remove_day(store: Store, day: str) -> None:
    for root in ("Raw/TMDB/JSON", "_cinelake/manifests", "_cinelake/snapshots"):
        for entry in list(store.list_entries(f"{root}/{day}/")):
            store.delete(entry.key)


def _list_parts(store: Store) -> list[tuple[str, str, int]]:
    """The parts of all tables of the current version: key, SHA-256 and rows."""
    return [(part.key, part.sha256, part.rows) for table in current(store).tables for part in table.parts]


def _copy_sources(store: Store) -> Store:
    """A lake with the same sources, and without any table."""
    copy = open_memory()
    for key, data in read_all(store).items():
        if not key.startswith(_DERIVED):
            copy.write(key, data)
    return copy


@settings(
    max_examples=6,
    deadline=None,
    phases=_AS_FOUND,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(st.lists(_steps(), min_size=3, max_size=6))
def test_a_build_after_each_step_has_the_bytes_of_a_build_from_nothing(steps: list[_Step]) -> None:
    store = open_memory()
    refresh(store, _SLICES[1], [film(1), film(2)], day=_DAY - timedelta(9))
    for position, step in enumerate(steps):
        _apply(store, position, step)
        build(store)
        fresh = _copy_sources(store)
        build(fresh)
        assert current(store).version == current(fresh).version
        assert _list_parts(store) == _list_parts(fresh)
        assert current(store).report == current(fresh).report


def test_a_build_reads_no_file_of_raw_that_trusted_holds() -> None:
    store = open_memory()
    put(store, "genre-80-1990-1994-1", encode([film(8)]), day=_DAY)
    refresh(store, _SLICES[1], [film(1), film(2)], day=_DAY)
    build(store)
    key = refresh(store, _SLICES[1], [film(1, popularity=9.0)], day=_DAY + timedelta(1), kept=1)
    read: list[str] = []

    def note(method: str, name: str) -> None:
        if method == "read" and name.startswith("Raw/"):
            read.append(name)

    build(WatchedStore(store, note))
    assert read == [key.raw(1)]
