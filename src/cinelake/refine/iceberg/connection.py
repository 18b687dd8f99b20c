"""Open an Iceberg catalog, and translate the errors of its library."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

from cinelake.errors import CinelakeError, OvertakenError, StoreError, UsageError
from cinelake.installation import suggest_extra
from cinelake.lake.store import Store
from cinelake.lake.stores.local_store import LocalStore
from cinelake.refine.iceberg.catalog_document import ICEBERG, SQLITE, IcebergCatalog, find_address

if TYPE_CHECKING:
    from pyiceberg.catalog import Catalog

NAME: Final = "cinelake"
"""The name of the catalog: PyIceberg finds further settings of it, such as a token, in its own configuration."""
_PROPERTIES: Final = {
    "AWS_ENDPOINT_URL": "s3.endpoint",
    "AWS_ENDPOINT_URL_S3": "s3.endpoint",
    "AWS_ACCESS_KEY_ID": "s3.access-key-id",
    "AWS_SECRET_ACCESS_KEY": "s3.secret-access-key",
    "AWS_SESSION_TOKEN": "s3.session-token",
    "AWS_DEFAULT_REGION": "s3.region",
    "AWS_REGION": "s3.region",
}


def is_installed() -> bool:
    """Whether the extra `iceberg` is installed."""
    return find_spec("pyiceberg") is not None


def build_properties(catalog: IcebergCatalog, options: Mapping[str, str]) -> dict[str, str]:
    """PyIceberg's properties of a catalog; `options` are the AWS_… variables of a bucket. Pure."""
    properties = {_PROPERTIES[name]: options[name] for name in _PROPERTIES if options.get(name)}
    match catalog.kind:
        case "sql":
            path = catalog.lake.removeprefix("file://")
            return {"type": "sql", "uri": f"sqlite:///{path}/{SQLITE}", "warehouse": f"{catalog.lake}/{ICEBERG}"}
        case "rest":
            return {"type": "rest", "uri": catalog.uri, **properties}
        case "glue":
            region = properties.get("s3.region")
            return {"type": "glue", "warehouse": f"{catalog.lake}/{ICEBERG}", **properties} | (
                {"glue.region": region} if region else {}
            )


@contextmanager
def open_catalog(store: Store, catalog: IcebergCatalog, *, is_dry_run: bool = False) -> "Iterator[Catalog]":
    """Open a catalog; its namespace is created if it does not exist, unless `is_dry_run`.

    Raises:
        UsageError: the library is not installed.
        OvertakenError: another process changed a table at the same time.
        StoreError: the catalog cannot be reached, or refuses a change.
    """
    try:
        from pyiceberg.catalog import load_catalog  # noqa: PLC0415 - an optional dependency
        from pyiceberg.exceptions import CommitFailedException, NotInstalledError  # noqa: PLC0415 - the same
    except ImportError as error:
        raise UsageError("cannot write Iceberg metadata", cause=str(error), hint=suggest_extra("iceberg")) from error
    if isinstance(store, LocalStore):
        (store.root / ICEBERG).mkdir(parents=True, exist_ok=True)
    try:
        opened = load_catalog(NAME, **build_properties(catalog, getattr(store, "options", {})))
        try:
            if not is_dry_run:
                opened.create_namespace_if_not_exists(catalog.namespace)
            yield opened
        finally:
            opened.close()
    except CinelakeError:
        raise
    except NotInstalledError as error:
        extra = "aws" if catalog.kind == "glue" else "iceberg"
        raise UsageError("cannot open the Iceberg catalog", cause=str(error), hint=suggest_extra(extra)) from error
    except CommitFailedException as error:
        raise OvertakenError(
            "another process changed the Iceberg catalog at the same time",
            cause=str(error),
            hint="run `cinelake catalog --format iceberg` again",
        ) from error
    except Exception as error:  # the errors of PyIceberg and of the libraries below it have no common base
        raise StoreError(
            f'cannot update the Iceberg catalog of lake "{find_address(store)}"',
            cause=(str(error).splitlines() or [type(error).__name__])[0],
            hint="the tables themselves are published; run `cinelake catalog --format iceberg` again",
        ) from error
