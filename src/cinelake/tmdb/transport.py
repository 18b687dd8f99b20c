"""Send HTTP requests and download large files in pieces. The only module that uses aiohttp.

Invariant: a v4 token is only sent in a header, a v3 key only in the URL, where TMDB requires it. No error raised here
contains either.
"""

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self
from urllib.parse import urlencode, urlsplit

import aiohttp
from aiohttp import ClientHandlerType, ClientRequest, ClientResponse
from yarl import URL

from cinelake import __version__
from cinelake.settings import Settings
from cinelake.tmdb.api_clock import parse_time

CONNECTIONS = 20
"""Simultaneous connections that TMDB allows from one address."""
_FILE_TIMEOUT = aiohttp.ClientTimeout(total=None, connect=10, sock_read=60)
_PIECE = 1 << 16
_TIMEOUT = aiohttp.ClientTimeout(total=30, connect=10)


class TransportError(Exception):
    """There was no complete response: reset, timeout, truncated body, no connection."""


class NoConnectionError(TransportError):
    """No connection was made: it was refused, the name or route is unknown, or the certificate is invalid."""


def _translate(error: Exception, path: str) -> TransportError:
    """Translate an aiohttp error. Only its number or type is kept: its text may contain the URL, and the URL the key."""
    kind = NoConnectionError if isinstance(error, aiohttp.ClientConnectorError) else TransportError
    number = getattr(getattr(error, "os_error", None), "errno", None)
    reason = os.strerror(number) if isinstance(number, int) and number > 0 else type(error).__name__
    return kind(f"{reason} on {path}")


async def _send_once(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
    """Stop aiohttp from repeating a request after a reset: the repetition would bypass the rate limiter and all counts."""
    try:
        return await handler(request)
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise _translate(error, request.url.path) from None


@dataclass(frozen=True, slots=True)
class Reply:
    """A complete response.

    Attributes:
        body: as received.
        retry_after: that header, if it was sent.
        sent_at: when the API sent it, if known; a sandbox simulates its day.
    """

    status: int
    body: bytes
    retry_after: str | None = None
    sent_at: datetime | None = None
    is_simulated: bool = False


class Transport(Protocol):
    """Sends one GET request."""

    async def send(self, path: str, params: Mapping[str, str]) -> Reply:
        """Return the response of any status.

        Raises:
            TransportError: there was no complete response.
        """
        ...


class HttpTransport:
    """GET over aiohttp with keep-alive; an asynchronous context manager."""

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
        """Return the response to one GET request; redirects are not followed, since TMDB sends none."""
        if self._session is None:
            raise TransportError("the transport is not open")
        query = "&".join(part for part in (urlencode(params), self._query) if part)
        url = URL(f"{self._base}{path}?{query}" if query else f"{self._base}{path}", encoded=True)
        try:
            async with self._session.get(url, allow_redirects=False) as response:
                # Some proxies repeat the request in an error page; the secret must not reach messages or the lake.
                body = (await response.read()).replace(self._secret, b"***")
                headers = response.headers
                is_simulated = "X-Sandbox-Day" in headers
                return Reply(response.status, body, headers.get("Retry-After"), parse_time(headers), is_simulated)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise _translate(error, path) from None


@dataclass(frozen=True, slots=True)
class Download:
    """A file that is being downloaded: the HTTP status, and its bytes in pieces."""

    status: int
    pieces: AsyncIterator[bytes]


@asynccontextmanager
async def open_download(url: str) -> AsyncIterator[Download]:
    """Download a file without credentials, as stored, without decompressing it.

    Raises:
        TransportError: there was no response, or it ended early.
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
