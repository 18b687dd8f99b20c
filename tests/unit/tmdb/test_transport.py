"""The HTTP transport against a real server on loopback."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from tests.support.servers import free_port

from cinelake.settings import Secret, Settings
from cinelake.tmdb.transport import HttpTransport, NoConnectionError, TransportError

TOKEN, KEY = Secret("the-token"), Secret("the+key&more")
Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def _serve(handler: Handler) -> AsyncIterator[str]:
    runner = web.ServerRunner(web.Server(handler), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def test_token_is_sent_in_the_header_only() -> None:
    seen: list[tuple[str, str]] = []

    async def answer(request: web.BaseRequest) -> web.Response:
        seen.append((request.path_qs, request.headers.get("Authorization", "")))
        return web.Response(body=b"{}", headers={"Retry-After": "7"})

    async with _serve(answer) as url, HttpTransport(Settings(token=TOKEN, api_key=KEY, base_url=url)) as transport:
        reply = await transport.send("/3/x", {"a": "1|2"})
    assert (reply.status, reply.body, reply.retry_after) == (200, b"{}", "7")
    assert seen == [("/3/x?a=1%7C2", "Bearer the-token")]


async def test_key_is_sent_in_the_query_only() -> None:
    seen: list[tuple[str | None, bool]] = []

    async def answer(request: web.BaseRequest) -> web.Response:
        seen.append((request.query.get("api_key"), "Authorization" in request.headers))
        return web.Response(body=b"{}")

    async with _serve(answer) as url, HttpTransport(Settings(api_key=KEY, base_url=url)) as transport:
        await transport.send("/3/x", {})
    assert seen == [("the+key&more", False)]


async def test_redirect_is_not_followed() -> None:
    async def answer(request: web.BaseRequest) -> web.Response:
        assert request.path == "/3/x"
        return web.Response(status=302, headers={"Location": "/3/elsewhere"})

    async with _serve(answer) as url, HttpTransport(Settings(token=TOKEN, base_url=url)) as transport:
        assert (await transport.send("/3/x", {})).status == 302


async def _abort(request: web.BaseRequest) -> web.Response:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def _truncate(request: web.BaseRequest) -> web.Response:
    assert request.transport is not None
    request.transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
    request.transport.close()
    return web.Response()


async def _garbage(request: web.BaseRequest) -> web.Response:
    assert request.transport is not None
    request.transport.write(b"this is not HTTP\r\n\r\n")
    request.transport.close()
    return web.Response()


async def _bad_gzip(_: web.BaseRequest) -> web.Response:
    return web.Response(body=b"not gzip", headers={"Content-Encoding": "gzip"})


@pytest.mark.parametrize("handler", [_abort, _truncate, _garbage, _bad_gzip])
@pytest.mark.parametrize("settings", [{"token": TOKEN}, {"api_key": KEY}])
async def test_incomplete_response_is_an_error_without_credentials(handler: Handler, settings: dict[str, Secret]) -> None:
    async with _serve(handler) as url, HttpTransport(Settings(base_url=url, **settings)) as transport:  # type: ignore[arg-type]
        with pytest.raises(TransportError) as caught:
            await transport.send("/3/movie/680", {"a": "b"})
    assert "on /3/movie/680" in str(caught.value)
    assert not isinstance(caught.value, NoConnectionError)
    assert not [word for word in ("the-token", "the+key", "a=b") if word in str(caught.value).split()]
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    "find_address", [lambda: f"127.0.0.1:{free_port()}", lambda: "no-such-name.invalid"], ids=["port", "name"]
)
async def test_no_connection_is_an_error_of_its_own(find_address: Callable[[], str]) -> None:
    address = find_address()
    async with HttpTransport(Settings(token=TOKEN, base_url=f"http://{address}")) as transport:
        with pytest.raises(NoConnectionError, match="on /3/x"):
            await transport.send("/3/x", {})


async def test_connections_stay_within_the_limit() -> None:
    peers: set[object] = set()

    async def answer(request: web.BaseRequest) -> web.Response:
        peers.add(request.transport.get_extra_info("peername") if request.transport else None)
        return web.Response(body=b"{}")

    async with (
        _serve(answer) as url,
        HttpTransport(Settings(token=TOKEN, base_url=url), connections=3) as transport,
    ):
        await asyncio.gather(*(transport.send("/3/x", {}) for _ in range(60)))
    assert len(peers) <= 3


async def test_reset_is_reported_and_not_repeated_by_aiohttp() -> None:
    requests = 0

    async def answer(request: web.BaseRequest) -> web.Response:
        nonlocal requests
        requests += 1
        if requests == 2 and request.transport is not None:  # on a connection that was kept alive
            request.transport.abort()
        return web.Response(body=b"{}")

    async with _serve(answer) as url, HttpTransport(Settings(token=TOKEN, base_url=url)) as transport:
        await transport.send("/3/x", {})
        with pytest.raises(TransportError, match="on /3/x"):
            await transport.send("/3/x", {})
        assert requests == 2
        assert (await transport.send("/3/x", {})).status == 200
    assert requests == 3
