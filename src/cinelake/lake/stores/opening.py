"""Open the store that a lake's URL names: a folder, an S3 bucket or memory."""

import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

from cinelake.errors import UsageError
from cinelake.lake.lake_format import check_format
from cinelake.lake.store import Store
from cinelake.settings import Settings

_USE_A_LAKE = "use a folder such as ./lake, or s3://bucket/prefix"
_DRIVE = re.compile(r"[A-Za-z]:[/\\]")
"""The start of an absolute path on Windows, which is not the scheme of a URL."""


def open_store(url: str, options: Mapping[str, str]) -> Store:
    """Open the store at a lake's URL: a folder, file://…, s3://bucket/prefix or memory://.

    Args:
        url: the URL or the path of a folder.
        options: the AWS_… variables, for a bucket.

    Raises:
        UsageError: the URL is invalid.
    """
    if _DRIVE.match(url):
        return _open_folder(url)
    parts = urlsplit(url)
    if parts.scheme in {"s3", "file"} and (parts.query or parts.fragment or "?" in url):
        raise UsageError(f'invalid lake "{url}": it contains "?" or "#"', hint=_USE_A_LAKE)
    if parts.scheme == "file" and parts.netloc not in {"", "localhost"}:
        raise UsageError(
            f'invalid lake "{url}": "{parts.netloc}" is read as a host name',
            hint="use an absolute path such as file:///data/lake, or the folder alone",
        )
    match parts.scheme:
        case "s3" if parts.netloc:
            from cinelake.lake.stores.object_store import open_s3  # noqa: PLC0415 - slow to import, not needed for a folder

            prefix = parts.path.strip("/")
            if prefix and not {"", ".", ".."}.isdisjoint(prefix.split("/")):
                raise UsageError(
                    f'invalid lake "{url}": its prefix has a part that is empty, "." or ".."', hint=_USE_A_LAKE
                )
            return open_s3(parts.netloc, prefix, options)
        case "memory":
            from cinelake.lake.stores.object_store import open_memory  # noqa: PLC0415 - the same

            return open_memory()
        case "":
            return _open_folder(url)
        case "file":
            path = unquote(parts.path)
            return _open_folder(path[1:] if _DRIVE.match(path[1:]) else path)
        case _:
            raise UsageError(f'invalid lake "{url}": unsupported kind of URL', hint=_USE_A_LAKE)


def open_lake(settings: Settings, url: str | None = None) -> Store:
    """Open the lake that `url` or the environment names.

    Raises:
        UsageError: neither names a lake, the URL is invalid, or the lake has a newer format.
    """
    lake = url or settings.lake
    if not lake:
        raise UsageError("no lake given", hint="use --lake ./lake, or set CINELAKE_LAKE in the environment or in .env")
    if lake.startswith("memory:"):
        raise UsageError(f'invalid lake "{lake}": a lake in memory is lost when the command ends', hint=_USE_A_LAKE)
    store = open_store(lake, settings.store_options)
    check_format(store)
    return store


def _open_folder(path: str) -> Store:
    from cinelake.lake.stores.local_store import LocalStore  # noqa: PLC0415 - not needed for a bucket

    return LocalStore(Path(path).expanduser())
