"""Owns lakes in object stores (S3 and whatever speaks it, memory), through obstore.

Invariant: an error names the lake and the key, never a credential.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from obstore.exceptions import AlreadyExistsError, BaseError, PreconditionError
from obstore.store import MemoryStore, S3Store

from cinelake.errors import StoreError, UsageError
from cinelake.lake.store import Entry, Stored

if TYPE_CHECKING:
    from obstore import Attributes, GetResult, UpdateVersion

_OPTIONS = {
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_S3",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
}
_HTML = "text/html; charset=utf-8"
_PIECE = 1 << 20
_PART_BYTES = 5 * 1024 * 1024
"""The least that S3 takes for a part; of at most 10,000 parts, a file may have 52 GB."""
_PARTS_AT_ONCE = 2
"""Few, so that each is through within the time-out of a request on a slow line."""


class ObjectStore:
    """A bucket (with a prefix), or memory."""

    def __init__(self, name: str, store: S3Store | MemoryStore) -> None:
        self._name = name
        self._store = store

    def __repr__(self) -> str:
        return self._name

    def read(self, key: str) -> Stored | None:
        """The object, or None when there is none."""
        with self._translated(key):
            try:
                found = self._store.get(key)
            except FileNotFoundError:
                return None
            return Stored(bytes(found.bytes()), found.meta["e_tag"] or "")

    def read_pieces(self, key: str) -> Iterator[bytes] | None:
        """The object piece by piece, in memory that does not grow with it, or None when there is none."""
        with self._translated(key):
            try:
                found = self._store.get(key)
            except FileNotFoundError:
                return None
            return self._read_on(key, found)

    def write(self, key: str, data: bytes) -> None:
        """Put an object, replacing what was there."""
        with self._translated(key):
            self._store.put(key, data, attributes=_describe(key), use_multipart=False)

    def write_file(self, key: str, path: Path) -> None:
        """Put the bytes of a file, in parts if it is large, replacing what was there."""
        # The parts of an upload that is killed are seen by nobody; the template's bucket removes them after a day.
        with path.open("rb") as file, self._translated(key):
            self._store.put(key, file, chunk_size=_PART_BYTES, max_concurrency=_PARTS_AT_ONCE)

    def swap(self, key: str, data: bytes, expected: str | None) -> str | None:
        """Put an object if its version is still `expected`; the new version, or None."""
        # Looked at first as well, for servers that ignore the condition of a PUT: there it narrows the race, and the
        # lease, which is all that swaps, reads back what it wrote.
        found = self.read(key)
        if (None if found is None else found.version) != expected:
            return None
        update: UpdateVersion | None = None if expected is None else {"e_tag": expected}
        with self._translated(key):
            try:
                result = self._store.put(key, data, mode=update or "create", use_multipart=False)
            except (AlreadyExistsError, PreconditionError):
                return None
            return result["e_tag"] or ""

    def list_entries(self, prefix: str) -> Iterator[Entry]:
        """Every object whose key starts with `prefix`, in order of keys."""
        # The store's own prefixes end at a slash; the rest is sifted here.
        folder = prefix.rpartition("/")[0]
        found: list[Entry] = []
        with self._translated(prefix):
            for page in self._store.list(folder or None):
                found += [Entry(o["path"], o["size"]) for o in page if o["path"].startswith(prefix)]
        yield from sorted(found, key=lambda entry: entry.key)

    def delete(self, key: str) -> None:
        """Remove an object; it is no error if there is none."""
        with self._translated(key):
            try:
                self._store.delete(key)
            except FileNotFoundError:
                return

    def _read_on(self, key: str, found: "GetResult") -> Iterator[bytes]:
        with self._translated(key):
            for piece in found.stream(min_chunk_size=_PIECE):
                yield bytes(piece)

    @contextmanager
    def _translated(self, key: str) -> Iterator[None]:
        try:
            yield
        except (BaseError, OSError) as error:
            raise StoreError(
                f"lake {self._name}",
                f"{_kind(error)} ({key})",
                "a bucket that this user may list, read and write",
                "check the AWS_… variables (key, region, endpoint) and run the same command again: nothing so far is lost",
            ) from error


def open_memory() -> ObjectStore:
    """A lake that ends with the process."""
    return ObjectStore("memory://", MemoryStore())


def open_s3(bucket: str, prefix: str, options: Mapping[str, str]) -> ObjectStore:
    """A lake in a bucket of any S3-compatible service; `options` are the usual AWS_… variables."""
    config = {name.lower(): value for name, value in options.items() if name in _OPTIONS}
    endpoint = config.pop("aws_endpoint_url_s3", None) or config.get("aws_endpoint_url")
    if endpoint:
        config["aws_endpoint_url"] = endpoint
    _check_address(f"s3://{bucket}/{prefix}", prefix, endpoint)
    config.setdefault("aws_region", config.pop("aws_default_region", "us-east-1"))
    store = S3Store(
        bucket,
        prefix=prefix or None,
        config=config,  # type: ignore[arg-type]
        client_options={
            "allow_http": bool(endpoint and endpoint.startswith("http://")),
            "connect_timeout": timedelta(seconds=5),
            "timeout": timedelta(seconds=20),
        },
        retry_config={"max_retries": 5, "retry_timeout": timedelta(seconds=60)},
    )
    return ObjectStore(f"s3://{bucket}/{prefix}".rstrip("/"), store)


def _check_address(lake: str, prefix: str, endpoint: str | None) -> None:
    """Refuse what the library would break on.

    Raises:
        UsageError: the prefix or the endpoint cannot be one.
    """
    if any(part in {"", ".", ".."} for part in prefix.split("/")) and prefix:
        raise UsageError(
            f"lake '{lake}'", "its prefix has an empty part, or a dot for one", "s3://bucket/films", "correct it"
        )
    if endpoint and not endpoint.startswith(("http://", "https://")):
        expected = "an address that begins with http:// or https://"
        raise UsageError("AWS_ENDPOINT_URL", f"'{endpoint}' is none", expected, "correct it, or leave it out for AWS")


def _kind(error: Exception) -> str:
    """What went wrong, without what a foreign message may carry along."""
    text = str(error)
    for code, meaning in (
        ("NoSuchBucket", "there is no such bucket"),
        ("SignatureDoesNotMatch", "the secret key is wrong"),
        ("InvalidAccessKeyId", "the access key is not known"),
        ("AccessDenied", "access is denied"),
        ("ExpiredToken", "the credentials have expired"),
        ("PermanentRedirect", "the bucket is in another region"),
        ("AuthorizationHeaderMalformed", "the bucket is in another region"),
        ("RequestTimeTooSkewed", "this machine's clock is wrong"),
        ("SlowDown", "the store asks to slow down"),
        ("redential", "no credentials were found"),
        ("error sending request", "the store cannot be reached"),
    ):
        if code in text:
            return meaning
    return type(error).__name__


def _describe(key: str) -> "Attributes | None":
    """What a store is told of an object: a browser shows only what is said to be a page, and keeps the rest as a file."""
    return {"Content-Type": _HTML} if key.endswith(".html") else None
