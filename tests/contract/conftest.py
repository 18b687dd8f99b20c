"""The stores that the contract holds: a folder, memory, and two real S3 servers on loopback."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.support.servers import free_port, program, serve_process

from cinelake.lake.store import Store
from cinelake.lake.stores.opening import open_store

_KEY, _SECRET = "contract-key", "contract-secret"


@pytest.fixture(scope="session")
def rclone_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An S3 that checks signatures and keeps bytes on disk, but ignores the conditions of a PUT."""
    folder, port = tmp_path_factory.mktemp("rclone"), free_port()
    (folder / "lakes").mkdir()
    words = ["serve", "s3", "--auth-key", f"{_KEY},{_SECRET}", str(folder), "--addr", f"127.0.0.1:{port}"]
    yield from serve_process([program("rclone"), *words], f"http://127.0.0.1:{port}")


def s3_options(url: str, secret: str = _SECRET) -> dict[str, str]:
    """The variables that a user would set."""
    return {"AWS_ENDPOINT_URL": url, "AWS_ACCESS_KEY_ID": _KEY, "AWS_SECRET_ACCESS_KEY": secret, "AWS_REGION": "us-east-1"}


@pytest.fixture(params=["folder", "memory", "s3-conditional", "s3-signed"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, dict[str, str]]:
    """Where an empty lake can be, with its options."""
    prefix = tmp_path.name
    match request.param:
        case "folder":
            return str(tmp_path / "lake"), {}
        case "memory":
            return "memory://", {}
        case "s3-conditional":
            url = request.getfixturevalue("moto_url")
            request.getfixturevalue("make_bucket")(url, "lakes")
            return f"s3://lakes/{prefix}", s3_options(url)
        case _:
            return f"s3://lakes/{prefix}", s3_options(request.getfixturevalue("rclone_url"))


@pytest.fixture
def store(store_url: tuple[str, dict[str, str]]) -> Store:
    """An empty store of each kind."""
    return open_store(*store_url)


@pytest.fixture
def open_again(store: Store, store_url: tuple[str, dict[str, str]]) -> Callable[[], Store]:
    """Open the same lake once more, as another process would."""
    url, options = store_url
    return (lambda: store) if url == "memory://" else (lambda: open_store(url, options))
