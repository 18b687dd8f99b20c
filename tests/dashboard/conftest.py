"""Lakes that are built once for all tests of the dashboard, and the browser that a file of tests opens its pages in."""

from collections.abc import Iterator

import pytest
from tests.dashboard.oracle.browser import Open, watch
from tests.refine.conftest import seed_lake as seed_lake  # noqa: PLC0414 - a fixture is taken by its name
from tests.support.chromium import launch
from tests.support.refine.invalid_values import fill_oddly
from tests.support.refine.lakes import build

from cinelake.lake.object_store import open_memory
from cinelake.lake.store import Store

pytest.register_assert_rewrite("tests.dashboard.oracle.compare", "tests.dashboard.oracle.sight")


@pytest.fixture(scope="module")
def open_page() -> Iterator[Open]:
    with launch() as browser, watch(browser) as start:
        yield start


@pytest.fixture(scope="session")
def odd_lake() -> Store:
    """Films and series, cast, keywords, themes, IMDb's files, and whatever else a lake may hold."""
    store = open_memory()
    fill_oddly(store)
    build(store)
    return store
