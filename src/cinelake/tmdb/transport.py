"""Owns HTTP: one function, request to reply, and one to read a large file piece by piece.

Everything above it is free of aiohttp; tests put another function here.

Invariant: the credentials leave only in the header (v4 token), or in the URL where the service takes them nowhere else
(v3 key), and no error that leaves this file carries either.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self
from urllib.parse import urlencode, urlsplit

import aiohttp
from aiohttp import ClientHandlerType, ClientRequest, ClientResponse
from yarl import URL

from cinelake import __version__
from cinelake.settings import Settings

CONNECTIONS = 20
"""Connections that the service allows from one address."""
_FILE_TIMEOUT = aiohttp.ClientTimeout(total=None, connect=10, sock_read=60)
_PIECE = 1 << 16
_TIMEOUT = aiohttp.ClientTimeout(total=30, connect=10)


class TransportError(Exception):
    """The request did not bring a whole answer: reset, time-out, cut body, no connection."""


class NoConnectionError(TransportError):
    """There was no connection to begin with: refused, no such name, no way there, or not who it should be."""


def _translate(error: Exception, path: str) -> TransportError:
    """A foreign error as ours. Its text may hold the URL, and the URL the key: its kind is all that may leave."""
    kind = NoConnectionError if isinstance(error, aiohttp.ClientConnectorError) else TransportError
    return kind(f"{type(error).__name__} on {path}")


async def _send_once(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
    """Keep aiohttp from sending a request again by itself after a reset: that one would bypass the pace and all counts."""
    try:
        return await handler(request)
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise _translate(error, request.url.path) from None


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as it came: HTTP status, whole body, and the Retry-After header if there was one."""

    status: int
    body: bytes
    retry_after: str | None = None


class Transport(Protocol):
    """Sends one GET and returns whatever came back."""

    async def send(self, path: str, params: Mapping[str, str]) -> Reply:
        """The reply.

        Raises:
            TransportError: there was none, or not all of it.
        """
        ...


class HttpTransport:
    """GET over aiohttp with keep-alive. An asynchronous context manager."""

    def __init__(self, settings: Settings, *, connections: int = CONNECTIONS) -> None:
        self._base = settings.base_url
        self._headers = {"Accept": "application/json", "User-Agent": f"cinelake/{__version__}"}
        self._query = ""
        secret = settings.credentials()
        self._secret = secret.reveal().encode()
        if settings.token is not None:
            self._headers["Authorization"] = f"Bearer {secret.reveal()}"
        else:
            self._query = urlencode({"api_key": secret.reveal()})
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            headers=self._headers,
            connector=aiohttp.TCPConnector(limit=self._connections),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=_TIMEOUT,
            middlewares=(_send_once,),
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def send(self, path: str, params: Mapping[str, str]) -> Reply:
        """The reply to one GET; redirects are not followed, they are no answer of this service."""
        if self._session is None:
            raise TransportError("the transport is not open")
        query = "&".join(part for part in (urlencode(params), self._query) if part)
        url = URL(f"{self._base}{path}?{query}" if query else f"{self._base}{path}", encoded=True)
        try:
            async with self._session.get(url, allow_redirects=False) as response:
                # Some proxies repeat what they were asked: a secret in a body would get into messages, and into the lake.
                body = (await response.read()).replace(self._secret, b"***")
                return Reply(response.status, body, response.headers.get("Retry-After"))
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise _translate(error, path) from None


@dataclass(frozen=True, slots=True)
class Download:
    """A file that is being read: the HTTP status, and its bytes as they come."""

    status: int
    pieces: AsyncIterator[bytes]


@asynccontextmanager
async def open_download(url: str) -> AsyncIterator[Download]:
    """A file of the service's, asked for without credentials and read as it stands there, compressed or not.

    Raises:
        TransportError: there is no answer, or it ended early.
    """
    headers = {"User-Agent": f"cinelake/{__version__}", "Accept-Encoding": "identity"}
    try:
        async with (
            aiohttp.ClientSession(headers=headers, timeout=_FILE_TIMEOUT, auto_decompress=False) as session,
            session.get(url, allow_redirects=False) as response,
        ):
            yield Download(response.status, response.content.iter_chunked(_PIECE))
    except (aiohttp.ClientError, OSError) as error:
        raise TransportError(f"{type(error).__name__} on {urlsplit(url).path}") from None
