"""Opens the store that a lake's URL names: a folder, an S3 bucket or memory."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

from cinelake.errors import UsageError
from cinelake.lake.store import Store
from cinelake.settings import Settings


def open_store(url: str, options: Mapping[str, str]) -> Store:
    """The store at a lake's URL: a folder, file://…, s3://bucket/prefix or memory://.

    Raises:
        UsageError: the URL names no such thing.
    """
    parts = urlsplit(url)
    if parts.scheme in {"s3", "file"} and (parts.query or parts.fragment or "?" in url):
        raise UsageError(
            f"lake '{url}'", "it has a ? or a #", "a plain address, such as s3://bucket/films", "correct --lake"
        )
    if parts.scheme == "file" and parts.netloc not in {"", "localhost"}:
        expected = "file:// and a path from the root, such as file:///data/lake, or the folder alone"
        raise UsageError(
            f"lake '{url}'", f"'{parts.netloc}' stands where a machine's name does", expected, "correct --lake"
        )
    match parts.scheme:
        case "s3" if parts.netloc:
            from cinelake.lake.object_store import open_s3  # noqa: PLC0415 - a lake in a folder starts without it

            return open_s3(parts.netloc, parts.path.strip("/"), options)
        case "memory":
            from cinelake.lake.object_store import open_memory  # noqa: PLC0415 - the same

            return open_memory()
        case "" | "file":
            from cinelake.lake.local_store import LocalStore  # noqa: PLC0415 - the same

            return LocalStore(Path(unquote(parts.path) if parts.scheme else url).expanduser())
        case _:
            raise UsageError(
                f"lake '{url}'",
                "there is no such kind of store",
                "a folder or s3://bucket/prefix",
                "give it with --lake or in CINELAKE_LAKE",
            )


def open_lake(settings: Settings, url: str | None = None) -> Store:
    """The lake that `url` or the environment names.

    Raises:
        UsageError: neither does.
    """
    lake = url or settings.lake
    if lake and lake.startswith("memory:"):
        raise UsageError(
            f"lake '{lake}'", "it would end with this command", "a folder or s3://bucket/prefix", "--lake ./lake"
        )
    if not lake:
        raise UsageError(
            "lake", "none was given", "a folder or s3://bucket/prefix", "--lake ./lake, or CINELAKE_LAKE in .env"
        )
    return open_store(lake, settings.store_options)
