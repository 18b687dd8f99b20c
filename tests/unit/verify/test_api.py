"""Comparison of a run with what TMDB lists now."""

import json

import pytest
from tests.support.runs import CRIME_AND_WAR, World
from tests.support.stores import read_all
from tests.support.tmdb.service import TODAY, build_sandbox
from tests.support.tmdb.virtual import VirtualClock, run_virtual

from cinelake.extract.run_documents import read_plan
from cinelake.lake.batches import parse_batch
from cinelake.lake.keys import RAW, RunKey
from cinelake.verify.api import compare_run

RUN = RunKey(CRIME_AND_WAR.id, TODAY)


def _compare(world: World, served: World) -> tuple[set[int], dict[str, set[int]]]:
    """The ids that `served` lists, and the ids of each kind of problem."""
    plan = read_plan(world.store, RUN)
    assert plan is not None
    result = run_virtual(compare_run(served.build_context().client, world.store, RUN, plan))
    by_kind: dict[str, set[int]] = {}
    for problem in result.problems:
        by_kind.setdefault(problem.kind, set()).update(problem.ids)
    return set(result.ids), by_kind


def _read_truth(world: World) -> set[int]:
    query = {"media": "movie", "with_genres": "80|10752"}
    return set(json.loads(world.sandbox.answer("GET", "/__truth", query, {}).body)["ids"])


@pytest.mark.parametrize(("stored", "served", "kind"), [(600, 700, "not in the lake"), (700, 600, "not in TMDB")])
def test_titles_that_one_side_lacks_are_named(stored: int, served: int, kind: str) -> None:
    world = World(build_sandbox(VirtualClock(), films=stored))
    world.extract(CRIME_AND_WAR)
    other = World(build_sandbox(VirtualClock(), films=served), world.store)
    ids, by_kind = _compare(world, other)
    assert ids == _read_truth(other)
    assert by_kind == {kind: _read_truth(world) ^ _read_truth(other)}
    assert by_kind[kind]
    assert _compare(world, world) == (_read_truth(world), {})


def test_title_of_two_genres_is_compared_in_each() -> None:
    world = World()
    world.extract(CRIME_AND_WAR)
    batches = {key: parse_batch(data) for key, data in read_all(world.store, RAW).items()}
    crime = {i for key, records in batches.items() if "genre-80" in key for i in records}
    key, shared = next((k, i) for k, records in batches.items() if "genre-10752" in k for i in records if i in crime)
    rest = [record for i, record in batches[key].items() if i != shared]
    world.store.write(key, b"[" + b",".join(rest) + b"]")
    assert _compare(world, world)[1] == {"not in the lake": {shared}}
