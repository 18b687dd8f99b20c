"""The store that a lake's URL names."""

from pathlib import Path

import pytest

from cinelake.errors import UsageError
from cinelake.lake.stores.local_store import LocalStore
from cinelake.lake.stores.opening import open_store


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("lake", "lake"),
        ("file:///data/my%20films", "/data/my films"),
        ("C:\\films", "C:\\films"),
        ("d:/films", "d:/films"),
        ("file:///C:/films", "C:/films"),
    ],
)
def test_folders_open_by_path_or_url(url: str, path: str) -> None:
    store = open_store(url, {})
    assert isinstance(store, LocalStore)
    assert store.root == Path(path).absolute()


@pytest.mark.parametrize("url", ["ftp://x/y", "s3://", "file://host/x", "s3://bucket/a//b", "s3://bucket/films?x"])
def test_invalid_url_is_refused(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        open_store(url, {})
    assert f'invalid lake "{url}"' in caught.value.message
    assert caught.value.hint
