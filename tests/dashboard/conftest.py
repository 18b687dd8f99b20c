"""Lakes that are built once for all tests of the dashboard, and a browser for each file of tests."""

from collections.abc import Iterator

import pytest
from tests.dashboard.oracle.browser import Open, watch
from tests.refine.conftest import seed_lake as seed_lake  # noqa: PLC0414 - pytest finds fixtures by name
from tests.support.chromium import launch
from tests.support.refine.invalid_values import fill_with_edge_cases
from tests.support.refine.lakes import build

from cinelake.lake.store import Store
from cinelake.lake.stores.object_store import open_memory

pytest.register_assert_rewrite("tests.dashboard.oracle.compare", "tests.dashboard.oracle.page_check")


@pytest.fixture(scope="module")
def open_page() -> Iterator[Open]:
    with launch() as browser, watch(browser) as start:
        yield start


@pytest.fixture(scope="session")
def edge_case_lake() -> Store:
    """Films, series, casts, keywords, themes, IMDb files, and many edge cases."""
    store = open_memory()
    fill_with_edge_cases(store)
    build(store)
    return store
