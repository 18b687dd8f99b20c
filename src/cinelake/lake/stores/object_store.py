"""Lakes in object stores (S3, compatible services, memory), through obstore.

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
"""The smallest part that S3 accepts. It accepts 10,000 parts, so a file may have 52 GB."""
_COPY_BYTES = 5 * 1024**3
"""The largest object that S3 copies in one request."""
_PARTS_AT_ONCE = 2
"""Few, so that each part is sent within the timeout of a request on a slow connection."""


class ObjectStore:
    """A bucket (with a prefix), or memory. `options` are the AWS_… variables with which it was opened."""

    def __init__(self, name: str, store: S3Store | MemoryStore, options: Mapping[str, str] | None = None) -> None:
        self._name = name
        self.options = options or {}
        self._store = store

    def __repr__(self) -> str:
        return self._name

    def read(self, key: str) -> Stored | None:
        """Read an object, or None if there is none."""
        with self._translated(key):
            try:
                found = self._store.get(key)
            except FileNotFoundError:
                return None
            return Stored(bytes(found.bytes()), found.meta["e_tag"] or "")

    def read_pieces(self, key: str) -> Iterator[bytes] | None:
        """Read an object in pieces, in constant memory, or None if there is none."""
        with self._translated(key):
            try:
                found = self._store.get(key)
            except FileNotFoundError:
                return None
            return self._iterate(key, found)

    def write(self, key: str, data: bytes) -> None:
        """Write an object, replacing any under the same key."""
        with self._translated(key):
            self._store.put(key, data, attributes=_describe(key), use_multipart=False)

    def write_file(self, key: str, path: Path) -> None:
        """Write the bytes of a file, in parts if it is large, replacing any object under the same key."""
        # The parts of an interrupted upload are invisible; the bucket of infra/template.yaml deletes them after a day.
        with path.open("rb") as file, self._translated(key):
            self._store.put(key, file, chunk_size=_PART_BYTES, max_concurrency=_PARTS_AT_ONCE)

    def copy(self, source: str, target: str) -> str | None:
        """Copy an object within the bucket. Return the copy's version, or None if there is no such object."""
        with self._translated(target):
            try:
                if self._store.head(source)["size"] <= _COPY_BYTES:
                    self._store.copy(source, target)
                elif (pieces := self.read_pieces(source)) is not None:
                    self._store.put(target, pieces, chunk_size=_PART_BYTES, max_concurrency=_PARTS_AT_ONCE)
                return self._store.head(target)["e_tag"] or ""
            except FileNotFoundError:
                return None

    def swap(self, key: str, data: bytes, expected: str | None) -> str | None:
        """Write an object if its version is still `expected`. Return the new version, or None."""
        # Some servers ignore the condition of a PUT. Reading first narrows the race there, and the lease reads back
        # what it wrote.
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
        """List every object whose key starts with `prefix`, in order of keys."""
        # obstore only lists whole folders; the rest of the prefix is applied here.
        folder = prefix.rpartition("/")[0]
        found: list[Entry] = []
        with self._translated(prefix):
            for page in self._store.list(folder or None):
                found += [Entry(o["path"], o["size"], _quote(o["e_tag"])) for o in page if o["path"].startswith(prefix)]
        yield from sorted(found, key=lambda entry: entry.key)

    def delete(self, key: str) -> None:
        """Delete an object; it is no error if there is none."""
        with self._translated(key):
            try:
                self._store.delete(key)
            except FileNotFoundError:
                return

    def _iterate(self, key: str, found: "GetResult") -> Iterator[bytes]:
        with self._translated(key):
            for piece in found.stream(min_chunk_size=_PIECE):
                yield bytes(piece)

    @contextmanager
    def _translated(self, key: str) -> Iterator[None]:
        try:
            yield
        except (BaseError, OSError) as error:
            raise StoreError(
                f'cannot access "{key}" in lake "{self._name}"',
                cause=_describe_error(error),
                hint="check the bucket, the permissions and the AWS_… variables (key, region, endpoint); "
                "then run the same command again: it continues from here",
                subject=key,
            ) from error


def open_memory() -> ObjectStore:
    """Open a lake in memory, which ends with the process."""
    return ObjectStore("memory://", MemoryStore())


def open_s3(bucket: str, prefix: str, options: Mapping[str, str]) -> ObjectStore:
    """Open a lake in a bucket of any S3-compatible service; `options` are the usual AWS_… variables.

    Raises:
        UsageError: the endpoint is invalid.
    """
    config = {name.lower(): value for name, value in options.items() if name in _OPTIONS}
    endpoint = config.pop("aws_endpoint_url_s3", None) or config.get("aws_endpoint_url")
    if endpoint:
        if not endpoint.startswith(("http://", "https://")):
            raise UsageError(
                f'invalid AWS_ENDPOINT_URL "{endpoint}"', hint="use a URL with http:// or https://, or unset it to use AWS"
            )
        config["aws_endpoint_url"] = endpoint
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
    return ObjectStore(f"s3://{bucket}/{prefix}".rstrip("/"), store, options)


def _quote(tag: str | None) -> str:
    """A listed tag as a read returns it: some servers omit the quotes in listings."""
    return f'"{tag}"' if tag and not tag.endswith('"') else tag or ""


def _describe_error(error: Exception) -> str:
    """Describe an error without its own text, which may contain credentials."""
    text = str(error)
    for code, meaning in (
        ("NoSuchBucket", "the bucket does not exist"),
        ("SignatureDoesNotMatch", "the secret key is wrong"),
        ("InvalidAccessKeyId", "the access key is unknown"),
        ("AccessDenied", "access is denied"),
        ("ExpiredToken", "the credentials have expired"),
        ("PermanentRedirect", "the bucket is in another region"),
        ("AuthorizationHeaderMalformed", "the bucket is in another region"),
        ("RequestTimeTooSkewed", "this machine's clock is wrong"),
        ("SlowDown", "the store limits the rate of requests"),
        ("redential", "no credentials were found"),
        ("error sending request", "the store is unreachable"),
    ):
        if code in text:
            return meaning
    return type(error).__name__


def _describe(key: str) -> "Attributes | None":
    """Return the attributes of an object: with the type of a page, a browser shows it instead of downloading it."""
    return {"Content-Type": _HTML} if key.endswith(".html") else None
