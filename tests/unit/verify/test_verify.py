"""Each fault that is planted in a lake is found, and a sound lake has none."""

import hashlib
import json
from collections.abc import Callable

import msgspec
import pytest
from tests.support.runs import CRIME, CRIME_AND_WAR, World
from tests.support.service import TODAY, build_sandbox
from tests.support.stores import WatchedStore, read_all
from tests.support.virtual import VirtualClock, run_virtual

from cinelake.errors import DeadlineReachedError
from cinelake.extract.run_documents import RunReport, advance_watermark, read_plan, read_report, read_watermark
from cinelake.extract.status import read_status
from cinelake.lake.batches import parse_batch
from cinelake.lake.keys import MANIFESTS, RAW, RunKey
from cinelake.lake.object_store import open_memory
from cinelake.lake.problems import list_hints
from cinelake.lake.store import Store
from cinelake.verify.api import verify_against_service
from cinelake.verify.runs import verify_lake

RUN = RunKey(CRIME.id, TODAY)
Plant = Callable[[Store, str, str], None]


@pytest.fixture
def world() -> World:
    world = World()
    world.extract(CRIME)
    return world


def _edit(key: str, change: Callable[[dict[str, object]], None]) -> Callable[[Store], None]:
    def edit(store: Store) -> None:
        stored = store.read(key)
        assert stored is not None
        document = json.loads(stored.data)
        change(document)
        store.write(key, json.dumps(document).encode())

    return edit


def _rewrite(store: Store, key: str, change: Callable[[bytes], bytes]) -> None:
    stored = store.read(key)
    assert stored is not None
    store.write(key, change(stored.data))


def _remove(store: Store, *keys: str) -> None:
    for key in keys:
        store.delete(key)


def _double_first_record(store: Store, manifest: str, raw: str) -> None:
    """A second batch with an id of the first, properly hashed."""
    stored = store.read(raw)
    assert stored is not None
    other = raw.replace("-1.json", "-2.json")
    store.write(other, stored.data)
    digest = hashlib.sha256(stored.data).hexdigest()

    def add(document: dict[str, object]) -> None:
        batches = document["batches"]
        assert isinstance(batches, list)
        batches.append({"key": other, "records": batches[0]["records"], "bytes": len(stored.data), "sha256": digest})

    _edit(manifest, add)(store)


FAULTS: dict[str, tuple[Plant, str]] = {
    "removed": (lambda store, _m, raw: store.delete(raw), "missing object"),
    "altered": (lambda store, _m, raw: _rewrite(store, raw, lambda d: d.replace(b"budget", b"BUDGET")), "altered object"),
    "cut": (lambda store, _m, raw: _rewrite(store, raw, lambda d: d[:-20]), "truncated object"),
    "emptied": (lambda store, _m, raw: store.write(raw, b""), "truncated object"),
    "foreign": (lambda store, _m, _r: store.write(f"{RAW}/Movies/2026/11/23/notes.txt", b"hello"), "unknown object"),
    "a batch too many": (lambda store, _m, raw: store.write(raw.replace("-1.json", "-9.json"), b"[]"), "unknown object"),
    "manifest cut": (lambda store, m, _r: _rewrite(store, m, lambda d: d[:50]), "damaged manifest"),
    "manifest removed": (lambda store, m, _r: store.delete(m), "missing slice"),
    "counts": (lambda store, m, _r: _edit(m, lambda d: d.update(listed=999))(store), "count mismatch"),
    "records": (lambda store, m, _r: _edit(m, lambda d: d.update(records=999))(store), "count mismatch"),
    "an id twice": (_double_first_record, "duplicate id"),
    "listing removed": (lambda store, m, _r: store.delete(_listing(m)), "missing listing"),
    "listing cut": (lambda store, m, _r: store.write(_listing(m), b"{"), "damaged listing"),
    "id never listed": (lambda store, m, _r: _edit(_listing(m), lambda d: d.update(ids=[]))(store), "unexpected ids"),
    "id not fetched": (lambda store, m, _r: _edit(_listing(m), lambda d: d["ids"].append(10**9))(store), "missing ids"),  # type: ignore[attr-defined]
    "no report": (lambda store, m, _r: _remove(store, RUN.report(), m), "unfinished run"),
    "plan cut": (lambda store, _m, _r: store.write(RUN.plan(), b"{"), "damaged run"),
    "short": (lambda store, m, _r: _edit(m, lambda d: d.update(is_listing_short=True))(store), "incomplete listing"),
}


def _listing(manifest: str) -> str:
    return manifest.replace("/manifests/", "/listings/").replace(".1.json", ".json")


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_found_and_named(world: World, name: str) -> None:
    plant, kind = FAULTS[name]
    sizes = {key: len(data) for key, data in read_all(world.store, MANIFESTS).items()}
    manifest = max(sizes, key=lambda key: sizes[key])
    raw = f"{RAW}/Movies/2026/11/23/{manifest.rpartition('/')[2].removesuffix('.1.json')}-1.json"
    plant(world.store, manifest, raw)
    found = verify_lake(world.store)
    assert kind in {problem.kind for problem in found.problems}
    assert all(problem.where and problem.detail for problem in found.problems)
    assert {kind for kinds, _ in list_hints(found.problems) for kind in kinds.split(", ")} == {
        p.kind for p in found.problems
    }


def test_a_sound_lake_has_no_problem_and_is_counted(world: World) -> None:
    found = verify_lake(world.store)
    report = read_report(world.store, RUN)
    assert report is not None
    assert found.problems == ()
    assert (found.runs, found.slices, found.records) == (1, len(report.slices), report.records)
    assert found.distinct_ids == found.records


def test_an_empty_lake_is_sound() -> None:
    assert verify_lake(World().store).is_sound


