"""Lakes that are built once for all tests of the dashboard."""

import pytest
from tests.refine.conftest import seed_lake as seed_lake  # noqa: PLC0414 - a fixture is taken by its name
from tests.refine.lakes import build
from tests.refine.odd import fill_oddly

from cinelake.lake.objects import open_memory
from cinelake.lake.storage import Store

pytest.register_assert_rewrite("tests.dashboard.compare", "tests.dashboard.sight")


@pytest.fixture(scope="session")
def odd_lake() -> Store:
    """Films and series, cast, keywords, themes, IMDb's files, and whatever else a lake may hold."""
    store = open_memory()
    fill_oddly(store)
    build(store)
    return store
