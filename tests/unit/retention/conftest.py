"""Lakes with several days of runs."""

import pytest
from tests.support.pruning import CRIME, DAYS, grow_lake
from tests.support.runs import World
from tests.support.stores import copy_store
from tests.support.tmdb.service import build_sandbox
from tests.support.tmdb.virtual import VirtualClock

from cinelake.lake.store import Store


@pytest.fixture(scope="package")
def grown_world() -> World:
    """Runs of films on four days, and of series on the first and the last; tests must not change it."""
    world = World(build_sandbox(VirtualClock(), films=600, series=400))
    grow_lake(world)
    return world


@pytest.fixture
def grown(grown_world: World) -> Store:
    """A copy of that lake."""
    return copy_store(grown_world.store)


@pytest.fixture(scope="package")
def stale_world(grown_world: World) -> World:
    """The same, and a selection that was only extracted on the first day; tests must not change it."""
    world = World(grown_world.sandbox, copy_store(grown_world.store))
    world.extract(CRIME, today=DAYS[0], is_fresh=True)
    return world