def test_objects_of_a_slice_in_progress_are_no_foreign_objects(world: World) -> None:
    key = next(iter(read_all(world.store, MANIFESTS)))
    world.store.delete(key)
    world.store.delete(RUN.report())
    assert {problem.kind for problem in verify_lake(world.store).problems} == {"unfinished run"}


BOTH = RunKey(CRIME_AND_WAR.id, TODAY)


def _compare(world: World, service: World) -> tuple[set[int], dict[str, set[int]]]:
    """The ids that a service lists, and those of each kind of problem."""
    plan = read_plan(world.store, BOTH)
    assert plan is not None
    result = run_virtual(verify_against_service(service.build_context().client, world.store, BOTH, plan))
    by_kind: dict[str, set[int]] = {}
    for problem in result.problems:
        by_kind.setdefault(problem.kind, set()).update(problem.ids)
    return set(result.ids), by_kind


def _truth(world: World) -> set[int]:
    query = {"media": "movie", "with_genres": "80|10752"}
    return set(json.loads(world.sandbox.answer("GET", "/__truth", query, {}).body)["ids"])


@pytest.mark.parametrize(("held", "served", "kind"), [(600, 700, "not in the lake"), (700, 600, "not in TMDB")])
def test_what_either_side_lacks_is_named_by_its_id(held: int, served: int, kind: str) -> None:
    world = World(build_sandbox(VirtualClock(), films=held))
    world.extract(CRIME_AND_WAR)
    other = World(build_sandbox(VirtualClock(), films=served), world.store)
    ids, by_kind = _compare(world, other)
    assert ids == _truth(other)
    assert by_kind == {kind: _truth(world) ^ _truth(other)}
    assert by_kind[kind]
    assert _compare(world, world) == (_truth(world), {})


def test_a_title_of_two_genres_that_one_of_them_lacks_is_named() -> None:
    world = World()
    world.extract(CRIME_AND_WAR)
    batches = {key: parse_batch(data) for key, data in read_all(world.store, RAW).items()}
    crime = {i for key, records in batches.items() if "genre-80" in key for i in records}
    key, twice = next((k, i) for k, records in batches.items() if "genre-10752" in k for i in records if i in crime)
    rest = [record for i, record in batches[key].items() if i != twice]
    world.store.write(key, b"[" + b",".join(rest) + b"]")
    assert _compare(world, world)[1] == {"not in the lake": {twice}}


def test_a_run_is_verified_by_itself(world: World) -> None:
    world.extract(CRIME_AND_WAR)
    alone = verify_lake(world.store, RUN)
    report = read_report(world.store, RUN)
    assert report is not None
    assert (alone.runs, alone.slices, alone.records, alone.problems) == (1, len(report.slices), report.records, ())
    war = next(key for key in read_all(world.store, RAW) if "genre-10752" in key)
    world.store.delete(war)
    assert verify_lake(world.store, RUN).problems == ()
    assert [p.where for p in verify_lake(world.store, BOTH).problems if p.kind == "missing object"] == [war]


def test_a_proof_that_takes_too_long_is_none(world: World) -> None:
    with pytest.raises(DeadlineReachedError, match="0 of"):
        verify_lake(world.store, is_late=lambda: True)


def test_a_report_that_says_more_than_its_slices_hold_is_found(world: World) -> None:
    _edit(RUN.report(), lambda report: report.update(records=10_000))(world.store)
    assert [problem.kind for problem in verify_lake(world.store).problems] == ["report mismatch"]


def test_a_manifest_whose_total_is_unexplained_is_found(world: World) -> None:
    key = next(iter(read_all(world.store, MANIFESTS)))
    _edit(key, lambda manifest: manifest.update(total=10_000))(world.store)
    assert [(p.kind, p.where) for p in verify_lake(world.store).problems] == [("count mismatch", key)]


def test_status_tells_runs_zones_and_how_far_a_selection_is_complete(world: World) -> None:
    status = read_status(world.store)
    (run,) = status.runs
    assert (run.state, run.complete_to, run.slices_committed) == ("complete", TODAY, run.slices)
    assert [zone.zone for zone in status.zones] == ["Raw", "_cinelake"]
    world.store.delete(RUN.report())
    assert read_status(world.store).runs[0].state == "unfinished"
    world.store.write(RUN.plan(), b"{")
    assert read_status(world.store).runs[0].state == "damaged"
    assert read_status(World().store).runs == ()


def test_a_watermark_never_moves_back(world: World) -> None:
    report = read_report(world.store, RUN)
    assert isinstance(report, RunReport)
    advance_watermark(world.store, msgspec.structs.replace(report, run_on=TODAY.replace(day=1)))
    mark = read_watermark(world.store, CRIME.id)
    assert mark is not None
    assert mark.complete_to == TODAY


def test_a_run_that_is_verified_by_itself_costs_no_look_at_other_days() -> None:
    world = World()
    world.extract(CRIME)
    looked: list[tuple[str, str]] = []
    watched = WatchedStore(world.store, lambda method, key: looked.append((method, key)))
    verify_lake(watched, RUN)
    alone = len(looked)
    for day in ("2026/11/01", "2026/11/02"):
        for key, data in read_all(world.store).items():
            world.store.write(key.replace("2026/11/23", day), data)
    looked.clear()
    assert verify_lake(watched, RUN).is_sound
    assert len(looked) == alone


def test_batches_of_a_lake_without_manifests_are_one_problem_and_not_foreign() -> None:
    store = open_memory()
    for number in range(1, 4):
        store.write(f"{RAW}/Movies/2024/12/27/genre-80-2020-2024-{number}.json", b"[]")
    (problem,) = verify_lake(store).problems
    assert (problem.kind, "3 objects" in problem.detail) == ("missing manifest", True)
