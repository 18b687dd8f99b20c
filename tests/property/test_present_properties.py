"""Random histories of a lake compared with a model in plain dicts: which titles are present, and with which record."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.support.refine.lakes import Row, build, film, number_run, refresh, series

from cinelake.lake.store import Store
from cinelake.lake.stores.object_store import open_memory
from cinelake.refine.query import Tables, open_tables

_KINDS = {"Movies": "movie", "Series": "series"}
_SLICES = ["all-undated", "genre-80-2000-2004", "genre-99-2000-2004"]
_IDS = st.integers(1, 4)
_POPULARITY = st.sampled_from([0.5, 1.5, 2.5])
_LOSSES = {
    "gone": "the title is gone: TMDB answers 404",
    "merged": "the title was merged into another",
    "left": "the title left the selection: no slice holds it",
}
_AS_FOUND = (Phase.explicit, Phase.reuse, Phase.generate)


@dataclass(frozen=True, slots=True)
class _Run:
    """One run of one slice: popularity by title in its records and in its listing, and its tombstones."""

    kind: str
    day: date
    name: str
    hour: int
    records: dict[int, float]
    ended: dict[int, str]
    listed: dict[int, float] | None

    @property
    def when(self) -> tuple[date, int]:
        """The order of its commit."""
        return self.day, self.hour


@st.composite
def _histories(draw: st.DrawFn) -> list[_Run]:
    keys = st.tuples(
        st.sampled_from(["Movies", "Movies", "Series"]), st.integers(0, 3), st.sampled_from(_SLICES), st.integers(9, 11)
    )
    drawn = draw(st.lists(keys, min_size=4, max_size=12, unique_by=lambda key: key[:3]))
    runs = []
    for kind, day, name, hour in drawn:
        records = draw(st.dictionaries(_IDS, _POPULARITY, max_size=4))
        ended = draw(st.dictionaries(_IDS, st.sampled_from(["gone", "merged", "moved", "left"]), max_size=2))
        others = {title_id: reason for title_id, reason in ended.items() if title_id not in records}
        listed = draw(st.none() | st.dictionaries(_IDS, _POPULARITY))
        runs.append(_Run(kind, date(2026, 11, 20) + timedelta(day), name, hour, records, others, listed))
    return [*runs, _Run("Movies", date(2026, 11, 19), _SLICES[0], 9, {9: 0.5}, {}, None)]


def _write(store: Store, runs: list[_Run]) -> None:
    for each in runs:
        make = film if each.kind == "Movies" else series
        rows: list[Row] = [make(title_id, popularity=value) for title_id, value in each.records.items()]
        rows_listed = [{"id_tmdb": title_id, "popularity": value} for title_id, value in (each.listed or {}).items()]
        listed = None if each.listed is None else rows_listed
        refresh(store, each.name, rows, day=each.day, hour=each.hour, kind=each.kind, ended=each.ended, listed=listed)


@dataclass(slots=True)
class _Model:
    """The lake of one kind as plain dicts."""

    members: dict[str, set[int]] = field(default_factory=dict)
    newest: dict[int, tuple[date, int, str, float]] = field(default_factory=dict)
    daily: dict[tuple[int, date], tuple[int, str, float]] = field(default_factory=dict)
    runs: dict[tuple[int, int], tuple[str, float]] = field(default_factory=dict)
    listed: dict[tuple[int, date], tuple[int, str, float]] = field(default_factory=dict)
    ended: dict[int, list[tuple[date, int, str]]] = field(default_factory=dict)
    records: int = 0

    def add(self, run: _Run) -> None:
        """Add a run; runs are added in the order of their commits."""
        members = self.members.setdefault(run.name, set())
        members.update(run.records)
        members.difference_update(run.ended)
        for title_id, value in run.records.items():
            self.records += 1
            self.newest[title_id] = max(self.newest.get(title_id, (date.min, 0, "", 0.0)), (*run.when, run.name, value))
            number = number_run(run.day, run.hour)
            same_run = self.runs.get((title_id, number), (run.name, value))
            self.runs[title_id, number] = max(same_run, (run.name, value))
            mine = run.hour, run.name, value
            self.daily[title_id, run.day] = max(self.daily.get((title_id, run.day), mine), mine)
        for title_id, value in (run.listed or {}).items():
            mine = run.hour, run.name, value
            self.listed[title_id, run.day] = max(self.listed.get((title_id, run.day), mine), mine)
        for title_id, reason in run.ended.items():
            self.ended.setdefault(title_id, []).append((*run.when, reason))

    def classify(self, title_id: int) -> str:
        """The state of a title: present, gone, merged or left."""
        day, hour, *_ = self.newest[title_id]
        later = {reason for d, h, reason in self.ended.get(title_id, []) if (d, h) > (day, hour)}
        for reason in ("merged", "gone"):
            if reason in later:
                return reason
        return "present" if any(title_id in members for members in self.members.values()) else "left"


def _replay(runs: list[_Run]) -> _Model:
    model = _Model()
    for each in sorted(runs, key=lambda run: run.when):
        model.add(each)
    return model


def _check(tables: Tables, kind: str, model: _Model) -> None:
    states = {title_id: model.classify(title_id) for title_id in sorted(model.newest)}
    present = [title_id for title_id, state in states.items() if state == "present"]
    facts = tables.query(f"SELECT id_tmdb, collected_on, popularity FROM title WHERE kind = '{kind}' ORDER BY 1").rows  # noqa: S608
    assert facts == [(each, model.newest[each][0], model.newest[each][3]) for each in present]
    table = "trusted_movies" if kind == "movie" else "trusted_series"
    history = tables.query(f"SELECT id_tmdb, number, popularity FROM {table} ORDER BY 1, 2").rows  # noqa: S608
    assert history == [(title_id, run, value) for (title_id, run), (_, value) in sorted(model.runs.items())]
    days = model.listed | model.daily
    snapshot = f"SELECT title_key, collected_on, popularity FROM snapshot WHERE title_key LIKE '{kind}%' ORDER BY ALL"  # noqa: S608
    expected = sorted((f"{kind}-{i}", day, value) for (i, day), (_, _, value) in days.items())
    assert tables.query(snapshot).rows == expected
    lost = tables.query(f"SELECT name, -titles, part FROM funnel WHERE kind = '{kind}' AND step = 1").rows  # noqa: S608
    funnel = {str(name): int(str(count)) for name, count, _ in lost}
    counts = Counter(states.values())
    assert {state: funnel[name] for state, name in _LOSSES.items()} == {state: counts[state] for state in _LOSSES}
    assert (-funnel["records in Raw"], funnel["distinct titles"]) == (model.records, len(present))
    assert funnel["superseded by a later run"] == len(model.runs) - len(model.newest)
    assert sum(funnel.values()) == 0


@settings(max_examples=25, phases=_AS_FOUND, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(_histories())
def test_present_titles_follow_from_the_history(runs: list[_Run]) -> None:
    store = open_memory()
    _write(store, runs)
    build(store)
    with open_tables(store) as tables:
        for folder, kind in _KINDS.items():
            _check(tables, kind, _replay([each for each in runs if each.kind == folder]))
